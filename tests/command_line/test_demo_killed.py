"""A demo ended by SIGKILL leaves no server behind."""

from __future__ import annotations

import socket
import subprocess
import sys
import threading
import time
from concurrent.futures import ThreadPoolExecutor

import pytest

from alunite.config.commands.serving import Claim, _claimed
from tests.machine import ALUNITE, free_port

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="asks Linux' kernel to end the server")


def answers(port: int) -> bool:
    with socket.socket() as probe:
        return probe.connect_ex(("127.0.0.1", port)) == 0


def test_two_that_start_at_once_never_claim_one_port():
    """Threads stand for commands: all ask for the same port at the same moment."""
    gate = threading.Barrier(8)

    def claim(port: int) -> Claim | None:
        gate.wait()
        return _claimed(port)

    for _ in range(20):
        port = free_port()
        with ThreadPoolExecutor(8) as pool:
            claims = [one for one in pool.map(claim, [port] * 8) if one]
        try:
            assert len(claims) <= 1
            if claims:
                with socket.socket() as server:  # what granian does
                    server.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEPORT, 1)
                    server.bind(("127.0.0.1", port))
                    server.listen()
                    assert answers(port)
                    assert _claimed(port) is None
                assert _claimed(port) is None, "the claim holds as long as the command runs"
        finally:
            for one in claims:
                one.held.close()
    assert claims, "nobody ever gets a port"
    again = _claimed(port)
    assert again
    again.held.close()


def test_the_server_of_a_killed_demo_ends_with_it(sampled):
    port = free_port()
    demo = subprocess.Popen(
        [ALUNITE, "demo", "--port", str(port)],
        env=sampled.environment,
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
