"""Private pages ask the database as often for twenty rows as for two."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from alunite.foundation.accounts.actions import add_person, affiliate
from alunite.foundation.accounts.invitations import invite
from alunite.foundation.accounts.models import Affiliation, Organisation, Person
from alunite.foundation.accounts.policies import OPERATOR, actor_for
from alunite.foundation.accounts.roles import OrganisationKind, Role
from alunite.foundation.decisions.actions import propose_decision
from alunite.foundation.importing.models import Batch, Statement
from alunite.foundation.merging.actions import propose_duplicates
from alunite.foundation.merging.models import Proposal
from alunite.programme.audits.actions import firms_named
from alunite.programme.members.joining.models import Application, Membership
from alunite.programme.members.places.actions import add_entity, add_facility
from alunite.programme.members.places.rules import EntityFacts, FacilityFacts
from tests.cast import make_cast

pytestmark = pytest.mark.usefixtures("adopted_scheme")

MOST_QUERIES = 10
# The inbox asks every room; each asks a fixed number.
MOST_OF_THE_INBOX = 21
INBOX = ("/work/", "/work/tasks.csv", "/work/calendar/")


def grow(count: int, start: int = 0) -> None:
    for number in range(start, start + count):
        organisation = Organisation.objects.create(name=f"Works {number}", kind=OrganisationKind.MEMBER)
        add_person(f"worker{number}", actor=OPERATOR)
        affiliate(f"worker{number}", organisation, Role.MANAGER, actor=OPERATOR)
        house = Organisation.objects.get(kind=OrganisationKind.SECRETARIAT)
        affiliate(f"worker{number}", house, Role.OFFICE, actor=OPERATOR)
        invite(house, f"guest{number}@example.org", Role.OFFICE, actor=OPERATOR, origin="http://testserver")
        batch = Batch.objects.create(
            kind="members",
            file=f"{number}.csv",
            sha256="0" * 64,
            rows=1,
            created=1,
            changed=0,
            unchanged=0,
            actor="import",
            at=timezone.now(),
        )
        Statement.objects.create(batch=batch, kind="members", key=f"W{number}", version=1, row=2, cells={"note": "one"})
        first = Batch.objects.order_by("pk")[0]
        Statement.objects.create(batch=first, kind="members", key=f"W{number}", version=2, row=2, cells={"note": "two"})
        first_place = Organisation.objects.get(name="Works 0")
        entity = add_entity(first_place, EntityFacts(f"Part {number}", date(2020, 1, 1)), actor=OPERATOR)
        facts = FacilityFacts(f"Works {number}", "NO", ("casthouses",), date(2020, 1, 1), entity=str(entity.pk))
        add_facility(first_place, facts, actor=OPERATOR)
        mine = Affiliation.objects.filter(person__username=f"worker{number}", organisation=organisation)
        mine.update(since=timezone.now() - timedelta(days=200))
        proposer = actor_for(Person.objects.get(username="office"))
        propose_decision("erase_person", f"worker{number}", ground="personal_data", note="", actor=proposer)
        # The first lists more all the while: what is with the office stays as it was.
        state = "submitted" if number else "queried"
        membership = Membership.objects.create(organisation=organisation, state=state)
        Application.objects.create(membership=membership)
        firms_named([f"Aurora {number} Check", f"Aurora {number} Check Office"], actor=OPERATOR)
        propose_duplicates(actor=OPERATOR, kinds=["firm"])


def test_private_pages_ask_as_often_for_twenty_rows_as_for_two():
    office = make_cast()["office"]
    mine = Affiliation.objects.filter(person__username="office").values_list("organisation_id", flat=True)[0]
    grow(2)
    pair = Proposal.objects.order_by("pk")[0].pk
    place = Organisation.objects.get(name="Works 0")
    people = ("/account/sign-ins/", f"/organisations/{mine}/people/", f"/organisations/{mine}/edit/")
    first = f"/imports/{Batch.objects.order_by('pk')[0].pk}/"
    importing = (first, "/imports/check/")
    worker = Person.objects.get(username="worker0")
    private = (
        "/account/",
        *people,
        *importing,
        "/imports/",
        f"/organisations/{mine}/",
        "/duplicates/",
        f"/duplicates/{pair}/",
        "/duplicates/propose/",
        "/decisions/",
        "/decisions/propose/",
        f"/organisations/{mine}/people/{worker.pk}/leave/",
        "/work/facilities/",
        "/work/membership/",
        f"/work/organisations/{place.pk}/facilities/",
        *INBOX,
    )

    def counted() -> dict[str, int]:
        found = {}
        for address in private:
            with CaptureQueriesContext(connection) as queries:
                assert office.get(address).status_code == 200
            found[address] = len(queries)
        return found

    few = counted()
    grow(18, start=2)
    many = counted()
    assert office.get("/imports/").content.count(b".csv") >= 20
    assert Proposal.objects.count() >= 20
    assert many == few
    assert office.get("/work/").content.count(b"data-row") >= 40
    assert max(many[address] for address in INBOX) <= MOST_OF_THE_INBOX, many
    assert max(number for address, number in many.items() if address not in INBOX) <= MOST_QUERIES, many
