"""A made-up scope of three sites with its self assessment, written by the real actions."""

from __future__ import annotations

from dataclasses import replace

from alunite.programme.assessments.actions import create_scope, open_assessment
from alunite.programme.assessments.models import Assessment, SiteAnswer
from alunite.programme.assessments.sites.actions import SiteAnswerGiven, save_site_answers
from alunite.programme.assessments.tests.made import LAKE, SMELTER
from alunite.programme.members.places.actions import add_facility
from tests.cast import Cast

NAMES = ("Harbour Works", "Hill Works", "Lake Works")


def make_sites(cast: Cast, standard: str = "ps-3", names: tuple[str, ...] = NAMES) -> tuple[Assessment, dict[str, str]]:
    """Return a self assessment of a scope over facilities of these names, and their ids."""
    actor, place = cast.actor("member"), cast.organisation("member")
    made = {name: str(add_facility(place, replace(LAKE, name=name), actor=actor).pk) for name in names}
    scope = create_scope(place, replace(SMELTER, facilities=tuple(made.values())), actor=actor)
    return open_assessment(scope, standard, actor=actor), made


def say_at(
    cast: Cast,
    assessment: Assessment,
    number: str,
    facility: str,
    version: int = 0,
    who: str = "member",
    **values: str,
) -> SiteAnswer:
    given = SiteAnswerGiven(number, facility, version, values)
    return save_site_answers(assessment, [given], actor=cast.actor(who))[number, facility][0]
