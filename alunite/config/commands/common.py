"""What commands share: output, an installation that is ready, sealing at the end."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any, TypeVar

import click
from django.conf import settings
from django.db import DatabaseError, connection

from alunite.config.command_line import InputFault
from alunite.foundation.history.sealing import seal

F = TypeVar("F", bound=Callable[..., Any])

json_option: Callable[[F], F] = click.option("--json", "as_json", is_flag=True, help="Print one JSON document.")


def say(text: str) -> None:
    """Tell progress on standard error."""
    click.echo(text, err=True)


def show(data: Any, text: str, *, as_json: bool) -> None:
    """Print a result: as JSON, or as text for people."""
    click.echo(json.dumps(data, ensure_ascii=False, indent=2) if as_json else text)


def is_ready() -> bool:
    """Tell whether the installation has its database with a scheme in it."""
    if not settings.INSTALLATION.exists:
        return False
    try:
        with connection.cursor() as cursor:
            return "adoption_adoptedpack" in connection.introspection.table_names(cursor) and _has_scheme()
    except DatabaseError:
        return False
    finally:
        connection.close()


def _has_scheme() -> bool:
    with connection.cursor() as cursor:
        cursor.execute("SELECT 1 FROM adoption_adoptedpack LIMIT 1")
        return cursor.fetchone() is not None


def need_ready() -> None:
    """Refuse to go on without an installation."""
    if not is_ready():
        raise InputFault(f"there is no installation in {settings.ALUNITE_HOME}; make one with: alunite init")


@contextmanager
def writing() -> Iterator[None]:
    """Seal what a command wrote before it exits, whether or not it failed on the way."""
    need_ready()
    try:
        yield
    finally:
        seal()
