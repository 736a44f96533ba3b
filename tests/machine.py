"""A user's machine and the command line on it, for tests that try it from outside."""

from __future__ import annotations

import json
import os
import shutil
import signal
import socket
import sqlite3
import subprocess
import sys
import urllib.request
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

from tests.forking import forkery
from tests.planting import ROOT, SAMPLES

ALUNITE = Path(sys.executable).with_name("alunite")
DONE, INPUT_AT_FAULT = 0, 2
CERTIFICATES = f"certificates={SAMPLES['certificates']}"
MEMBERS = f"members={SAMPLES['members']}"
TEA = ROOT / "alunite/foundation/scheme/tests/packs/tea"
POSIX = pytest.mark.skipif(os.name != "posix", reason="signals and modes of POSIX")
# The rows of our own collection alone: all eight kinds, a seventh of the rows.
FEW = (
    "--samples",
    *(f"--without={folder}" for folder in ("fineprint", "our-world-in-data", "us-epa", "usgs", "wikipedia")),
)


@dataclass
class Said:
    """What a command said, and its exit status."""

    status: int
    out: str
    err: str

    @property
    def json(self) -> Any:
        """The one JSON document on standard output; `json.loads` refuses anything beside it."""
        return json.loads(self.out)


@dataclass
class Machine:
    """A user's machine: a home of an installation, a configuration folder, nothing else in the environment.

    Its commands are processes forked off one that has everything loaded, unless they are to start `from_nothing`.
    """

    folder: Path
    home_name: str = "home"
    variables: dict[str, str] = field(default_factory=dict)
    from_nothing: bool = False

    @property
    def home(self) -> Path:
        return self.folder / self.home_name

    @property
    def configuration(self) -> Path:
        return self.folder / "configuration"

    @property
    def environment(self) -> dict[str, str]:
        kept = {name: os.environ[name] for name in ("PATH", "LANG", "LC_ALL", "TMPDIR") if name in os.environ}
        own = {"ALUNITE_HOME": str(self.home), "XDG_CONFIG_HOME": str(self.configuration), "HOME": str(self.folder)}
        return kept | own | self.variables

    def run(self, *arguments: str | Path, **variables: str) -> Said:
        given = [str(argument) for argument in arguments]
        environment = self.environment | variables
        if self.from_nothing:
            said = start_from_nothing(given, environment, self.folder)
        else:
            said = Said(*forkery.run(given, environment, self.folder))
        assert said.status in {DONE, INPUT_AT_FAULT}, f"{arguments}: status {said.status}\n{said.out}\n{said.err}"
        assert "Traceback" not in said.err
        return said

    def run_code(self, code: str, *arguments: str) -> Said:
        """Run Python code as this machine's user would, with everything loaded."""
        said = Said(*forkery.run(arguments, self.environment, self.folder, code))
        assert "Traceback" not in said.err
        return said

    def done(self, *arguments: str | Path, **variables: str) -> Any:
        """Run with --json, expect success, and give the document."""
        said = self.run(*arguments, "--json", **variables)
        assert said.status == DONE, said
        return said.json

    def refused(self, *arguments: str | Path, **variables: str) -> Any:
        """Run with --json, expect a refusal, and give the document; without --json it says so on standard error."""
        said = self.run(*arguments, "--json", **variables)
        assert said.status == INPUT_AT_FAULT, said
        return said.json

    def copy(self, folder: Path) -> Machine:
        """Give a machine of its own with the same installation and keys."""
        shutil.copytree(self.folder, folder, dirs_exist_ok=True)
        return Machine(folder, self.home_name, self.variables)

    def on_file(self) -> sqlite3.Connection:
        return sqlite3.connect(self.home / "alunite.sqlite3")


def start_from_nothing(arguments: list[str], environment: dict[str, str], folder: Path) -> Said:
    """Run the command as it is installed, in an interpreter of its own."""
    done = subprocess.run(
        [ALUNITE, *arguments], env=environment, cwd=folder, capture_output=True, text=True, timeout=120, check=False
    )
    return Said(done.returncode, done.stdout, done.stderr)


def contents(folder: Path) -> dict[str, bytes]:
    return {str(path.relative_to(folder)): path.read_bytes() for path in sorted(folder.rglob("*")) if path.is_file()}


def history_count(machine: Machine) -> tuple[int, int]:
    found = machine.done("history", "verify")
    return found["entries"], found["checkpoints"]


def lost_key(machine: Machine) -> dict[str, str]:
    return {"XDG_CONFIG_HOME": str(machine.folder / "elsewhere")}


@dataclass
class Served:
    process: subprocess.Popen[str]
    errors: Path

    def line(self) -> str:
        assert self.process.stdout
        return self.process.stdout.readline()

    def address(self) -> tuple[str, list[str]]:
        """Give the line that is the address, once it is printed, and those before it."""
        before: list[str] = []
        while not (line := self.line()).startswith("http"):
            assert line, self.errors.read_text(encoding="utf-8")
            before.append(line)
        return line.removesuffix("\n"), before

    def stop(self) -> tuple[int, str, str]:
        """Stop it as an operator would; give its status, the rest of its output, and what it said beside."""
        self.process.send_signal(signal.SIGTERM)
        rest, _ = self.process.communicate(timeout=30)
        return self.process.returncode, rest, self.errors.read_text(encoding="utf-8")


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def page(address: str) -> str:
    with urllib.request.urlopen(address, timeout=10) as answer:
        assert answer.status == 200
        return answer.read().decode()
