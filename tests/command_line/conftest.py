"""Machines on which the command line is tried."""

from __future__ import annotations

import os
import signal
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.machine import ALUNITE, FEW, Machine, Served


@pytest.fixture
def machine(tmp_path: Path) -> Machine:
    folder = tmp_path / "machine"
    folder.mkdir()
    return Machine(folder)


@pytest.fixture(scope="session")
def made(tmp_path_factory: pytest.TempPathFactory) -> Machine:
    """An installation with the sample rows, made once; tests that change something take a copy."""
    machine = Machine(tmp_path_factory.mktemp("made"))
    machine.done("init", *FEW)
    return machine


@pytest.fixture
def sampled(made: Machine, tmp_path: Path) -> Machine:
    return made.copy(tmp_path / "machine")


@pytest.fixture(scope="session")
def made_bare(tmp_path_factory: pytest.TempPathFactory) -> Machine:
    machine = Machine(tmp_path_factory.mktemp("bare"))
    machine.done("init")
    return machine


@pytest.fixture
def bare(made_bare: Machine, tmp_path: Path) -> Machine:
    """An installation without any row."""
    return made_bare.copy(tmp_path / "machine")


@pytest.fixture
def start() -> Iterator[Any]:
    """Start a command that serves; whatever is left of it is ended after the test."""
    started: list[Served] = []

    def begin(machine: Machine, *arguments: str) -> Served:
        errors = machine.folder / f"errors-{len(started)}"
        with errors.open("w") as file:
            process = subprocess.Popen(
                [ALUNITE, *arguments],
                env=machine.environment,
                cwd=machine.folder,
                stdout=subprocess.PIPE,
                stderr=file,
                text=True,
                start_new_session=True,
            )
        started.append(Served(process, errors))
        return started[-1]

    yield begin
    for served in started:
        if served.process.poll() is None:
            os.killpg(served.process.pid, signal.SIGKILL)
            served.process.communicate()
        elif served.process.stdout:
            served.process.stdout.close()
