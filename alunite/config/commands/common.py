"""What commands share: output, an installation that is ready, sealing at the end."""

from __future__ import annotations

import functools
import sys
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any, TypeVar, cast

import click
from django.conf import settings
from django.db import DatabaseError, Error, OperationalError, connection

from alunite.config.command_line import OUR_FAULT, InputFault, print_json
from alunite.foundation.adoption.models import AdoptedPack
from alunite.foundation.core.locks import is_locked
from alunite.foundation.history.errors import CheckpointLogError, HistoryError, SealingBusy
from alunite.foundation.history.sealing import seal
from alunite.foundation.keys import signing

F = TypeVar("F", bound=Callable[..., Any])

LOCKED = "another command is writing; try again"
NOT_SEALED_YET = "what was written is not sealed yet, because others are writing; it is sealed by the next command"


def json_option(command: F) -> F:
    """Give a command what all have: `--json`, and a plain word where others keep the database to themselves."""

    @functools.wraps(command)
    def told_plainly(*arguments: Any, **options: Any) -> Any:
        try:
            return command(*arguments, **options)
        except OperationalError as error:
            if not is_locked(error):
                raise
        if options["as_json"]:
            print_json({"error": LOCKED})
        else:
            say(LOCKED)
        return OUR_FAULT

    option = click.option("--json", "as_json", is_flag=True, help="Print one JSON document.")
    return cast("F", option(told_plainly))


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
        home.mkdir(parents=True, exist_ok=True, mode=0o700)
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
    """Seal what was written; a file of checkpoints at odds with the database is no fault of ours.

    While others are writing it is left to the next command.
    """
    try:
        _seal_or_refuse()
    except SealingBusy:
        say(NOT_SEALED_YET)
    except OperationalError as error:
        if not is_locked(error):
            raise
        say(NOT_SEALED_YET)


def _seal_or_refuse() -> None:
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
    with suppress(SealingBusy):  # then it is sealed afterwards, with what the command writes
        _seal_or_refuse()
    with sealed_afterwards():
        yield


@contextmanager
def sealed_afterwards() -> Iterator[None]:
    """Seal at the end. What was done stands, so nothing that keeps it from being sealed is the command's result."""
    has_waited = False
    try:
        yield
    except OperationalError as error:
        has_waited = is_locked(error)
        raise
    finally:
        if not has_waited:
            _seal_or_warn()


def _seal_or_warn() -> None:
    try:
        seal()
    except (HistoryError, signing.CannotSign, OSError, Error) as error:
        is_passing = isinstance(error, SealingBusy) or (isinstance(error, OperationalError) and is_locked(error))
        say(NOT_SEALED_YET if is_passing else f"what was written stands, and could not be sealed: {error}")
