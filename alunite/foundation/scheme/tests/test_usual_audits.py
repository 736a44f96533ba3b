"""Whether an audit in between is usual, and when. The months are the shipped pack's, the days counted on a calendar."""

from datetime import date

import pytest

from alunite.foundation.core.days import PartialDate
from alunite.foundation.core.judgement import OURS, Trust
from alunite.foundation.scheme.loader import load_pack
from alunite.foundation.scheme.surveillance import usual_audit
from alunite.foundation.scheme.tests.where import SHIPPED

LEVELS = {level.id: level for level in load_pack(SHIPPED).levels}


def judged(issued, ends, *told, level="full"):
    days = [PartialDate.parse(day) if day else None for day in (issued, ends)]
    return usual_audit(
        LEVELS[level].surveillance_months,
        issued=days[0],
        ends=days[1],
        told=[PartialDate.parse(day) for day in told],
    )


@pytest.mark.parametrize(
    ("issued", "ends", "told", "due", "rule"),
    [
        # 18 months after 13 December 2019 is 13 June 2021; "about": the month is said, not the day.
        ("2019-12-13", "2022-12-12", [], "2021-06", "surveillance_usual"),
        ("2019-12-13", None, [], "2021-06", "surveillance_usual"),
        # The audit before the certificate, and one told of by year alone that may have been before it, differ.
        ("2019-12-13", "2022-12-12", ["2019-10-14", "2019-12-13"], "2021-06", "surveillance_usual"),
        ("2019-12-13", "2022-12-12", ["2019"], None, "surveillance_told"),
        ("2019-12-13", "2022-12-12", ["2021-06-01"], None, "surveillance_told"),
        # It ends the day before the 18 months are over, on that day, and the day after.
        ("2019-12-13", "2021-06-12", [], None, "surveillance_after_end"),
        ("2019-12-13", "2021-06-13", [], None, "surveillance_after_end"),
        ("2019-12-13", "2021-06-14", [], "2021-06", "surveillance_usual"),
        ("2019-12", "2022-12-12", [], None, "surveillance_issue_not_known"),
        (None, "2022-12-12", [], None, "surveillance_issue_not_known"),
    ],
)
def test_an_audit_in_between_is_asked_after_once_and_only_where_none_is_told_of(issued, ends, told, due, rule):
    answer = judged(issued, ends, *told)
    assert (answer.result and str(answer.result), [reason.rule for reason in answer.reasons]) == (due, [rule])


def test_the_reason_holds_what_it_rests_on_and_is_as_weak_as_that():
    (reason,) = judged("2023-08-31", "2026-08-30").reasons
    # February 2025 has 28 days.
    assert reason.values == {
        "months": 18,
        "issued": "2023-08-31",
        "ends": "2026-08-30",
        "due": date(2025, 2, 28).isoformat(),
    }
    assert (reason.trust, reason.origin) == (Trust.CUT, "asi")
    assert reason.source.startswith("https://")
    assert "18 months after issue" in reason.text


def test_a_level_that_names_no_audit_has_none_by_our_own_default():
    answer = judged("2023-08-31", "2024-08-30", level="provisional")
    assert answer.result is None
    assert [(one.rule, one.trust, one.origin) for one in answer.reasons] == [
        ("surveillance_not_usual", Trust.DESIGN, OURS)
    ]
