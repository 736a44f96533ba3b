"""The command line `alunite`: a contract that outside checks rely on.

Exit status 0: done, and nothing found. 2: the input is at fault, or a check (`history verify`, `scheme check`,
`snapshot verify`, `doctor`) found something. 1: our fault, or nothing could be checked. `--json` prints one JSON
document on standard output and nothing else; progress goes to standard error.
"""

from __future__ import annotations

import io
import json
import os
import sys
import traceback
from collections.abc import Mapping, Sequence
from typing import Any

import click
import django
from django.core.exceptions import ImproperlyConfigured

from alunite.foundation.keys.installation import InstallationError

DONE, OUR_FAULT, INPUT_AT_FAULT = 0, 1, 2
FOUND = INPUT_AT_FAULT

COMMANDS = {
    "applicable": "alunite.config.commands.scheme:applicable",
    "decision": "alunite.config.commands.decisions:decision",
    "backup": "alunite.config.commands.backup:backup",
    "demo": "alunite.config.commands.serving:demo",
    "doctor": "alunite.config.commands.doctor:doctor",
    "duplicates": "alunite.config.commands.duplicates:duplicates",
    "export": "alunite.config.commands.exporting:export_rows",
    "history": "alunite.config.commands.history:history",
    "import": "alunite.config.commands.rows:import_rows",
    "init": "alunite.config.commands.setting_up:init",
    "key": "alunite.config.commands.keys:key",
    "mapping": "alunite.config.commands.rows:mapping",
    "register": "alunite.config.commands.register:register",
    "restore": "alunite.config.commands.backup:restore",
    "scheme": "alunite.config.commands.scheme:scheme",
    "serve": "alunite.config.commands.serving:serve",
    "snapshot": "alunite.config.commands.snapshots:snapshot",
    "tick": "alunite.config.commands.ticking:tick",
    "person": "alunite.config.commands.people:person",
    "user": "alunite.config.commands.people:user",
    "worker": "alunite.config.commands.worker:worker",
}

# What an outsider runs who has files of ours and no installation: no settings are read and no database is there.
WITHOUT_DJANGO = frozenset({("snapshot", "verify")})


class InputFault(click.ClickException):
    """The input is at fault. `data` is what `--json` prints; the message is for people."""

    exit_code = INPUT_AT_FAULT

    def __init__(self, message: str, data: Any = None) -> None:
        super().__init__(message)
        self.data = {"error": message} if data is None else data


class LazyGroup(click.Group):
    """Loads a command's module only when it is called, once what it needs stands."""

    def __init__(self, *args: Any, lazily: Mapping[str, str], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.lazily = lazily

    def list_commands(self, ctx: click.Context) -> list[str]:
        """Return the names of all commands."""
        return sorted([*super().list_commands(ctx), *self.lazily])

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """Return a command, or None if there is none of that name."""
        if cmd_name not in self.lazily:
            return super().get_command(ctx, cmd_name)
        module_name, _, attribute = self.lazily[cmd_name].partition(":")
        module = __import__(module_name, fromlist=[attribute])
        command: click.Command = getattr(module, attribute)
        return command


@click.group(cls=LazyGroup, lazily=COMMANDS, context_settings={"help_option_names": ["-h", "--help"]})
def alunite() -> None:
    """Run a sustainability certification programme from end to end."""


def main(arguments: Sequence[str] | None = None) -> None:
    """Run the command line and leave with its exit status."""
    given = list(sys.argv[1:] if arguments is None else arguments)
    # A name the terminal's encoding cannot show is shown in another way, and never ends a command half way.
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="backslashreplace")
    try:
        code = run(given)
        sys.stdout.flush()
    except (BrokenPipeError, SystemExit):
        # Whoever read the output has heard enough; click then leaves by itself, and for nothing else, since no command
        # of ours does. Nothing may be left to be written at exit.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        code = DONE
    sys.exit(code)


def print_json(data: Any) -> None:
    """Print one JSON document in UTF-8, whatever the terminal's encoding is."""
    # All that UTF-8 cannot hold are halves of surrogate pairs, which become JSON's own escapes.
    text = json.dumps(data, ensure_ascii=False, indent=2).encode("utf-8", "backslashreplace")
    click.echo(text)


def run(given: Sequence[str]) -> int:  # noqa: PLR0911, one way out for each thing that can happen
    """Run the command line and return its exit status."""
    as_json = "--json" in given
    if given and given[0] == "--json":
        # It is every command's own option; in front of the command it means the same.
        given = [*given[1:], "--json"]
    try:
        os.environ.setdefault("DJANGO_SETTINGS_MODULE", "alunite.config.settings")
        if tuple(given[:2]) not in WITHOUT_DJANGO:
            django.setup()
        result = alunite.main(args=list(given), prog_name="alunite", standalone_mode=False)
    except (InputFault, ImproperlyConfigured, InstallationError) as fault:
        data = fault.data if isinstance(fault, InputFault) else {"error": str(fault)}
        return _tell(str(fault), data, INPUT_AT_FAULT, as_json=as_json)
    except click.exceptions.NoArgsIsHelpError as help_wanted:
        click.echo(help_wanted.format_message(), err=True)
        return INPUT_AT_FAULT
    except click.UsageError as fault:
        usage = f"{fault.ctx.get_usage()}\n" if fault.ctx else ""
        return _tell(usage + fault.format_message(), {"error": fault.format_message()}, INPUT_AT_FAULT, as_json=as_json)
    except click.exceptions.Exit as left:
        return left.exit_code
    except (click.Abort, KeyboardInterrupt):
        return _tell("stopped", {"error": "stopped"}, OUR_FAULT, as_json=as_json)
    except BrokenPipeError:
        raise
    except Exception as fault:  # noqa: BLE001, the last door: everything unforeseen is our fault and is shown whole
        traceback.print_exc()
        text = f"our fault: {type(fault).__name__}: {fault}"
        return _tell(text, {"error": text}, OUR_FAULT, as_json=as_json)
    return result if isinstance(result, int) else DONE


def _tell(message: str, data: Any, code: int, *, as_json: bool) -> int:
    if as_json:
        print_json(data)
    else:
        click.echo(message, err=True)
    return code
