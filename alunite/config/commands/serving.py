"""`alunite serve` and `alunite demo`."""

from __future__ import annotations

import http.client
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Sequence
from pathlib import Path
from types import FrameType

import click
from django.conf import settings

from alunite.config.command_line import OUR_FAULT, InputFault
from alunite.config.commands.common import is_ready, json_option, need_ready, say
from alunite.config.commands.setting_up import initialise
from alunite.foundation.accounts.actions import Credentials, add_cast
from alunite.foundation.accounts.policies import OPERATOR
from alunite.foundation.history.sealing import seal

HOST = "127.0.0.1"
FIRST_PORT = 8000
PORTS_TRIED = 200
SECONDS_TO_ANSWER = 30


@click.command()
@click.option(
    "--port", type=click.IntRange(1, 65535), help="Port to serve on; the first free one from 8000 if left out."
)
@json_option
def serve(*, port: int | None, as_json: bool) -> int:
    """Serve the site on this machine until stopped."""
    del as_json  # the address is all there is to print
    need_ready()
    return _serve(port, ())


@click.command()
@click.option("--new-passwords", is_flag=True, help="Give the cast new passwords and print them.")
@click.option(
    "--port", type=click.IntRange(1, 65535), help="Port to serve on; the first free one from 8000 if left out."
)
@json_option
def demo(*, new_passwords: bool, port: int | None, as_json: bool) -> int:
    """Set up an installation with the real public rows and the cast, and serve it."""
    del as_json
    if not is_ready():
        initialise(samples=True, directory=None)
    made = add_cast(actor=OPERATOR, new_passwords=new_passwords)
    if made:
        seal()
    return _serve(port, made)


def _free_port() -> int:
    for port in range(FIRST_PORT, FIRST_PORT + PORTS_TRIED):
        if _is_free(port):
            return port
    raise InputFault(f"no free port from {FIRST_PORT} to {FIRST_PORT + PORTS_TRIED - 1}; name one with --port")


def _is_free(port: int) -> bool:
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((HOST, port))
        except OSError:
            return False
    return True


def _serve(port: int | None, made: Sequence[Credentials]) -> int:
    if port is not None and not _is_free(port):
        raise InputFault(f"port {port} is taken; choose another, or leave --port out")
    chosen = port or _free_port()
    server = subprocess.Popen(  # noqa: S603, our own interpreter and arguments
        [
            str(Path(sys.executable).with_name("granian")),
            "--interface",
            "wsgi",
            "--host",
            HOST,
            "--port",
            str(chosen),
            "--log-level",
            "warning",
            "--workers-kill-timeout",
            "3",
            "alunite.config.wsgi:application",
        ],
        env=os.environ
        | {"DJANGO_SETTINGS_MODULE": "alunite.config.settings", "ALUNITE_HOME": str(settings.ALUNITE_HOME)},
    )

    def stop(_signal: int, _frame: FrameType | None) -> None:
        server.terminate()

    signal.signal(signal.SIGTERM, stop)
    signal.signal(signal.SIGINT, stop)
    if not _answers(server, chosen):
        server.terminate()
        say("the server did not start; what it said stands above")
        return OUR_FAULT
    _tell_cast(made)
    print(f"http://{HOST}:{chosen}", flush=True)
    return 0 if server.wait() in {0, -signal.SIGTERM, -signal.SIGINT, 130, 143} else OUR_FAULT


def _tell_cast(made: Sequence[Credentials]) -> None:
    if not made:
        say("sign in with the passwords printed at the first start; new ones: alunite demo --new-passwords")
        return
    say("Sign in at /account/login/ as one of the cast (made-up people; passwords are shown this once):")
    for item in made:
        say(f"  {item.username:<10} {item.password}   {item.is_who}")


def _answers(server: subprocess.Popen[bytes], port: int) -> bool:
    """Tell whether the first page comes within half a minute."""
    until = time.monotonic() + SECONDS_TO_ANSWER
    while time.monotonic() < until and server.poll() is None:
        try:
            connection = http.client.HTTPConnection(HOST, port, timeout=5)
            connection.request("GET", "/")
            if connection.getresponse().status == http.HTTPStatus.OK:
                return True
        except OSError:
            time.sleep(0.05)
    return False
