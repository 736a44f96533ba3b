"""`alunite doctor`."""

from __future__ import annotations

import click

from alunite.config.command_line import DONE, FOUND
from alunite.config.commands.common import json_option, readable, show
from alunite.config.doctoring import Examined, all_findings, examine


@click.command()
@json_option
def doctor(*, as_json: bool) -> int:
    """Look for what should be mended. Changes nothing; exit status 2 when something was found."""
    examined = examine()
    found = all_findings(examined)
    data = {
        "well": not found,
        "checks": [
            {"name": each.name, "well": not each.findings, "findings": [item.as_dict() for item in each.findings]}
            for each in examined
        ],
    }
    show(data, "\n".join([*map(_told, examined), _verdict(len(found))]), as_json=as_json)
    return FOUND if found else DONE


def _told(each: Examined) -> str:
    if not each.findings:
        return f"ok      {each.name}"
    lines = [f"MEND    {each.name}"]
    for finding in each.findings:
        lines += [f"  {readable(finding.what)}", f"    why: {finding.why}", f"    how: {readable(finding.mend)}"]
    return "\n".join(lines)


def _verdict(count: int) -> str:
    return "nothing to mend" if not count else f"{count} to mend"
