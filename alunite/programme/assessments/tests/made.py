"""A made-up scope with its self assessment, written by the real actions."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

from alunite.programme.assessments.actions import AnswerGiven, ScopeGiven, create_scope, open_assessment, save_answers
from alunite.programme.assessments.models import Answer, Assessment, Scope
from alunite.programme.members.places.actions import add_facility
from alunite.programme.members.places.rules import FacilityFacts
from tests.cast import Cast

SMELTER = ScopeGiven(
    title="Smelter and casthouse",
    type="facility",
    text="Smelting and casting at Lake Works.",
    activities=("aluminium_smelting", "casthouses"),
    excluded="",
    shared_functions="",
    joint_ventures="",
    member_class="production_transformation",
    is_first_cycle=False,
    given=(),
    absent=(),
    fieldwork_from=date(2027, 9, 14),
    facilities=(),
    left_out={},
)
LAKE = FacilityFacts("Lake Works", "NO", ("aluminium_smelting",), date(2020, 1, 1), headcount=240)


def make_scope(cast: Cast, **changes: object) -> Scope:
    place = cast.organisation("member")
    facility = add_facility(place, LAKE, actor=cast.actor("member"))
    given = replace(SMELTER, facilities=(str(facility.pk),), **changes)
    return create_scope(place, given, actor=cast.actor("member"))


def make_assessment(cast: Cast, standard: str = "ps-3", **changes: object) -> Assessment:
    return open_assessment(make_scope(cast, **changes), standard, actor=cast.actor("member"))


def say(
    cast: Cast, assessment: Assessment, number: str, version: int = 0, who: str = "member", **values: str
) -> Answer:
    held = save_answers(assessment, [AnswerGiven(number, version, values)], actor=cast.actor(who))
    return held[number]
