"""The pages on which a member lists its entities and facilities."""

from __future__ import annotations

import re
from datetime import date

import pytest

from alunite.programme.members.models import Entity, OwnFacility
from alunite.programme.members.places.actions import add_entity, add_facility
from alunite.programme.members.places.rules import EntityFacts, FacilityFacts
from tests.cast import Cast, cast

__all__ = ["cast"]

pytestmark = pytest.mark.usefixtures("adopted_scheme")

LAKE = {"name": "Lake Works", "country": "NO", "activities": ["casthouses"], "valid_from": "2020-01-01"}


def hidden_mark(page: str) -> str:
    return re.search(r'name="mark" value="([^"]+)"', page)[1]


def test_a_member_lists_a_facility_changes_it_and_gives_it_a_last_day(cast: Cast):
    place = cast.organisation("member")
    entity = add_entity(place, EntityFacts("Upper Works", date(2019, 1, 1)), actor=cast.actor("member"))
    page = f"/work/organisations/{place.pk}/facilities/"
    member, colleague = cast["member"], cast["colleague"]
    assert member.get("/work/facilities/").headers["Location"] == page
    # Countries stand in the reader's language, in its order: Ouganda among the O.
    french = member.get(f"/fr{page}add/").content.decode()
    assert french.index(">Norvège<") < french.index(">Ouganda<") < french.index(">Pakistan<")
    assert member.post(f"{page}add/", {**LAKE, "entity": str(entity.pk)}).headers["Location"] == page
    made = OwnFacility.objects.get()
    assert (made.country, made.activities, made.headcount, made.entity) == ("NO", ["casthouses"], None, entity)
    shown = colleague.get(page).content.decode()
    assert "Norway" in shown
    assert "Casthouses" in shown
    assert "unknown" in shown
    mark = hidden_mark(colleague.get(f"{page}{made.pk}/").content.decode())
    changed = {**LAKE, "headcount": "240", "mark": mark}
    assert colleague.post(f"{page}{made.pk}/", changed).status_code == 302
    assert member.post(f"{page}{made.pk}/last-day/", {"valid_to": "2026-06-30"}).status_code == 302
    made.refresh_from_db()
    assert (made.headcount, made.entity, made.valid_to) == (240, None, date(2026, 6, 30))


def test_every_fault_stands_beside_its_field_and_what_was_typed_stays(cast: Cast):
    page = f"/work/organisations/{cast.organisation('member').pk}/facilities/add/"
    typed = {"name": "Lake Works", "country": "Atlantis", "valid_from": "soon", "headcount": "many", "facility": "x"}
    answer = cast["member"].post(page, typed)
    assert answer.status_code == 400
    assert set(answer.context["form"].errors) == {"country", "valid_from", "headcount"}
    answer = cast["member"].post(page, typed | {"country": "NO", "valid_from": "2020-01-01", "headcount": "-1"})
    assert set(answer.context["form"].errors) == {"activities", "headcount", "facility"}
    assert 'value="Lake Works"' in answer.content.decode()
    assert not OwnFacility.objects.exists()


def test_a_form_that_is_older_than_what_stands_shows_the_difference_and_saves_nothing(cast: Cast):
    place = cast.organisation("member")
    entity = add_entity(place, EntityFacts("Upper Works", date(2019, 1, 1)), actor=cast.actor("member"))
    page = f"/work/organisations/{place.pk}/entities/{entity.pk}/"
    opened = hidden_mark(cast["member"].get(page).content.decode())
    typed = {"valid_from": "2019-01-01", "mark": opened}
    assert cast["colleague"].post(page, {"name": "Upper Mill", **typed}).status_code == 302
    answer = cast["member"].post(page, {"name": "Upper Hall", **typed})
    assert answer.status_code == 409
    told = answer.content.decode()
    assert "Upper Mill" in told
    assert 'value="Upper Hall"' in told
    assert Entity.objects.get().name == "Upper Mill"
    again = cast["member"].post(page, {"name": "Upper Hall", "valid_from": "2019-01-01", "mark": hidden_mark(told)})
    assert again.status_code == 302
    assert Entity.objects.get().name == "Upper Hall"
    assert cast["member"].post(page, {"name": "X", "valid_from": "2019-01-01", "mark": "x"}).status_code == 400


def test_the_secretariat_reads_a_members_list_and_finds_no_way_to_change_it(cast: Cast):
    place = cast.organisation("member")
    add_facility(
        place, FacilityFacts("Lake Works", "NO", ("casthouses",), date(2020, 1, 1)), actor=cast.actor("member")
    )
    page = f"/work/organisations/{place.pk}/facilities/"
    for name in ("office", "assurance"):
        shown = cast[name].get(page).content.decode()
        assert "Lake Works" in shown
        assert "/add/" not in shown
        assert cast[name].post(f"{page}add/", LAKE).status_code == 404
    assert page in cast["office"].get("/work/facilities/").content.decode()
