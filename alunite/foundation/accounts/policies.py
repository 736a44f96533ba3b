"""Who may do and see what. Default is no.

A room registers a policy for each verb it has (`@policy("imports.run")`) and a scope for each kind of thing it lists
(`@scope("imports.view", Batch)`), which is a filter joined into the query, never a check row by row.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any, TypeVar

from django.db.models import Model, Q, QuerySet
from django.utils import timezone

from alunite.foundation.accounts.models import Affiliation, Person, held_at
from alunite.foundation.accounts.roles import SECRETARIAT_ROLES, OrganisationKind, Role
from alunite.foundation.core.judgement import Judgement, Reason

ModelT = TypeVar("ModelT", bound=Model)


class Refused(PermissionError):
    """The actor may not do this; `reasons` say why."""

    def __init__(self, reasons: tuple[Reason, ...]) -> None:
        super().__init__(" ".join(reason.text for reason in reasons))
        self.reasons = reasons


@dataclass(frozen=True, slots=True)
class Actor:
    """Who acts: a person with the roles held now, or the installation itself.

    Parameters
    ----------
    label : str
        What history keeps: ``person:<opaque id>``, ``operator``, ``import``, ``system`` or ``public``.
    person_id : str or None
        The person's opaque id.
    roles : frozenset of (organisation id, kind of organisation, role)
        The affiliations that hold now.
    """

    label: str
    person_id: str | None = None
    roles: frozenset[tuple[str, str, str]] = field(default_factory=frozenset)

    @property
    def organisations(self) -> frozenset[str]:
        """Ids of the organisations the actor belongs to."""
        return frozenset(organisation for organisation, _, _ in self.roles)

    @property
    def is_installation(self) -> bool:
        """Tell whether this is the installation itself: its command line, importer or reactions."""
        return self in {OPERATOR, IMPORTER, SYSTEM}

    def holds(self, *roles: str) -> bool:
        """Tell whether the actor holds one of `roles` in the Secretariat."""
        return any(kind == OrganisationKind.SECRETARIAT and role in roles for _, kind, role in self.roles)

    def administers(self, organisation_id: Any) -> bool:
        """Tell whether the actor looks after the people of this organisation."""
        return any(own == str(organisation_id) and role == Role.ADMIN for own, _, role in self.roles)

    @property
    def is_secretariat(self) -> bool:
        """Tell whether the actor works for the Secretariat."""
        return self.holds(*SECRETARIAT_ROLES)


# Whoever can run commands on the machine can read its files: the command line acts as the operator.
OPERATOR = Actor("operator")
IMPORTER = Actor("import")
SYSTEM = Actor("system")
PUBLIC = Actor("public")


def actor_for(person: Any) -> Actor:
    """Return the actor for a signed-in person, or `PUBLIC`. One query, or none where the request has asked already."""
    if not isinstance(person, Person) or not person.is_active:
        return PUBLIC
    if isinstance(person.acts_as, Actor):
        return person.acts_as
    held = Affiliation.objects.filter(held_at(timezone.now()), person=person).values_list(
        "organisation_id", "organisation__kind", "role"
    )
    roles = frozenset((str(organisation), kind, role) for organisation, kind, role in held)
    return Actor(f"person:{person.pk}", str(person.pk), roles)


Policy = Callable[[Actor, Any], bool]
Scope = Callable[[Actor], Q]

_policies: dict[str, tuple[Policy, str]] = {}
_scopes: dict[str, Scope] = {}


def policy(name: str, says: str) -> Callable[[Policy], Policy]:
    """Register the policy for `name`; `says` is the sentence shown to whoever is refused."""

    def register(function: Policy) -> Policy:
        if name in _policies:
            raise ValueError(f"policy {name!r} is registered twice")
        _policies[name] = (function, says)
        return function

    return register


def scope(name: str) -> Callable[[Scope], Scope]:
    """Register the filter that `name` puts on a list."""

    def register(function: Scope) -> Scope:
        if name in _scopes:
            raise ValueError(f"scope {name!r} is registered twice")
        _scopes[name] = function
        return function

    return register


def judge(actor: Actor, name: str, subject: Any = None) -> Judgement[bool]:
    """Return whether `actor` may do `name` to `subject`, with the reason when not."""
    registered = _policies.get(name)
    if registered is None:
        reason = Reason("policy.default_no", "No policy allows this, so nobody may do it.", {"policy": name})
        return Judgement(result=False, reasons=(reason,))
    function, says = registered
    if function(actor, subject):
        return Judgement(result=True, reasons=())
    return Judgement(result=False, reasons=(Reason(f"policy.{name}", says, {"policy": name}),))


def allows(actor: Actor, name: str, subject: Any = None) -> bool:
    """Tell whether `actor` may do `name` to `subject`."""
    return judge(actor, name, subject).result


def require(actor: Actor, name: str, subject: Any = None) -> None:
    """Raise `Refused` unless `actor` may do `name` to `subject`."""
    judgement = judge(actor, name, subject)
    if not judgement.result:
        raise Refused(judgement.reasons)


def scoped(actor: Actor, name: str, queryset: QuerySet[ModelT]) -> QuerySet[ModelT]:
    """Return what of `queryset` the actor may see; nothing when no scope is registered."""
    registered = _scopes.get(name)
    return queryset.filter(registered(actor)).distinct() if registered else queryset.none()


@policy("people.add", says="Only the operator, at the command line, may add people.")
def _people_add(actor: Actor, _subject: Any) -> bool:
    return actor.is_installation


@policy(
    "organisation.people",
    says="Only an administrator of the organisation, or the membership office, looks after its people.",
)
def _organisation_people(actor: Actor, organisation: Any) -> bool:
    """The office looks after everybody's people but its own: the Secretariat's roles are given by its administrator."""
    if actor.is_installation or actor.administers(organisation.pk):
        return True
    return actor.holds(Role.OFFICE) and organisation.kind != OrganisationKind.SECRETARIAT


@policy("people.export", says="Only the operator, at the command line, hands out what is held of a person.")
def _people_export(actor: Actor, _subject: Any) -> bool:
    return actor.is_installation


@policy("people.erase", says="Only people of the Secretariat, two of them by a decision, may erase a person.")
def _people_erase(actor: Actor, _subject: Any) -> bool:
    return actor.is_secretariat


@policy("people.remind", says="Only the installation itself sends reminders.")
def _people_remind(actor: Actor, _subject: Any) -> bool:
    return actor.is_installation


@policy("organisations.add", says="Only the operator, at the command line, may add organisations.")
def _organisations_add(actor: Actor, _subject: Any) -> bool:
    return actor.is_installation


@policy("sessions.forget", says="Only the installation itself removes sessions that ran out.")
def _sessions_forget(actor: Actor, _subject: Any) -> bool:
    return actor.is_installation


@policy("organisations.edit", says="Only its administrator and the membership office may change an organisation.")
def _organisations_edit(actor: Actor, organisation: Any) -> bool:
    return actor.holds(Role.OFFICE) or actor.administers(organisation.pk)


@scope("organisations.view")
def _organisations_view(actor: Actor) -> Q:
    if actor.is_installation or actor.is_secretariat:
        return Q()
    if actor.person_id is None:
        return Q(pk__in=())
    return Q(affiliations__person_id=actor.person_id) & held_at(timezone.now(), "affiliations__")
