"""Load everything a command may want; then fork a process for each line that comes in, and answer with its status."""

from __future__ import annotations

import os

SETTINGS = "alunite.config.settings"
# Settings that nothing is ever done with.
os.environ |= {"DJANGO_SETTINGS_MODULE": SETTINGS, "ALUNITE_HOME": "/nowhere", "XDG_CONFIG_HOME": "/nowhere"}

import django  # noqa: E402

set_up = django.setup
set_up()

import importlib  # noqa: E402
import json  # noqa: E402
import signal  # noqa: E402
import sys  # noqa: E402
import traceback  # noqa: E402
from typing import Any  # noqa: E402

import django.db.backends.postgresql.base  # noqa: E402
from django.conf import settings  # noqa: E402
from django.db import connections  # noqa: E402
from django.db.migrations.loader import MigrationLoader  # noqa: E402
from django.utils.functional import empty  # noqa: E402
from django.utils.log import configure_logging  # noqa: E402

from alunite.config import command_line  # noqa: E402

LONGEST_SECONDS = 120

for name in command_line.COMMANDS.values():
    importlib.import_module(name.partition(":")[0])
MigrationLoader(None)


def read_settings_anew() -> None:
    """Do what `django.setup` does in a new process, so far as it depends on the environment."""
    django.setup = set_up  # a second time changes nothing
    before = vars(settings._wrapped)
    del sys.modules[SETTINGS]
    settings._wrapped = empty
    vars(connections).clear()
    connections.__init__()
    configure_logging(settings.LOGGING_CONFIG, settings.LOGGING)
    # Libraries put defaults into the settings when they are loaded.
    for name in before.keys() - vars(settings._wrapped).keys():
        setattr(settings, name, before[name])
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]  # as in the root conftest.py


def run(asked: dict[str, Any]) -> int:
    """Do what was asked for in this new process, and return its status."""
    signal.alarm(LONGEST_SECONDS)
    os.environ.clear()
    os.environ.update(asked["environment"])
    os.chdir(asked["folder"])
    for number, path in enumerate(asked["streams"]):
        os.dup2(os.open(path, os.O_RDWR | os.O_CREAT, 0o600), number)
    sys.argv = ["alunite", *asked["arguments"]]
    django.setup = read_settings_anew
    try:
        if asked["code"]:
            exec(compile(asked["code"], "<test>", "exec"), {"__name__": "__main__"})
        else:
            command_line.main()
    except SystemExit as left:
        return int(left.code or 0)
    finally:
        if settings.configured:
            connections.close_all()
    return 0


for line in sys.stdin:
    child = os.fork()
    if child == 0:
        status = 1
        try:
            status = run(json.loads(line))
        except BaseException:  # noqa: BLE001, told as Python would
            traceback.print_exc()
        finally:
            sys.stdout.flush()
            sys.stderr.flush()
            os._exit(status)
    _, ended = os.waitpid(child, 0)
    os.write(1, f"{os.waitstatus_to_exitcode(ended)}\n".encode())
