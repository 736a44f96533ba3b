"""Default no, and lists cut by who asks. design.md: everything private is tried as the stranger."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.utils import timezone

from alunite.foundation.accounts import policies
from alunite.foundation.accounts.actions import add_person, affiliate, end_affiliation
from alunite.foundation.accounts.models import Affiliation, Organisation, Person
from alunite.foundation.accounts.policies import (
    IMPORTER,
    OPERATOR,
    PUBLIC,
    SYSTEM,
    Actor,
    Refused,
    actor_for,
    allows,
    judge,
    require,
    scoped,
)
from alunite.foundation.accounts.queries import organisations_visible_to
from alunite.foundation.accounts.roles import OrganisationKind, Role
from tests.cast import EVERYBODY, PLAYERS

INSTALLATION = (OPERATOR, IMPORTER, SYSTEM)


def person(name: str) -> Person:
    add_person(name, actor=OPERATOR)
    return Person.objects.get(username=name)


def organisation(name: str, kind: str = OrganisationKind.MEMBER) -> Organisation:
    return Organisation.objects.create(name=name, kind=kind)


def names(actor: Actor) -> list[str]:
    return [found.name for found in organisations_visible_to(actor)]


@pytest.mark.parametrize("actor", [*INSTALLATION, PUBLIC])
def test_what_no_policy_allows_is_refused_to_everybody_even_the_operator(actor):
    judgement = judge(actor, "certificates.eat")
    assert not judgement.result
    assert [reason.rule for reason in judgement.reasons] == ["policy.default_no"]
    with pytest.raises(Refused):
        require(actor, "certificates.eat")


@pytest.mark.parametrize("name", EVERYBODY)
def test_what_no_policy_allows_is_refused_to_the_whole_cast(cast, name):
    assert not allows(cast.actor(name), "certificates.eat")


def test_a_list_without_a_scope_is_empty_even_for_the_operator(db):
    organisation("Anything")
    for actor in (*INSTALLATION, PUBLIC):
        assert list(scoped(actor, "organisations.eat", Organisation.objects.all())) == []


def test_a_policy_is_registered_once():
    with pytest.raises(ValueError, match="twice"):
        policies.policy("people.add", says="again")(lambda actor, subject: True)
    with pytest.raises(ValueError, match="twice"):
        policies.scope("organisations.view")(lambda actor: None)


def test_who_is_refused_is_told_why():
    with pytest.raises(Refused, match="Only the operator, at the command line, may add people") as refused:
        require(PUBLIC, "people.add")
    assert refused.value.reasons[0].rule == "policy.people.add"


@pytest.mark.parametrize("name", EVERYBODY)
def test_nobody_of_the_cast_adds_people(cast, name):
    with pytest.raises(Refused):
        add_person("intruder", actor=cast.actor(name))
    assert not Person.objects.filter(username="intruder").exists()


def test_no_person_can_pass_for_the_installation(cast):
    for name in PLAYERS:
        actor = cast.actor(name)
        assert not actor.is_installation
        assert actor.label == f"person:{cast.person(name).pk}"


def test_the_stranger_and_the_public_see_no_organisation(cast):
    assert names(cast.actor("stranger")) == []
    assert names(PUBLIC) == []


def test_members_see_their_own_organisation_and_no_other(cast):
    assert names(cast.actor("member")) == names(cast.actor("colleague")) == [cast.organisation("member").name]
    assert names(cast.actor("buyer")) == [cast.organisation("buyer").name]
    assert cast.organisation("buyer").name != cast.organisation("member").name


def test_auditors_see_their_firm_and_the_secretariat_sees_all(cast):
    assert names(cast.actor("auditor")) == names(cast.actor("junior")) == [cast.organisation("auditor").name]
    everything = sorted(Organisation.objects.values_list("name", flat=True))
    assert len(everything) == 5
    for name in ("assurance", "office"):
        assert sorted(names(cast.actor(name))) == everything


def test_a_secretariat_role_in_another_organisation_opens_nothing(db):
    """The role's word does not make somebody of the Secretariat: the organisation does."""
    place, other = organisation("A member"), organisation("Another member")
    someone = person("someone")
    affiliate("someone", place, Role.OFFICE, actor=OPERATOR)
    actor = actor_for(someone)
    assert not actor.is_secretariat
    assert not actor.holds(Role.OFFICE)
    assert names(actor) == [place.name]
    assert other.name not in names(actor)


def test_a_person_of_several_organisations_sees_each_once(db):
    first, second = organisation("First"), organisation("Second")
    organisation("Third")
    someone = person("someone")
    for place in (first, second):
        affiliate("someone", place, Role.MANAGER, actor=OPERATOR)
    affiliate("someone", first, Role.DELEGATE, actor=OPERATOR)
    assert names(actor_for(someone)) == ["First", "Second"]
    assert actor_for(someone).organisations == {str(first.pk), str(second.pk)}


def test_an_ended_affiliation_opens_nothing_from_that_moment(db):
    place = organisation("Left")
    someone = person("someone")
    held = affiliate("someone", place, Role.MANAGER, actor=OPERATOR)
    assert names(actor_for(someone)) == ["Left"]
    ended = end_affiliation(held, actor=OPERATOR)
    assert names(actor_for(someone)) == []
    assert actor_for(someone).roles == frozenset()
    assert end_affiliation(held, actor=OPERATOR).until == ended.until, "an end that is past stays where it is"


def test_an_affiliation_ended_in_one_organisation_leaves_the_others(db):
    left, stayed = organisation("Left"), organisation("Stayed")
    someone = person("someone")
    held = affiliate("someone", left, Role.MANAGER, actor=OPERATOR)
    affiliate("someone", stayed, Role.MANAGER, actor=OPERATOR)
    # Somebody else still holds a role where this person's has ended: the join must not mix the two.
    person("other")
    affiliate("other", left, Role.MANAGER, actor=OPERATOR)
    end_affiliation(held, actor=OPERATOR)
    assert names(actor_for(someone)) == ["Stayed"]


@pytest.mark.parametrize(
    ("begins", "ends", "holds"),
    [(-2, None, True), (-2, 1, True), (-2, -1, False), (1, None, False), (1, 2, False)],
)
def test_an_affiliation_holds_between_its_first_and_last_moment_only(db, begins, ends, holds):
    """Clock one: facts carry the time they hold. A role agreed for tomorrow opens nothing today."""
    now = timezone.now()
    place, someone = organisation("Place"), person("someone")
    Affiliation.objects.create(
        person=someone,
        organisation=place,
        role=Role.MANAGER,
        since=now + timedelta(days=begins),
        until=None if ends is None else now + timedelta(days=ends),
    )
    assert names(actor_for(someone)) == (["Place"] if holds else [])
    assert bool(actor_for(someone).roles) is holds
    seen = organisations_visible_to(OPERATOR).get(pk=place.pk)
    assert [held.person_id for held in seen.held] == ([someone.pk] if holds else [])


def test_an_inactive_person_is_the_public(cast):
    someone = cast.person("office")
    someone.is_active = False
    assert actor_for(someone) == PUBLIC


def test_something_that_is_no_person_is_the_public():
    assert actor_for(None) == actor_for(object()) == PUBLIC


def test_organisations_are_listed_in_two_queries_however_many_there_are(db, django_assert_num_queries):
    for number in range(12):
        place = organisation(f"Place {number:02}")
        person(f"person{number}")
        affiliate(f"person{number}", place, Role.MANAGER, actor=OPERATOR)
    with django_assert_num_queries(2):
        assert len([[str(held) for held in place.held] for place in organisations_visible_to(OPERATOR)]) == 12
