"""Two people of the Secretariat erase a person: everything personal goes, the opaque id and history stay whole."""

from __future__ import annotations

import io
import json
import re
import zipfile

import pytest
from allauth.account.models import EmailAddress
from allauth.mfa.models import Authenticator
from allauth.usersessions.models import UserSession
from django.apps import apps
from django.core import mail, serializers
from django.test import Client

from alunite.foundation.accounts.actions import add_person, affiliate
from alunite.foundation.accounts.erasure import as_zip, erase_person, everything_held
from alunite.foundation.accounts.invitations import invite
from alunite.foundation.accounts.models import Person
from alunite.foundation.accounts.policies import OPERATOR, Refused
from alunite.foundation.accounts.roles import Role
from alunite.foundation.core.canonical import digest
from alunite.foundation.decisions.actions import confirm_decision, propose_decision
from alunite.foundation.decisions.acts import act_named
from alunite.foundation.history.decided import NotDecided
from alunite.foundation.history.models import Entry
from alunite.foundation.history.verification import verify
from alunite.foundation.messages.models import OutgoingMail
from tests.cast import Cast, make_cast, sign_in

NAME, USERNAME, EMAIL = "Wilhelmina Quist", "wilhelmina.quist", "quist@example.org"
# Of an invitation to another address, and what the provider vouched for.
OTHER_EMAIL, LINKED_EMAIL = "mina@example.com", "w.quist@example.net"
VALUES = (NAME, USERNAME, EMAIL, OTHER_EMAIL, LINKED_EMAIL)


@pytest.fixture
def cast(db) -> Cast:
    return make_cast()


@pytest.fixture
def leaver(cast, settings) -> Person:
    """Somebody with everything this site can hold of a person."""
    settings.EMAIL_BACKEND = "alunite.foundation.messages.backend.Outbox"
    made = add_person(USERNAME, actor=OPERATOR, display_name=NAME, email=EMAIL)
    person = Person.objects.get(username=USERNAME)
    affiliate(USERNAME, cast.organisation("member"), Role.MANAGER, actor=OPERATOR)
    invite(cast.organisation("buyer"), EMAIL, Role.MANAGER, actor=OPERATOR, origin="http://testserver")
    invite(cast.organisation("buyer"), OTHER_EMAIL, Role.MANAGER, actor=OPERATOR, origin="http://testserver")
    client = sign_in(made)
    client.post(re.search(r"/invitation/\S+/", OutgoingMail.objects.get(to=OTHER_EMAIL).body)[0])
    EmailAddress.objects.create(user=person, email=LINKED_EMAIL, verified=True)
    Client().post("/account/password/reset/", {"email": LINKED_EMAIL})
    Client().post("/account/login/", {"login": USERNAME, "password": "wrong"})
    Client().post("/account/password/reset/", {"email": EMAIL})
    Authenticator.objects.create(user=person, type="totp", data={"secret": "closed"})
    return person


def everything_there_is() -> str:
    """Every row of every table, as text."""
    return "".join(serializers.serialize("json", model._default_manager.all()) for model in apps.get_models())


def erase(cast: Cast, person: Person) -> None:
    act = act_named("erase_person")
    office, assurance = cast.actor("office"), cast.actor("assurance")
    made = propose_decision(act.name, person.username, ground="personal_data", note="", actor=office)
    seen = digest(act.touches(made.subjects))
    confirm_decision(made.pk, version=made.version, seen=seen, actor=assurance)


def test_what_is_held_is_handed_out_whole_and_without_secrets(leaver):
    data = everything_held(leaver, actor=OPERATOR)
    held = data["held"]
    assert {name for name, rows in held.items() if rows} == {
        *("account", "roles", "invitations", "sessions", "ways_to_sign_in", "failed_attempts", "mail", "history")
    }
    text = json.dumps(data)
    for value in VALUES:
        assert value in text
    for secret in ("closed", leaver.password, "/reset/key/", "/invitation/"):
        assert secret not in text
    with zipfile.ZipFile(io.BytesIO(as_zip(data))) as archive:
        assert json.loads(archive.read("everything.json")) == data
        assert EMAIL in archive.read("account.txt").decode()
        assert {f"{name}.txt" for name in held} < set(archive.namelist())


def test_two_people_erase_a_person_and_history_stays_whole(cast, leaver):
    ids = list(Entry.objects.filter(record_type="person", record_id=str(leaver.pk)).values_list("pk", flat=True))
    before = everything_there_is()
    assert all(value in before for value in VALUES)
    erase(cast, leaver)
    after = everything_there_is()
    assert [value for value in VALUES if value in after] == []
    leaver.refresh_from_db()
    assert not leaver.is_active
    assert leaver.erased_by
    assert not leaver.has_usable_password()
    assert not leaver.affiliations.filter(until=None).exists()
    assert not UserSession.objects.filter(user=leaver).exists()
    assert Entry.objects.filter(pk__in=ids).count() == len(ids), "what was done stays attributable to the opaque id"
    found = verify()
    assert found.ok, found.problems
    assert found.erased == {leaver.erased_by: found.erased[leaver.erased_by]}
    with pytest.raises(Exception, match="erased already"):
        propose_decision("erase_person", str(leaver.pk), ground="personal_data", note="", actor=cast.actor("office"))


def test_nobody_erases_a_person_alone(cast, leaver):
    cause = Entry.objects.latest("pk")
    with pytest.raises(NotDecided):
        erase_person(leaver, decision="made-up", actor=cast.actor("office"), cause=cause)
    for name in ("member", "stranger", "public"):
        with pytest.raises(Refused):
            erase_person(leaver, decision="made-up", actor=cast.actor(name), cause=cause)
        with pytest.raises(Refused):
            everything_held(leaver, actor=cast.actor(name))
    act = act_named("erase_person")
    made = propose_decision(act.name, USERNAME, ground="personal_data", note="", actor=cast.actor("office"))
    seen = digest(act.touches(made.subjects))
    with pytest.raises(ValueError, match="another person"):
        confirm_decision(made.pk, version=made.version, seen=seen, actor=cast.actor("office"))
    assert Person.objects.get(pk=leaver.pk).email == EMAIL
    assert mail.outbox == []
