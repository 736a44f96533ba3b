"""What a member lists of itself: entities and facilities. Seen and changed by its own people; the Secretariat looks."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest

from alunite.foundation.accounts.policies import Refused
from alunite.foundation.history import editing
from alunite.foundation.history.models import Entry
from alunite.programme.members.models import Entity, Facility, OwnFacility
from alunite.programme.members.places import queries
from alunite.programme.members.places.actions import (
    UnfitPlace,
    add_entity,
    add_facility,
    edit_entity,
    edit_facility,
    entity_facts,
    facility_facts,
    set_last_day,
)
from alunite.programme.members.places.rules import EntityFacts, FacilityFacts, facility_fits
from tests.cast import Cast, cast

__all__ = ["cast"]

pytestmark = pytest.mark.usefixtures("adopted_scheme")

LAKE = FacilityFacts("Lake Works", "NO", ("casthouses",), date(2020, 1, 1), headcount=240)
UPPER = EntityFacts("Upper Works", date(2019, 7, 1))


def told(record_type: str, pk: object) -> list[str]:
    entries = Entry.objects.filter(record_type=record_type, record_id=str(pk)).order_by("pk")
    return [entry.kind for entry in entries]


def mark_of(listed: Entity | OwnFacility) -> str:
    is_entity = isinstance(listed, Entity)
    facts = entity_facts(listed) if is_entity else facility_facts(listed)
    return editing.mark("entity" if is_entity else "own_facility", listed.pk, facts.as_texts())


def test_a_member_lists_changes_and_closes_what_is_its_own_and_history_tells_each_step(cast: Cast):
    place, actor = cast.organisation("member"), cast.actor("colleague")
    entity = add_entity(place, UPPER, actor=actor)
    made = add_facility(place, replace(LAKE, entity=str(entity.pk)), actor=actor)
    edit_facility(made, replace(LAKE, headcount=250, entity=str(entity.pk)), mark=mark_of(made), actor=actor)
    edit_entity(entity, EntityFacts("Upper and Lower Works", date(2019, 7, 1)), mark=mark_of(entity), actor=actor)
    set_last_day(made, date(2026, 6, 30), actor=actor)
    set_last_day(made, date(2026, 6, 30), actor=actor)
    set_last_day(made, None, actor=actor)
    assert told("own_facility", made.pk) == [
        "own_facility.added",
        "own_facility.edited",
        "own_facility.closed",
        "own_facility.reopened",
    ]
    assert told("entity", entity.pk) == ["entity.added", "entity.edited"]
    edited = Entry.objects.get(kind="own_facility.edited")
    assert (edited.actor, edited.data) == (actor.label, {"before": {"headcount": "240"}, "after": {"headcount": "250"}})
    [listed] = queries.own_facilities(actor, place.pk)
    assert (listed.headcount, listed.entity.name, listed.valid_to) == (250, "Upper and Lower Works", None)


def test_everything_that_does_not_fit_is_said_at_once_and_nothing_is_kept(cast: Cast):
    place, actor = cast.organisation("member"), cast.actor("member")
    foreign = add_entity(cast.organisation("buyer"), UPPER, actor=cast.actor("buyer"))
    wrong = FacilityFacts(" ", "XX", (), date(2020, 1, 1), headcount=-1, entity=str(foreign.pk), facility="nothing")
    with pytest.raises(UnfitPlace) as refused:
        add_facility(place, wrong, actor=actor)
    assert [reason.values["field"] for reason in refused.value.reasons] == [
        "name",
        "country",
        "activities",
        "headcount",
        "entity",
        "facility",
    ]
    with pytest.raises(UnfitPlace, match="no such activity"):
        add_facility(place, replace(LAKE, activities=("weaving",)), actor=actor)
    assert not OwnFacility.objects.exists()


def test_a_facility_may_point_at_the_public_record_of_the_same_place(cast: Cast):
    known = {"activities": {"casthouses"}, "countries": {"NO"}, "entities": set()}
    assert facility_fits(replace(LAKE, facility="2345wxyz"), facilities={"2345wxyz"}, **known).result
    assert not facility_fits(replace(LAKE, facility="2345wxyz"), facilities=set(), **known).result
    assert not Facility.objects.exists()
    with pytest.raises(UnfitPlace, match="no facility of this id"):
        add_facility(cast.organisation("member"), replace(LAKE, facility="2345wxyz"), actor=cast.actor("member"))


def test_the_last_day_lies_not_before_the_first_whichever_is_changed(cast: Cast):
    place, actor = cast.organisation("member"), cast.actor("member")
    made = add_facility(place, LAKE, actor=actor)
    with pytest.raises(UnfitPlace, match="before the first"):
        set_last_day(made, date(2019, 12, 31), actor=actor)
    made = set_last_day(made, date(2020, 1, 1), actor=actor)
    with pytest.raises(UnfitPlace, match="before the first"):
        edit_facility(made, replace(LAKE, valid_from=date(2020, 1, 2)), mark=mark_of(made), actor=actor)


def test_of_two_entities_of_one_name_one_has_ended(cast: Cast):
    place, actor = cast.organisation("member"), cast.actor("member")
    first = add_entity(place, UPPER, actor=actor)
    with pytest.raises(UnfitPlace, match="already"):
        add_entity(place, UPPER, actor=actor)
    set_last_day(first, date(2024, 12, 31), actor=actor)
    add_entity(place, EntityFacts("Upper Works", date(2025, 1, 1)), actor=actor)
    with pytest.raises(UnfitPlace, match="already"):
        set_last_day(first, None, actor=actor)
    # Another member may have one of the same name.
    assert add_entity(cast.organisation("buyer"), UPPER, actor=cast.actor("buyer")).name == UPPER.name


def test_whoever_opened_the_form_before_somebody_else_saved_is_shown_the_difference(cast: Cast):
    place, actor = cast.organisation("member"), cast.actor("member")
    made = add_facility(place, LAKE, actor=actor)
    opened = mark_of(made)
    edit_facility(made, replace(LAKE, headcount=1), mark=opened, actor=cast.actor("colleague"))
    with pytest.raises(editing.Stale) as stale:
        edit_facility(made, replace(LAKE, headcount=2), mark=opened, actor=actor)
    [difference] = stale.value.differences
    assert (difference.field, difference.before, difference.theirs, difference.yours) == ("headcount", "240", "1", "2")
    assert OwnFacility.objects.get().headcount == 1


@pytest.mark.parametrize("name", ["stranger", "buyer", "auditor", "committee", "public", "office", "assurance"])
def test_only_a_members_own_people_change_its_list(cast: Cast, name: str):
    place, own, other = cast.organisation("member"), cast.actor("member"), cast.actor(name)
    facility, entity = add_facility(place, LAKE, actor=own), add_entity(place, UPPER, actor=own)
    before = Entry.objects.count()
    for attempt in (
        lambda: add_facility(place, LAKE, actor=other),
        lambda: add_entity(place, EntityFacts("Another", date(2020, 1, 1)), actor=other),
        lambda: edit_facility(facility, replace(LAKE, headcount=1), mark=mark_of(facility), actor=other),
        lambda: edit_entity(entity, EntityFacts("Another", date(2020, 1, 1)), mark=mark_of(entity), actor=other),
        lambda: set_last_day(facility, date(2030, 1, 1), actor=other),
        lambda: set_last_day(entity, date(2030, 1, 1), actor=other),
    ):
        with pytest.raises(Refused):
            attempt()
    assert Entry.objects.count() == before
    sees = name in {"office", "assurance"}
    assert bool(queries.own_facilities(other, place.pk)) is sees
    assert bool(queries.own_entities(other, place.pk)) is sees
    assert bool(queries.own_facility(other, place.pk, facility.pk)) is sees
    assert bool(queries.own_entity(other, place.pk, entity.pk)) is sees
    assert bool(queries.member_visible_to(other, place.pk)) is sees


def test_a_list_asks_once_whatever_its_length(cast: Cast, django_assert_num_queries):
    place, actor = cast.organisation("member"), cast.actor("member")
    entity = add_entity(place, UPPER, actor=actor)
    for count in (2, 20):
        while OwnFacility.objects.count() < count:
            add_facility(place, replace(LAKE, entity=str(entity.pk)), actor=actor)
        with django_assert_num_queries(1):
            assert {facility.entity.name for facility in queries.own_facilities(actor, place.pk)} == {"Upper Works"}
