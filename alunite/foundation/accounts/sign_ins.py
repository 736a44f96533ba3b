"""What history keeps of signing in: who by opaque id, and how; never from where, and never what was typed."""

from __future__ import annotations

import secrets
from collections.abc import Mapping
from datetime import timedelta

from allauth.mfa.models import Authenticator
from allauth.usersessions.models import UserSession
from django.conf import settings
from django.contrib.sessions.models import Session
from django.db import transaction
from django.db.models import Exists, OuterRef, QuerySet
from django.http import HttpRequest
from django.utils import timezone
from django.utils.crypto import salted_hmac

from alunite.foundation.accounts.models import Person, sign_in_name
from alunite.foundation.accounts.policies import PUBLIC, Actor, require
from alunite.foundation.history.actions import record
from alunite.foundation.history.models import Entry

MOST_SHOWN = 20
PAUSED = "person.sign_in_paused"
CODE_FAILED = "person.code_failed"

# What the library tells people by mail is what history keeps of it.
KIND_OF_NOTICE = {
    "mfa/email/totp_activated": ("person.factor_added", "totp"),
    "mfa/email/totp_deactivated": ("person.factor_removed", "totp"),
    "mfa/email/recovery_codes_generated": ("person.factor_added", "recovery_codes"),
    "mfa/email/webauthn_added": ("person.factor_added", "webauthn"),
    "mfa/email/webauthn_removed": ("person.factor_removed", "webauthn"),
    "socialaccount/email/account_connected": ("person.factor_added", "single_sign_on"),
    "socialaccount/email/account_disconnected": ("person.factor_removed", "single_sign_on"),
}


def signed_in(person: Person, method: str) -> None:
    """Record that a person signed in, and by what."""
    _record(person, "person.signed_in", f"person:{person.pk}", method=method)


def signed_out(person: Person, *, everywhere_else: bool = False) -> None:
    """Record that a person signed out, here or everywhere else."""
    kind = "person.signed_out_elsewhere" if everywhere_else else "person.signed_out"
    _record(person, kind, f"person:{person.pk}")


def noticed(person: Person, notice: str) -> None:
    """Record a change of how a person signs in, if the notice is of one."""
    if notice in KIND_OF_NOTICE:
        kind, method = KIND_OF_NOTICE[notice]
        _record(person, kind, f"person:{person.pk}", method=method)


def failed(name: str, *, paused: bool) -> None:
    """Record a failed attempt; a pause once, and nothing of the attempts during it.

    Of a name nobody has, nothing is kept: it may be a password typed into the wrong field, and history would grow by
    whatever strangers type. An entry is written and taken back, so that both take as long.
    """
    person = Person.objects.filter(username=sign_in_name(name)).first()
    if person is None:
        if not paused:
            with transaction.atomic():
                number = secrets.token_hex(16)
                record("sign_in.failed", record_type="sign_in", record_id=number, payload={}, actor=PUBLIC.label)
                transaction.set_rollback(True)
    elif not paused:
        _record(person, "person.sign_in_failed", PUBLIC.label)
    elif not _paused_just_now(person):
        _record(person, PAUSED, PUBLIC.label)


def counted_name(_request: HttpRequest | None, credentials: Mapping[str, str] | None) -> str:
    """Return what failed attempts are counted under: a keyed digest, for what was typed may be a password."""
    typed = (credentials or {}).get(settings.AXES_USERNAME_FORM_FIELD) or ""
    return salted_hmac("alunite.sign_in_name", sign_in_name(typed), algorithm="sha256").hexdigest()


def code_was_used(factor: Authenticator, code: str) -> bool:
    """Tell whether a one-time code was accepted before, and remember this one; in the turn of its person.

    RFC 6238, 5.2: a second try of a code that was accepted is refused. The library remembers in the memory of one web
    worker. A code holds for one period of 30 seconds, so the last one is enough.
    """
    if factor.type != Authenticator.Type.TOTP:
        return False
    digits = "".join(char for char in code if char.isdigit())
    used = salted_hmac("alunite.one_time_code", f"{factor.pk}:{digits}", algorithm="sha256").hexdigest()
    if factor.data.get("last_used") == used:
        return True
    factor.data["last_used"] = used
    factor.save(update_fields=["data"])
    return False


def take_turn(person: Person) -> None:
    """Wait, inside a transaction, until nobody else tries a code of this person's."""
    Person.objects.select_for_update().filter(pk=person.pk).first()


def codes_run_out(person: Person) -> bool:
    """Tell whether no code of this person's is tried for now.

    History is what counts: every web worker reads the same, and a restart forgets nothing.
    """
    since = timezone.now() - timedelta(hours=settings.AXES_COOLOFF_TIME)
    about = Entry.objects.filter(record_type="person", record_id=str(person.pk), at__gte=since)
    newest = about.filter(kind="person.signed_in").order_by("-record_version").first()
    wrong = about.filter(kind=CODE_FAILED)
    if newest is not None:
        wrong = wrong.filter(record_version__gt=newest.record_version)
    return wrong.count() >= settings.AXES_FAILURE_LIMIT


def code_failed(person: Person, *, paused: bool) -> None:
    """Record a wrong code; a pause once, and nothing of the attempts during it."""
    if not paused:
        _record(person, CODE_FAILED, PUBLIC.label)
    elif not _paused_just_now(person):
        _record(person, PAUSED, PUBLIC.label)


def end_sessions(person: Person) -> int:
    """End every session of a person, in the transaction of an action that was allowed to; return how many."""
    mine = UserSession.objects.filter(user=person)
    Session.objects.filter(session_key__in=list(mine.values_list("session_key", flat=True))).delete()
    ended: int = mine.delete()[0]
    return ended


def forget_ended_sessions(*, actor: Actor) -> int:
    """Remove sessions that ran out, with the address and the browser they were from; return how many."""
    require(actor, "sessions.forget")
    Session.objects.filter(expire_date__lt=timezone.now()).delete()
    there = Session.objects.filter(session_key=OuterRef("session_key"))
    removed: int = UserSession.objects.exclude(Exists(there)).delete()[0]
    return removed


def recent(person: Person) -> QuerySet[Entry]:
    """Return the newest entries about a person's signing in, newest first. One query."""
    of_person = Entry.objects.filter(record_type="person", record_id=str(person.pk))
    return of_person.select_related("payload").order_by("-record_version")[:MOST_SHOWN]


def _paused_just_now(person: Person) -> bool:
    since = timezone.now() - timedelta(hours=settings.AXES_COOLOFF_TIME)
    pauses = Entry.objects.filter(record_type="person", record_id=str(person.pk), kind=PAUSED, at__gte=since)
    return pauses.exists()


def _record(person: Person, kind: str, actor: str, **payload: str) -> None:
    with transaction.atomic():
        take_turn(person)  # so that neither of two at once is refused as stale
        record(kind, record_type="person", record_id=str(person.pk), payload=payload, actor=actor)
