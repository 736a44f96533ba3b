"""`alunite user` and `alunite person`."""

from __future__ import annotations

import json
import os
from pathlib import Path

import click
from django.conf import settings

from alunite.config.command_line import InputFault
from alunite.config.commands.common import json_option, need_ready, show, writing
from alunite.foundation.accounts.actions import (
    InvalidAccount,
    add_organisation,
    add_person,
    affiliate,
    close_account,
    end_affiliation,
    set_password,
)
from alunite.foundation.accounts.erasure import as_zip, everything_held, find_person, what_would_go
from alunite.foundation.accounts.invitations import CannotInvite, invite
from alunite.foundation.accounts.models import Affiliation, Organisation, Person
from alunite.foundation.accounts.policies import OPERATOR
from alunite.foundation.accounts.roles import OrganisationKind, Role

ROLE = click.Choice(Role.values)
ORGANISATION = click.option("--organisation", "place", required=True, help="Its name or id.")


@click.group()
def user() -> None:
    """Look after accounts."""


@user.command()
@click.argument("username")
@click.option("--name", default="", help="Name shown to others.")
@click.option("--email", default="", help="E-mail address.")
@json_option
def add(*, username: str, name: str, email: str, as_json: bool) -> None:
    """Open an account and print its random password, once."""
    with writing():
        try:
            made = add_person(username, actor=OPERATOR, display_name=name, email=email)
        except InvalidAccount as error:
            faults = [{"field": field, "expected": expected} for field, expected in error.faults]
            raise InputFault(str(error), {"faults": faults}) from error
        # Before it is sealed: the account is there, and nobody can show its password again.
        data = {"username": made.username, "password": made.password}
        show(data, f"{made.username}  {made.password}  (shown once)", as_json=as_json)


@user.command("password")
@click.argument("username")
@json_option
def new_password(*, username: str, as_json: bool) -> None:
    """Give an account a new random password and print it, once. Its sessions end."""
    with writing():
        made = set_password(_person(username).username, actor=OPERATOR)
        data = {"username": made.username, "password": made.password}
        show(data, f"{made.username}  {made.password}  (shown once)", as_json=as_json)


@user.command()
@click.argument("username")
@json_option
def close(*, username: str, as_json: bool) -> None:
    """Close an account: nobody signs in with it, and its roles end."""
    with writing():
        person = close_account(_person(username).username, actor=OPERATOR)
        show({"username": person.username, "closed": True}, f"{person.username}: closed", as_json=as_json)


@user.command()
@click.argument("username")
@click.argument("role", type=ROLE)
@ORGANISATION
@click.option("--kind", type=click.Choice(OrganisationKind.values), help="Make the organisation, of this kind.")
@json_option
def give(*, username: str, role: str, place: str, kind: str | None, as_json: bool) -> None:
    """Give a person a role in an organisation."""
    with writing():
        person = _person(username)
        organisation = _organisation(place, kind)
        held = _held(person, organisation, role)
        is_new = held is None
        if held is None:
            held = affiliate(person.username, organisation, role, actor=OPERATOR)
        said = str(held) if is_new else f"nothing done, this holds already: {held}. To give it anew, take it first"
        show({"id": held.pk, "organisation": str(organisation.pk), "role": role, "new": is_new}, said, as_json=as_json)


@user.command()
@click.argument("username")
@click.argument("role", type=ROLE)
@ORGANISATION
@json_option
def take(*, username: str, role: str, place: str, as_json: bool) -> None:
    """End a person's role in an organisation."""
    with writing():
        person, organisation = _person(username), _organisation(place, None)
        held = _held(person, organisation, role)
        if held is None:
            raise InputFault(f"{person.username} is not {role} of {organisation}")
        end_affiliation(held, actor=OPERATOR)
        show({"id": held.pk, "ended": True}, f"ended: {held}", as_json=as_json)


@user.command("invite")
@click.argument("email")
@click.argument("role", type=ROLE)
@ORGANISATION
@json_option
def invite_somebody(*, email: str, role: str, place: str, as_json: bool) -> None:
    """Send an invitation to a role; needs ALUNITE_ORIGIN, which its link begins with."""
    if not settings.ALUNITE_ORIGIN:
        raise InputFault("set ALUNITE_ORIGIN: the link in the mail begins with it")
    with writing():
        try:
            made = invite(_organisation(place, None), email, role, actor=OPERATOR, origin=settings.ALUNITE_ORIGIN)
        except CannotInvite as error:
            raise InputFault(str(error)) from error
        show({"id": str(made.pk)}, f"invited: {made}", as_json=as_json)


@click.group()
def person() -> None:
    """Hand out what is held of a person, and see what an erasure would take."""


@person.command()
@click.argument("name")
@click.option("--to", "path", type=click.Path(path_type=Path), help="Also write a zip of readable files here.")
@json_option
def export(*, name: str, path: Path | None, as_json: bool) -> None:
    """Give everything held of a person (sign-in name or opaque id) as JSON."""
    with writing():
        data = everything_held(_person(name), actor=OPERATOR)
        if path:
            try:
                _write_for_its_owner(path, as_zip(data))
            except OSError as error:
                raise InputFault(f"{path}: expected a file that can be written ({error.strerror})") from error
        show(data, json.dumps(data, ensure_ascii=False, indent=2), as_json=as_json)


@person.command()
@click.argument("name")
@json_option
def erase(*, name: str, as_json: bool) -> None:
    """Show what erasing a person would take. It is done by two people of the Secretariat, at /decisions/propose/."""
    need_ready()
    found = _person(name)
    if found.erased_by:
        told = {"person": str(found.pk), "erased_by": found.erased_by}
        show(told, f"{found.pk}: erased by decision {found.erased_by}", as_json=as_json)
        return
    goes = what_would_go(found)
    lines = [f"{kind}: {count}" for kind, count in goes.items()]
    lines.append("nothing is erased yet: one person of the Secretariat proposes it on the site, another confirms it")
    data = {"person": str(found.pk), "erased_by": None, "would_go": goes, "decide_at": "/decisions/propose/"}
    show(data, "\n".join(lines), as_json=as_json)


def _person(name: str) -> Person:
    need_ready()
    try:
        return find_person(name)
    except Person.DoesNotExist as error:
        raise InputFault(f"there is no person {name!r}") from error


def _write_for_its_owner(path: Path, content: bytes) -> None:
    """Write a file that nobody else may read, also where one was there that others could."""
    with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "wb") as file:
        path.chmod(0o600)
        file.write(content)


def _organisation(name: str, kind: str | None) -> Organisation:
    found = [one for one in Organisation.objects.all() if name in {one.name, str(one.pk)}]
    if len(found) == 1:
        return found[0]
    if found:
        raise InputFault(f"{len(found)} organisations are called {name!r}; give the id")
    if kind is None:
        raise InputFault(f"there is no organisation {name!r}; make it with --kind")
    try:
        return add_organisation(name, kind, actor=OPERATOR)
    except InvalidAccount as error:
        raise InputFault(str(error)) from error


def _held(found: Person, organisation: Organisation, role: str) -> Affiliation | None:
    return Affiliation.objects.filter(person=found, organisation=organisation, role=role, until=None).first()
