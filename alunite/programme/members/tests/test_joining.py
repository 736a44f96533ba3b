"""From the first question to membership and out of it again, by the pages and by the days."""

from __future__ import annotations

import json
import re
import uuid
from collections.abc import Iterator
from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.core import mail
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection, transaction
from django.test.utils import CaptureQueriesContext

from alunite.foundation.accounts.erasure import everything_held
from alunite.foundation.accounts.policies import IMPORTER, OPERATOR, SYSTEM, Refused
from alunite.foundation.decisions.actions import propose_decision
from alunite.foundation.history import editing, reactions
from alunite.foundation.history.models import Entry
from alunite.foundation.history.verification import verify
from alunite.foundation.publications.models import Publication, PublicationPayload
from alunite.programme.members.actions import members_named
from alunite.programme.members.calendar import last_days
from alunite.programme.members.joining import actions, changes, extensions, queries
from alunite.programme.members.joining.actions import CannotDo
from alunite.programme.members.joining.models import (
    DatedChange,
    Document,
    DueDiligence,
    ExtensionRequest,
    Invoice,
    Membership,
    Payment,
    Proposal,
)
from alunite.programme.members.models import FormerName, Member
from alunite.programme.members.places.actions import add_facility
from alunite.programme.members.places.rules import FacilityFacts
from alunite.programme.members.queries import members_called
from alunite.programme.members.tasks import membership_tasks
from tests.cast import PLAYERS, Cast, cast

__all__ = ["cast"]

pytestmark = pytest.mark.usefixtures("adopted_scheme")

TODAY = date(2026, 10, 15)
OTHERS = tuple(name for name in PLAYERS if name not in {"member", "colleague", "office", "assurance"})


@pytest.fixture(autouse=True)
def today(settings) -> None:
    settings.ALUNITE_TODAY = TODAY


def application(**changed: Any) -> dict[str, Any]:
    scheme = queries.pack_with_membership()[1]
    answers = {
        f"answer_{one.id}": "on" if one.answer == "consent" else "As asked" for one in queries.asked_in_words(scheme)
    }
    return {
        "kind": "company",
        "country": "NO",
        "member_class": "production_transformation",
        "size": "120",
        "has_group": "false",
        **answers,
        **changed,
    }


def page_of(membership: Membership) -> str:
    return f"/work/membership/{membership.pk}/"


def fill(cast: Cast, membership: Membership, **changed: Any) -> None:
    client, page = cast["member"], f"{page_of(membership)}application/"
    mark = re.search(r'name="mark" value="([^"]+)"', client.get(page).content.decode())[1]
    assert client.post(page, {**application(**changed), "mark": mark}).status_code == 302


def send(cast: Cast, who: str, membership: Membership, name: str = "owners.txt", text: bytes = b"Made up.") -> int:
    sent = {"question": "documents", "file": SimpleUploadedFile(name, text)}
    return cast[who].post(f"{page_of(membership)}documents/", sent).status_code


def do(cast: Cast, who: str, membership: Membership, what: str, **fields: Any) -> int:
    membership.refresh_from_db()
    sent = {"what": what, "version": membership.version, **fields}
    return cast[who].post(f"{page_of(membership)}do/", sent).status_code


def begun(cast: Cast) -> Membership:
    cast["member"].post("/join/", {"organisation": str(cast.organisation("member").pk)})
    made = Membership.objects.get()
    facts = FacilityFacts("Fjord Works", "NO", ("aluminium_smelting",), date(2019, 1, 1))
    add_facility(made.organisation, facts, actor=cast.actor("member"))
    fill(cast, made)
    assert send(cast, "member", made) == 302
    return made


def approved(cast: Cast) -> Membership:
    made = begun(cast)
    assert do(cast, "member", made, "step", act="submit") == 302
    for topic in ("sanctions", "media", "ownership"):
        assert do(cast, "office", made, "look", topic=topic, note="Nothing found.", is_clear="on") == 302
    assert do(cast, "office", made, "step", act="approve") == 302
    assert do(cast, "office", made, "step", act="invoice") == 302
    made.refresh_from_db()
    return made


def active(cast: Cast) -> Membership:
    made = approved(cast)
    assert do(cast, "office", made, "pay", invoice="2026-00001", amount="4500", day="2026-10-15") == 302
    made.refresh_from_db()
    assert made.state == "active"
    return made


def public(membership: Membership) -> Publication:
    return Publication.objects.filter(kind="member", subject=membership.member_id).latest("pk")


def kinds(membership: Membership) -> list[str]:
    rows = Entry.objects.filter(record_type="membership", record_id=str(membership.pk)).order_by("pk")
    return [entry.kind.removeprefix("membership.") for entry in rows]


def test_an_application_goes_through_questions_and_part_payment_to_a_public_member(cast: Cast):
    made = begun(cast)
    assert do(cast, "member", made, "step", act="submit") == 302
    assert do(cast, "office", made, "step", act="query", reason="Who owns the works?") == 302
    assert do(cast, "member", made, "step", act="answer", reason="The family.") == 302
    # Not everything was looked into yet.
    assert do(cast, "office", made, "step", act="approve") == 400
    for topic in ("sanctions", "media", "ownership"):
        do(cast, "office", made, "look", topic=topic, note="Nothing found.", is_clear="on")
    assert do(cast, "office", made, "step", act="approve") == 302
    assert do(cast, "office", made, "step", act="invoice") == 302
    invoice = Invoice.objects.get()
    # 18,000 a year for the size; October, November, December: three twelfths.
    assert (invoice.number, invoice.total, invoice.currency) == ("2026-00001", Decimal(4500), "USD")
    assert do(cast, "office", made, "pay", invoice=invoice.number, amount="1500", day="2026-10-15") == 302
    made.refresh_from_db()
    assert (made.state, Invoice.objects.get().open) == ("awaiting_payment", Decimal(3000))
    assert do(cast, "office", made, "pay", invoice=invoice.number, amount="3000.01", day="2026-10-15") == 400
    assert do(cast, "office", made, "credit", invoice=invoice.number, amount="500", note="Agreed.") == 302
    assert do(cast, "office", made, "pay", invoice=invoice.number, amount="2500", day="2026-10-15") == 302
    made.refresh_from_db()
    assert (made.state, made.joined, Invoice.objects.get().open) == ("active", TODAY, Decimal(0))
    said = json.loads(PublicationPayload.objects.get(publication=public(made)).payload)
    assert (said["name"], said["standing"], said["membership_class"], said["joined"], said["countries"]) == (
        made.organisation.name,
        "listed",
        "production_transformation",
        "2026-10-15",
        ["NO"],
    )
    assert said["activities"] == ["aluminium_smelting"]
    steps = [
        "begun",
        "document_added",
        "submitted",
        "queried",
        "answered",
        *["looked_into"] * 3,
        "approved",
        "invoiced",
        "activated",
    ]
    assert kinds(made) == steps
    assert any("Welcome" in one.body for one in mail.outbox)
    assert any("Who owns the works?" in one.body for one in mail.outbox)


def test_somebody_without_an_organisation_begins_one_and_only_its_people_see_it(cast: Cast):
    assert cast["stranger"].get("/work/membership/").status_code == 404
    answer = cast["stranger"].post("/join/", {"name": "New Works (made up)"})
    made = Membership.objects.get()
    assert answer.headers["Location"] == f"{page_of(made)}application/"
    assert made.organisation.name == "New Works (made up)"
    assert cast["stranger"].get(page_of(made)).status_code == 200
    assert cast["buyer"].get(page_of(made)).status_code == 404
    answer = cast["stranger"].post("/join/", {"organisation": "", "name": ""})
    assert answer.status_code == 400
    with pytest.raises(CannotDo, match="already"):
        actions.begin_application("", made.organisation, actor=cast.actor("stranger"))


def test_an_incomplete_application_is_saved_and_says_all_that_is_missing_when_submitted(cast: Cast):
    cast["member"].post("/join/", {"organisation": str(cast.organisation("member").pk)})
    made = Membership.objects.get()
    fill(cast, made, kind="", size="", answer_address="", answer_bylaws="")
    shown = cast["member"].post(f"{page_of(made)}do/", {"what": "step", "act": "submit", "version": made.version})
    assert shown.status_code == 400
    told = shown.content.decode()
    for text in (
        "Say what kind",
        "Say how large",
        "List at least one place",
        "Send at least one document",
        "This has to be agreed to",
    ):
        assert text in told
    made.refresh_from_db()
    assert made.state == "enquiry"


def test_once_submitted_it_is_not_changed_and_an_older_form_shows_the_difference(cast: Cast):
    made = begun(cast)
    page = f"{page_of(made)}application/"
    marks = [re.search(r'name="mark" value="([^"]+)"', cast["member"].get(page).content.decode())[1] for _ in range(2)]
    assert cast["colleague"].post(page, {**application(size="130"), "mark": marks[0]}).status_code == 302
    stale = cast["member"].post(page, {**application(size="140"), "mark": marks[1]})
    assert (stale.status_code, "130" in stale.content.decode()) == (409, True)
    do(cast, "member", made, "step", act="submit")
    assert cast["member"].post(page, {**application(size="150"), "mark": marks[0]}).status_code == 400
    assert queries.judged(made, made.application, queries.pack_with_membership()[0]).filled.size == 130


def test_declining_takes_two_people(cast: Cast):
    made = begun(cast)
    do(cast, "member", made, "step", act="submit")
    assert do(cast, "office", made, "step", act="decline", reason="") == 400
    assert do(cast, "office", made, "step", act="decline", reason="Sanctions.") == 302
    waiting = Proposal.objects.get()
    made.refresh_from_db()
    assert made.state == "submitted"
    assert do(cast, "office", made, "decide", proposal=waiting.pk, answer="confirm") == 400
    assert "Confirm" not in cast["office"].get(page_of(made)).content.decode()
    assert "Waiting for another person" not in cast["member"].get(page_of(made)).content.decode()
    assert do(cast, "assurance", made, "decide", proposal=waiting.pk, answer="confirm") == 302
    made.refresh_from_db()
    assert (made.state, made.ended) == ("declined", TODAY)
    assert do(cast, "assurance", made, "decide", proposal=waiting.pk, answer="confirm") == 400
    # What ended does not keep anybody from applying anew.
    assert cast["member"].post("/join/", {"organisation": str(made.organisation_id)}).status_code == 302


def test_a_proposal_that_was_altered_is_not_carried_out(cast: Cast):
    made = begun(cast)
    do(cast, "member", made, "step", act="submit")
    do(cast, "office", made, "step", act="decline", reason="Sanctions.")
    Proposal.objects.update(reason="Another reason.")
    assert do(cast, "assurance", made, "decide", proposal=Proposal.objects.get().pk, answer="confirm") == 400


def test_the_office_says_which_record_of_the_register_an_applicant_is(cast: Cast):
    made = begun(cast)
    known = Member.objects.create(pk="2345wxzz", name=made.organisation.name)
    do(cast, "member", made, "step", act="submit")
    for topic in ("sanctions", "media", "ownership"):
        do(cast, "office", made, "look", topic=topic, note="Nothing found.", is_clear="on")
    assert do(cast, "office", made, "step", act="approve") == 400
    assert do(cast, "office", made, "match", member="bcdfghjk") == 400
    assert do(cast, "office", made, "match", member=f"https://x.example/members/{known.pk}-works/") == 302
    assert do(cast, "office", made, "step", act="approve") == 302
    do(cast, "office", made, "step", act="invoice")
    do(cast, "office", made, "pay", invoice="2026-00001", amount="4500", day="2026-10-15")
    made.refresh_from_db()
    assert (made.state, made.member_id, Member.objects.count()) == ("active", known.pk, 1)


def test_what_costs_nothing_is_active_at_once_and_a_name_of_two_lines_does_no_harm(cast: Cast):
    cast["stranger"].post("/join/", {"name": "Friends of\nthe Fjord (made up)"})
    made = Membership.objects.get()
    page = f"{page_of(made)}application/"
    mark = re.search(r'name="mark" value="([^"]+)"', cast["stranger"].get(page).content.decode())[1]
    said = application(kind="not_for_profit", member_class="civil_society", mark=mark)
    assert cast["stranger"].post(page, said).status_code == 302
    assert send(cast, "stranger", made) == 302
    assert do(cast, "stranger", made, "step", act="submit") == 302
    for topic in ("sanctions", "media", "ownership"):
        do(cast, "office", made, "look", topic=topic, note="Nothing found.", is_clear="on")
    do(cast, "office", made, "step", act="approve")
    assert do(cast, "office", made, "step", act="invoice") == 302
    made.refresh_from_db()
    assert (made.state, Invoice.objects.get().total) == ("active", Decimal(0))
    assert cast.actor("stranger").administers(made.organisation_id)


def test_two_memberships_never_stand_for_one_record(cast: Cast):
    made = approved(cast)
    other = Membership.objects.create(organisation=cast.organisation("buyer"), state="active", joined=TODAY)
    other.member = Member.objects.create(pk="2345wxzz", name=made.organisation.name)
    other.save()
    assert do(cast, "office", made, "pay", invoice="2026-00001", amount="4500", day="2026-10-15") == 400
    assert not Payment.objects.exists()


@pytest.fixture
def heard() -> Iterator[list[Entry]]:
    """A test room that reacts to the end of a membership."""
    told: list[Entry] = []

    def hear_of_the_end(entry: Entry, *, actor: str, cause: Entry) -> None:
        told.append(entry)

    reactions.reacts_to("membership.terminated", room="certificates")(hear_of_the_end)
    yield told
    reactions._registry.pop("membership.terminated")


def test_an_unpaid_renewal_suspends_withdraws_and_ends_and_each_takes_a_person(cast: Cast, heard, settings):
    made = active(cast)
    settings.ALUNITE_TODAY = date(2027, 1, 10)
    assert do(cast, "office", made, "renew") == 302
    assert do(cast, "office", made, "renew") == 400
    assert Invoice.objects.get(year=2027).total == Decimal(18000)
    last = date(2027, 1, 10) + timedelta(days=60)
    brought = [actions.days_of_invoices(last - timedelta(days=days), actor=SYSTEM) for days in (30, 29, 7, 0)]
    assert [one["reminded"] for one in brought] == [1, 0, 1, 0]
    assert actions.days_of_invoices(last + timedelta(days=1), actor=SYSTEM)["proposed"] == 1
    assert actions.days_of_invoices(last + timedelta(days=2), actor=SYSTEM)["proposed"] == 0
    made.refresh_from_db()
    assert made.state == "active"
    settings.ALUNITE_TODAY = last + timedelta(days=3)
    assert do(cast, "office", made, "decide", proposal=Proposal.objects.get().pk, answer="confirm") == 302
    made.refresh_from_db()
    assert made.state == "suspended"
    assert (public(made).withdrawal, cast["public"].get(f"/members/{made.member_id}/").status_code) == (
        "suspended",
        410,
    )
    # Paid after all: the office takes it back, and the register shows it again.
    assert do(cast, "office", made, "step", act="reinstate", reason="Promised.") == 302
    assert public(made).withdrawal == ""
    # It was not: the days propose it anew.
    settings.ALUNITE_TODAY = last + timedelta(days=91)
    assert actions.days_of_invoices(settings.ALUNITE_TODAY, actor=SYSTEM)["proposed"] == 1
    do(cast, "assurance", made, "decide", proposal=Proposal.objects.latest("pk").pk, answer="confirm")
    made.refresh_from_db()
    settings.ALUNITE_TODAY = made.suspended + timedelta(days=90)
    assert actions.days_of_invoices(settings.ALUNITE_TODAY, actor=SYSTEM)["proposed"] == 1
    assert not heard
    assert do(cast, "office", made, "decide", proposal=Proposal.objects.latest("pk").pk, answer="confirm") == 302
    made.refresh_from_db()
    assert (made.state, public(made).withdrawal) == ("terminated", "ended")
    [entry] = heard
    assert (entry.record_id, entry.data["member"]) == (str(made.pk), made.member_id)
    # Nothing that comes later brings it back.
    with transaction.atomic():
        actions.publish_members([made.member_id], actor=SYSTEM)
    assert public(made).withdrawal == "ended"


def test_the_clock_to_the_first_certificate_reminds_can_be_put_off_and_proposes(cast: Cast, settings):
    made = active(cast)
    # Joined on 15 October 2026: the last day is 14 October 2028.
    last = date(2028, 10, 14)
    assert actions.days_of_certification(last - timedelta(days=180), actor=SYSTEM)["reminded"] == 1
    assert do(cast, "office", made, "extend", months=7, reason="Flood.") == 400
    assert do(cast, "office", made, "extend", months=6, reason="Flood.") == 302
    assert actions.days_of_certification(last + timedelta(days=1), actor=SYSTEM)["proposed"] == 0
    assert actions.days_of_certification(date(2029, 4, 15), actor=SYSTEM)["proposed"] == 1
    settings.ALUNITE_TODAY = date(2028, 12, 1)
    assert do(cast, "office", made, "certified", day="2028-12-01") == 302
    assert "certified in time" in cast["member"].get(page_of(made)).content.decode()


def test_a_member_changes_its_class_only_to_one_that_is_open_to_it(cast: Cast):
    made = active(cast)
    assert do(cast, "office", made, "class", member_class="general_supporters", reason="They asked.") == 400
    made.refresh_from_db()
    assert made.member_class == "production_transformation"


def test_the_paper_of_an_invoice_is_a_pdf_for_its_own_people_and_the_secretariat(cast: Cast):
    approved(cast)
    for name in ("member", "colleague", "office", "assurance"):
        answer = cast[name].get("/work/invoices/2026-00001.pdf")
        assert answer.content.startswith(b"%PDF-")
        assert answer["Content-Disposition"] == 'attachment; filename="invoice-2026-00001.pdf"'
    for name in OTHERS:
        assert cast[name].get("/work/invoices/2026-00001.pdf").status_code == 404


def test_nobody_else_sees_or_does_anything_and_the_applicant_nothing_of_the_office(cast: Cast):
    made = begun(cast)
    do(cast, "member", made, "step", act="submit")
    do(cast, "office", made, "look", topic="media", note="An old court case.", is_clear="on")
    before = len(kinds(made))
    for name in OTHERS:
        for path in ("", "application/"):
            assert cast[name].get(f"{page_of(made)}{path}").status_code == 404
        assert do(cast, name, made, "step", act="resign", reason="No.") == 404
    for name in ("member", "colleague", "assurance"):
        assert do(cast, name, made, "step", act="query", reason="Why?") == 404
        assert do(cast, name, made, "look", topic="media", note="x") == 404
        assert do(cast, name, made, "match", member="x") == 404
    assert do(cast, "office", made, "step", act="resign", reason="For them.") == 404
    assert "court case" not in cast["member"].get(page_of(made)).content.decode()
    assert "court case" in cast["assurance"].get(page_of(made)).content.decode()
    assert len(kinds(made)) == before
    with pytest.raises(Refused):
        actions.days_of_invoices(TODAY, actor=cast.actor("office"))


def test_a_step_on_a_page_that_is_older_than_what_stands_is_refused(cast: Cast):
    made = begun(cast)
    sent = {"what": "step", "act": "submit", "version": made.version}
    assert cast["member"].post(f"{page_of(made)}do/", sent).status_code == 302
    do(cast, "office", made, "step", act="query", reason="Who?")
    late = {"what": "step", "act": "resign", "reason": "No.", "version": made.version - 1}
    assert cast["member"].post(f"{page_of(made)}do/", late).status_code == 400
    assert cast["member"].post(f"{page_of(made)}do/", {"what": "nothing"}).status_code == 400


def asked_of(cast: Cast, who: str, day: date) -> dict[str, tuple[bool, date | None]]:
    return {
        task.key.partition(":")[0]: (task.is_mine, task.clock.due() if task.clock else None)
        for task in membership_tasks(cast.actor(who), day)
    }


def test_everybody_is_told_what_waits_for_them_and_until_when(cast: Cast):
    made = begun(cast)
    assert asked_of(cast, "member", TODAY) == {"membership.enquiry": (True, None)}
    assert asked_of(cast, "office", TODAY) == {}
    do(cast, "member", made, "step", act="submit")
    assert asked_of(cast, "member", TODAY) == {"membership.submitted": (False, None)}
    assert asked_of(cast, "office", TODAY) == {"membership.submitted": (True, None)}
    do(cast, "office", made, "step", act="decline", reason="Sanctions.")
    assert asked_of(cast, "office", TODAY)["membership.decide"] == (False, None)
    assert asked_of(cast, "assurance", TODAY)["membership.decide"] == (True, None)
    do(cast, "office", made, "decide", proposal=Proposal.objects.get().pk, answer="refuse")
    for topic in ("sanctions", "media", "ownership"):
        do(cast, "office", made, "look", topic=topic, note="Nothing found.", is_clear="on")
    do(cast, "office", made, "step", act="approve")
    do(cast, "office", made, "step", act="invoice")
    # Sixty days after 15 October.
    assert asked_of(cast, "member", TODAY) == {"membership.pay": (True, date(2026, 12, 14))}
    assert asked_of(cast, "office", TODAY) == {"membership.pay": (False, date(2026, 12, 14))}
    marked = last_days(cast.actor("colleague"), TODAY, date(2026, 12, 31))
    assert [(one.key, one.day) for one in marked] == [("membership.pay:2026-00001", date(2026, 12, 14))]
    do(cast, "office", made, "pay", invoice="2026-00001", amount="4500", day="2026-10-15")
    assert asked_of(cast, "member", TODAY) == {"membership.certify": (True, date(2028, 10, 14))}
    assert [one.day for one in last_days(cast.actor("member"), TODAY, date(2029, 1, 1))] == [date(2028, 10, 14)]
    for name in OTHERS:
        assert asked_of(cast, name, TODAY) == {}
        assert last_days(cast.actor(name), TODAY, date(2030, 1, 1)) == []


def test_the_page_asks_as_often_for_many_notes_and_payments_as_for_few(cast: Cast):
    made = approved(cast)
    office = cast["office"]

    def counted() -> int:
        with CaptureQueriesContext(connection) as asked:
            assert office.get(page_of(made)).status_code == 200
        return len(asked)

    few = counted()
    for number in range(20):
        DueDiligence.objects.create(membership=made, topic="media", note=f"{number}", is_clear=True, noted_on=TODAY)
        Payment.objects.create(invoice=Invoice.objects.get(), day=TODAY, amount=Decimal(1))
    assert counted() == few <= 25


def test_a_new_name_holds_from_its_day_here_and_in_the_register_and_the_old_one_is_still_understood(cast: Cast):
    made = active(cast)
    old = made.organisation.name
    Membership.objects.filter(pk=made.pk).update(joined=date(2026, 1, 15))
    assert do(cast, "member", made, "name", name="Fjordvik Light (made up)", day="2026-07-01", reason="Sold.") == 404
    # Every fault at once: no new name, a day before it joined, no reason.
    shown = cast["office"].post(
        f"{page_of(made)}do/",
        {"what": "name", "version": made.version, "name": old, "day": "2026-01-14", "reason": " . "},
    )
    assert shown.status_code == 400
    assert "It is this already." in shown.content.decode()
    assert "Expected a day of the membership up to today" in shown.content.decode()
    Member.objects.create(name="Taken Name")
    assert do(cast, "office", made, "name", name="Taken Name", day="2026-07-01", reason="Sold.") == 400
    said = {"name": "Fjordvik Light (made up)", "day": "2026-07-01", "reason": "Sold to the family."}
    assert do(cast, "office", made, "name", **said) == 302
    made.refresh_from_db()
    assert made.organisation.name == "Fjordvik Light (made up)"
    assert json.loads(PublicationPayload.objects.get(publication=public(made)).payload)["name"] == said["name"]
    assert [one.record_id for one in Entry.objects.filter(kind="organisation.edited")] == [str(made.organisation_id)]
    page = cast["member"].get(page_of(made)).content.decode()
    assert all(text in page for text in (old, said["name"], "1 Jul 2026", "Sold to the family."))
    # What a source still calls by the old name is this member, and no other comes into being.
    assert {name: one.pk for name, one in members_called([old, said["name"]]).items()} == {
        old: made.member_id,
        said["name"]: made.member_id,
    }
    before = Member.objects.count()
    assert members_named([old], actor=IMPORTER)[old].pk == made.member_id
    assert Member.objects.count() == before
    # Changes are noted in their order; back to the old name is one more.
    assert do(cast, "office", made, "name", name="Third", day="2026-07-01", reason="Again.") == 400
    assert do(cast, "office", made, "name", name=old, day="2026-08-01", reason="Bought back.") == 302
    assert list(FormerName.objects.values_list("name", "until")) == [(said["name"], date(2026, 7, 31))]
    told = [(one.what, one.before, one.after, one.day) for one in DatedChange.objects.order_by("pk")]
    assert told == [("name", old, said["name"], date(2026, 7, 1)), ("name", said["name"], old, date(2026, 8, 1))]


def test_another_owner_and_another_class_are_noted_with_their_days_and_nothing_is_overwritten(cast: Cast):
    made = active(cast)
    Membership.objects.filter(pk=made.pk).update(joined=date(2026, 1, 15))
    for name in OTHERS:
        assert do(cast, name, made, "owner", owner="Others", day="2026-07-01", reason="Sold.") == 404
    assert do(cast, "office", made, "owner", owner="The family", day="2026-03-01", reason="Inherited.") == 302
    assert do(cast, "office", made, "owner", owner="The fund", day="2026-10-16", reason="Sold.") == 400
    assert do(cast, "office", made, "owner", owner="The fund", day="2026-10-15", reason="Sold.") == 302
    assert do(cast, "office", made, "class", member_class="production_transformation", reason="Same.") == 400
    Membership.objects.filter(pk=made.pk).update(member_class="industrial_users")
    assert do(cast, "office", made, "class", member_class="production_transformation", reason="It smelts.") == 302
    told = [(one.what, one.before, one.after, one.day) for one in DatedChange.objects.order_by("pk")]
    assert told == [
        ("owner", "", "The family", date(2026, 3, 1)),
        ("owner", "The family", "The fund", TODAY),
        ("class", "industrial_users", "production_transformation", TODAY),
    ]
    page = " ".join(cast["colleague"].get(page_of(made)).content.decode().split())
    assert "as the application says" in page
    assert page.index("The fund") < page.index("1 Mar 2026")
    with pytest.raises(Refused):
        changes.change_owner(
            made, version=made.version, owner="x", day=TODAY, reason="x", today=TODAY, actor=cast.actor("member")
        )


def test_a_member_asks_for_more_time_and_the_office_answers_once_with_a_mail(cast: Cast):
    made = active(cast)
    # Six months at most by the pack; seven, and none at all, are refused with all that is wrong.
    shown = cast["member"].post(f"{page_of(made)}do/", {"what": "ask", "months": "7", "reason": ""})
    assert shown.status_code == 400
    assert all(text in shown.content.decode() for text in ("Expected at least a month", "Say why."))
    for name in (*OTHERS, "office", "assurance"):
        assert do(cast, name, made, "ask", months="4", reason="The auditor fell ill.") == 404, name
    assert do(cast, "colleague", made, "ask", months="4", reason="The auditor fell ill.") == 302
    assert do(cast, "member", made, "ask", months="1", reason="Again.") == 400
    [waiting] = ExtensionRequest.objects.all()
    tasks = {
        name: [one for one in membership_tasks(cast.actor(name), TODAY) if "extension" in one.key] for name in PLAYERS
    }
    assert {name: one[0].is_mine for name, one in tasks.items() if one} == {
        "member": False,
        "colleague": False,
        "office": True,
        "assurance": False,
    }
    for name in (*OTHERS, "member", "assurance"):
        assert do(cast, name, made, "grant", request=waiting.pk, answer="grant", words="Yes.") == 404, name
    assert do(cast, "office", made, "grant", request=waiting.pk, answer="grant", words="") == 400
    assert do(cast, "office", made, "grant", request=waiting.pk, answer="grant", words="Agreed by the board.") == 302
    made.refresh_from_db()
    assert made.extension_months == 4
    assert kinds(made)[-3:] == ["extension_asked", "extension_granted", "extended"]
    # Two years from 15 Oct 2026 end on 14 Oct 2028; four months more end on 14 Feb 2029.
    assert "14 Feb 2029" in cast["member"].get(page_of(made)).content.decode()
    assert any("Agreed by the board." in one.body for one in mail.outbox)
    assert do(cast, "office", made, "grant", request=waiting.pk, answer="refuse", words="No.") == 400
    # Two are left.
    assert do(cast, "member", made, "ask", months="3", reason="More.") == 400
    assert do(cast, "member", made, "ask", months="2", reason="More.") == 302
    second = ExtensionRequest.objects.get(outcome="")
    assert do(cast, "office", made, "grant", request=second.pk, answer="refuse", words="Enough.") == 302
    made.refresh_from_db()
    assert made.extension_months == 4
    made.certified = TODAY
    made.save()
    with pytest.raises(CannotDo, match="clock to the first certificate runs"):
        extensions.ask(made, months=1, reason="More.", today=TODAY, actor=cast.actor("member"))


def test_documents_are_files_of_the_application_and_nobody_elses(cast: Cast):
    made = begun(cast)
    page = f"{page_of(made)}documents/"
    [first] = Document.objects.all()
    assert (first.file_name, first.content.size) == ("owners.txt", 8)
    # What is no document is refused, and what cannot be told apart is not kept.
    for name, text in (("a.exe", b"MZ\x00\x01"), ("empty.txt", b"")):
        assert send(cast, "colleague", made, name, text) == 400, name
    strange = {"question": "sanctions", "file": SimpleUploadedFile("a.txt", b"Made up.")}
    assert cast["member"].post(page, strange).status_code == 400
    for name in (*OTHERS, "office", "assurance"):
        assert send(cast, name, made) == 404, name
    for name in PLAYERS:
        expected = 404 if name in OTHERS else 200
        answer = cast[name].get(f"{page}{first.pk}/")
        assert answer.status_code == expected, name
        if expected == 200:
            assert answer.headers["Content-Disposition"] == 'attachment; filename="owners.txt"'
            assert answer.getvalue() == b"Made up."
        assert cast[name].get(page).status_code == expected, name
    assert cast["member"].get(f"{page}{first.content_id[:32]}/").status_code == 404
    assert Document.objects.count() == 1
    # Only of this application, and only while it can be changed.
    assert cast["colleague"].post(page, {"withdraw": str(uuid.uuid4())}).status_code == 400
    assert cast["colleague"].post(page, {"withdraw": "x"}).status_code == 400
    assert cast["colleague"].post(page, {"withdraw": str(first.pk)}).status_code == 302
    assert cast["member"].get(f"{page}{first.pk}/").status_code == 404
    assert do(cast, "member", made, "step", act="submit") == 400
    assert send(cast, "member", made, "chart.txt") == 302
    assert do(cast, "member", made, "step", act="submit") == 302
    assert send(cast, "member", made, "later.txt") == 400
    [second] = Document.objects.filter(withdrawn_at=None)
    assert cast["member"].post(page, {"withdraw": str(second.pk)}).status_code == 400
    assert "chart.txt" in cast["assurance"].get(page_of(made)).content.decode()


def test_whoever_is_named_in_an_application_is_found_there_and_taken_out_by_two_people(cast: Cast):
    made = begun(cast)
    person = cast.person("colleague")
    contact = f"Cato  made-up, environment\n{person.email.upper()}\nThe front desk"
    fill(cast, made, answer_contact=contact)
    fill(cast, made, answer_contact="The front desk", answer_address=f"c/o {person.display_name}")
    told = everything_held(person, actor=OPERATOR)["held"]["applications"]
    assert [(one["question"], one["line"]) for one in told] == [("address", "c/o Cato Made-up")]
    assert everything_held(cast.person("buyer"), actor=OPERATOR)["held"]["applications"] == []
    proposed = propose_decision(
        "erase_person", "colleague", ground="personal_data", note="", actor=cast.actor("office")
    )
    page = cast["assurance"].get(f"/decisions/{proposed.pk}/").content.decode()
    answer = dict(re.findall(r'name="(version|seen)" value="([^"]*)"', page))
    assert cast["assurance"].post(f"/decisions/{proposed.pk}/", {"answer": "confirm", **answer}).status_code == 302
    made.refresh_from_db()
    answers = made.application.answers
    assert (answers["contact"], answers["address"]) == ("The front desk", "")
    # The two entries in which the name or the address stood are empty; the first, without either, stays.
    saved = Entry.objects.filter(record_type="application", record_id=str(made.pk)).order_by("pk")
    assert [one.data is None for one in saved.select_related("payload")] == [False, True, True]
    assert verify().problems == []


def test_a_member_keeps_its_contacts_up_to_date_and_nothing_else_of_what_it_said(cast: Cast):
    made = active(cast)
    page = f"{page_of(made)}application/"
    assert page in cast["member"].get(page_of(made)).content.decode()
    assert page not in cast["office"].get(page_of(made)).content.decode()
    shown = cast["member"].get(page).content.decode()
    assert set(re.findall(r'name="(answer_\w+|size|kind)"', shown)) == {"answer_address", "answer_contact"}
    mark = re.search(r'name="mark" value="([^"]+)"', shown)[1]
    said = {"answer_contact": "Cato Made-up", "answer_address": "As asked", "size": "9", "mark": mark}
    assert cast["colleague"].post(page, said).status_code == 302
    made.application.refresh_from_db()
    assert (made.application.answers["contact"], made.application.size) == ("Cato Made-up", 120)
    saved = Entry.objects.filter(record_type="application").latest("pk")
    assert saved.data == {"before": {"answer_contact": "As asked"}, "after": {"answer_contact": "Cato Made-up"}}
    # Nor by the action itself, and not any more once it has left.
    questions = tuple(one.id for one in queries.asked_in_words(queries.pack_with_membership()[1]))
    held = actions.values_of(made.application, questions)
    mark = editing.mark("application", made.pk, held.as_texts())
    with pytest.raises(CannotDo, match="not changed any more"):
        actions.save_application(made, replace(held, size=9), mark=mark, actor=cast.actor("member"))
    assert do(cast, "member", made, "step", act="resign", reason="Not now.") == 302
    changed = replace(held, answers={**held.answers, "contact": "Nobody"})
    with pytest.raises(CannotDo, match="not changed any more"):
        actions.save_application(made, changed, mark=mark, actor=cast.actor("member"))
