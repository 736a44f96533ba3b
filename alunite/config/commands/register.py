"""`alunite register`."""

from __future__ import annotations

import click

from alunite.config.commands.common import json_option, need_ready, show
from alunite.front.register.projector import rebuild as rebuild_tables


@click.group()
def register() -> None:
    """Look after the public register."""


@register.command()
@json_option
def rebuild(*, as_json: bool) -> None:
    """Make the register's read tables anew from all publications."""
    need_ready()
    count = rebuild_tables()
    show({"subjects": count}, f"made anew from the publications of {count} subjects", as_json=as_json)
