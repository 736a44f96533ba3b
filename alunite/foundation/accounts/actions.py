"""Opening accounts. Personal values stay out of history: an entry names the person by opaque id only."""

from __future__ import annotations

import secrets
from collections.abc import Sequence
from dataclasses import dataclass

from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils import timezone

from alunite.foundation.accounts.cast import CAST, Player
from alunite.foundation.accounts.models import (
    Affiliation,
    Invitation,
    Organisation,
    Person,
    held_at,
    sign_in_name,
)
from alunite.foundation.accounts.policies import Actor, actor_for, allows, require
from alunite.foundation.accounts.roles import Role
from alunite.foundation.accounts.rules import may_end_role
from alunite.foundation.core.judgement import Reason
from alunite.foundation.history import editing
from alunite.foundation.history.actions import record
from alunite.foundation.history.models import Entry


class InvalidAccount(ValueError):
    """The account cannot be opened; `faults` pairs each field with what was expected."""

    def __init__(self, faults: Sequence[tuple[str, str]]) -> None:
        super().__init__("; ".join(f"{name}: {expected}" for name, expected in faults))
        self.faults = tuple(faults)


class CannotEnd(ValueError):
    """The role cannot be ended by whoever asks; `reasons` say why."""

    def __init__(self, reasons: tuple[Reason, ...]) -> None:
        super().__init__(" ".join(reason.text for reason in reasons))
        self.reasons = reasons


@dataclass(frozen=True, slots=True)
class Credentials:
    """A sign-in name with its password, to be shown once and kept nowhere."""

    username: str
    password: str
    is_who: str


def new_password() -> str:
    """Return a random password of 96 bits that can be typed."""
    return secrets.token_urlsafe(12)


def add_person(
    username: str,
    *,
    actor: Actor,
    display_name: str = "",
    email: str = "",
    password: str | None = None,
    made_up: bool = False,
) -> Credentials:
    """Open an account and return its credentials.

    Raises
    ------
    InvalidAccount
        With every fault: name missing, too long, with other characters than allowed or taken, whatever its case;
        e-mail malformed; password too weak.
    Refused
        If the actor may not add people.
    """
    require(actor, "people.add")
    chosen = password or new_password()
    person = Person(
        username=sign_in_name(username), display_name=display_name.strip(), email=email.strip(), made_up=made_up
    )
    person.set_password(chosen)
    check_person(person, chosen if password else None)
    with transaction.atomic():
        person.save(force_insert=True)
        record(
            "person.added",
            record_type="person",
            record_id=str(person.pk),
            payload={"made_up": made_up},
            actor=actor.label,
        )
    return Credentials(person.username, chosen, "")


def check_person(person: Person, password: str | None) -> None:
    faults: list[tuple[str, str]] = []
    try:
        person.full_clean(validate_constraints=False)
    except ValidationError as error:
        faults += [(name, " ".join(texts)) for name, texts in error.message_dict.items()]
    if password is not None:
        try:
            validate_password(password, person)
        except ValidationError as error:
            faults.append(("password", " ".join(error.messages)))
    if faults:
        raise InvalidAccount(faults)


def set_password(username: str, *, actor: Actor) -> Credentials:
    """Give a person a new random password and return it. `Person.DoesNotExist` if there is none of that name."""
    require(actor, "people.add")
    chosen = new_password()
    with transaction.atomic():
        person = Person.objects.select_for_update().get(username=sign_in_name(username))
        _keep_password(person, chosen, actor)
    return Credentials(person.username, chosen, "")


def change_own_password(person: Person, password: str) -> None:
    """Give a signed-in person the password of their choice; sessions elsewhere end."""
    with transaction.atomic():
        _keep_password(person, password, actor_for(person))


def _keep_password(person: Person, password: str, actor: Actor) -> None:
    person.set_password(password)
    person.save(update_fields=["password"])
    record("person.password_set", record_type="person", record_id=str(person.pk), payload={}, actor=actor.label)


def add_cast(*, actor: Actor, new_passwords: bool = False) -> list[Credentials]:
    """Open the accounts of the cast that are missing; with `new_passwords` give the others new ones.

    Returns the credentials made by this call, in the order of the cast; empty when all were there already.
    """
    with transaction.atomic():
        present = set(Person.objects.filter(made_up=True).values_list("username", flat=True))
        made = [_add_player(player, actor) for player in CAST if player.username not in present]
        if new_passwords:
            made += [_renew(player, actor) for player in CAST if player.username in present]
    order = {player.username: place for place, player in enumerate(CAST)}
    return sorted(made, key=lambda credentials: order[credentials.username])


def _add_player(player: Player, actor: Actor) -> Credentials:
    made = add_person(player.username, actor=actor, display_name=player.display_name, email=player.email, made_up=True)
    if player.place and player.role:
        found = Organisation.objects.filter(name=player.place.name, made_up=True).first()
        organisation = found or add_organisation(player.place.name, player.place.kind, actor=actor, made_up=True)
        for role in (player.role, Role.ADMIN) if player.is_admin else (player.role,):
            affiliate(player.username, organisation, role, actor=actor)
    return Credentials(made.username, made.password, player.is_who)


def _renew(player: Player, actor: Actor) -> Credentials:
    renewed = set_password(player.username, actor=actor)
    return Credentials(renewed.username, renewed.password, player.is_who)


def add_organisation(name: str, kind: str, *, actor: Actor, made_up: bool = False) -> Organisation:
    """Make an organisation that nobody belongs to yet.

    Raises
    ------
    InvalidAccount
        With every fault: name missing or too long, no such kind.
    Refused
        If the actor may not.
    """
    require(actor, "organisations.add")
    return begin_organisation(name, kind, actor=actor, made_up=made_up)


def begin_organisation(name: str, kind: str, *, actor: Actor, made_up: bool = False) -> Organisation:
    """Make an organisation, for an action that was allowed to. `InvalidAccount` as for `add_organisation`."""
    organisation = Organisation(name=name.strip(), kind=kind, made_up=made_up)
    try:
        organisation.full_clean()
    except ValidationError as error:
        raise InvalidAccount([(field, " ".join(texts)) for field, texts in error.message_dict.items()]) from error
    with transaction.atomic():
        organisation.save(force_insert=True)
        record(
            "organisation.added",
            record_type="organisation",
            record_id=str(organisation.pk),
            payload={"name": organisation.name, "kind": str(organisation.kind), "made_up": made_up},
            actor=actor.label,
        )
    return organisation


def affiliate(username: str, organisation: Organisation, role: str, *, actor: Actor) -> Affiliation:
    """Give a person a role in an organisation, from now on. `ValueError` if there is no such role."""
    require(actor, "people.add")
    with transaction.atomic():
        return begin_affiliation(Person.objects.get_by_natural_key(username), organisation, Role(role), actor=actor)


def begin_affiliation(person: Person, organisation: Organisation, role: str, *, actor: Actor) -> Affiliation:
    """Begin a role, in the transaction of an action that was allowed to."""
    affiliation = Affiliation.objects.create(person=person, organisation=organisation, role=role)
    record_affiliation("affiliation.began", affiliation, actor)
    return affiliation


def end_affiliation(affiliation: Affiliation, *, actor: Actor) -> Affiliation:
    """End a role from this moment on; one that has ended keeps its end.

    Raises
    ------
    CannotEnd
        If it is the actor's own, and the last administration of the organisation.
    Refused
        If the actor may not.
    """
    require(actor, "organisation.people", affiliation.organisation)
    with transaction.atomic():
        # So that of two who leave at once one is the last.
        Organisation.objects.select_for_update().get(pk=affiliation.organisation_id)
        held = Affiliation.objects.select_for_update().get(pk=affiliation.pk)
        if actor.person_id:
            # Of two who end each other at once the second has no say any more.
            require(actor_for(Person.objects.get(pk=actor.person_id)), "organisation.people", affiliation.organisation)
        if held.until is None:
            others = Affiliation.objects.filter(
                held_at(timezone.now()),
                organisation=held.organisation_id,
                role=Role.ADMIN,
                person__is_active=True,
            ).exclude(pk=held.pk)
            is_own = str(held.person_id) == actor.person_id
            judgement = may_end_role(held.role, is_own=is_own, other_administrators=others.count())
            if not judgement.result:
                raise CannotEnd(judgement.reasons)
            held.until = max(timezone.now(), held.since)
            held.save(update_fields=["until"])
            record_affiliation("affiliation.ended", held, actor)
            _revoke_invitations_by(held.person, actor)
    return held


def _revoke_invitations_by(person: Person, actor: Actor) -> None:
    """Take back the open invitations somebody sent who may no longer send them: one could lead to themselves."""
    waiting = Invitation.objects.select_for_update(of=("self",)).filter(accepted_at=None, revoked_at=None)
    waiting_by_id = {str(one.pk): one for one in waiting.select_related("organisation")}
    sent = Entry.objects.filter(
        record_type="invitation", record_id__in=waiting_by_id, actor=f"person:{person.pk}"
    ).values_list("record_id", flat=True)
    still = actor_for(person)
    for pk in sorted(set(sent)):
        if not allows(still, "organisation.people", waiting_by_id[pk].organisation):
            revoke_invitation(waiting_by_id[pk], actor)


def revoke_invitation(held: Invitation, actor: Actor) -> None:
    """Take back an open invitation, in the transaction of an action that was allowed to."""
    held.revoked_at = timezone.now()
    held.secret_digest = ""
    held.save(update_fields=["revoked_at", "secret_digest"])
    record_invitation("invitation.revoked", held, actor)


def record_invitation(kind: str, invitation: Invitation, actor: Actor, **more: str) -> None:
    payload = {"organisation": str(invitation.organisation_id), "role": str(invitation.role), **more}
    record(kind, record_type="invitation", record_id=str(invitation.pk), payload=payload, actor=actor.label)


def close_account(username: str, *, actor: Actor) -> Person:
    """Close an account: nobody signs in with it, and its roles end. `Person.DoesNotExist` if there is none."""
    require(actor, "people.add")
    with transaction.atomic():
        person = Person.objects.select_for_update().get(username=sign_in_name(username))
        for affiliation in person.affiliations.filter(until=None).select_related("organisation"):
            end_affiliation(affiliation, actor=actor)
        if person.is_active:
            person.is_active = False
            person.save(update_fields=["is_active"])
            record("person.closed", record_type="person", record_id=str(person.pk), payload={}, actor=actor.label)
    return person


def record_affiliation(kind: str, affiliation: Affiliation, actor: Actor) -> None:
    record(
        kind,
        record_type="affiliation",
        record_id=str(affiliation.pk),
        payload={
            "person": str(affiliation.person_id),
            "organisation": str(affiliation.organisation_id),
            "role": str(affiliation.role),
        },
        actor=actor.label,
    )


def values_of(organisation: Organisation) -> dict[str, str]:
    """Return what can be changed of an organisation."""
    return {"name": organisation.name}


def rename_organisation(organisation: Organisation, name: str, *, actor: Actor, cause: Entry) -> None:
    """Give an organisation another name, for an action that was allowed to. `InvalidAccount` if it does not do."""
    before, organisation.name = organisation.name, name.strip()
    try:
        organisation.clean_fields(exclude=[one.name for one in Organisation._meta.fields if one.name != "name"])  # noqa: SLF001, Django's own description of a model
    except ValidationError as error:
        raise InvalidAccount([("name", " ".join(error.messages))]) from error
    organisation.save(update_fields=["name"])
    record(
        "organisation.edited",
        record_type="organisation",
        record_id=str(organisation.pk),
        payload={"before": {"name": before}, "after": {"name": organisation.name}},
        actor=actor.label,
        cause=cause,
    )


def edit_organisation(organisation: Organisation, values: dict[str, str], *, mark: str, actor: Actor) -> Organisation:
    """Change an organisation as a form says that was opened when `mark` was made.

    Raises
    ------
    Stale
        If somebody else changed it since; nothing is saved.
    NoMark
        If the mark is not one of this organisation.
    Refused
        If the actor may not.
    """
    require(actor, "organisations.edit", organisation)
    with transaction.atomic():
        held = Organisation.objects.select_for_update().get(pk=organisation.pk)
        before = values_of(held)
        changed = editing.check(mark, "organisation", held.pk, now=before, yours=values)
        if changed:
            for name, value in changed.items():
                setattr(held, name, value)
            held.save(update_fields=list(changed))
            record(
                "organisation.edited",
                record_type="organisation",
                record_id=str(held.pk),
                payload={"before": {name: before[name] for name in changed}, "after": changed},
                actor=actor.label,
            )
    return held
