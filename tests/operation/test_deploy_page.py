"""What `docs/how-to/deploy.md` names exists: commands, options, settings, files, addresses, units."""

from __future__ import annotations

import re
import shutil
import subprocess
import sys
from pathlib import Path

import click
import pytest
from django.urls import resolve

from alunite.config.command_line import alunite
from alunite.config.metrics import OURS
from scripts.docs import VARIABLES
from tests.planting import ROOT

PAGE = (ROOT / "docs/how-to/deploy.md").read_text(encoding="utf-8")
BLOCKS = re.findall(r"^```(\w+)\n(.*?)^```$", PAGE, re.DOTALL | re.MULTILINE)
UNIT = re.compile(r"^`/etc/systemd/system/([\w.-]+)`:\n\n```ini\n(.*?)^```$", re.DOTALL | re.MULTILINE)


def commands_named() -> set[tuple[str, ...]]:
    """Each `alunite …` of a code block, a unit or a sentence, as words."""
    code = "\n".join(text for kind, text in BLOCKS if kind in {"sh", "ini"})
    found = re.findall(r"^(?:ExecStart=\S+/)?alunite (.+)$", code, re.MULTILINE)
    found += re.findall(r"`alunite ([^`]+)`", PAGE)
    return {tuple(text.split()) for text in found}


def test_every_command_and_option_on_the_page_exists():
    named = commands_named()
    assert len(named) >= 10
    for words in named:
        command: click.Command = alunite
        context = click.Context(command)
        rest = list(words)
        while rest and isinstance(command, click.Group):
            inner = command.get_command(context, rest.pop(0))
            assert inner, words
            command = inner
        options = {name for parameter in command.params for name in parameter.opts}
        for word in rest:
            if word.startswith("--"):
                assert word in options, words


def test_every_setting_on_the_page_exists():
    named = set(re.findall(r"\bALUNITE_[A-Z_]+\b|\bDATABASE_URL\b", PAGE))
    assert {"ALUNITE_HOME", "ALUNITE_MASTER_KEY", "ALUNITE_ORIGIN", "DATABASE_URL"} <= named
    assert named <= VARIABLES.keys()


def test_every_file_of_ours_on_the_page_exists():
    named = set(re.findall(r"\b(?:scripts|requirements|docs)/[\w./-]+\w", PAGE))
    named |= {f"docs/how-to/{path}" for path in re.findall(r"\]\((\.\./[\w./-]+)\)", PAGE)}
    assert {"scripts/setup.py", "requirements/run.txt"} <= named
    assert [path for path in named if not (ROOT / path).exists()] == []


def test_every_address_and_number_to_watch_exists():
    for address in re.findall(r"^\| `(/\w+)` \|", PAGE, re.MULTILINE):
        assert resolve(address)
    gauges = {gauge.name for gauge in OURS}
    named = set(re.findall(r"`(alunite_\w+)`", PAGE))
    assert len(named) == 3
    assert named <= gauges


def test_the_units_start_what_is_there_and_the_services_named_are_units():
    units = dict(UNIT.findall(PAGE))
    assert len(units) == 4
    enabled = re.search(r"enable --now (.+)", PAGE)[1].split()
    assert {name if "." in name else f"{name}.service" for name in enabled} <= units.keys()
    for text in units.values():
        for line in re.findall(r"^ExecStart=(\S+)", text, re.MULTILINE):
            assert line.removeprefix("/opt/alunite/.venv/bin/") in {"granian", "alunite"}
    assert "alunite.config.wsgi:application" in units["alunite-web.service"]


@pytest.mark.skipif(not shutil.which("systemd-analyze"), reason="systemd is not there to check its units")
def test_systemd_understands_the_units(tmp_path: Path):
    for name, text in UNIT.findall(PAGE):
        # The programs and the user are not on this machine.
        here = re.sub(r"^ExecStart=\S+", "ExecStart=/bin/true", text, flags=re.MULTILINE)
        here = re.sub(r"^(User|WorkingDirectory|After|Wants)=.*\n", "", here, flags=re.MULTILINE)
        (tmp_path / name).write_text(here)
    paths = sorted(str(path) for path in tmp_path.iterdir())
    done = subprocess.run(
        ["systemd-analyze", "verify", *paths], capture_output=True, text=True, check=False, timeout=60
    )
    told = [line for line in (done.stderr + done.stdout).splitlines() if str(tmp_path) in line or "alunite" in line]
    assert told == []


def test_granian_has_the_options_the_unit_gives_it():
    unit = dict(UNIT.findall(PAGE))["alunite-web.service"]
    given = set(re.findall(r"--[\w-]+", re.search(r"^ExecStart=(.*)$", unit, re.MULTILINE)[1]))
    granian = Path(sys.executable).with_name("granian")
    said = subprocess.run([granian, "--help"], capture_output=True, text=True, check=True, timeout=60).stdout
    assert given
    assert [option for option in given if option not in said] == []
