"""What commands share: output, an installation that is ready, sealing at the end."""

from __future__ import annotations

import sys
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, TypeVar

import click
from django.conf import settings
from django.db import DatabaseError, connection

from alunite.config.command_line import InputFault, print_json
from alunite.foundation.adoption.models import AdoptedPack
from alunite.foundation.history.errors import CheckpointLogError
from alunite.foundation.history.sealing import seal
from alunite.foundation.keys import signing

F = TypeVar("F", bound=Callable[..., Any])

json_option: Callable[[F], F] = click.option("--json", "as_json", is_flag=True, help="Print one JSON document.")


def say(text: str) -> None:
    """Tell progress on standard error."""
    click.echo(text, err=True)


def show(data: Any, text: str, *, as_json: bool) -> None:
    """Print a result: as JSON, or as text for people."""
    if as_json:
        print_json(data)
    else:
        click.echo(text)
        sys.stdout.flush()


def readable(text: str) -> str:
    """Return text from outside for a terminal, where a control character would be obeyed."""
    return "".join(char if char.isprintable() else char.encode("unicode_escape").decode() for char in text)


def is_ready() -> bool:
    """Tell whether the installation has its database with a scheme in it."""
    return has_table("adoption_adoptedpack") and AdoptedPack.objects.exists()


def has_table(name: str) -> bool:
    """Tell whether the installation has a database with this table; refuse to go on when no database answers."""
    if not settings.INSTALLATION.exists:
        return False
    need_database()
    with connection.cursor() as cursor:
        return name in connection.introspection.table_names(cursor)


def need_ready() -> None:
    """Refuse to go on without an installation."""
    if not is_ready():
        raise InputFault(f"there is no installation in {settings.ALUNITE_HOME}; make one with: alunite init")


def need_database() -> None:
    """Refuse to go on when no database answers."""
    try:
        with connection.cursor() as cursor:
            cursor.execute("SELECT 1")
    except DatabaseError as error:
        name = connection.settings_dict["NAME"]
        raise InputFault(f"the database {name} cannot be used: {error}") from error


def need_writable_home() -> None:
    """Refuse to go on where nothing can be written."""
    home: Path = settings.ALUNITE_HOME
    try:
        home.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryFile(dir=home):
            pass
    except OSError as error:
        text = f"ALUNITE_HOME={home}: expected a folder that can be written ({error.strerror})"
        raise InputFault(text) from error


def need_key() -> None:
    """Refuse to go on without the master key: what would be written could not be sealed."""
    try:
        signing.sign(b"alunite")
    except signing.CannotSign as error:
        raise InputFault(str(error)) from error


def seal_now() -> None:
    """Seal what was written; a file of checkpoints at odds with the database is no fault of ours."""
    try:
        seal()
    except (signing.CannotSign, CheckpointLogError) as error:
        raise InputFault(str(error)) from error


@contextmanager
def writing() -> Iterator[None]:
    """Seal what a command wrote before it exits, whether or not it failed on the way.

    What would keep it from being sealed is told before anything is written; so is what a killed command left unsealed.
    """
    need_ready()
    need_writable_home()
    need_key()
    seal_now()
    try:
        yield
    finally:
        seal_now()
