"""`alunite tick`."""

from __future__ import annotations

from datetime import date

import click

from alunite.config.command_line import DONE, OUR_FAULT, InputFault
from alunite.config.commands.common import json_option, show, writing
from alunite.foundation.accounts.policies import OPERATOR
from alunite.foundation.adoption.queries import scheme_today
from alunite.foundation.core.days import read_day
from alunite.foundation.messages.ticking import Outcome
from alunite.foundation.messages.ticking import tick as do_days


@click.command()
@click.option(
    "--until", metavar="DATE", help="Last day to do, such as 2026-11-23; today in the scheme's zone if left out."
)
@json_option
def tick(*, until: str | None, as_json: bool) -> int:
    """Do what days bring, from the day after the last one done to today. A second time does nothing.

    The worker does the same by itself; several at once do nothing twice.
    """
    wanted = _day(until) if until else None
    with writing():
        today = scheme_today()
        try:
            outcome = do_days(wanted or today, today=today, actor=OPERATOR)
        except ValueError as error:
            raise InputFault(f"--until: {error}") from error
    data = {
        "until": str(wanted or today),
        "done": [{"day": str(one.day), "tick": one.name, "said": one.said} for one in outcome.done],
        "failed": [{"day": str(one.day), "tick": one.name, "fault": one.fault} for one in outcome.failed],
    }
    show(data, _as_text(outcome, wanted or today), as_json=as_json)
    return OUR_FAULT if outcome.failed else DONE


def _day(text: str) -> date:
    try:
        return read_day(text)
    except ValueError as error:
        raise InputFault(f"--until: expected a day such as 2026-11-23; found {text!r}") from error


def _as_text(outcome: Outcome, until: date) -> str:
    lines = [f"{one.day} {one.name}: {one.said or 'nothing to do'}" for one in outcome.done]
    lines += [f"{one.day} {one.name}: failed ({one.fault}); it is tried again the next time" for one in outcome.failed]
    return "\n".join(lines) or f"nothing left to do up to {until}"
