"""The inventory of personal data: every field that holds something of a person, why, how long, and how it goes.

A field belongs here when its table names a person and it holds text, an address or an opaque id. The table fails to be
made while one that belongs here is not described, so that nobody adds one unseen.
"""

from __future__ import annotations

from dataclasses import dataclass

from django.apps import apps
from django.db import models

from alunite.foundation.accounts.models import Person


@dataclass(frozen=True, slots=True)
class Kept:
    """Why a field is kept, until when, and what erasing does to it."""

    purpose: str
    until: str
    erasing: str


GONE, BLANKED, ENDED = "the row is removed", "blanked", "stays: an opaque id names nobody by itself"
WHILE_OPEN = "while the account is open"
ACCOUNT = "accounts.person"

# Of a whole table, or of one field of it.
KEPT: dict[str, Kept] = {
    f"{ACCOUNT}.id": Kept("names the person in history and records", "for ever", ENDED),
    f"{ACCOUNT}.username": Kept("signing in", WHILE_OPEN, "replaced by one made of the opaque id"),
    f"{ACCOUNT}.display_name": Kept("shown to colleagues and the office", WHILE_OPEN, BLANKED),
    f"{ACCOUNT}.email": Kept("invitations, new passwords, notices", WHILE_OPEN, BLANKED),
    f"{ACCOUNT}.password": Kept("signing in; kept as a slow hash", WHILE_OPEN, "made unusable"),
    f"{ACCOUNT}.erased_by": Kept("accounts for an erasure", "for ever", "written by it"),
    "accounts.affiliation": Kept("who may do what when", "for ever", "ended; " + ENDED),
    "accounts.invitation.email": Kept("where the link goes", "until erased", BLANKED),
    "accounts.invitation": Kept("who was invited to what", "for ever", "revoked; " + ENDED),
    "assessments.evidence": Kept("who added a piece of evidence, and what it is", "for ever", ENDED),
    "outbox.post": Kept("what was said in a thread, and who said it", "for ever", ENDED),
    "outbox.thread": Kept("who began a thread, and who is to look at it", "for ever", ENDED),
    "accounts.handover": Kept("who left, and who took over what was theirs to do", "for ever", ENDED),
    "members.application.answers": Kept(
        "whom to write to about an application, as the applicant typed it",
        "for ever",
        "lines with the person's name or address are taken out, and the entries of history that hold them are emptied",
    ),
    "members.application": Kept("what an organisation says to join", "for ever", "stays: it names an organisation"),
    "outbox.outgoingmail.body": Kept("sending mail", "until it was sent or given up", GONE),
    "outbox.outgoingmail": Kept("sending mail", "`ALUNITE_MAIL_KEPT_DAYS` after it was sent or given up", GONE),
    "assessments.answer": Kept("what a member says, and who said it", "for ever", ENDED),
    "assessments.siteanswer": Kept("what a site says otherwise, and who said it", "for ever", ENDED),
    "assessments.override": Kept("what a member says against a rule, and who said it", "for ever", ENDED),
    "assessments.sending": Kept("who sent a self assessment to a firm, and who confirmed it", "for ever", ENDED),
    "assessments.presence": Kept("where in a self assessment somebody was last seen", "until seen elsewhere", ENDED),
    "assessments.sentworkbook": Kept(
        "what a workbook somebody sent says otherwise", "until decided on, a week at most", ENDED
    ),
    "inbox.wish": Kept("what somebody wants of their tasks by mail and in their calendar", WHILE_OPEN, GONE),
    "account.emailaddress": Kept("the address a provider vouched for", "until unlinked or erased", GONE),
    "mfa.authenticator": Kept("second factors and passkeys; secrets are encrypted", "until removed", GONE),
    "socialaccount.socialaccount": Kept("single sign-on", "until unlinked", GONE),
    "usersessions.usersession": Kept("the list of browsers signed in", "until the session ends", GONE),
    "admin.logentry": Kept("Django's own; nothing writes it", "never written", ENDED),
    "axes.accessattempt.username": Kept(
        "counting failed attempts; a keyed digest of what was typed",
        "until the pause is over and somebody signs in",
        GONE,
    ),
    "axes.accessattempt": Kept("counting failed attempts", "until the pause is over and somebody signs in", GONE),
    "axes.accessfailurelog": Kept("the library's; switched off", "never written", GONE),
    "axes.accesslog": Kept("the library's; switched off", "never written", GONE),
}
# They hold values of people without a key to the person.
NAMED = frozenset(
    {"members.application", "outbox.outgoingmail", "axes.accessattempt", "axes.accessfailurelog", "axes.accesslog"}
)
TEXTS = (
    models.CharField,
    models.TextField,
    models.JSONField,
    models.GenericIPAddressField,
    models.UUIDField,
    models.ForeignKey,
)


class NotDescribedError(LookupError):
    """A field that holds something of a person has no line in the inventory."""


def personal_fields() -> list[tuple[str, str, str]]:
    """Return label, field and class of every field the inventory has to speak of."""
    found = []
    for model in apps.get_models():
        label = model._meta.label_lower  # noqa: SLF001, Django's own description of a model
        fields = [one for one in model._meta.concrete_fields if isinstance(one, TEXTS)]  # noqa: SLF001
        if model is not Person and label not in NAMED and not any(one.related_model is Person for one in fields):
            continue
        classes: dict[str, str] = getattr(model, "field_classes", {})
        found += [(label, one.name, classes.get(one.name, "library")) for one in fields]
    return sorted(found)


def inventory_table() -> str:
    """Return the inventory as a table of the documentation.

    Raises
    ------
    NotDescribedError
        If a field has no line; the message names all of them.
    """
    lines, missing = [], []
    for label, name, word in personal_fields():
        kept = KEPT.get(f"{label}.{name}") or KEPT.get(label)
        if kept is None:
            missing.append(f"{label}.{name}")
            continue
        lines.append(f"| `{label}` | `{name}` | {word} | {kept.purpose} | {kept.until} | {kept.erasing} |")
    if missing:
        raise NotDescribedError(f"say in {__name__}.KEPT why these are kept: {', '.join(missing)}")
    head = ["| Table | Field | Class | Why | Until | Erasing |", "| --- | --- | --- | --- | --- | --- |"]
    return "\n".join([*head, *lines]) + "\n"
