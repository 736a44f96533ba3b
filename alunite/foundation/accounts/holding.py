"""What this room holds of a person: the account, roles, invitations, ways to sign in, sessions, and their history."""

from __future__ import annotations

from typing import Any

from allauth.account.models import EmailAddress
from allauth.mfa.models import Authenticator
from allauth.socialaccount.models import SocialAccount
from allauth.usersessions.models import UserSession
from axes.models import AccessAttempt, AccessFailureLog, AccessLog
from django.conf import settings
from django.db.models import Model, Q, QuerySet
from django.forms.models import model_to_dict
from django.utils import timezone

from alunite.foundation.accounts.models import Affiliation, Invitation, Person
from alunite.foundation.accounts.personal import By, entries_that_name, holds
from alunite.foundation.accounts.sign_ins import counted_name, end_sessions
from alunite.foundation.history.actions import erase, may_be_erased
from alunite.foundation.history.models import Entry

SHOWN_CLASSES = {"public", "member"}


def _said(row: Any) -> dict[str, Any]:
    """Return a row's fields that may be shown to whom they are about."""
    shown = [name for name, word in row.field_classes.items() if word in SHOWN_CLASSES]
    return {name: _text(getattr(row, row._meta.get_field(name).attname)) for name in shown}  # noqa: SLF001, Django's own way to a field


def _text(value: Any) -> Any:
    return value if value is None or isinstance(value, bool | int | str) else str(value)


@holds("sessions", "Browsers you are signed in with")
class Sessions:
    def find(self, person: Person) -> list[dict[str, Any]]:
        """Return where the person is signed in."""
        kept = UserSession.objects.filter(user=person).order_by("pk")
        return [
            model_to_dict(one, ["ip", "user_agent"]) | {"since": str(one.created_at), "seen": str(one.last_seen_at)}
            for one in kept
        ]

    def erase(self, person: Person, by: By) -> int:  # noqa: ARG002, rows are removed, not marked
        """End every session."""
        return end_sessions(person)


@holds("ways_to_sign_in", "Second factors, passkeys and linked single sign-on")
class WaysToSignIn:
    def find(self, person: Person) -> list[dict[str, Any]]:
        """Return the kinds of factors with their times, and the linked accounts; no secret."""
        factors = [
            {"kind": one.type, "added": str(one.created_at), "used": _text(one.last_used_at)}
            for one in Authenticator.objects.filter(user=person).order_by("pk")
        ]
        linked = [
            {"kind": one.provider, "uid": one.uid, "data": one.extra_data, "added": str(one.date_joined)}
            for one in SocialAccount.objects.filter(user=person).order_by("pk")
        ]
        addresses = [{"kind": "e-mail", "email": one.email} for one in EmailAddress.objects.filter(user=person)]
        return factors + linked + addresses

    def erase(self, person: Person, by: By) -> int:  # noqa: ARG002
        """Remove them."""
        models: tuple[type[Model], ...] = (Authenticator, SocialAccount, EmailAddress)
        return sum(_removed(model._default_manager.filter(user=person)) for model in models)  # noqa: SLF001


@holds("failed_attempts", "Failed attempts to sign in under your name, while they count")
class FailedAttempts:
    def find(self, person: Person) -> list[dict[str, Any]]:
        """Return the attempts that are still counted."""
        kept = AccessAttempt.objects.filter(username=self._counted_under(person)).order_by("pk")
        return [
            {
                "at": str(one.attempt_time),
                "ip": one.ip_address,
                "user_agent": one.user_agent,
                "times": one.failures_since_start,
            }
            for one in kept
        ]

    def erase(self, person: Person, by: By) -> int:  # noqa: ARG002
        """Remove them."""
        models: tuple[type[Model], ...] = (AccessAttempt, AccessFailureLog, AccessLog)
        name = self._counted_under(person)
        return sum(_removed(model._default_manager.filter(username=name)) for model in models)  # noqa: SLF001

    def _counted_under(self, person: Person) -> str:
        return counted_name(None, {settings.AXES_USERNAME_FORM_FIELD: person.username})


@holds("invitations", "Invitations to your address")
class Invitations:
    def _of(self, person: Person) -> QuerySet[Invitation]:
        mine = Q(accepted_by=person)
        return Invitation.objects.filter(mine | Q(email__iexact=person.email) if person.email else mine)

    def find(self, person: Person) -> list[dict[str, Any]]:
        """Return invitations to the person's address, and those taken up."""
        return [_said(one) for one in self._of(person).order_by("sent_at", "pk")]

    def erase(self, person: Person, by: By) -> int:  # noqa: ARG002
        """Blank the address; what was open is revoked with it."""
        now = timezone.now()
        self._of(person).filter(accepted_at=None, revoked_at=None).update(revoked_at=now, secret_digest="")
        return self._of(person).exclude(email="").update(email="")


@holds("roles", "Roles in organisations")
class Roles:
    def find(self, person: Person) -> list[dict[str, Any]]:
        """Return every role there was, with its organisation."""
        held = Affiliation.objects.filter(person=person).select_related("organisation").order_by("pk")
        return [_said(one) | {"organisation_name": one.organisation.name} for one in held]

    def erase(self, person: Person, by: By) -> int:  # noqa: ARG002
        """End what still holds; the rows stay, with the opaque id: they say who could do what when."""
        return Affiliation.objects.filter(person=person, until=None).update(until=timezone.now())


@holds("account", "Your account")
class Account:
    def find(self, person: Person) -> list[dict[str, Any]]:
        """Return the account's fields, the password apart."""
        return [_said(person)]

    def erase(self, person: Person, by: By) -> int:
        """Blank the account; its opaque id stays, so that records stay attributable."""
        person.username = f"erased-{person.pk.hex}"
        person.display_name = person.email = ""
        person.is_active = False
        person.last_login = None
        person.erased_by = by.decision
        person.set_unusable_password()
        person.save()
        return 1


@holds("history", "What history says of you and of what you did")
class History:
    def find(self, person: Person) -> list[dict[str, Any]]:
        """Return every entry about the person, and every entry by them."""
        about = Q(record_type="person", record_id=str(person.pk)) | Q(actor=f"person:{person.pk}")
        entries = Entry.objects.filter(about).select_related("payload").order_by("pk")
        return [
            {
                "id": one.pk,
                "at": one.at.isoformat(),
                "kind": one.kind,
                "record": f"{one.record_type} {one.record_id}",
                "by_you": one.actor == f"person:{person.pk}",
                # What somebody did to another's record is about that record, and not handed out here.
                "data": one.data if one.record_type == "person" and one.record_id == str(person.pk) else None,
            }
            for one in entries
        ]

    def erase(self, person: Person, by: By) -> int:
        """Erase the payloads of the entries about the person; the entries stay, and verification names the decision."""
        return erase(erasable_entries(person), decision=by.decision, actor=by.actor, cause=by.cause)


def erasable_entries(person: Person) -> list[Entry]:
    """Return the entries about a person, and those that name them, that still hold something and may be emptied."""
    about = Entry.objects.filter(record_type="person", record_id=str(person.pk), payload__erased_by=None)
    found = [*about.exclude(payload__payload="{}").order_by("pk"), *entries_that_name(person)]
    return [one for one in found if may_be_erased(one)]


def _removed(rows: QuerySet[Any]) -> int:
    removed, _ = rows.delete()
    return removed
