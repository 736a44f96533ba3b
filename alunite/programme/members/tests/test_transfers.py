"""Giving an entity to another member: offered by one, accepted by the other, and nothing that was true before is lost."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from http import HTTPStatus

import pytest

from alunite.foundation.accounts.policies import Refused
from alunite.foundation.history.models import Entry
from alunite.foundation.messages.tasks import tasks_of
from alunite.programme.members.joining.models import Application, Membership
from alunite.programme.members.models import Entity, Member, OwnFacility, Transfer
from alunite.programme.members.places import transfers
from alunite.programme.members.places.actions import UnfitPlace, add_entity, add_facility, set_last_day
from alunite.programme.members.places.rules import EntityFacts, FacilityFacts
from tests.cast import PLAYERS, Cast, cast

__all__ = ["cast"]

pytestmark = pytest.mark.usefixtures("adopted_scheme")

TODAY = date(2026, 10, 15)
DAY = date(2026, 10, 1)
UPPER = EntityFacts("Upper Works", date(2019, 7, 1))
LAKE = FacilityFacts("Lake Works", "NO", ("casthouses",), date(2020, 1, 1), headcount=240)
PARTIES = {"member", "colleague", "buyer", "office", "assurance"}


@pytest.fixture(autouse=True)
def today(settings) -> None:
    settings.ALUNITE_TODAY = TODAY


def member_of(cast: Cast, name: str, state: str = "active") -> Membership:
    place = cast.organisation(name)
    public = Member.objects.create(name=place.name)
    made = Membership.objects.create(organisation=place, state=state, member=public, joined=date(2025, 1, 1))
    Application.objects.create(membership=made)
    return made


def listed(cast: Cast) -> tuple[Entity, OwnFacility]:
    place, actor = cast.organisation("member"), cast.actor("member")
    entity = add_entity(place, UPPER, actor=actor)
    return entity, add_facility(place, replace(LAKE, entity=str(entity.pk)), actor=actor)


def rules_of(refused: pytest.ExceptionInfo[UnfitPlace]) -> set[str]:
    return {one.rule for one in refused.value.reasons}


def asked(cast: Cast, name: str) -> list[bool]:
    return [one.is_mine for one in tasks_of(cast.actor(name), TODAY) if one.key.startswith("membership.transfer:")]


def test_an_entity_moves_with_its_facilities_and_both_members_keep_what_was(cast: Cast):
    member_of(cast, "member")
    to = member_of(cast, "buyer")
    entity, works = listed(cast)
    shut = add_facility(
        cast.organisation("member"), replace(LAKE, name="Old Works", entity=str(entity.pk)), actor=cast.actor("member")
    )
    set_last_day(shut, date(2024, 12, 31), actor=cast.actor("member"))
    giver, getter = cast["member"], cast["buyer"]
    page = f"/work/organisations/{entity.organisation_id}/entities/{entity.pk}/"
    answer = giver.post(
        f"{page}offer/", {"member": f"/members/{to.member_id}-brightcan/", "day": DAY, "reason": "Sold."}
    )
    assert answer.status_code == HTTPStatus.FOUND
    offered = Transfer.objects.get()
    address = f"/work/transfers/{offered.pk}/"
    assert address in giver.get(page).content.decode()
    assert address in getter.get(f"/work/organisations/{to.organisation_id}/facilities/").content.decode()
    assert {name: asked(cast, name) for name in PLAYERS if asked(cast, name)} == {
        "member": [False],
        "colleague": [False],
        "buyer": [True],
        "office": [False],
        "assurance": [False],
    }
    for name in PLAYERS:
        expected = HTTPStatus.OK if name in PARTIES else HTTPStatus.NOT_FOUND
        assert cast[name].get(address).status_code == expected, name
    # Neither the giver nor the office accepts for the other.
    for name in set(PLAYERS) - {"buyer"}:
        assert cast[name].post(address, {"act": "accept"}).status_code == HTTPStatus.NOT_FOUND, name
        with pytest.raises(Refused):
            transfers.answer(offered, accepts=True, today=TODAY, actor=cast.actor(name))
    assert "Lake Works" in getter.get(address).content.decode()
    assert getter.post(address, {"act": "accept"}).status_code == HTTPStatus.FOUND

    before, after = Entity.objects.get(pk=entity.pk), Entity.objects.get(continues=entity)
    assert (before.valid_to, before.organisation_id) == (date(2026, 9, 30), entity.organisation_id)
    assert (after.name, after.valid_from, after.valid_to) == ("Upper Works", DAY, None)
    assert after.organisation_id == to.organisation_id
    moved = OwnFacility.objects.get(continues=works)
    works.refresh_from_db()
    assert (works.valid_to, moved.valid_from) == (date(2026, 9, 30), DAY)
    assert (moved.entity_id, moved.headcount, moved.activities, moved.country) == (after.pk, 240, ["casthouses"], "NO")
    # What was shut before stays where it was.
    assert OwnFacility.objects.get(pk=shut.pk).valid_to == date(2024, 12, 31)
    assert not OwnFacility.objects.filter(continues=shut).exists()
    cause = Entry.objects.get(kind="entity.transferred")
    told = Entry.objects.filter(cause_id=cause.pk).order_by("pk").values_list("kind", "record_id")
    assert list(told) == [
        ("entity.closed", str(entity.pk)),
        ("entity.added", str(after.pk)),
        ("own_facility.closed", str(works.pk)),
        ("own_facility.added", str(moved.pk)),
    ]
    # Each sees where it was and where it is, and nobody changes what was.
    new_page = f"/work/organisations/{after.organisation_id}/entities/{after.pk}/"
    assert "Fjordvik Metals (made up)" in getter.get(new_page).content.decode()
    assert giver.get(new_page).status_code == HTTPStatus.NOT_FOUND
    assert (
        "Brightcan Packaging (made up)"
        in giver.get(f"/work/organisations/{entity.organisation_id}/facilities/").content.decode()
    )
    for row in (before, works):
        with pytest.raises(UnfitPlace) as refused:
            set_last_day(row, None, actor=cast.actor("member"))
        assert rules_of(refused) == {"places.moved"}
    with pytest.raises(UnfitPlace) as refused:
        transfers.answer(offered, accepts=True, today=TODAY, actor=cast.actor("buyer"))
    assert rules_of(refused) == {"places.transfer_answered"}


def test_what_stands_against_a_transfer_is_said_at_once_and_nothing_moves(cast: Cast):
    own = member_of(cast, "member")
    to = member_of(cast, "buyer", state="suspended")
    entity, _works = listed(cast)
    actor, other = cast.actor("member"), cast.actor("buyer")
    first_day_of_works = date(2020, 1, 1)
    for wrong in (to.member_id, own.member_id, "22222222222", ""):
        with pytest.raises(UnfitPlace) as refused:
            transfers.offer(entity, wrong, first_day_of_works, " ", today=TODAY, actor=actor)
        assert rules_of(refused) == {"places.transfer_to", "places.transfer_reason", "places.transfer_day"}
    assert not Transfer.objects.exists()
    Membership.objects.filter(pk=to.pk).update(state="active")
    made = transfers.offer(entity, to.member_id, DAY, "Sold.", today=TODAY, actor=actor)
    with pytest.raises(UnfitPlace) as refused:
        transfers.offer(entity, to.member_id, DAY, "Sold.", today=TODAY, actor=actor)
    assert rules_of(refused) == {"places.transfer_once"}
    # Between the offer and the answer either list may change.
    same = add_entity(to.organisation, UPPER, actor=other)
    with pytest.raises(UnfitPlace) as refused:
        transfers.answer(made, accepts=True, today=TODAY, actor=other)
    assert rules_of(refused) == {"places.transfer_name"}
    page = cast["buyer"].post(f"/work/transfers/{made.pk}/", {"act": "accept"})
    assert page.status_code == HTTPStatus.BAD_REQUEST
    assert "You list an entity of this name already" in page.content.decode()
    set_last_day(same, date(2026, 1, 1), actor=other)
    set_last_day(entity, date(2026, 1, 1), actor=actor)
    with pytest.raises(UnfitPlace) as refused:
        transfers.answer(made, accepts=True, today=TODAY, actor=other)
    assert rules_of(refused) == {"places.transfer_closed"}
    assert not Entity.objects.exclude(continues=None).exists()
    with pytest.raises(Refused):
        transfers.withdraw(made, today=TODAY, actor=other)
    assert transfers.withdraw(made, today=TODAY, actor=actor).outcome == "withdrawn"
    set_last_day(entity, None, actor=actor)
    refusal = transfers.offer(entity, to.member_id, DAY, "Sold.", today=TODAY, actor=actor)
    assert transfers.answer(refusal, accepts=False, today=TODAY, actor=other).outcome == "refused"


@pytest.mark.parametrize("state", ["submitted", "approved", "awaiting_payment"])
def test_what_is_listed_stays_while_the_application_is_with_the_office(cast: Cast, state):
    entity, works = listed(cast)
    made = Membership.objects.create(organisation=entity.organisation, state=state)
    actor = cast.actor("member")
    acts = (
        lambda: add_entity(entity.organisation, replace(UPPER, name="Lower Works"), actor=actor),
        lambda: add_facility(entity.organisation, LAKE, actor=actor),
        lambda: set_last_day(works, TODAY, actor=actor),
        lambda: transfers.offer(entity, "22222222222", DAY, "Sold.", today=TODAY, actor=actor),
    )
    for act in acts:
        with pytest.raises(UnfitPlace) as refused:
            act()
        assert rules_of(refused) == {"places.frozen"}
    page = cast["member"].get(f"/work/organisations/{entity.organisation_id}/facilities/").content.decode()
    assert "stays as it was submitted" in page
    assert "/add/" not in page
    Membership.objects.filter(pk=made.pk).update(state="queried")
    assert set_last_day(works, TODAY, actor=actor).valid_to == TODAY


def test_a_facility_with_a_planned_last_day_goes_along_and_keeps_it(cast: Cast):
    member_of(cast, "member")
    to = member_of(cast, "buyer")
    entity, works = listed(cast)
    planned = date(2027, 6, 30)
    set_last_day(works, planned, actor=cast.actor("member"))
    args = {"today": TODAY, "actor": cast.actor("member")}
    offered = transfers.offer(entity, str(to.member_id), DAY, "Sold.", **args)
    transfers.answer(offered, accepts=True, today=TODAY, actor=cast.actor("buyer"))
    kept, moved = OwnFacility.objects.order_by("valid_from")
    assert (kept.valid_to, moved.organisation, moved.valid_from, moved.valid_to) == (
        date(2026, 9, 30),
        to.organisation,
        DAY,
        planned,
    )
    closed, added = Entry.objects.filter(record_type="own_facility").order_by("-pk")[:2][::-1]
    assert (closed.data["before"], closed.data["after"], added.data["valid_to"]) == (
        "2027-06-30",
        "2026-09-30",
        "2027-06-30",
    )


def test_what_begins_after_the_day_stands_against_it_even_with_a_last_day(cast: Cast):
    member_of(cast, "member")
    to = member_of(cast, "buyer")
    entity, works = listed(cast)
    OwnFacility.objects.filter(pk=works.pk).update(valid_from=date(2027, 1, 1), valid_to=date(2027, 6, 30))
    with pytest.raises(UnfitPlace) as refused:
        transfers.offer(entity, str(to.member_id), DAY, "Sold.", today=TODAY, actor=cast.actor("member"))
    assert rules_of(refused) == {"places.transfer_day"}


def test_a_member_that_is_no_longer_active_accepts_nothing(cast: Cast):
    member_of(cast, "member")
    to = member_of(cast, "buyer")
    entity, _works = listed(cast)
    offered = transfers.offer(entity, str(to.member_id), DAY, "Sold.", today=TODAY, actor=cast.actor("member"))
    Membership.objects.filter(pk=to.pk).update(state="suspended")
    with pytest.raises(UnfitPlace) as refused:
        transfers.answer(offered, accepts=True, today=TODAY, actor=cast.actor("buyer"))
    assert rules_of(refused) == {"places.transfer_to"}
    assert Entity.objects.count() == 1
