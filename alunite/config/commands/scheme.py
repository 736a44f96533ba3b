"""`alunite scheme` and `alunite applicable`."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from datetime import date
from pathlib import Path

import click

from alunite.config.command_line import InputFault, print_json
from alunite.config.commands.common import is_ready, json_option, show
from alunite.config.commands.setting_up import default_scheme
from alunite.foundation.adoption.queries import current_pack
from alunite.foundation.scheme.loader import PackError, check_pack, load_pack, pack_schema
from alunite.foundation.scheme.pack import Pack
from alunite.foundation.scheme.rules import CriterionAnswer, applicability, trigger_ids


@click.group()
def scheme() -> None:
    """Look after scheme packs."""


@scheme.command()
@click.argument("directory", type=click.Path(path_type=Path))
@json_option
def check(*, directory: Path, as_json: bool) -> None:
    """Check a scheme pack and list all its faults: file, line, path, value, what was expected."""
    faults = check_pack(directory)
    if faults:
        lines = [f"{item.file}:{item.line}: {item.path}: {item.value!r} — expected {item.expected}" for item in faults]
        text = "\n".join([*lines, f"{len(faults)} faults"])
        raise InputFault(text, {"faults": [item.as_dict() for item in faults]})
    show({"faults": []}, f"{directory}: no faults", as_json=as_json)


@scheme.command("schema")
@json_option
def print_schema(*, as_json: bool) -> None:
    """Print the JSON Schema of scheme packs."""
    del as_json  # it is JSON either way
    print_json(pack_schema())


class SeveralValues(click.Command):
    """A command whose repeatable options also take several values after one flag: `--activity A B`."""

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        """Write the flag before each further value, then read as usual."""
        several = {name for option in self.params if getattr(option, "multiple", False) for name in option.opts}
        written: list[str] = []
        flag = ""
        for place, word in enumerate(args):
            if word.startswith("-"):
                flag = word if word in several else ""
            elif flag and args[place - 1] != flag:
                written.append(flag)
            written.append(word)
        return super().parse_args(ctx, written)


@click.command(cls=SeveralValues)
@click.option("--standard", "standard_id", required=True, help="Version of a standard, by its id.")
@click.option(
    "--activity",
    "activities",
    multiple=True,
    required=True,
    help="Activity of the scope; several may follow, or repeat the flag.",
)
@click.option("--class", "member_class", help="Class of membership.")
@click.option("--cycle", type=click.Choice(["first", "later"]), default="later", show_default=True)
@click.option(
    "--trigger", "triggers", multiple=True, help="Condition that holds; several may follow, or repeat the flag."
)
@click.option("--date", "day_text", required=True, help="Day the question is asked for, as 2026-01-31.")
@click.option("--scheme", "directory", type=click.Path(path_type=Path), help="Folder of a scheme pack to use instead.")
@json_option
def applicable(
    *,
    standard_id: str,
    activities: tuple[str, ...],
    member_class: str | None,
    cycle: str,
    triggers: tuple[str, ...],
    day_text: str,
    directory: Path | None,
    as_json: bool,
) -> None:
    """Say which criteria apply to a scope, each with its reasons."""
    pack = _pack(directory)
    day = _day(day_text)
    standard = pack.standard(standard_id)
    faults: list[str] = []
    if day is None:
        faults.append(f"--date {day_text!r}: expected a day that exists, as 2026-01-31")
    if standard is None:
        known = ", ".join(item.id for item in pack.standards)
        faults.append(f"--standard {standard_id!r}: expected one of {known}")
    found = [pack.find_activity(text) for text in activities]
    faults += [
        f"--activity {text!r}: expected one of {', '.join(item.id for item in pack.activities)}"
        for text, item in zip(activities, found, strict=True)
        if item is None
    ]
    held = pack.find_class(member_class) if member_class else None
    if member_class and held is None:
        faults.append(f"--class {member_class!r}: expected one of {', '.join(item.id for item in pack.classes)}")
    if standard is not None:
        known_triggers = trigger_ids(standard)
        faults += [
            f"--trigger {text!r}: expected one of {', '.join(known_triggers)}"
            for text in triggers
            if text not in known_triggers
        ]
    if faults or standard is None or day is None:
        raise InputFault("\n".join(faults), {"faults": faults})
    answers = applicability(
        standard,
        pack,
        activities=[item.id for item in found if item],
        member_class=held.id if held else None,
        cycle=cycle,
        triggers=triggers,
        day=day,
    )
    data = {"standard": standard_id, "date": day.isoformat(), "criteria": [answer.as_dict() for answer in answers]}
    lines = [
        f"{answer.number:<6}{answer.answer:<16}[{answer.reasons[0].trust}, {answer.reasons[0].origin}] {reason.text}"
        for answer in answers
        for reason in answer.reasons[:1]
    ]
    lines.append(_summary(answers, cycle))
    show(data, "\n".join(lines), as_json=as_json)


def _summary(answers: Sequence[CriterionAnswer], cycle: str) -> str:
    counted = Counter(str(answer.answer).replace("_", " ") for answer in answers)
    trust = Counter(str(answer.reasons[0].trust) for answer in answers)
    told = ", ".join(f"{number} {answer}" for answer, number in counted.items())
    known = ", ".join(f"{number} {word}" for word, number in trust.items())
    return f"{len(answers)} criteria: {told}. Taken as a {cycle} cycle. How well that is known: {known}."


def _pack(directory: Path | None) -> Pack:
    if directory is None and is_ready():
        return current_pack()
    try:
        return load_pack(directory or default_scheme())
    except PackError as error:
        raise InputFault(str(error), {"faults": [fault.as_dict() for fault in error.faults]}) from error


def _day(text: str) -> date | None:
    try:
        day = date.fromisoformat(text)
    except ValueError:
        return None
    # ISO 8601 has other forms for a day; one is enough here.
    return day if day.isoformat() == text else None
