"""`alunite user`."""

from __future__ import annotations

import click

from alunite.config.command_line import InputFault
from alunite.config.commands.common import json_option, show, writing
from alunite.foundation.accounts.actions import InvalidAccount, add_person
from alunite.foundation.accounts.policies import OPERATOR


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
