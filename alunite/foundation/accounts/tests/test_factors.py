"""Second factors, password reset, sessions, and what history keeps of signing in."""

from __future__ import annotations

import base64
import hmac
import re
import struct
import time
from datetime import timedelta
from http import HTTPStatus

import pytest
from allauth.mfa.adapter import get_adapter
from allauth.mfa.models import Authenticator
from allauth.mfa.totp.internal import auth
from allauth.usersessions.models import UserSession
from axes.models import AccessAttempt
from django.apps import apps
from django.contrib.sessions.models import Session
from django.core import mail
from django.core.cache import cache
from django.db import transaction
from django.test import Client
from django.utils import timezone

from alunite.foundation.accounts.actions import add_person, affiliate
from alunite.foundation.accounts.models import Organisation, Person
from alunite.foundation.accounts.policies import OPERATOR, PUBLIC, SYSTEM, Refused
from alunite.foundation.accounts.roles import OrganisationKind, Role
from alunite.foundation.accounts.sign_ins import forget_ended_sessions
from alunite.foundation.history.models import Entry, Payload
from tests.cast import sign_in

LOGIN, HOME, FACTORS = "/account/login/", "/account/", "/account/second-factor/"
CHOSEN = "four quiet herons"


@pytest.fixture
def someone(db):
    return add_person("someone", actor=OPERATOR, display_name="Some One", email="someone@example.org")


@pytest.fixture
def at_once(monkeypatch):
    """A test's transaction is never committed: what waits for that is done while its request is still there."""
    monkeypatch.setattr(transaction, "on_commit", lambda run, *_, **__: run())


def confirm(client: Client, password: str) -> None:
    answer = client.post("/account/reauthenticate/", {"password": password})
    assert answer.status_code == HTTPStatus.FOUND


def kinds() -> list[str]:
    about = Entry.objects.filter(record_type="person").order_by("pk")
    return [one.kind.removeprefix("person.") for one in about if one.kind != "person.added"]


def code(secret: str) -> str:
    """The code an app shows now, by RFC 6238."""
    digest = hmac.digest(base64.b32decode(secret), struct.pack(">Q", int(time.time()) // 30), "sha1")
    start = digest[-1] & 15
    return f"{(struct.unpack('>I', digest[start : start + 4])[0] & 0x7FFFFFFF) % 10**6:06}"


def with_totp(client: Client, password: str) -> str:
    confirm(client, password)
    secret = client.get(f"{FACTORS}code/add/").context["form"].secret
    answer = client.post(f"{FACTORS}code/add/", {"code": code(secret)})
    assert answer["Location"] == f"{FACTORS}recovery/", answer.context and answer.context["form"].errors
    return secret


def test_one_time_codes_from_adding_to_signing_in_and_recovery(someone, at_once):
    client = sign_in(someone)
    assert client.get(f"{FACTORS}code/add/")["Location"].startswith("/account/reauthenticate/")
    secret = with_totp(client, someone.password)
    kept = Authenticator.objects.get(type="totp")
    assert secret not in repr(kept.data), "secrets are closed under the master key"
    assert get_adapter().decrypt(kept.data["secret"]) == secret
    codes = re.findall(r"<code>(\d+)</code>", client.get(f"{FACTORS}recovery/").content.decode())
    assert len(codes) == 10
    elsewhere = Client()
    answer = elsewhere.post(LOGIN, {"login": "someone", "password": someone.password})
    assert answer["Location"] == f"{FACTORS}authenticate/"
    assert elsewhere.get(HOME).status_code == HTTPStatus.FOUND, "the password alone opens nothing"
    assert elsewhere.post(f"{FACTORS}authenticate/", {"code": "000000"}).status_code == HTTPStatus.OK
    assert elsewhere.post(f"{FACTORS}authenticate/", {"code": codes[0]})["Location"] == HOME
    assert elsewhere.get(HOME).status_code == HTTPStatus.OK
    third = Client()
    third.post(LOGIN, {"login": "someone", "password": someone.password})
    used = third.post(f"{FACTORS}authenticate/", {"code": codes[0]})
    assert used.status_code == HTTPStatus.OK, "a recovery code works once"
    confirm(client, someone.password)
    assert client.post(f"{FACTORS}code/remove/").status_code == HTTPStatus.FOUND
    assert not Authenticator.objects.exists()
    assert kinds() == ["signed_in", "factor_added", "code_failed", "signed_in", "code_failed", "factor_removed"]
    assert {message.to[0] for message in mail.outbox} == {"someone@example.org"}


def test_a_code_opens_once_whichever_worker_is_asked(someone, at_once, monkeypatch):
    secret = with_totp(sign_in(someone), someone.password)
    later = time.time() + 30  # the app's next code: the one before confirmed the app
    monkeypatch.setattr(time, "time", lambda: later)
    shown = code(secret)
    answers = []
    for _ in range(2):
        cache.clear()  # another worker's memory
        client = Client()
        client.post(LOGIN, {"login": "someone", "password": someone.password})
        answers.append(client.post(f"{FACTORS}authenticate/", {"code": shown}).status_code)
    assert answers == [HTTPStatus.FOUND, HTTPStatus.OK], "seen over a shoulder, it opens nothing any more"
    later += 30
    cache.clear()
    assert client.post(f"{FACTORS}authenticate/", {"code": code(secret)}).status_code == HTTPStatus.FOUND


def test_codes_run_out_of_tries_whichever_worker_is_asked(someone, at_once, monkeypatch):
    codes_client = sign_in(someone)
    with_totp(codes_client, someone.password)
    codes = re.findall(r"<code>(\d+)</code>", codes_client.get(f"{FACTORS}recovery/").content.decode())
    client = Client()
    client.post(LOGIN, {"login": "someone", "password": someone.password})

    def tried(code: str) -> str:
        cache.clear()  # another worker's memory, or this one's after a restart
        answer = client.post(f"{FACTORS}authenticate/", {"code": code})
        return str(answer.context["form"].errors) if answer.context else "in"

    said = [tried(f"00000{n}") for n in range(7)]
    assert ["Incorrect" in text for text in said] == [True] * 5 + [False] * 2
    assert "Too many" in said[5]
    assert "Too many" in tried(codes[0]), "not even a right one"
    assert kinds()[-7:] == ["factor_added", *["code_failed"] * 5, "sign_in_paused"]
    assert all(one.data == {} for one in Entry.objects.filter(kind="person.code_failed")), "nothing that was typed"
    lines = codes_client.get("/account/sign-ins/").content.decode()
    assert lines.count("Wrong code after the right password") == 5
    later = timezone.now() + timedelta(minutes=16)
    monkeypatch.setattr(timezone, "now", lambda: later)
    assert tried(codes[0]) == "in"
    assert tried_again(someone, "000000") == "Incorrect", "signing in forgives"


def tried_again(someone, code: str) -> str:
    client = Client()
    client.post(LOGIN, {"login": "someone", "password": someone.password})
    errors = str(client.post(f"{FACTORS}authenticate/", {"code": code}).context["form"].errors)
    return "Incorrect" if "Incorrect" in errors else errors


def test_codes_that_confirm_who_one_is_are_counted_too(someone, at_once):
    client = sign_in(someone)
    with_totp(client, someone.password)
    for number in range(6):
        cache.clear()
        answer = client.post(f"{FACTORS}reauthenticate/", {"code": f"00000{number}"})
    assert "Too many" in str(answer.context["form"].errors)
    assert kinds()[-1] == "sign_in_paused"


def test_the_secretariat_goes_on_only_with_a_second_factor(cast, settings):
    settings.ALUNITE_SECOND_FACTOR = True
    office, member = cast["office"], cast["member"]
    # The account's first page names the people of every organisation.
    for address in ("/imports/", "/", "/register/", HOME, "/tables/", "/account/sso/"):
        assert office.get(address)["Location"] == FACTORS
    assert office.get(FACTORS).status_code == HTTPStatus.OK
    assert member.get("/register/").status_code == HTTPStatus.OK
    assert Client().get("/register/").status_code == HTTPStatus.OK
    auth.TOTP.activate(cast.person("office"), "A" * 32)
    assert office.get("/imports/").status_code == HTTPStatus.OK


def test_whoever_gives_the_secretariats_roles_needs_the_factor_too(someone, settings):
    settings.ALUNITE_SECOND_FACTOR = True
    place = Organisation.objects.create(name="Secretariat", kind=OrganisationKind.SECRETARIAT)
    affiliate("someone", place, Role.ADMIN, actor=OPERATOR)
    client = sign_in(someone)
    assert client.get(f"/organisations/{place.pk}/people/")["Location"] == FACTORS
    for address in ("/account/reauthenticate/", "/account/password/change/", "/account/sessions/"):
        assert client.get(address).status_code == HTTPStatus.OK, address
    assert client.post("/account/logout/")["Location"] == "/"


def test_password_reset_says_the_same_whether_the_address_has_an_account(someone, settings):
    settings.EMAIL_BACKEND = "alunite.foundation.messages.backend.Outbox"
    answers = []
    for address in ("someone@example.org", "nobody@example.org"):
        answer = Client().post("/account/password/reset/", {"email": address}, follow=True)
        body = answer.content.decode()
        assert "someone" not in body
        answers.append((answer.redirect_chain, re.sub(r'name="csrfmiddlewaretoken" value="[^"]*"', "", body)))
    assert answers[0] == answers[1]
    # The room of the outbox is above this one.
    sent = apps.get_model("outbox", "OutgoingMail").objects.get()
    assert sent.to == "someone@example.org", "nobody has the site write to strangers"
    assert "/password/reset/key/" in sent.body


def test_links_in_mail_lead_to_the_site_whatever_name_it_was_asked_under(someone, settings):
    settings.ALUNITE_ORIGIN = "https://register.example.org"
    Client(headers={"host": "localhost:6666"}).post("/account/password/reset/", {"email": "someone@example.org"})
    body = mail.outbox[0].body
    assert "https://register.example.org/account/password/reset/key/" in body
    assert "register at register.example.org." in body
    assert "localhost" not in body


def test_a_reset_link_sets_a_password_once_and_ends_other_sessions(someone):
    elsewhere = sign_in(someone)
    Client().post("/account/password/reset/", {"email": "SOMEONE@example.org"})
    link = re.search(r"(/account/password/reset/key/\S+)", mail.outbox[0].body)[1]
    client = Client()
    inside = client.get(link)["Location"]
    weak = client.post(inside, {"password1": "short", "password2": "short"})
    assert weak.status_code == HTTPStatus.OK
    assert client.post(inside, {"password1": CHOSEN, "password2": CHOSEN}).status_code == HTTPStatus.FOUND
    assert Person.objects.get(username="someone").check_password(CHOSEN)
    assert elsewhere.get(HOME).status_code == HTTPStatus.FOUND
    again = Client().get(link, follow=True)
    assert again.context["token_fail"]
    assert kinds() == ["signed_in", "password_set"]


def test_a_reset_does_not_go_round_the_second_factor(someone, at_once):
    with_totp(sign_in(someone), someone.password)
    mail.outbox.clear()
    Client().post("/account/password/reset/", {"email": "someone@example.org"})
    client = Client()
    inside = client.get(re.search(r"(/account/password/reset/key/\S+)", mail.outbox[0].body)[1])["Location"]
    client.post(inside, {"password1": CHOSEN, "password2": CHOSEN})
    assert client.get(HOME).status_code == HTTPStatus.FOUND
    assert client.post(LOGIN, {"login": "someone", "password": CHOSEN})["Location"] == f"{FACTORS}authenticate/"


def test_sessions_are_listed_and_the_others_ended(someone):
    here, there = sign_in(someone, HTTP_USER_AGENT="Here"), sign_in(someone, HTTP_USER_AGENT="There")
    text = here.get("/account/sessions/").content.decode()
    assert "Here" in text
    assert "There" in text
    here.post("/account/sessions/")
    assert there.get(HOME).status_code == HTTPStatus.FOUND
    assert here.get(HOME).status_code == HTTPStatus.OK
    assert kinds() == ["signed_in", "signed_in", "signed_out_elsewhere"]


def test_of_a_session_that_ran_out_nothing_is_kept(someone):
    here, old = sign_in(someone, HTTP_USER_AGENT="Here"), sign_in(someone, HTTP_USER_AGENT="Old")
    Session.objects.filter(pk=old.session.session_key).update(expire_date=timezone.now() - timedelta(days=1))
    assert forget_ended_sessions(actor=SYSTEM) == 1
    assert [one.user_agent for one in UserSession.objects.all()] == ["Here"]
    assert Session.objects.count() == 1
    assert here.get(HOME).status_code == HTTPStatus.OK
    with pytest.raises(Refused):
        forget_ended_sessions(actor=PUBLIC)


def test_history_keeps_who_and_when_and_nothing_that_was_typed(someone):
    here = {"REMOTE_ADDR": "192.0.2.77"}
    for name in ("someone", "hunter2-typed-as-a-name"):
        Client().post(LOGIN, {"login": name, "password": "wrong-secret"}, **here)
    client = sign_in(someone, **here)
    client.post("/account/logout/")
    person = Person.objects.get(username="someone")
    entries = Entry.objects.exclude(kind="person.added").order_by("pk")
    assert [(one.kind, one.actor, one.data) for one in entries] == [
        ("person.sign_in_failed", "public", {}),
        ("person.signed_in", f"person:{person.pk}", {"method": "password"}),
        ("person.signed_out", f"person:{person.pk}", {}),
    ]
    kept = "".join(repr(list(model.objects.values())) for model in (Entry, Payload, AccessAttempt))
    assert AccessAttempt.objects.filter(ip_address="192.0.2.77").exists(), "it is counted, not kept"
    for secret in ("hunter2", "wrong-secret", "someone"):
        assert secret not in kept
    assert "192.0.2.77" not in repr(list(Entry.objects.values())) + repr(list(Payload.objects.values()))
    lines = sign_in(someone).get("/account/sign-ins/").content.decode()
    for words in ("Signed in", "Signed out", "Failed attempt"):
        assert words in lines


def test_a_pause_is_kept_once_and_the_attempts_during_it_are_not(someone):
    for _ in range(9):
        Client().post(LOGIN, {"login": "someone", "password": "wrong-secret"})
    assert kinds().count("sign_in_failed") <= 5
    assert kinds().count("sign_in_paused") == 1
