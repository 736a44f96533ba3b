"""Days in one's own calendar by a private address, and tasks by mail, as each person wants it."""

from __future__ import annotations

import hashlib
import re
from datetime import date, timedelta

import icalendar
import pytest
from django.core import mail
from django.test import Client
from django.utils import timezone
from django.utils.translation import override

from alunite.foundation.accounts.actions import close_account
from alunite.foundation.accounts.invitations import invite
from alunite.foundation.accounts.personal import By, holdings
from alunite.foundation.accounts.policies import OPERATOR, PUBLIC, SYSTEM, Refused
from alunite.foundation.history.models import Entry
from alunite.foundation.messages import calendars
from alunite.foundation.messages.calendars import Marked
from alunite.foundation.messages.jobs import jobs
from alunite.front.inbox.actions import choose_mail, mail_tasks, make_calendar_address
from alunite.front.inbox.models import Wish
from alunite.front.inbox.queries import days_ahead

MONDAY = date(2026, 11, 23)
ADDRESS = re.compile(r"/calendar/([\w-]{43})\.ics")


def make(client: Client) -> str:
    """Make an address on the page, and return its path."""
    page = client.post("/work/calendar/address/", {"act": "make"})
    assert page.status_code == 200
    assert "no-store" in page["Cache-Control"]
    return ADDRESS.search(page.content.decode())[0]


def events(path: str) -> dict[str, icalendar.Event]:
    answer = Client().get(path)
    assert answer.status_code == 200
    assert answer["Content-Type"].startswith("text/calendar")
    found = icalendar.Calendar.from_ical(answer.content)
    assert all(len(line) <= 75 for line in answer.content.split(b"\r\n"))
    return {str(event["UID"]): event for event in found.walk("VEVENT")}


def test_a_private_address_shows_ones_days_without_signing_in(busy):
    place = busy.organisation("member")
    invitation = invite(place, "g@example.org", "manager", actor=OPERATOR, origin="http://testserver")
    path = make(busy["member"])
    found = events(path)
    today = timezone.now().date()
    look = found[f"accounts.look_through-{place.pk}@testserver"]
    assert look["DTSTART"].dt == today - timedelta(days=7)
    assert look["DTEND"].dt == today - timedelta(days=6)
    assert str(look["SUMMARY"]) == "Look through people and roles"
    assert str(look["URL"]) == f"http://testserver/organisations/{place.pk}/people/"
    assert found[f"accounts.invitation-{invitation.pk}@testserver"]["DTSTART"].dt == today + timedelta(days=7)
    assert len(found) == 2
    assert "g@example.org" not in str(found), "the address of a guest stays on the page"
    page = busy["member"].get("/work/calendar/").content.decode()
    assert "Invitation lapses" in page
    assert not ADDRESS.search(page), "it is shown once"
    assert make(busy["stranger"])
    assert events(make(busy["stranger"])) == {}


def test_a_day_that_is_a_tasks_is_shown_once(busy, monkeypatch):
    key = f"accounts.look_through:{busy.organisation('member').pk}"
    other = Marked("x:1", date(2026, 12, 1), "Something else", "", "/")

    def twice(actor, first, last):
        return [Marked(key, date(2026, 11, 30), "The same", "", "/"), other]

    monkeypatch.setattr(calendars, "_functions", [("tests", twice)])
    with pytest.raises(ValueError, match="twice"):
        calendars.dates("tests")(twice)
    found = days_ahead(busy.actor("member")).marked
    assert [one.title for one in found if one.key == key] == ["Look through people and roles"]
    assert other in found


def test_an_address_is_renewed_and_taken_back_and_ends_with_the_account(busy):
    member = busy["member"]
    first = make(member)
    second = make(member)
    assert Client().get(first).status_code == 404
    secret = ADDRESS.search(second)[1]
    assert Wish.objects.get().secret_digest == hashlib.sha256(secret.encode()).hexdigest()
    kept = [str(row) for row in [*Entry.objects.values_list("payload__payload"), *Wish.objects.values_list()]]
    assert secret not in "".join(kept)
    assert member.post("/work/calendar/address/", {"act": "end"}).status_code == 302
    for path in (second, "/calendar/.ics", f"/calendar/{'x' * 43}.ics", "/calendar/None.ics"):
        assert Client().get(path).status_code == 404, path
    third = make(member)
    close_account("member", actor=OPERATOR)
    assert Client().get(third).status_code == 404
    kinds = Entry.objects.filter(kind__startswith="person.calendar").values_list("kind", flat=True)
    assert list(kinds) == [
        *["person.calendar_address_made"] * 2,
        *("person.calendar_address_ended", "person.calendar_address_made"),
    ]


def test_what_somebody_wants_is_theirs_to_say_and_nothing_else_is_taken(busy):
    for actor in (busy.actor("office"), PUBLIC):
        with pytest.raises(Refused):
            choose_mail(busy.person("member"), "daily", actor=actor)
        with pytest.raises(Refused):
            make_calendar_address(busy.person("member"), actor=actor)
    assert busy["member"].post("/work/calendar/mail/", {"mail": "hourly"}).status_code == 400
    assert busy["member"].post("/work/calendar/address/", {"act": "take"}).status_code == 400
    assert not Wish.objects.exists()
    with pytest.raises(Refused):
        mail_tasks(actor=busy.actor("office"))


def test_a_mail_goes_out_once_a_day_or_a_week_and_says_why_it_came(busy, settings):
    settings.ALUNITE_ORIGIN, settings.ALUNITE_REVIEW_DAYS = "https://register.example.org", 180
    settings.ALUNITE_TODAY = MONDAY
    assert busy["office"].post("/work/calendar/mail/", {"mail": "daily"}).status_code == 302
    assert re.search(r'value="daily"[^>]*checked', busy["office"].get("/work/calendar/").content.decode())
    with override("fr"):
        choose_mail(busy.person("assurance"), "weekly", actor=busy.actor("assurance"))
    choose_mail(busy.person("stranger"), "daily", actor=busy.actor("stranger"))
    mail.outbox.clear()
    sent = {}
    for later in range(9):
        settings.ALUNITE_TODAY = MONDAY + timedelta(days=later)
        mail_tasks(actor=SYSTEM)
        assert mail_tasks(actor=SYSTEM) == 0, "once a day"
        sent[later] = {one.to[0].partition("@")[0] for one in mail.outbox}
        mail.outbox.clear()
    # Nothing to do, no mail: the stranger gets none. Mail of a week comes on Monday.
    assert sent == {later: {"office", "assurance"} if later in {0, 7} else {"office"} for later in range(9)}


def test_the_words_of_the_mail(busy, settings):
    settings.ALUNITE_ORIGIN = "https://register.example.org"
    choose_mail(busy.person("office"), "weekly", actor=busy.actor("office"))
    mail.outbox.clear()
    assert mail_tasks(actor=SYSTEM) == 1
    [told] = mail.outbox
    assert told.to == ["office@walkthrough.example"]
    assert told.subject == "Your tasks: 6 tasks, 2 of them late"
    assert "You get this mail because you, Olga Made-up, asked for a mail of your tasks: each week" in told.body
    assert "https://register.example.org/work/calendar/" in told.body
    assert "=Fjord Works\n" in told.body
    assert "(late)" in told.body
    assert "\n\n\n" not in told.body


def test_a_mail_in_french_for_who_asked_in_french_and_none_to_a_closed_account(busy):
    choose_mail(busy.person("member"), "daily", actor=busy.actor("member"))
    with override("fr"):
        choose_mail(busy.person("auditor"), "daily", actor=busy.actor("auditor"))
    close_account("member", actor=OPERATOR)
    mail.outbox.clear()
    assert mail_tasks(actor=SYSTEM) == 1
    [told] = mail.outbox
    assert told.to == ["auditor@walkthrough.example"]
    assert told.subject.startswith("Vos tâches")


def test_a_person_gets_and_erases_what_is_held_of_their_wishes(busy):
    make(busy["member"])
    busy["member"].post("/work/calendar/mail/", {"mail": "weekly"})
    [held] = [one for one in holdings() if one.name == "tasks"]
    [said] = held.holding.find(busy.person("member"))
    assert said["mail"] == "weekly"
    assert "secret" not in "".join(said)
    entry = Entry.objects.latest("pk")
    assert held.holding.erase(busy.person("member"), By("d", "system", entry)) == 1
    assert not Wish.objects.exists()


def test_the_worker_mails():
    assert next(job for job in jobs() if job.name == "inbox.mail").every == timedelta(hours=1)
