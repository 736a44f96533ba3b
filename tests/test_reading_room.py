"""Every table can be read by the Secretariat, changed by nobody, and does not exist for anybody else."""

from __future__ import annotations

import pytest
from allauth.mfa.models import Authenticator
from axes.models import AccessAttempt
from django.apps import apps
from django.contrib.sessions.models import Session
from django.urls import NoReverseMatch, reverse
from django.utils.html import escape

from alunite.config.admin import site
from alunite.foundation.accounts.invitations import invite
from alunite.foundation.accounts.policies import OPERATOR
from alunite.foundation.messages.models import OutgoingMail
from tests.cast import Cast, make_cast

SECRET = "a-secret-nobody-may-read"


@pytest.fixture
def cast(samples) -> Cast:
    made = make_cast()
    person = made.person("buyer")
    AccessAttempt.objects.create(username=SECRET, failures_since_start=1)
    Authenticator.objects.create(user=person, type="totp", data={"secret": SECRET})
    OutgoingMail.objects.create(message_id="<1@x>", to="x@example.org", subject=SECRET, body=SECRET)
    invite(made.organisation("member"), "x@example.org", "manager", actor=OPERATOR, origin="http://testserver")
    return made


def addresses() -> list[str]:
    """The list of every table, and one row of each that has one."""
    found = ["/tables/"]
    for model in apps.get_models():
        name = f"admin:{model._meta.app_label}_{model._meta.model_name}"
        found.append(reverse(f"{name}_changelist"))
        row = model._default_manager.first()
        if row is not None and model is not Session:  # its key is what signs in
            found.append(reverse(f"{name}_change", args=[row.pk]))
    return found


def test_every_table_and_a_row_of_each_is_read_by_the_secretariat_and_nobody_else(cast):
    assert {model for model in apps.get_models() if not site.is_registered(model)} == set()
    told = []
    every = addresses()
    for address in every:
        answer = cast["assurance"].get(address)
        if answer.status_code != 200:
            told.append(f"{address}: {answer.status_code}")
            continue
        body = answer.content.decode()
        person = cast.person("member")
        secrets = (SECRET, person.password, cast["member"].session.session_key)
        told += [f"{address} shows {secret}" for secret in secrets if escape(secret) in body]
        told += [
            f"{address} has a form that changes" for word in ('name="_save"', "addlink", "deletelink") if word in body
        ]
    assert told == []
    key = cast["member"].session.session_key
    assert cast["assurance"].get(reverse("admin:sessions_session_change", args=[key])).status_code == 404
    for address in every[::7]:
        assert cast["stranger"].get(address).status_code == 404
        assert cast["member"].get(address).status_code == 404
        assert cast["public"].get(address)["Location"] == f"/account/login/?next={address}"


def test_nothing_is_changed_there(cast):
    person = cast.person("member")
    address = reverse("admin:accounts_person_change", args=[person.pk])
    office = cast["office"]
    for method in ("post", "put", "delete"):
        assert getattr(office, method)(address, {"username": "x"}).status_code == 405
    assert office.post(reverse("admin:accounts_person_changelist"), {"action": "delete_selected"}).status_code == 405
    add = office.get(reverse("admin:accounts_person_add")).status_code
    delete = office.get(reverse("admin:accounts_person_delete", args=[person.pk])).status_code
    assert (add, delete) == (403, 403)
    assert cast.person("member") == person
    for name in ("login", "password_change"):
        with pytest.raises(NoReverseMatch):
            reverse(f"admin:{name}")


def test_what_is_hidden_is_not_found_by_filters_either(cast):
    key = cast["member"].session.session_key
    hidden = {
        "sessions_session": f"session_key__startswith={key[:4]}",
        "usersessions_usersession": f"session_key__startswith={key[:4]}",
        "accounts_person": "password__startswith=pbkdf2",
        "accounts_affiliation": "person__password__startswith=pbkdf2",
        "accounts_invitation": "secret_digest__gt=0",
        "outbox_outgoingmail": f"body__contains={SECRET}",
    }
    office = cast["office"]
    answers = {name: office.get(f"{reverse(f'admin:{name}_changelist')}?{ask}") for name, ask in hidden.items()}
    assert {name: answer.status_code for name, answer in answers.items()} == dict.fromkeys(hidden, 400)
