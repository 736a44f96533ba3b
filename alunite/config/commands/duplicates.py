"""`alunite duplicates`."""

from __future__ import annotations

from dataclasses import asdict

import click

from alunite.config.command_line import InputFault
from alunite.config.commands.common import json_option, show, writing
from alunite.foundation.accounts.policies import OPERATOR
from alunite.foundation.merging.actions import propose_duplicates
from alunite.foundation.merging.kinds import UnknownMergeKind


@click.group()
def duplicates() -> None:
    """Find records that likely speak of one thing; a person merges them on the site."""


@duplicates.command()
@click.argument("kinds", nargs=-1)
@json_option
def propose(*, kinds: tuple[str, ...], as_json: bool) -> None:
    """Look through all records, or those of KINDS, and bring the proposals up to date. A second time changes nothing."""
    with writing():
        try:
            done = propose_duplicates(actor=OPERATOR, kinds=kinds or None)
        except UnknownMergeKind as error:
            raise InputFault(str(error)) from error
    text = f"{done.new} new, {done.changed} changed, {done.back} back, {done.lapsed} lapsed, {done.unchanged} as before"
    show(asdict(done), text, as_json=as_json)
