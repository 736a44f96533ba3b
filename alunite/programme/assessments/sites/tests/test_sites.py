"""Sites that say something else: saved wholly or not at all, by several people at once, with history, carried over."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from alunite.foundation.accounts.policies import Refused
from alunite.foundation.history.models import Entry
from alunite.programme.assessments import queries
from alunite.programme.assessments.actions import Faulty, StaleAnswer, edit_scope, open_assessment, override
from alunite.programme.assessments.evidence.actions import Given, add_evidence, withdraw_evidence
from alunite.programme.assessments.evidence.rules import Words
from alunite.programme.assessments.models import Assessment, SiteAnswer, SiteEvidence
from alunite.programme.assessments.sites.actions import SiteAnswerGiven, save_site_answers
from alunite.programme.assessments.sites.tests.made import make_sites, say_at
from alunite.programme.assessments.tests.made import SMELTER, say
from tests.cast import Cast

pytestmark = pytest.mark.usefixtures("adopted_scheme")


def whole(assessment: Assessment) -> queries.Whole:
    return queries.whole(assessment, queries.now())


def differing(assessment: Assessment, number: str) -> dict[str, tuple[str, ...]]:
    return {one.site.name: one.fields for one in whole(assessment).row(number).departures}


def test_a_site_says_only_what_is_different_there_and_the_rest_holds_for_it(cast: Cast):
    found, ids = make_sites(cast)
    say(cast, found, "5.3", level="conformance", text="A plan for all.")
    answer = say_at(cast, found, "5.3", ids["Hill Works"], level="minor_nc", gap="No data.", gap_due="2027-08-31")
    assert (answer.version, answer.text) == (1, "")
    row = whole(found).row("5.3")
    assert differing(found, "5.3") == {"Hill Works": ("level", "gap", "gap_due")}
    assert (row.said.levels, row.said.is_answered) == (("conformance", "minor_nc"), True)
    [entry] = Entry.objects.filter(record_type="site_answer")
    assert (entry.kind, entry.record_id) == ("site_answer.saved", f"{found.pk}/5.3/{ids['Hill Works']}")
    assert (entry.data["changed"], entry.data["values"]["gap"]) == (["gap", "gap_due", "level"], "No data.")
    say_at(cast, found, "5.3", ids["Hill Works"], version=1, level="", gap="", gap_due="")
    assert differing(found, "5.3") == {"Hill Works": ()}
    assert whole(found).row("5.3").said.levels == ("conformance",)


def test_two_people_at_one_site_are_both_heard_or_the_second_is_told(cast: Cast):
    found, ids = make_sites(cast)
    hill = ids["Hill Works"]
    say_at(cast, found, "1.1", hill, text="Old.", gap="None.")
    say_at(cast, found, "1.1", hill, version=1, text="New.")
    held = say_at(cast, found, "1.1", hill, version=1, who="colleague", text="Old.", gap="Some.")
    assert (held.text, held.gap, held.version) == ("New.", "Some.", 3)
    with pytest.raises(StaleAnswer) as refused:
        say_at(cast, found, "1.1", hill, version=1, who="colleague", text="Theirs.")
    [difference] = refused.value.differences[f"1.1/{hill}"]
    assert (difference.before, difference.theirs, difference.yours) == ("Old.", "New.", "Theirs.")
    # Another site, and the answer for all, are nobody's business there.
    assert say_at(cast, found, "1.1", ids["Lake Works"], who="colleague", text="Lake.").version == 1
    assert say(cast, found, "1.1", text="All.").version == 1


def test_all_that_is_wrong_is_said_at_once_and_nothing_is_kept(cast: Cast):
    found, ids = make_sites(cast)
    hill = ids["Hill Works"]
    given = [
        SiteAnswerGiven("1.1", hill, 0, {"text": "Good."}),
        SiteAnswerGiven("99\0", hill, 0, {"text": "No such criterion."}),
        SiteAnswerGiven("1.2", "no id", 0, {"text": "No such site."}),
        SiteAnswerGiven("1.3", hill, 4, {"level": "splendid", "gap_due": "soon", "gap_owner": "7", "evidence": "abc"}),
        SiteAnswerGiven("1.4", hill, 0, {"text": "x" * 20_001, "checked": "yes"}),
        SiteAnswerGiven("1.1", hill, 0, {"text": "A NUL \0."}),
    ]
    with pytest.raises(Faulty) as refused:
        save_site_answers(found, given, actor=cast.actor("member"))
    places = {fault.place.replace(hill, "hill") for fault in refused.value.faults}
    assert places == {
        *("99\0/hill", "1.2/no id", "1.3/hill.version", "1.3/hill.level", "1.3/hill.gap_due", "1.3/hill.gap_owner"),
        *("1.3/hill.evidence", "1.4/hill.text", "1.4/hill.checked", "1.1/hill", "1.1/hill.text"),
        "1.4/hill",  # performance-standard-v3.yaml: principle 1 has 3 criteria
    }
    assert not SiteAnswer.objects.exists()


def test_many_sites_take_few_queries_to_write_and_as_many_as_one_to_read(cast: Cast):
    found, ids = make_sites(cast)
    actor = cast.actor("member")
    numbers = [one.number for one in queries.criteria_for(found.scope, "ps-3", queries.now())]

    def counted(given: list[SiteAnswerGiven]) -> tuple[int, int]:
        with CaptureQueriesContext(connection) as asked:
            save_site_answers(found, given, actor=actor)
        with CaptureQueriesContext(connection) as read:
            whole(found)
        # What the test's own transaction adds is not asked outside of it.
        return len([one for one in asked if "SAVEPOINT" not in one["sql"]]), len(read)

    few = counted([SiteAnswerGiven("1.1", ids["Hill Works"], 0, {"level": "minor_nc"})])
    given = [
        SiteAnswerGiven(number, site, 0, {"level": "minor_nc", "text": f"Of {number}."})
        for number in numbers[1:]
        for site in ids.values()
    ]
    many = counted(given)
    assert SiteAnswer.objects.count() == 1 + 61 * 3
    assert few[0] <= 12
    assert few[1] == many[1]
    assert many[0] <= 12 + len(given) / 50  # a database takes so many values at once


def test_evidence_may_speak_for_one_site_alone_and_goes_with_its_withdrawal(cast: Cast):
    found, ids = make_sites(cast)
    hill, actor = ids["Hill Works"], cast.actor("member")
    log, plan = (
        add_evidence(
            found.organisation, Given(Words(title, link="https://example.org/"), {found.pk: ("5.3",)}), actor=actor
        )
        for title in ("Log of Hill", "Plan for all")
    )
    say(cast, found, "5.3", level="conformance", text="Yes.")
    assert whole(found).row("5.3").said.evidence == 2
    say_at(cast, found, "5.3", hill, evidence=f"{log.pk}, {log.pk}")
    row = whole(found).row("5.3")
    assert [(one.title, one.facilities) for one in row.evidence] == [("Log of Hill", (hill,)), ("Plan for all", ())]
    assert (row.said.evidence, row.said.sites[0].said.evidence) == (1, 2)
    assert say_at(cast, found, "5.3", hill, version=1, evidence=log.pk).version == 1
    withdraw_evidence(log, reason="Wrong year.", actor=actor)
    assert not SiteEvidence.objects.exists()
    assert differing(found, "5.3") == {"Hill Works": ()}
    assert plan.pk in {one.pk for one in whole(found).row("5.3").evidence}


def test_what_sites_say_is_carried_over_and_waits_to_be_checked_too(cast: Cast):
    earlier, ids = make_sites(cast, "ps-2")
    say(cast, earlier, "1.1", level="conformance", text="Said of V2.")
    say_at(cast, earlier, "1.1", ids["Hill Works"], level="minor_nc", gap="Not at Hill.")
    say_at(cast, earlier, "1.2", ids["Lake Works"], text="Only Lake.")
    later = open_assessment(earlier.scope, "ps-3", actor=cast.actor("member"), carried_from=earlier)
    # transition-v2-v3.yaml: 1.1 and 1.2 are kept
    assert differing(later, "1.1") == {"Hill Works": ("level", "gap")}
    assert differing(later, "1.2") == {"Lake Works": ("text",)}
    rows = whole(later)
    assert (rows.row("1.1").said.is_to_check, rows.row("1.2").said.is_to_check) == (True, True)
    key = f"{later.pk}/1.2/{ids['Lake Works']}"
    [entry] = Entry.objects.filter(record_type="site_answer", record_id=key)
    assert (entry.kind, entry.record_version, entry.data["values"]["text"]) == ("site_answer.carried", 1, "Only Lake.")
    assert say_at(cast, later, "1.2", ids["Lake Works"], version=1, text="Lake, still.").version == 2


def test_people_days_and_evidence_are_carried_over_with_the_words(cast: Cast):
    earlier, ids = make_sites(cast, "ps-2")
    hill, lake, colleague = ids["Hill Works"], ids["Lake Works"], cast.person("colleague")
    place, actor = cast.organisation("member"), cast.actor("member")
    plan = {"gap": "A plan.", "gap_due": "2027-08-31", "gap_owner": str(colleague.pk)}
    say(cast, earlier, "1.1", level="minor_nc", owner=str(colleague.pk), **plan)
    words = Words("Log", link="https://example.org/log")
    log = add_evidence(place, Given(words, {earlier.pk: ("1.1", "1.2", "1.3")}), actor=actor)
    say_at(cast, earlier, "1.1", hill, level="major_nc", **plan)
    say_at(cast, earlier, "1.2", lake, evidence=log.pk)
    later = open_assessment(earlier.scope, "ps-3", actor=actor, carried_from=earlier)
    # transition-v2-v3.yaml: 1.1, 1.2 and 1.3 are kept
    for held in (later.answers.get(number="1.1"), later.site_answers.get(number="1.1")):
        assert (held.gap, held.gap_due, held.gap_owner) == ("A plan.", date(2027, 8, 31), colleague)
    assert later.answers.get(number="1.1").owner == colleague
    told = {row.number: [(one.pk, one.facilities) for one in row.evidence] for row in whole(later).rows if row.evidence}
    assert told == {"1.1": [(log.pk, ())], "1.2": [(log.pk, (lake,))], "1.3": [(log.pk, ())]}
    assert differing(later, "1.2") == {"Lake Works": ("evidence",)}
    rows = whole(later)
    assert [rows.row(number).said.is_to_check for number in ("1.1", "1.2", "1.3")] == [True] * 3
    entries = Entry.objects.filter(kind__in=("evidence.carried", "site_answer.carried")).order_by("kind", "record_id")
    assert [one.data["criteria"] for one in entries if one.record_id == log.pk] == [f"{later.pk}: 1.1, 1.2, 1.3"]
    [of_lake] = [one for one in entries if one.record_id == f"{later.pk}/1.2/{lake}"]
    assert of_lake.data["values"]["evidence"] == log.pk


def test_of_a_facility_the_scope_leaves_out_nothing_counts_any_more(cast: Cast):
    found, ids = make_sites(cast)
    say(cast, found, "1.1", level="conformance", text="Yes.")
    say_at(cast, found, "1.1", ids["Hill Works"], level="major_nc")
    given = replace(
        SMELTER, facilities=(ids["Lake Works"], ids["Harbour Works"]), left_out={ids["Hill Works"]: "It was sold."}
    )
    edit_scope(found.scope, given, version=1, actor=cast.actor("member"))
    assert whole(found).row("1.1").said.levels == ("conformance",)
    with pytest.raises(Faulty):
        say_at(cast, found, "1.1", ids["Hill Works"], version=1, text="Still here.")


@pytest.mark.parametrize("who", ["buyer", "stranger", "assurance", "office", "auditor"])
def test_nobody_but_the_members_own_managers_writes(cast: Cast, who):
    found, ids = make_sites(cast)
    with pytest.raises(Refused):
        say_at(cast, found, "1.1", ids["Hill Works"], who=who, text="Not mine.")


def test_what_the_member_says_against_a_rule_is_read_beside_what_sites_say(cast: Cast):
    found, ids = make_sites(cast)
    say_at(cast, found, "6.6", ids["Hill Works"], level="conformance", text="Dry residue.")
    override(found.scope, "ps-3", "6.6", applies=True, reason="Residue is kept.", actor=cast.actor("member"))
    override(found.scope, "ps-2", "1.1", applies=False, reason="Of another version.", actor=cast.actor("member"))
    rows = whole(found)
    assert (rows.row("6.6").asked.is_asked, rows.row("6.6").asked.objection.reason) == (True, "Residue is kept.")
    assert rows.row("1.1").asked.objection is None
    assert differing(found, "6.6") == {"Hill Works": ("level", "text")}
    assert [one.name for one in rows.sites] == ["Harbour Works", "Hill Works", "Lake Works"]


def test_the_gaps_of_sites_go_to_whoever_takes_the_work_over(cast: Cast):
    found, ids = make_sites(cast)
    hill, leaver, heir = ids["Hill Works"], cast.person("colleague"), cast.person("member")
    say_at(cast, found, "5.3", hill, gap="No data.", gap_owner=str(leaver.pk))
    page = f"/organisations/{found.organisation_id}/people/{leaver.pk}/leave/"
    assert cast["member"].post(page, {"successor": str(heir.pk)}).status_code == 302
    held = SiteAnswer.objects.get()
    assert (held.gap_owner_id, held.version) == (heir.pk, 2)
    newest = Entry.objects.get(record_type="site_answer", record_version=2)
    assert (newest.kind, newest.data["values"]["gap_owner"]) == ("site_answer.handed_over", str(heir.pk))
