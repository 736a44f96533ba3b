"""`alunite serve` and `alunite demo`."""

from __future__ import annotations

import ctypes
import http.client
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from types import FrameType
from typing import NamedTuple

import click
from django.conf import settings

from alunite.config.command_line import DONE, OUR_FAULT, InputFault
from alunite.config.commands.common import is_ready, json_option, need_key, need_ready, say, seal_now, show
from alunite.config.commands.setting_up import default_scheme, initialise, sample_files
from alunite.config.walkthrough.answering import answer_all
from alunite.config.walkthrough.joining import join_all
from alunite.foundation.accounts.actions import Credentials, InvalidAccount, add_cast
from alunite.foundation.accounts.models import Affiliation
from alunite.foundation.accounts.policies import OPERATOR
from alunite.foundation.adoption.queries import current_pack, scheme_today
from alunite.foundation.importing.models import Batch
from alunite.foundation.scheme.loader import load_pack
from alunite.programme.assessments.actions import Faulty
from alunite.programme.members.joining.actions import CannotDo

HOST = "127.0.0.1"
FIRST_PORT = 8000
PORTS_TRIED = 200
SECONDS_TO_ANSWER = 30
SECONDS_BETWEEN_TRIES = 0.05
PR_SET_PDEATHSIG = 1  # of Linux' prctl


@click.command()
@click.option(
    "--port", type=click.IntRange(1, 65535), help="Port to serve on; the first free one from 8000 if left out."
)
@json_option
def serve(*, port: int | None, as_json: bool) -> int:
    """Serve the site on this machine until stopped."""
    need_ready()
    need_key()
    return _serve(_chosen(port), lambda address: show({"address": address}, address, as_json=as_json))


@click.command()
@click.option("--new-passwords", is_flag=True, help="Give the cast new passwords and print them.")
@click.option(
    "--port", type=click.IntRange(1, 65535), help="Port to serve on; the first free one from 8000 if left out."
)
@json_option
def demo(*, new_passwords: bool, port: int | None, as_json: bool) -> int:
    """Set up an installation with the real public rows and the cast, and serve it."""
    chosen = _chosen(port)
    _refuse_somebodys_own()
    initialise(samples=sample_files() if _is_empty() else (), directory=None)
    try:
        made = add_cast(actor=OPERATOR, new_passwords=new_passwords)
        _walk_through()
    except InvalidAccount as error:
        raise InputFault(f"the cast cannot be added to the accounts there are: {error}") from error
    finally:
        seal_now()

    def tell(address: str) -> None:
        if not as_json:
            _tell_cast(made)
        accounts = [{"username": item.username, "password": item.password, "is_who": item.is_who} for item in made]
        show({"address": address, "accounts": accounts}, address, as_json=as_json)

    return _serve(chosen, tell, is_demo=True)


def _walk_through() -> None:
    """Let the made-up members do what they do; where the pack in force asks for something else, say that they did not."""
    try:
        join_all(scheme_today())
        answer_all(scheme_today())
    except (CannotDo, Faulty) as error:
        say(f"the made-up members were left out, the scheme in force is not the one they are written for: {error}")


def _refuse_somebodys_own() -> None:
    """Refuse to open made-up accounts, some of them the Secretariat's, where real people hold roles."""
    if is_ready() and Affiliation.objects.filter(person__made_up=False).exists():
        text = f"in {settings.ALUNITE_HOME} real people hold roles; serve it with: alunite serve"
        raise InputFault(f"{text}; for a demo set ALUNITE_HOME to another folder")


def _is_empty() -> bool:
    """Tell whether nothing was ever imported, so that the sample rows replace no row of anybody's.

    An installation whose making was broken off is empty as well, and is completed.
    """
    if not is_ready():
        return True
    if Batch.objects.exists():
        return False
    return current_pack().scheme.id == load_pack(default_scheme()).scheme.id


class Claim(NamedTuple):
    """A port, and the socket that keeps it for our server."""

    port: int
    held: socket.socket


def _free_port() -> Claim:
    for port in range(FIRST_PORT, FIRST_PORT + PORTS_TRIED):
        if claim := _claimed(port):
            return claim
    raise InputFault(f"no free port from {FIRST_PORT} to {FIRST_PORT + PORTS_TRIED - 1}; name one with --port")


def _claimed(port: int) -> Claim | None:
    """Claim a port for our server; None where somebody has it.

    The server's own processes share their port, so they would share it with another installation's server as well:
    two started at once would both believe that they are alone. Only one of them gets to listen here. Afterwards the
    socket hears nothing and stays, and the kernel lets those join it that share, as the server does and nobody
    who asks as we do.
    """
    held = socket.socket()
    try:
        # A port is free although connections of the server before are still being forgotten.
        held.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        held.bind((HOST, port))
        held.listen(1)
    except OSError:
        held.close()
        return None
    if sys.platform == "linux":
        held.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 0)
        held.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEPORT, 1)
        held.shutdown(socket.SHUT_RDWR)
    else:  # elsewhere a socket cannot stop listening and stay; the moment until the server listens is nobody's
        held.close()
    return Claim(port, held)


def _chosen(port: int | None) -> Claim:
    """Return the claim to the port asked for, or to the first free one."""
    if port is None:
        return _free_port()
    claim = _claimed(port)
    if claim is None:
        raise InputFault(f"port {port} is taken; choose another, or leave --port out")
    return claim


def _serve(claim: Claim, tell: Callable[[str], None], *, is_demo: bool = False) -> int:
    """Serve until stopped; `tell` the address once the first page answers. A demo has its worker beside it."""
    port = claim.port
    environment = os.environ | {
        "DJANGO_SETTINGS_MODULE": "alunite.config.settings",
        "ALUNITE_HOME": str(settings.ALUNITE_HOME),
    }
    if is_demo:
        environment["ALUNITE_DEMO"] = "true"
    server: subprocess.Popen[bytes] | None = None
    stopped = False

    def stop(_signal: int, _frame: FrameType | None) -> None:
        nonlocal stopped
        stopped = True
        if server is not None:
            server.terminate()

    signal.signal(signal.SIGTERM, stop)
    signal.signal(signal.SIGINT, stop)
    server = subprocess.Popen(  # noqa: S603, our own interpreter and arguments
        [
            str(Path(sys.executable).with_name("granian")),
            *("--interface", "wsgi"),
            *("--host", HOST),
            *("--port", str(port)),
            *("--log-level", "warning"),
            # As many as one processor has work for; granian's own number is for large machines.
            *("--blocking-threads", "3"),
            *("--workers-kill-timeout", "3"),
            "alunite.config.wsgi:application",
        ],
        env=environment,
        preexec_fn=_end_with_parent if sys.platform == "linux" else None,  # noqa: PLW1509, no threads here
    )
    if stopped:
        server.terminate()
    if not _answers(server, port):
        server.terminate()
        server.wait()
        if stopped:
            return DONE
        say("the server did not start; what it said stands above")
        return OUR_FAULT
    worker = _worker(environment) if is_demo else None
    tell(f"http://{HOST}:{port}")
    ended = server.wait()
    claim.held.close()
    if worker is not None:
        worker.terminate()
        worker.wait()
    return DONE if stopped or ended == 0 else OUR_FAULT


def _end_with_parent() -> None:
    """Ask the kernel to stop this process when its parent ends, however that ends. Runs between fork and exec."""
    ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGTERM)


def _worker(environment: dict[str, str]) -> subprocess.Popen[bytes]:
    """Start the worker; it ends with this process, however that ends."""
    command = [str(Path(sys.executable).with_name("alunite")), "worker", "--beside", str(os.getpid())]
    return subprocess.Popen(command, env=environment)  # noqa: S603, our own command


def _tell_cast(made: Sequence[Credentials]) -> None:
    if not made:
        click.echo("Sign in at /account/login/ with the passwords printed at the first start.")
        click.echo("New ones: make demo ARGS=--new-passwords")
        return
    click.echo("Sign in at /account/login/ as one of the cast (made-up people; passwords are shown this once):")
    for item in made:
        click.echo(f"  {item.username:<10} {item.password}   {item.is_who}")


def _answers(server: subprocess.Popen[bytes], port: int) -> bool:
    """Tell whether the first page comes within half a minute."""
    until = time.monotonic() + SECONDS_TO_ANSWER
    while time.monotonic() < until and server.poll() is None:
        try:
            connection = http.client.HTTPConnection(HOST, port, timeout=5)
            connection.request("GET", "/")
            if connection.getresponse().status == http.HTTPStatus.OK:
                return True
        except (OSError, http.client.HTTPException):
            pass  # not yet
        time.sleep(SECONDS_BETWEEN_TRIES)
    return False
