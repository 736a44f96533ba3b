"""Inviting somebody to a role by mail: the link is signed, single-use and ends after a week."""

from __future__ import annotations

import hashlib
import hmac
import secrets
import uuid
from datetime import timedelta
from typing import Any
from urllib.parse import urljoin

from django.conf import settings
from django.core import signing
from django.core.exceptions import ValidationError
from django.core.mail import send_mail
from django.core.validators import validate_email
from django.db import transaction
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext

from alunite.foundation.accounts.actions import (
    InvalidAccount,
    begin_affiliation,
    check_person,
    record_invitation,
    revoke_invitation,
)
from alunite.foundation.accounts.models import Invitation, Organisation, Person, sign_in_name
from alunite.foundation.accounts.policies import Actor, actor_for, require
from alunite.foundation.accounts.roles import ROLES_OF_KIND
from alunite.foundation.history.actions import record

HOLDS_FOR = timedelta(days=7)
MOST_OPEN = 50
# Whoever looks after people writes to any address, in the site's name and with a name of their choice in it.
A_DAY, MOST_A_DAY = timedelta(days=1), 100
AGAIN_AFTER = timedelta(minutes=10)
SALT = "alunite.invitation"


class CannotInvite(ValueError):
    """The invitation cannot be sent; the text says what was expected."""


def open_invitations(organisation: Organisation) -> Any:
    """Return invitations neither accepted nor revoked, newest first; those too old are among them."""
    return organisation.invitations.filter(accepted_at=None, revoked_at=None).order_by("-sent_at", "pk")


def invite(organisation: Organisation, email: str, role: str, *, actor: Actor, origin: str) -> Invitation:
    """Offer a role by mail. Nothing tells whether the address has an account already.

    Raises
    ------
    CannotInvite
        If the address is malformed, the kind of organisation has no such role, or too many are open.
    """
    require(actor, "organisation.people", organisation)
    if role not in ROLES_OF_KIND[organisation.kind]:
        raise CannotInvite(gettext("Choose one of the roles of this kind of organisation."))
    try:
        validate_email(email.strip())
    except ValidationError as error:
        raise CannotInvite(" ".join(error.messages)) from error
    with transaction.atomic():
        Organisation.objects.select_for_update().get(pk=organisation.pk)
        if open_invitations(organisation).count() >= MOST_OPEN:
            raise CannotInvite(gettext("Too many invitations are open; revoke some first."))
        if organisation.invitations.filter(sent_at__gt=timezone.now() - A_DAY).count() >= MOST_A_DAY:
            raise CannotInvite(gettext("Too many invitations were sent today; go on tomorrow."))
        made = Invitation(organisation=organisation, role=role, email=email.strip())
        _send("invitation.made", made, actor, origin)
    return made


def send_again(invitation: Invitation, *, actor: Actor, origin: str) -> Invitation:
    """Send another link; the one before no longer works. `CannotInvite` when that was done a moment ago."""
    require(actor, "organisation.people", invitation.organisation)
    with transaction.atomic():
        held = _open(invitation)
        if held is not None:
            if held.sent_at > timezone.now() - AGAIN_AFTER:
                raise CannotInvite(gettext("A link was sent a moment ago; wait ten minutes before you send another."))
            _send("invitation.sent_again", held, actor, origin)
    return held or invitation


def revoke(invitation: Invitation, *, actor: Actor) -> Invitation:
    """Take an invitation back; one that was accepted stays accepted."""
    require(actor, "organisation.people", invitation.organisation)
    with transaction.atomic():
        held = _open(invitation)
        if held is not None:
            revoke_invitation(held, actor)
    return held or invitation


def find_by_token(token: str) -> Invitation | None:
    """Return the invitation a link stands for while it can be accepted; None for whatever else."""
    try:
        given = signing.loads(token, salt=SALT, max_age=HOLDS_FOR)
        pk, secret = uuid.UUID(str(given["i"])), str(given["s"])
    except (signing.BadSignature, KeyError, TypeError, ValueError):
        return None
    found = Invitation.objects.filter(pk=pk, accepted_at=None, revoked_at=None).select_related("organisation").first()
    if found is None or found.is_expired or not hmac.compare_digest(found.secret_digest, _digest(secret)):
        return None
    return found


def accept(token: str, person: Person) -> Invitation | None:
    """Give the role to a person who has an account; None when the link no longer holds."""
    with transaction.atomic():
        held = _hold(token)
        if held is None:
            return None
        _close(held, person)
    return held


def accept_as_newcomer(
    token: str, username: str, display_name: str, password: str | None
) -> tuple[Person, Invitation] | None:
    """Open an account and give it the role; None when the link no longer holds.

    Without a password the account is signed into by single sign-on only.

    Raises
    ------
    InvalidAccount
        With every fault of the name and the password.
    """
    with transaction.atomic():
        held = _hold(token)
        if held is None:
            return None
        person = Person(username=sign_in_name(username), display_name=display_name.strip(), email=held.email)
        person.set_password(password)
        check_person(person, password)
        if not person.display_name:
            raise InvalidAccount([("display_name", gettext("Say the name others see."))])
        person.save(force_insert=True)
        actor = actor_for(person)
        payload = {"made_up": False, "invitation": str(held.pk)}
        record("person.added", record_type="person", record_id=str(person.pk), payload=payload, actor=actor.label)
        _close(held, person)
    return person, held


def _hold(token: str) -> Invitation | None:
    """Find an invitation and keep others from accepting it at the same time."""
    found = find_by_token(token)
    held = _open(found) if found else None
    return held if held is not None and found is not None and held.secret_digest == found.secret_digest else None


def _open(invitation: Invitation) -> Invitation | None:
    still = Invitation.objects.select_for_update(of=("self",)).select_related("organisation")
    return still.filter(pk=invitation.pk, accepted_at=None, revoked_at=None).first()


def _close(held: Invitation, person: Person) -> None:
    actor = actor_for(person)
    held.accepted_at, held.accepted_by, held.secret_digest = timezone.now(), person, ""
    held.save(update_fields=["accepted_at", "accepted_by", "secret_digest"])
    if not person.affiliations.filter(organisation=held.organisation, role=held.role, until=None).exists():
        begin_affiliation(person, held.organisation, held.role, actor=actor)
    record_invitation("invitation.accepted", held, actor, person=str(person.pk))


def _send(kind: str, invitation: Invitation, actor: Actor, origin: str) -> None:
    secret = secrets.token_urlsafe(24)
    now = timezone.now()
    invitation.secret_digest, invitation.sent_at, invitation.expires_at = _digest(secret), now, now + HOLDS_FOR
    invitation.save()
    record_invitation(kind, invitation, actor)
    token = signing.dumps({"i": str(invitation.pk), "s": secret}, salt=SALT)
    address = urljoin(settings.ALUNITE_ORIGIN or origin, reverse("invitation", args=[token]))
    context = {"invitation": invitation, "address": address, "days": HOLDS_FOR.days}
    subject = gettext("You are invited to %(organisation)s") % {"organisation": invitation.organisation.name}
    send_mail(subject, render_to_string("account/email/invitation.txt", context), None, [invitation.email])


def _digest(secret: str) -> str:
    return hashlib.sha256(secret.encode()).hexdigest()
