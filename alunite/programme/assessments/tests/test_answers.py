"""Answers of a self assessment: saved wholly or not at all, by several people at once, with their history."""

from __future__ import annotations

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from alunite.foundation.accounts.policies import Refused
from alunite.foundation.history.models import Entry
from alunite.foundation.scheme.rules import Answer as Applies
from alunite.programme.assessments import queries
from alunite.programme.assessments.actions import (
    AnswerGiven,
    Faulty,
    StaleAnswer,
    open_assessment,
    override,
    save_answers,
    values_of,
)
from alunite.programme.assessments.models import Answer, Override
from alunite.programme.assessments.tests.made import make_assessment, make_scope, say
from tests.cast import Cast

pytestmark = pytest.mark.usefixtures("adopted_scheme")


def told(record_type: str, pk: str) -> list[tuple[str, int]]:
    entries = Entry.objects.filter(record_type=record_type, record_id=pk).order_by("pk")
    return [(entry.kind, entry.record_version) for entry in entries]


def test_an_answer_is_there_once_something_is_said_and_its_version_is_that_of_its_history(cast: Cast):
    found = make_assessment(cast)
    assert not Answer.objects.exists()
    first = say(cast, found, "5.3", level="minor_nc", text="A plan.")
    again = say(cast, found, "5.3", version=1, who="colleague", gap="Add scope 3.", gap_due="2027-08-31")
    assert (first.version, again.version) == (1, 2)
    held = Answer.objects.get()
    assert values_of(held) == {
        "level": "minor_nc",
        "text": "A plan.",
        "gap": "Add scope 3.",
        "gap_due": "2027-08-31",
        "gap_owner": "",
        "owner": "",
        "checked": "",
    }
    assert str(held.saved_by) == "Cato Made-up"
    assert told("answer", f"{found.pk}/5.3") == [("answer.saved", 1), ("answer.saved", 2)]
    assert Entry.objects.get(record_version=2, record_type="answer").data["changed"] == ["gap", "gap_due"]


def test_what_is_sent_as_it_stands_is_no_change(cast: Cast):
    found = make_assessment(cast)
    say(cast, found, "1.1", text="Yes.")
    assert say(cast, found, "1.1", version=1, text="Yes.").version == 1
    assert told("answer", f"{found.pk}/1.1") == [("answer.saved", 1)]


def test_two_people_who_change_different_fields_of_what_they_both_saw_are_both_heard(cast: Cast):
    found = make_assessment(cast)
    say(cast, found, "1.1", text="Old.", gap="None.")
    say(cast, found, "1.1", version=1, text="New.", gap="None.")
    held = say(cast, found, "1.1", version=1, who="colleague", text="Old.", gap="A gap.")
    assert (held.text, held.gap, held.version) == ("New.", "A gap.", 3)


def test_of_two_who_change_one_field_the_second_is_told_both_and_nothing_of_theirs_is_saved(cast: Cast):
    found = make_assessment(cast)
    say(cast, found, "1.1", text="Old.")
    say(cast, found, "1.1", version=1, text="Mine.")
    with pytest.raises(StaleAnswer) as refused:
        say(cast, found, "1.1", version=1, who="colleague", text="Theirs.", level="conformance")
    [difference] = refused.value.differences["1.1"]
    assert (difference.field, difference.before, difference.theirs, difference.yours) == (
        *("text", "Old.", "Mine."),
        "Theirs.",
    )
    assert Answer.objects.get().level == ""
    # Sent again with what stands in view, it is meant.
    assert say(cast, found, "1.1", version=2, who="colleague", text="Theirs.").text == "Theirs."


def test_two_who_answer_first_at_once_are_told_apart(cast: Cast):
    found = make_assessment(cast)
    say(cast, found, "1.1", text="First.")
    with pytest.raises(StaleAnswer):
        say(cast, found, "1.1", version=0, who="colleague", text="Also first.")


def test_all_that_is_wrong_is_said_at_once_and_nothing_is_kept(cast: Cast):
    found = make_assessment(cast)
    stranger = str(cast.person("stranger").pk)
    given = [
        AnswerGiven("1.1", 0, {"text": "Good."}),
        AnswerGiven("99.1", 0, {"text": "No such criterion."}),
        AnswerGiven("1.2", 3, {"level": "splendid", "gap_due": "soon", "owner": stranger, "checked": "yes"}),
        AnswerGiven("1.3", 0, {"text": "x" * 20_001, "colour": "blue"}),
        AnswerGiven("1.1", 0, {"text": "A NUL \0."}),
    ]
    with pytest.raises(Faulty) as refused:
        save_answers(found, given, actor=cast.actor("member"))
    assert {fault.place for fault in refused.value.faults} == {
        *("99.1", "1.2.version", "1.2.level", "1.2.gap_due", "1.2.owner", "1.2.checked"),
        *("1.3.text", "1.3.colour", "1.1", "1.1.text"),
    }
    assert not Answer.objects.exists()
    assert not Entry.objects.filter(record_type="answer").exists()


def test_a_hundred_answers_take_as_many_queries_as_one(cast: Cast):
    found = make_assessment(cast)
    numbers = [one.number for one in queries.criteria_for(found.scope, "ps-3", queries.now())]
    actor = cast.actor("member")

    def counted(given: list[AnswerGiven]) -> int:
        with CaptureQueriesContext(connection) as asked:
            save_answers(found, given, actor=actor)
        return len(asked)

    one = counted([AnswerGiven(numbers[0], 0, {"text": "one"})])
    assert counted([AnswerGiven(number, 0, {"text": f"of {number}"}) for number in numbers[1:]]) == one <= 12
    assert Answer.objects.count() == len(numbers) == 62


def test_nothing_carried_over_counts_until_a_person_has_checked_the_difference(cast: Cast):
    earlier = make_assessment(cast, "ps-2")
    say(cast, earlier, "1.1", level="conformance", text="Said of V2.")
    later = open_assessment(earlier.scope, "ps-3", actor=cast.actor("member"), carried_from=earlier)
    [held] = later.answers.all()
    # transition-v2-v3.yaml: 1.1 is kept as 1.1
    assert (held.number, held.text, held.carried, held.carried_numbers) == ("1.1", "Said of V2.", "kept", ["1.1"])
    assert told("answer", f"{later.pk}/1.1") == [("answer.carried", 1)]
    whole = queries.whole(later, queries.now())
    assert not whole.row("1.1").said.is_answered
    say(cast, later, "1.1", version=1, checked="yes")
    whole = queries.whole(later, queries.now())
    assert whole.row("1.1").said.is_answered
    assert str(Answer.objects.get(assessment=later).checked_by) == "Marit Made-up"


@pytest.mark.parametrize("who", ["buyer", "stranger", "assurance", "office", "auditor"])
def test_nobody_but_the_members_own_managers_writes(cast: Cast, who):
    found = make_assessment(cast)
    with pytest.raises(Refused):
        say(cast, found, "1.1", who=who, text="Not mine.")
    with pytest.raises(Refused):
        override(found.scope, "ps-3", "1.1", applies=False, reason="no", actor=cast.actor(who))
    with pytest.raises(Refused):
        open_assessment(found.scope, "ps-3", actor=cast.actor(who))


def test_who_sees_a_self_assessment(cast: Cast):
    found = make_assessment(cast)
    sees = {who: queries.assessments_seen_by(cast.actor(who)).filter(pk=found.pk).exists() for who in cast.credentials}
    assert {who for who, does in sees.items() if does} == {"member", "colleague", "assurance", "office"}


def test_what_is_said_against_the_rule_is_kept_with_its_reason_and_can_be_taken_back(cast: Cast):
    scope = make_scope(cast)
    actor = cast.actor("member")
    with pytest.raises(Faulty) as refused:
        override(scope, "ps-3", "99.9", applies=True, reason=" ", actor=actor)
    assert {fault.place for fault in refused.value.faults} == {"number", "reason"}
    override(scope, "ps-3", "6.6", applies=True, reason="Residue of an earlier refinery.", actor=actor)
    found = {one.number: one for one in queries.criteria_for(scope, "ps-3", queries.now())}
    assert (found["6.6"].answer, found["6.6"].is_asked) == (Applies.DOES_NOT_APPLY, True)
    override(scope, "ps-3", "6.6", applies=None, reason="", actor=actor)
    assert not Override.objects.exists()
    assert [kind for kind, _ in told("scope", scope.pk)] == [
        *("scope.created", "scope.overridden", "scope.override_taken_back"),
    ]


def test_a_scope_names_only_what_the_scheme_and_the_organisation_have(cast: Cast):
    with pytest.raises(Faulty) as refused:
        make_scope(
            cast,
            title="",
            type="galaxy",
            activities=("alchemy",),
            member_class="nobility",
            given=("eclipse", "material_spill"),
            absent=("material_spill",),
            left_out={"00000000-0000-0000-0000-000000000000": ""},
        )
    assert sorted(fault.place for fault in refused.value.faults) == sorted(
        ["title", "type", "activities", "member_class", "conditions", "conditions", "facilities", "facilities"]
    )
