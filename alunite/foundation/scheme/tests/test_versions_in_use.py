"""Which version may be used on a day. Days are those of the fact files; where two of them differ, neither is taken."""

from datetime import date, timedelta

import pytest

from alunite.foundation.core.judgement import THIRD_PARTY, Trust
from alunite.foundation.scheme.loader import load_pack
from alunite.foundation.scheme.pack import Pack
from alunite.foundation.scheme.tests.where import SHIPPED, TEA
from alunite.foundation.scheme.versions import Life, Use, life, taken, usable

PACK, OTHER = load_pack(SHIPPED), load_pack(TEA)


def uses(day, family="ps", pack=PACK):
    return {item.version.id: str(item.use) for item in usable(pack, family, date.fromisoformat(day))}


@pytest.mark.parametrize(
    ("day", "old", "new", "chosen"),
    [
        ("2017-11-30", "not_published", "not_published", None),
        ("2018-01-01", "only", "not_published", "ps-2"),
        # "Published 2022-05-19"
        ("2022-05-18", "only", "not_published", "ps-2"),
        # "Twelve-month overlap, start 2022-05-19" (transition-v2-v3.yaml) against "free_choice_from: 2022-06-01" (assurance.yaml)
        ("2022-05-19", "may", "disputed", "ps-2"),
        ("2022-05-31", "may", "disputed", "ps-2"),
        ("2022-06-01", "may", "may", "ps-3"),
        ("2023-05-31", "may", "may", "ps-3"),
        # "Only V3 from this date for initial certification and re-certification: 2023-06-01"
        ("2023-06-01", "closed", "only", "ps-3"),
        ("2026-11-22", "closed", "only", "ps-3"),
    ],
)
def test_a_version_may_be_used_on_the_days_the_fact_files_give(day, old, new, chosen):
    assert uses(day) == {"ps-2": old, "ps-3": new}
    found = taken(usable(PACK, "ps", date.fromisoformat(day)))
    assert (found and found.id) == chosen


def test_the_same_change_holds_for_the_other_family():
    assert uses("2023-05-31", "coc") == {"coc-1": "may", "coc-2": "may"}
    assert uses("2023-06-01", "coc") == {"coc-1": "closed", "coc-2": "only"}
    assert uses("2023-06-01", "none") == {}


def test_a_reason_names_the_days_and_is_as_weak_as_what_it_rests_on():
    reason = {item.version.id: item.reason for item in usable(PACK, "ps", date(2022, 5, 25))}["ps-3"]
    assert reason.rule == "version_opening_disputed"
    assert reason.values["days"] == ["2022-05-19", "2022-06-01"]
    assert (reason.trust, reason.origin) == (Trust.READ, THIRD_PARTY)
    reason = {item.version.id: item.reason for item in usable(PACK, "ps", date(2023, 6, 1))}["ps-2"]
    assert (reason.rule, reason.values["later"], reason.values["required_from"]) == (
        "version_replaced",
        "ps-3",
        "2023-06-01",
    )
    assert reason.values["events"] == ["certification", "recertification"]
    # "confidence: verified, sources: [U02, U03]", both the scheme's own, though the change as a whole cites a third party too
    assert (reason.trust, reason.origin) == (Trust.READ, "asi")


def test_a_version_nobody_says_a_change_of_is_in_use_from_its_publication():
    assert uses("2020-02-29", "leaf", OTHER) == {"leaf-1": "not_published"}
    assert uses("2020-03-15", "leaf", OTHER) == {"leaf-1": "only"}


def test_where_no_change_is_held_nobody_says_which_of_two_versions_to_use():
    document = OTHER.document()
    document["versions"].append(
        document["versions"][0] | {"id": "leaf-2", "label": "Second Flush", "published": "2024-01-01"}
    )
    both = Pack.from_document(document)
    assert uses("2023-12-31", "leaf", both) == {"leaf-1": "only", "leaf-2": "not_published"}
    assert uses("2024-01-01", "leaf", both) == {"leaf-1": "not_held", "leaf-2": "may"}


def test_a_version_may_be_published_before_it_may_be_chosen():
    document = PACK.document()
    change = document["version_changes"][0]
    change["free_choice_from"], change["other_days"] = "2022-09-01", []
    later = Pack.from_document(document)
    assert uses("2022-08-31", pack=later) == {"ps-2": "only", "ps-3": "not_open"}
    assert uses("2022-09-01", pack=later) == {"ps-2": "may", "ps-3": "may"}


def test_a_disputed_end_leaves_both_open_until_no_page_does():
    document = PACK.document()
    change = document["version_changes"][0]
    change["other_days"] = [change["other_days"][0] | {"of": "required_from", "day": "2023-07-01"}]
    later = Pack.from_document(document)
    assert uses("2023-06-15", pack=later) == {"ps-2": "disputed", "ps-3": "may"}
    assert uses("2023-07-01", pack=later) == {"ps-2": "closed", "ps-3": "only"}


def test_there_is_always_a_version_once_one_is_published():
    day, last = date(2017, 12, 1), date(2027, 1, 1)
    while day < last:
        for family in ("ps", "coc"):
            found = [item.use for item in usable(PACK, family, day)]
            assert any(use.is_open for use in found), day
            assert found.count(Use.ONLY) <= 1
            assert Use.ONLY not in found or Use.MAY not in found
        day += timedelta(days=1)


def test_the_life_of_a_version_is_what_is_judged_on_each_of_its_days():
    """The drawing's days: of V2 and V3 as above; the last certificate under V2, issued 2023-05-31, runs three years."""
    old, new = (life(PACK, version) for version in PACK.versions_of("ps"))
    assert (old.closes, old.surely_closed, old.runs_to) == (date(2023, 6, 1), date(2023, 6, 1), date(2026, 5, 30))
    assert new == Life(date(2022, 5, 19), date(2022, 6, 1), None, None, None)
    for version, told in (("ps-2", old), ("ps-3", new)):
        for day in (told.opens, told.surely_open, told.closes, told.surely_closed):
            for near in [day + timedelta(days=step) for step in (-1, 0, 1)] if day else []:
                use = next(item.use for item in usable(PACK, "ps", near) if item.version.id == version)
                is_open = told.surely_open <= near and (told.closes is None or near < told.closes)
                assert use.is_open == is_open, (version, near)


def test_a_choice_that_ends_on_a_leap_day_has_certificates_that_end_three_years_later():
    (change,) = PACK.version_changes
    leap = change.model_copy(
        update={"free_choice_until": "2024-02-29", "required_from": "2024-03-01", "other_days": ()}
    )
    pack = PACK.model_copy(update={"version_changes": (leap,)})
    assert life(pack, pack.versions_of("ps")[0]).runs_to == date(2027, 2, 28)
