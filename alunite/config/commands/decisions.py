"""`alunite decision`."""

from __future__ import annotations

import click

from alunite.config.command_line import InputFault
from alunite.config.commands.common import json_option, need_ready, readable, show
from alunite.foundation.accounts.policies import OPERATOR
from alunite.foundation.decisions.queries import decision_visible_to, decisions_visible_to


@click.group()
def decision() -> None:
    """Look at what takes two people. Proposing and confirming is done by people, on the site."""


@decision.command("list")
@json_option
def list_decisions(*, as_json: bool) -> None:
    """List the latest decisions, open ones first."""
    need_ready()
    found = decisions_visible_to(OPERATOR)
    lines = [
        f"{item.decision.pk}  {item.state}  {item.decision.act}  {item.decision.ground}  "
        f"proposed {item.decision.proposed_at:%Y-%m-%d}"
        for item in found
    ]
    show([item.as_dict() for item in found], "\n".join(lines or ["no decision has been proposed"]), as_json=as_json)


@decision.command("show")
@click.argument("decision_id")
@json_option
def show_decision(*, decision_id: str, as_json: bool) -> None:
    """Show one decision, and while it is open how much it touches."""
    need_ready()
    detail = decision_visible_to(OPERATOR, decision_id)
    if detail is None:
        raise InputFault(f"there is no decision {decision_id!r}; `alunite decision list` lists them")
    data = detail.listed.as_dict() | {"touches": dict(detail.preview.counts) if detail.preview else None}
    lines = [f"{name}: {readable(str(value))}" for name, value in data.items() if value not in (None, "")]
    show(data, "\n".join(lines), as_json=as_json)
