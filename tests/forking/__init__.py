"""Processes for commands, forked off one that has loaded Django and every room of ours (`__main__.py`).

To start Python and load all that takes longer than most commands do. Every command here still has a process, a working
folder, an environment, streams and an exit status of its own, and reads its settings anew; what it shares with others is
the loaded code. That the program starts from nothing as well is tried by `tests/command_line/test_journeys.py`.
"""

from __future__ import annotations

import atexit
import json
import os
import subprocess
import sys
import tempfile
import threading
from collections.abc import Mapping, Sequence
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]


class Forkery:
    """The process that others are forked off, seen from here; it is started when first asked."""

    def __init__(self) -> None:
        self.process: subprocess.Popen[str] | None = None
        self.one_at_a_time = threading.Lock()

    def run(
        self, arguments: Sequence[str], environment: Mapping[str, str], folder: Path, code: str = ""
    ) -> tuple[int, str, str]:
        """Run `alunite` with these arguments, or Python code in its stead; give its status and what it said."""
        with self.one_at_a_time, tempfile.TemporaryDirectory() as said:
            out, err = Path(said, "out"), Path(said, "err")
            asked = {
                "arguments": list(arguments),
                "environment": dict(environment),
                "folder": str(folder),
                "code": code,
                "streams": [os.devnull, str(out), str(err)],
            }
            status = self._ask(json.dumps(asked))
            return status, out.read_text("utf-8"), err.read_text("utf-8")

    def _ask(self, line: str) -> int:
        if self.process is None:
            self.process = subprocess.Popen(
                [sys.executable, "-m", "tests.forking"],
                cwd=ROOT,
                env={name: os.environ[name] for name in ("PATH", "LANG", "LC_ALL", "TMPDIR") if name in os.environ},
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                text=True,
            )
            atexit.register(self.close)
        assert self.process.stdin
        assert self.process.stdout
        print(line, file=self.process.stdin, flush=True)
        answer = self.process.stdout.readline()
        assert answer, "the process that commands are forked off has ended; what it said stands above"
        return int(answer)

    def close(self) -> None:
        if self.process is not None:
            self.process.communicate()
            self.process = None


forkery = Forkery()
