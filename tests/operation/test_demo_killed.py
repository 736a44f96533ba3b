"""A demo ended by SIGKILL leaves no server behind."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
import time

import pytest

from tests.test_command_line import ALUNITE, Machine, free_port

pytestmark = [
    pytest.mark.skipif(sys.platform != "linux", reason="asks Linux' kernel to end the server"),
    pytest.mark.skipif(bool(os.environ.get("TEST_DATABASE_URL")), reason="has its own SQLite file"),
]


def answers(port: int) -> bool:
    with socket.socket() as probe:
        return probe.connect_ex(("127.0.0.1", port)) == 0


def test_the_server_of_a_killed_demo_ends_with_it(tmp_path):
    machine, port = Machine(tmp_path), free_port()
    demo = subprocess.Popen(
        [ALUNITE, "demo", "--port", str(port)],
        env=machine.environment,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
    )
    with demo.stdout as said:
        assert any(line.startswith("http") for line in said)
    assert answers(port)
    demo.kill()
    demo.wait()
    until = time.monotonic() + 20
    while answers(port) and time.monotonic() < until:
        time.sleep(0.1)
    assert not answers(port)
