"""Databases for tests: one migrated template for a whole run, and as many copies as tests ask for.

Entries of history and publications refuse UPDATE, DELETE and TRUNCATE, so a test's traces cannot be swept out of a
database afterwards. A test that commits works on a copy of the template, and the copy is thrown away.
"""

from __future__ import annotations

import fcntl
import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit, urlunsplit

import psycopg
from django.contrib.contenttypes.models import ContentType
from django.core.management import call_command
from django.db import connection, connections
from psycopg import sql

# PostgreSQL 14 knows one way of copying, file by file, and no name for it.
SAYS_HOW_TO_COPY = 150_000


class SqliteCopies:
    """Databases as files in one folder."""

    vendor = "sqlite"

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def name_of(self, label: str) -> str:
        return str(self.folder / f"{label}.sqlite3")

    def url_of(self, label: str) -> str:
        return f"sqlite:///{self.name_of(label)}"

    def create(self, label: str) -> None:
        Path(self.name_of(label)).unlink(missing_ok=True)

    def close(self) -> None:
        # Everything back into the one file, so that copying that file copies the database.
        with connection.cursor() as cursor:
            cursor.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        connection.close()

    def copy(self, template: str, label: str) -> None:
        shutil.copyfile(self.name_of(template), self.name_of(label))

    def drop(self, label: str) -> None:
        for ending in ("", "-wal", "-shm"):
            Path(self.name_of(label) + ending).unlink(missing_ok=True)


class PostgresqlCopies:
    """Databases of one server, told apart from those of other runs by the run's name."""

    vendor = "postgresql"

    def __init__(self, url: str, run: str) -> None:
        self.url = url
        self.run = run

    def name_of(self, label: str) -> str:
        return f"alunite_test_{self.run}_{label}"

    def url_of(self, label: str) -> str:
        return urlunsplit(urlsplit(self.url)._replace(path=f"/{self.name_of(label)}"))

    def say(self, statement: str, *, end_if_careless: str = "", **names: str) -> None:
        """Execute a statement, with another end on a server like ours, which writes nothing through to a disk."""
        with psycopg.connect(self.url, autocommit=True) as server:
            careless = server.execute("SHOW fsync").fetchone() == ("off",)
            if end_if_careless and careless and server.info.server_version >= SAYS_HOW_TO_COPY:
                statement += f" {end_if_careless}"
            server.execute(
                sql.SQL(statement).format(**{key: sql.Identifier(self.name_of(label)) for key, label in names.items()})
            )

    def create(self, label: str) -> None:
        self.say("CREATE DATABASE {new}", new=label)

    def close(self) -> None:
        connection.close()

    def copy(self, template: str, label: str) -> None:
        # File by file takes a fifth of the time of PostgreSQL's own way, page by page through its log; on a server that
        # waits for its disk it would be slower, for it begins and ends with a checkpoint.
        self.say("CREATE DATABASE {new} TEMPLATE {old}", end_if_careless="STRATEGY FILE_COPY", new=label, old=template)

    def drop(self, label: str) -> None:
        # By force: a thread of the test may not have closed its connection yet.
        self.say("DROP DATABASE IF EXISTS {old} WITH (FORCE)", old=label)


Copies = SqliteCopies | PostgresqlCopies


def copies_for(folder: Path, server_url: str) -> Copies:
    """Give the keeper of copies for this run: on the server named, else in the folder."""
    return PostgresqlCopies(server_url, folder.name.rpartition("-")[2].lower()) if server_url else SqliteCopies(folder)


@contextmanager
def pointed_at(copies: Copies, label: str) -> Iterator[None]:
    """Point Django's default connection, in this and every new thread, at one database of this run."""
    settings = connections["default"].settings_dict
    before = settings["NAME"]
    connections["default"].close()
    settings["NAME"] = copies.name_of(label)
    try:
        yield
    finally:
        connections["default"].close()
        settings["NAME"] = before


def ensure_template(copies: Copies, folder: Path) -> None:
    """Migrate the template once for the whole run; workers that come later wait for the first."""
    done = folder / "template.done"
    with (folder / "template.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if done.exists():
            return
        copies.create("template")
        with pointed_at(copies, "template"):
            call_command("migrate", verbosity=0, interactive=False)
            copies.close()
        done.touch()


@dataclass(frozen=True)
class CommittedDatabase:
    """One test's own copy: its name, its folder, and the environment that points another process at both."""

    vendor: str
    name: str
    url: str
    home: Path

    @property
    def environment(self) -> dict[str, str]:
        return {**os.environ, "DATABASE_URL": self.url, "ALUNITE_HOME": str(self.home)}


@contextmanager
def a_copy(copies: Copies, template: str, home: Path, blocker: Any) -> Iterator[CommittedDatabase]:
    """Point Django at a new copy of a template, and throw the copy away afterwards."""
    label = f"copy_{home.name.removeprefix('home-')}".lower()
    copies.copy(template, label)
    try:
        with blocker.unblock(), pointed_at(copies, label):
            ContentType.objects.clear_cache()
            yield CommittedDatabase(copies.vendor, copies.name_of(label), copies.url_of(label), home)
    finally:
        ContentType.objects.clear_cache()
        copies.drop(label)
