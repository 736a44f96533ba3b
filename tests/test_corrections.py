"""What readers report as wrong becomes a mail to whoever corrects, and nothing else."""

from __future__ import annotations

import re
from datetime import date, timedelta
from typing import Any
from unittest.mock import patch

import pytest
from django.core import mail
from django.test import Client, override_settings

from alunite.foundation.history.models import Entry
from alunite.foundation.messages.corrections import MOST_OF_ONE
from alunite.front.register import card_views
from alunite.front.register.models import Record

WRONG = "The last day is 2023-12-12, not 2022-12-12."


def typed(**more: str) -> dict[str, str]:
    return {"wrong": WRONG} | more


def test_what_is_typed_on_the_form_of_a_record_goes_out_as_one_mail_that_names_it(samples):
    record = Record.objects.filter(until=None, kind="certificate").first()
    client = Client(enforce_csrf_checks=True)
    page = client.get("/corrections/", {"about": f"certificate:{record.subject}"}).content.decode()
    assert f'href="/certificates/{record.subject}-{record.slug}/"' in page
    hidden = dict(re.findall(r'<input type="hidden" name="(\w+)" value="([^"]*)"', page))
    entries = Entry.objects.count()
    answer = client.post(
        "/corrections/", hidden | typed(right="2023-12-12", source="https://example.org/it", email="ann@example.org")
    )
    assert (answer.status_code, answer["Location"]) == (302, "/corrections/sent/")
    (sent,) = mail.outbox
    assert sent.to == ["corrections@example.org"]
    assert record.title in sent.subject
    for said in (WRONG, "https://example.org/it", "ann@example.org", f"/certificates/{record.subject}-{record.slug}/"):
        assert said in sent.body
    assert Entry.objects.count() == entries
    assert "What happens next" in client.get("/corrections/sent/").content.decode()


@pytest.mark.parametrize(
    "shape", ["/certificates/{0}-any-words/", "https://r.example.org/fr/certificates/{0}/?on=2020-01-01", "{0}"]
)
def test_a_record_is_meant_by_its_address_or_id(samples, client, shape):
    record = Record.objects.filter(until=None, kind="certificate").first()
    client.post("/corrections/", typed(about=shape.format(record.subject)))
    assert record.title in mail.outbox[0].subject


def test_a_standard_is_meant_by_its_address(samples, client):
    record = Record.objects.filter(until=None, kind="standard_version").first()
    client.post("/corrections/", typed(about=f"/standards/{record.subject}/"))
    assert f"/standards/{record.subject}/" in mail.outbox[0].body


@pytest.mark.django_db
def test_everything_that_is_wrong_with_it_is_said_at_once_and_nothing_is_sent(client):
    answer = client.post("/corrections/", {"about": "/certificates/22222222/", "email": "ann", "wrong": "x" * 4001})
    assert answer.status_code == 422
    assert set(answer.context["form"].errors) == {"about", "email", "wrong"}
    assert mail.outbox == []


@pytest.mark.django_db
def test_what_fills_in_the_field_that_people_do_not_see_is_not_sent(client):
    assert client.post("/corrections/", typed(website="https://buy.example")).status_code == 422
    assert mail.outbox == []


@pytest.mark.django_db
def test_a_form_from_elsewhere_is_refused():
    assert Client(enforce_csrf_checks=True).post("/corrections/", typed()).status_code == 403
    assert mail.outbox == []


@pytest.mark.django_db
def test_one_sender_is_heard_so_often_in_an_hour_and_others_still_are(client):
    with override_settings(ALUNITE_BEHIND_PROXY=True, SECURE_SSL_REDIRECT=False):
        answers = [
            client.post("/corrections/", typed(), HTTP_X_FORWARDED_FOR="192.0.2.1").status_code
            for _ in range(MOST_OF_ONE + 1)
        ]
        other = client.post("/corrections/", typed(), HTTP_X_FORWARDED_FOR="192.0.2.2").status_code
    assert (answers, other) == ([302] * MOST_OF_ONE + [422], 302)
    assert len(mail.outbox) == MOST_OF_ONE + 1


def sent_from(client: Client, addresses: list[str]) -> list[Any]:
    with override_settings(ALUNITE_BEHIND_PROXY=True, SECURE_SSL_REDIRECT=False):
        return [client.post("/corrections/", typed(), HTTP_X_FORWARDED_FOR=address) for address in addresses]


@pytest.mark.django_db
def test_whoever_has_a_network_of_addresses_is_one_sender(client):
    one = sent_from(client, [f"2001:db8:0:1::{number:x}" for number in range(MOST_OF_ONE + 1)])
    assert [answer.status_code for answer in one] == [302] * MOST_OF_ONE + [422]
    assert f"Up to {MOST_OF_ONE} corrections" in one[-1].content.decode()
    assert sent_from(client, ["2001:db8:0:2::1"])[0].status_code == 302


@pytest.mark.django_db
def test_who_is_refused_for_what_others_sent_reads_that_reason(client):
    with patch("alunite.foundation.messages.corrections.MOST_OF_ALL", 2):
        *_taken, refused = sent_from(client, ["192.0.2.1", "192.0.2.2", "192.0.2.3"])
    assert refused.status_code == 422
    assert "from anybody" in refused.content.decode()
    assert "from one place" not in refused.content.decode()


@pytest.mark.django_db
@override_settings(ALUNITE_CORRECTIONS_TO="")
def test_where_nobody_corrects_no_form_leads_nowhere(client):
    for answer in (client.get("/corrections/"), client.post("/corrections/", typed())):
        assert answer.status_code == 503
        assert b"<textarea" not in answer.content
    assert mail.outbox == []


def test_a_form_for_a_record_asks_the_same_however_many_records_there_are(samples, client, django_assert_num_queries):
    record = Record.objects.filter(until=None, kind="certificate").first()
    client.get("/corrections/")
    # The scheme's words, which record is meant, what was last said of it.
    with django_assert_num_queries(3):
        client.get("/corrections/", {"about": f"certificate:{record.subject}"})


def test_pictures_do_not_make_it_forget_who_sent_how_much(samples, client):
    record = Record.objects.filter(until=None, kind="member").first()
    for _ in range(MOST_OF_ONE):
        client.post("/corrections/", typed())
    # More than one of Django's caches usually holds.
    days = [date(2020, 1, 1) + timedelta(days=number) for number in range(320)]
    with patch.object(card_views, "drawn", return_value=b"a picture"):
        for day in days:
            assert client.get(f"/cards/member/{record.subject}.png?on={day}").status_code == 200
    assert client.post("/corrections/", typed()).status_code == 422
