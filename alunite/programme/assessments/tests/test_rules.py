"""What a scope asks, what is missing before an audit, what is carried over. Values in, values out."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from functools import lru_cache

import pytest

from alunite.foundation.core.judgement import Trust
from alunite.foundation.scheme.loader import load_pack
from alunite.foundation.scheme.models import Link
from alunite.foundation.scheme.rules import Answer
from alunite.foundation.scheme.tests.where import SHIPPED
from alunite.programme.assessments.rules import (
    Carriage,
    Objection,
    Said,
    ScopeValues,
    Words,
    carried_over,
    criteria_of,
    readiness,
)

pack = lru_cache(lambda: load_pack(SHIPPED))
SMELTER = ScopeValues(
    activities=("aluminium_smelting",),
    member_class="production_transformation",
    is_first_cycle=False,
    given=(),
    absent=(),
    day=date(2026, 11, 23),
)


def asked(scope=SMELTER, **objections):
    found = criteria_of(pack(), pack().standard("ps-3"), scope, {k.replace("_", "."): v for k, v in objections.items()})
    return {one.number: one for one in found}


def test_every_criterion_stands_there_with_a_reason():
    # performance-standard-v3.yaml: 11 principles, 62 criteria
    found = asked()
    assert len(found) == 62
    assert all(one.reasons for one in found.values())


def test_a_smelter_is_asked_of_spent_pot_lining_and_not_of_bauxite_residue():
    # performance-standard-v3.yaml, applies of 6.6 (bauxite residue: refining) and 6.7 (spent pot lining: smelting)
    found = asked()
    assert (found["6.6"].answer, found["6.6"].is_asked) == (Answer.DOES_NOT_APPLY, False)
    assert (found["6.7"].answer, found["6.7"].is_asked) == (Answer.APPLIES, True)


def test_what_hangs_on_a_condition_stays_open_until_the_member_says_whether_it_is_given():
    # performance-standard-v3.yaml: 2.8 hangs on suspension_or_curtailment alone
    open_, given = asked()["2.8"], asked(replace(SMELTER, given=("suspension_or_curtailment",)))["2.8"]
    absent = asked(replace(SMELTER, absent=("suspension_or_curtailment",)))["2.8"]
    assert (open_.answer, open_.is_asked, open_.open_conditions) == (
        Answer.DEPENDS,
        True,
        ("suspension_or_curtailment",),
    )
    assert (given.answer, given.is_asked, given.open_conditions) == (Answer.APPLIES, True, ())
    assert (absent.answer, absent.is_asked, absent.reasons[0].rule) == (
        Answer.DOES_NOT_APPLY,
        False,
        "condition_denied",
    )


def test_what_a_member_says_against_the_rule_is_followed_and_the_rules_own_answer_stays_beside_it():
    found = asked(**{"6_6": Objection(True, "residue of an earlier refinery is kept"), "1_1": Objection(False, "no")})
    assert (found["6.6"].answer, found["6.6"].is_asked) == (Answer.DOES_NOT_APPLY, True)
    assert (found["1.1"].answer, found["1.1"].is_asked) == (Answer.APPLIES, False)


def test_an_audit_waits_for_what_blocks_and_not_for_what_is_pointed_out():
    criteria = tuple(asked(replace(SMELTER, absent=tuple(one.id for one in pack().standard("ps-3").triggers))).values())
    wanted = pack().assessments
    complete = {one.number: Said("conformance", has_text=True, evidence=1) for one in criteria}
    ready, unmet = readiness(wanted, criteria, complete)
    assert (ready.result, unmet) == (True, ())
    gap = complete | {"1.1": Said("minor_nc", has_text=True, evidence=1), "1.2": Said("conformance", has_text=True)}
    ready, unmet = readiness(wanted, criteria, gap)
    assert ready.result
    assert {one.asked.id: one.concerns for one in unmet} == {"gaps_planned": ("1.1",), "evidence": ("1.2",)}
    for numbers, said, expected in (
        ("1.1", Said(has_text=True, evidence=1), "every_criterion_answered"),
        ("1.2", Said("conformance", has_text=True, is_to_check=True, evidence=1), "differences_checked"),
        ("1.3", Said("not_applicable"), "reasons_given"),
    ):
        ready, unmet = readiness(wanted, criteria, complete | {numbers: said})
        assert (ready.result, [(one.asked.id, one.concerns) for one in unmet]) == (False, [(expected, (numbers,))])
        assert [reason.rule for reason in ready.reasons] == [f"readiness.{expected}"]


def test_a_condition_of_which_nothing_is_said_blocks_and_is_named_once():
    _, unmet = readiness(pack().assessments, tuple(asked().values()), {})
    [one] = [one for one in unmet if one.asked.id == "triggers_answered"]
    assert one.asked.blocks
    assert len(set(one.concerns)) == len(one.concerns) > 5
    assert set(one.concerns) <= {trigger.id for trigger in pack().standard("ps-3").triggers}


# --- carried over: a made-up later version, so that what comes of each kind of link is seen ---


def link(relation, before=(), after=(), **more):
    return Link(
        relation=relation,
        before=before,
        after=after,
        change="made up",
        trust="design",
        origin="ours",
        **more,
    )


@pytest.fixture
def later():
    """A made-up V4 with five criteria: the third version's first principle under other numbers."""
    third = pack().standard("ps-3")
    [section, *_] = third.sections
    [principle, *_] = section.principles
    criteria = tuple(
        principle.criteria[0].model_copy(update={"number": number}) for number in ("1.1", "1.2", "1.3", "1.4", "1.5")
    )
    made = principle.model_copy(update={"criteria": criteria})
    return third.model_copy(update={"sections": (section.model_copy(update={"principles": (made,)}),)})


def test_what_becomes_of_answers_follows_the_mapping_alone(later):
    links = (
        link("moved", ("9.1",), ("1.1",)),
        link("strengthened", ("9.2",), ("1.2",)),
        link("merged", ("9.3", "9.4"), ("1.3",)),
        link("split", ("9.5",), ("1.4",)),
        link("new", (), ("1.5",), draws_on=("9.1",)),
    )
    said = {
        "9.1": Words("conformance", "one"),
        "9.2": Words("minor_nc", "two", "a plan"),
        "9.3": Words("conformance", "three"),
        "9.4": Words("minor_nc", "four"),
        "9.5": Words("conformance", "five"),
    }
    found = {one.number: one for one in carried_over(links, later, said)}
    assert {number: (one.carriage, one.before) for number, one in found.items()} == {
        "1.1": (Carriage.KEPT, ("9.1",)),
        "1.2": (Carriage.CHANGED, ("9.2",)),
        "1.3": (Carriage.MERGED, ("9.3", "9.4")),
        "1.4": (Carriage.SPLIT, ("9.5",)),
        "1.5": (Carriage.NEW, ("9.1",)),
    }
    assert found["1.2"].words == Words("minor_nc", "two", "a plan")
    assert found["1.3"].words == Words("", "9.3: three\n\n9.4: four", ""), "two levels: a person chooses"
    assert found["1.5"].words is None, "nothing is carried into what is new"
    assert found["1.1"].trust is Trust.DESIGN


def test_of_what_was_not_answered_nothing_is_carried(later):
    [found, *_] = carried_over((link("kept", ("9.1",), ("1.1",)),), later, {})
    assert (found.carriage, found.words) == (Carriage.KEPT, None)


def test_v2_to_v3_carries_each_answered_criterion_to_where_the_mapping_sends_it():
    [mapping] = [one for one in pack().mappings if one.head.after == "ps-3"]
    numbers = [one.number for part in pack().standard("ps-2").principles for one in part.criteria]
    said = {number: Words("conformance", number) for number in numbers}
    found = carried_over(mapping.links, pack().standard("ps-3"), said)
    assert len(found) == 62
    arrived = {number for one in found if one.words for number in one.before}
    dropped = {number for one in mapping.links if str(one.relation) == "dropped" for number in one.before}
    assert arrived == set(numbers) - dropped
    # transition-v2-v3.yaml: 2.5 of V2 became 2.5 and 2.6 of V3
    assert {one.number for one in found if one.before == ("2.5",) and one.words} == {"2.5", "2.6"}
