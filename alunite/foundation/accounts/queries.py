"""What the account pages show."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from typing import Any

from allauth.account.models import EmailAddress
from django.db.models import Prefetch, Q, QuerySet
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from alunite.foundation.accounts import sign_ins
from alunite.foundation.accounts.invitations import open_invitations
from alunite.foundation.accounts.models import Affiliation, Organisation, Person, held_at
from alunite.foundation.accounts.policies import Actor, scoped
from alunite.foundation.accounts.reviews import overdue_before

SIGN_IN_WORDS = {
    "person.signed_in": _("Signed in"),
    "person.sign_in_failed": _("Failed attempt to sign in"),
    "person.code_failed": _("Wrong code after the right password"),
    "person.sign_in_paused": _("Signing in paused after failed attempts"),
    "person.signed_out": _("Signed out"),
    "person.signed_out_elsewhere": _("Signed out of every other browser"),
    "person.factor_added": _("Way to sign in added"),
    "person.factor_removed": _("Way to sign in removed"),
    "person.password_set": _("Password changed"),
}
METHOD_WORDS = {
    "password": _("by password"),
    "socialaccount": _("by single sign-on"),
    "single_sign_on": _("single sign-on"),
    "webauthn": _("passkey or security key"),
    "totp": _("one-time code"),
    "recovery_codes": _("recovery code"),
    "invitation": _("by invitation"),
}


@dataclass(frozen=True, slots=True)
class SignInLine:
    at: Any
    words: Any
    method: Any


def sign_in_lines(person: Person) -> list[SignInLine]:
    """Return the newest lines about a person's signing in, newest first. One query."""
    lines = []
    for entry in sign_ins.recent(person):
        if entry.kind in SIGN_IN_WORDS:
            method = (entry.data or {}).get("method", "")
            lines.append(SignInLine(entry.at, SIGN_IN_WORDS[entry.kind], METHOD_WORDS.get(method, "")))
    return lines


def people_of(organisation: Organisation) -> dict[str, Any]:
    """Return who holds a role in an organisation, whose is to be looked at, and who is invited. Two queries."""
    before = overdue_before()
    held = Affiliation.objects.filter(held_at(timezone.now()), organisation=organisation).select_related(
        "person", "organisation"
    )
    rows = [
        {"affiliation": one, "is_overdue": bool(before and (one.confirmed_at or one.since) < before)}
        for one in held.order_by("person__display_name", "person__username", "pk")
    ]
    return {"rows": rows, "invitations": list(open_invitations(organisation))}


# Who acts without being a person, as pages name it.
ACTOR_WORDS = {"import": _("Command line"), "operator": _("Operator"), "system": _("Alunite itself")}


def names_of_actors(labels: Collection[str]) -> dict[str, str]:
    """Return what to call those whose labels history keeps, for readers who may know it. One query.

    Somebody who was erased has no name any more and is called by the label.
    """
    ids = [label.partition(":")[2] for label in labels if label.startswith("person:")]
    people = {f"person:{person.pk}": str(person) for person in Person.objects.filter(pk__in=ids)}
    return {label: people.get(label) or str(ACTOR_WORDS.get(label, label)) for label in labels}


def organisations_visible_to(actor: Actor) -> QuerySet[Organisation]:
    """Return the organisations the actor may see, with those who hold a role in them now. Two queries."""
    held = Affiliation.objects.filter(held_at(timezone.now())).select_related("person")
    held = held.order_by("person__display_name", "person__username", "pk")
    return (
        scoped(actor, "organisations.view", Organisation.objects.all())
        .prefetch_related(Prefetch("affiliations", queryset=held, to_attr="held"))
        .order_by("name", "pk")
    )


def people_in_role(held: Q) -> QuerySet[Person]:
    """Return the people of open accounts who hold an affiliation of this kind now, by id."""
    of_them = Affiliation.objects.filter(held, held_at(timezone.now()))
    return Person.objects.filter(pk__in=of_them.values("person_id"), is_active=True).order_by("pk")


def addresses_of(person: Person) -> set[str]:
    """Return every e-mail address the person is known under here, in lower case. Two queries."""
    linked = EmailAddress.objects.filter(user=person).values_list("email", flat=True)
    invited = person.invitations_accepted.values_list("email", flat=True)
    return {address.lower() for address in (person.email, *linked, *invited) if address}
