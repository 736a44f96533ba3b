"""Through whose hands somebody came by a role of the Secretariat, as history tells it.

A person holds such a role from the operator, or by the invitation of an administrator, who is one from the operator or
by the invitation of another. Whoever invited two accounts may hold both.
"""

from __future__ import annotations

import uuid
from collections.abc import Collection

from django.utils import timezone

from alunite.foundation.accounts.models import Affiliation, Invitation, Person, held_at
from alunite.foundation.accounts.roles import OrganisationKind, Role
from alunite.foundation.history.models import Entry

_PERSON = "person:"
_UNKNOWN = "unknown"


def behind_roles(person: Person, roles: Collection[str]) -> tuple[frozenset[str], ...]:
    """Return, of each of these roles the person holds in the Secretariat now, the labels of all people behind it.

    They are the person, whoever invited them to it, whoever made that one an administrator, and so on. The operator is
    nobody here: whoever runs commands on the machine needs no account. A role of which history does not say who gave
    it is left out. A few queries for each.
    """
    held = Affiliation.objects.filter(
        held_at(timezone.now()), person=person, organisation__kind=OrganisationKind.SECRETARIAT, role__in=roles
    )
    found = []
    for affiliation in held.order_by("pk"):
        people: set[str] = set()
        _add_behind(_giver(affiliation), affiliation.organisation_id, people)
        if _UNKNOWN not in people:
            # Last: whoever invited themselves has behind them whoever made them an administrator.
            found.append(frozenset({*people, f"{_PERSON}{person.pk}"}))
    return tuple(found)


def _add_behind(giver: str, organisation_id: uuid.UUID, people: set[str]) -> None:
    """Add whoever gave a role, and whoever is behind them: every way they ever became an administrator counts."""
    if giver in people or (giver != _UNKNOWN and not giver.startswith(_PERSON)):
        return
    people.add(giver)
    if giver == _UNKNOWN:
        return
    person_id = giver.removeprefix(_PERSON)
    of_giver = Affiliation.objects.filter(person_id=person_id, organisation_id=organisation_id, role=Role.ADMIN)
    for affiliation in of_giver.order_by("pk"):
        _add_behind(_giver(affiliation), organisation_id, people)


def _giver(affiliation: Affiliation) -> str:
    """Return who gave a role: whom history names as its actor, or whoever made the invitation that was taken up."""
    entries = Entry.objects.filter(record_type="affiliation", record_id=str(affiliation.pk), kind="affiliation.began")
    began = entries.first()
    if began is None:
        return _UNKNOWN
    if began.actor != f"{_PERSON}{affiliation.person_id}":
        return began.actor
    # Whoever takes up an invitation begins the role themselves; the acceptance of such a one is the next they write.
    accepted = Entry.objects.filter(kind="invitation.accepted", actor=began.actor, pk__gt=began.pk).order_by("pk")
    to_it = Invitation.objects.filter(organisation=affiliation.organisation_id, role=affiliation.role)
    invitations = {str(key) for key in to_it.values_list("pk", flat=True)}
    taken_up = next((key for key in accepted.values_list("record_id", flat=True) if key in invitations), "")
    made = Entry.objects.filter(record_type="invitation", record_id=taken_up, kind="invitation.made").first()
    return made.actor if made else _UNKNOWN
