"""Mail is written with the action and sent after it: at least once, tried again, given up, forgotten."""

from __future__ import annotations

import email
import smtplib
import socketserver
import threading
from datetime import timedelta
from pathlib import Path

import pytest
from django.core.mail import send_mail
from django.db import transaction
from django.utils import timezone

from alunite.foundation.accounts.policies import PUBLIC, SYSTEM, Refused
from alunite.foundation.history.models import Entry
from alunite.foundation.messages import actions, transports
from alunite.foundation.messages.actions import WAITS, forget_old_mail, send_waiting_mail
from alunite.foundation.messages.addresses import MailServer, mail_server
from alunite.foundation.messages.models import MailState, OutgoingMail

OUTBOX = "alunite.foundation.messages.backend.Outbox"
TO = "marit@example.org"


@pytest.fixture(autouse=True)
def outbox(settings):
    settings.EMAIL_BACKEND = OUTBOX


def write(to: str = TO, subject: str = "Hello") -> OutgoingMail:
    send_mail(subject, "A line.\nAnother: ü.", None, [to])
    return OutgoingMail.objects.order_by("-pk")[0]


def files(settings) -> list[Path]:
    return sorted(Path(settings.EMAIL_FILE_PATH).glob("*"))


class Broken:
    """A way that breaks: raises what it is given, one after the other, then works."""

    def __init__(self, *faults: Exception) -> None:
        self.faults = list(faults)
        self.sent: list[str] = []

    def __enter__(self):
        return self

    def __exit__(self, *_):
        return None

    def send(self, mail):
        if self.faults:
            raise self.faults.pop(0)
        self.sent.append(mail.message_id)


def test_what_an_action_takes_back_is_never_sent(db, settings):
    with transaction.atomic():
        write()
        transaction.set_rollback(True)
    assert send_waiting_mail(actor=SYSTEM)["sent"] == 0
    assert files(settings) == []


def test_a_mail_goes_out_once_to_each_address_with_its_words(db, settings):
    send_mail("Two\n lines", "Text ü", None, [TO, "two@example.org"])
    assert files(settings) == [], "nothing is sent by the request itself"
    assert send_waiting_mail(actor=SYSTEM) == {"sent": 2, "put_off": 0, "given_up": 0}
    assert send_waiting_mail(actor=SYSTEM)["sent"] == 0
    found = [email.message_from_bytes(path.read_bytes()) for path in files(settings)]
    assert sorted(one["To"] for one in found) == [TO, "two@example.org"]
    assert {one["Subject"] for one in found} == {"Two lines"}
    assert found[0].get_payload(decode=True).decode().strip() == "Text ü"
    assert {one["Message-ID"] for one in found} == set(OutgoingMail.objects.values_list("message_id", flat=True))


def test_a_crash_after_sending_sends_again_with_the_same_id_and_the_file_stays_one(db, settings):
    mail = write()
    send_waiting_mail(actor=SYSTEM)
    # As a worker killed between handing over and saying so leaves it.
    held = timezone.now() + timedelta(minutes=1)
    OutgoingMail.objects.update(state=MailState.WAITING, done_at=None, attempts=0, held_until=held)
    assert send_waiting_mail(actor=SYSTEM)["sent"] == 0, "another worker may still be at it"
    OutgoingMail.objects.update(held_until=timezone.now() - timedelta(seconds=1))
    assert send_waiting_mail(actor=SYSTEM)["sent"] == 1
    (path,) = files(settings)
    assert email.message_from_bytes(path.read_bytes())["Message-ID"] == mail.message_id


def test_a_fault_is_tried_again_later_each_time_and_given_up_in_the_end(db, monkeypatch, caplog):
    fault = smtplib.SMTPServerDisconnected(f"no more mail for {TO}")
    mail = write()
    monkeypatch.setattr(actions, "transport", lambda: Broken(*[fault] * 20))
    for attempt, wait in enumerate(WAITS, start=1):
        assert send_waiting_mail(actor=SYSTEM) == {"sent": 0, "put_off": 1, "given_up": 0}
        mail.refresh_from_db()
        assert mail.attempts == attempt
        assert abs(mail.due_at - timezone.now() - wait) < timedelta(seconds=30)
        assert send_waiting_mail(actor=SYSTEM)["put_off"] == 0, "not before its time"
        OutgoingMail.objects.update(due_at=timezone.now())
    assert sum(WAITS, timedelta()) > timedelta(days=1)
    assert send_waiting_mail(actor=SYSTEM) == {"sent": 0, "put_off": 0, "given_up": 1}
    mail.refresh_from_db()
    assert (mail.state, mail.last_fault) == ("given_up", "SMTPServerDisconnected")
    entry = Entry.objects.get(kind="mail.given_up")
    assert entry.data == {"attempts": len(WAITS) + 1, "fault": "SMTPServerDisconnected"}
    assert TO not in caplog.text
    assert "example.org" not in repr(entry.data)


def test_an_address_refused_for_good_is_not_tried_again_and_one_fault_keeps_back_no_other(db, monkeypatch, caplog):
    first, second = write("nobody@example.org"), write("somebody@example.org")
    way = Broken(smtplib.SMTPRecipientsRefused({"nobody@example.org": (550, b"no such user nobody@example.org")}))
    monkeypatch.setattr(actions, "transport", lambda: way)
    assert send_waiting_mail(actor=SYSTEM) == {"sent": 1, "put_off": 0, "given_up": 1}
    assert way.sent == [second.message_id]
    first.refresh_from_db()
    assert first.last_fault == "SMTPRecipientsRefused 550"
    assert "nobody@" not in caplog.text


def test_greylisting_and_a_wrong_password_of_ours_are_tried_again():
    assert transports.fault_of(smtplib.SMTPRecipientsRefused({TO: (451, b"later")})) == (
        "SMTPRecipientsRefused 451",
        False,
    )
    assert transports.fault_of(smtplib.SMTPAuthenticationError(535, b"no")) == ("SMTPAuthenticationError", False)


def test_old_mail_is_forgotten_and_what_waits_is_not(db, settings):
    settings.ALUNITE_MAIL_KEPT_DAYS = 30
    sent, young, waiting = write(), write(), write()
    send_waiting_mail(actor=SYSTEM)
    assert len(files(settings)) == 3
    for mail, days in ((sent, 31), (young, 29)):
        OutgoingMail.objects.filter(pk=mail.pk).update(
            state=MailState.SENT, done_at=timezone.now() - timedelta(days=days)
        )
    OutgoingMail.objects.filter(pk=waiting.pk).update(
        state=MailState.WAITING, written_at=timezone.now() - timedelta(days=99)
    )
    assert forget_old_mail(actor=SYSTEM) == 1
    assert set(OutgoingMail.objects.values_list("pk", flat=True)) == {young.pk, waiting.pk}
    assert not [path for path in files(settings) if path.stem in sent.message_id], "where it was written is not kept"
    assert len(files(settings)) == 2


@pytest.mark.parametrize("shows", [False, True])
def test_a_link_that_signs_in_stays_no_longer_than_it_has_to(db, settings, monkeypatch, shows):
    settings.ALUNITE_DEMO = shows
    refused = smtplib.SMTPRecipientsRefused({"a@example.org": (550, b"no")})
    monkeypatch.setattr(actions, "transport", lambda: Broken(refused))
    gone, sent = write(), write()
    send_waiting_mail(actor=SYSTEM)
    states = OutgoingMail.objects.order_by("pk").values_list("pk", "state")
    assert list(states) == [(gone.pk, MailState.GIVEN_UP), (sent.pk, MailState.SENT)]
    bodies = set(OutgoingMail.objects.values_list("body", flat=True))
    assert bodies == ({sent.body} if shows else {""})


def test_only_the_installation_sends_mail(db):
    for action in (send_waiting_mail, forget_old_mail):
        with pytest.raises(Refused):
            action(actor=PUBLIC)


@pytest.mark.parametrize(
    "address", ["smtp://", "http://x", "mail.example.org", "smtp://h:port", "smtp://h/x", "smtp://h?x=1"]
)
def test_an_address_that_names_no_server_is_refused(address):
    with pytest.raises(ValueError, match="expected smtp://"):
        mail_server(address)


def test_an_address_names_a_server():
    assert mail_server("smtp://robot%40x:p%3Aw@mail.example.org") == MailServer(
        "mail.example.org", 587, "robot@x", "p:w", starttls=True, tls=False
    )
    assert mail_server("smtp://localhost:1025").starttls is False


class Postman(socketserver.StreamRequestHandler):
    """Enough of RFC 5321 to take a mail."""

    def handle(self):
        self.wfile.write(b"220 here\r\n")
        while line := self.rfile.readline():
            word = line[:4].upper()
            if word == b"DATA":
                self.wfile.write(b"354 go on\r\n")
                taken = b""
                while (line := self.rfile.readline()) != b".\r\n":
                    taken += line
                self.server.taken.append(taken)
            self.wfile.write(b"221 bye\r\n" if word == b"QUIT" else b"250 ok\r\n")


def test_mail_is_handed_to_a_server(db, settings):
    with socketserver.ThreadingTCPServer(("127.0.0.1", 0), Postman) as server:
        server.taken = []
        thread = threading.Thread(target=server.serve_forever, daemon=True)
        thread.start()
        settings.MAIL_SERVER = mail_server(f"smtp://127.0.0.1:{server.server_address[1]}")
        first, second = write(), write("two@example.org")
        assert send_waiting_mail(actor=SYSTEM)["sent"] == 2
        server.shutdown()
        thread.join()
    found = [email.message_from_bytes(one) for one in server.taken]
    assert [(one["To"], one["Message-ID"]) for one in found] == [
        (TO, first.message_id),
        ("two@example.org", second.message_id),
    ]


def test_the_page_shows_mail_in_a_demonstration_with_files_and_nowhere_else(client, db, settings):
    write(subject="Only here <b>")
    assert client.get("/demo/mail/").status_code == 404
    settings.ALUNITE_DEMO = True
    answer = client.get("/demo/mail/")
    assert "Only here &lt;b&gt;" in answer.content.decode()
    assert "Walk-through only" in answer.content.decode()
    settings.MAIL_SERVER = mail_server("smtp://localhost")
    assert client.get("/demo/mail/").status_code == 404
