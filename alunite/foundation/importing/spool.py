"""Rows on their way in, kept in a temporary file and not in memory.

It tells rows that repeat each other, gives rows in the order of their keys, and remembers which keys rows refer to.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator, Sequence
from contextlib import closing
from dataclasses import dataclass
from types import TracebackType
from typing import Self

import msgspec

from alunite.foundation.importing.reading import Row

_TABLES = """
PRAGMA journal_mode = off;
PRAGMA synchronous = off;
PRAGMA cache_size = -32000;
CREATE TABLE row (
    kind TEXT, key TEXT, usual TEXT, file INTEGER, number INTEGER, cells TEXT, own TEXT, version INTEGER DEFAULT 0,
    PRIMARY KEY (kind, key)
) WITHOUT ROWID;
CREATE INDEX row_usual ON row (kind, usual);
CREATE TABLE reference (kind TEXT, key TEXT, file INTEGER, number INTEGER, column TEXT, value TEXT);
CREATE INDEX reference_key ON reference (kind, key);
BEGIN;
"""

# Two rows that say the same have one text.
_encode = msgspec.json.Encoder(order="deterministic").encode


@dataclass(frozen=True, slots=True)
class Kept:
    """A row as the spool gives it back.

    `key` is the closest it may stand under and `usual` the usual one; once it is marked, `own` the one it does.
    """

    key: str
    usual: str
    own: str
    number: int
    cells: dict[str, str]
    version: int = 0


@dataclass(frozen=True, slots=True)
class Before:
    """The row that stands under a key already."""

    file: int
    number: int
    is_the_same: bool


@dataclass(frozen=True, slots=True)
class Reference:
    """A cell that names a key: where it stands, in the words of its file."""

    key: str
    file: int
    number: int
    column: str
    value: str


class Spool:
    """A temporary database of the rows of one import; gone when it is closed."""

    def __init__(self) -> None:
        # Under the empty name SQLite keeps a file of its own that nobody else sees, and deletes it.
        self._database = sqlite3.connect("", isolation_level=None)
        self._database.executescript(_TABLES)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self._database.close()

    def add(self, kind: str, keys: Sequence[str], file: int, row: Row) -> Before | None:
        """Keep a row under the last of its keys; where one stands there already keep that one and return it."""
        key = keys[-1]
        cells = _encode(row.cells).decode()
        done = self._database.execute(
            "INSERT OR IGNORE INTO row (kind, key, usual, file, number, cells) VALUES (?, ?, ?, ?, ?, ?)",
            (kind, key, keys[0], file, row.number, cells),
        )
        if done.rowcount:
            return None
        held = self._database.execute("SELECT file, number, cells FROM row WHERE kind = ? AND key = ?", (kind, key))
        before_file, number, before_cells = held.fetchone()
        return Before(before_file, number, before_cells == cells)

    def refer(self, kind: str, reference: Reference) -> None:
        """Remember that a row refers to a key of a kind."""
        self._database.execute(
            "INSERT INTO reference VALUES (?, ?, ?, ?, ?, ?)",
            (kind, reference.key, reference.file, reference.number, reference.column, reference.value),
        )

    def unknown_keys(self, size: int) -> Iterator[tuple[str, list[str]]]:
        """Yield the keys that are referred to and that no row here has, by kind, `size` at a time."""
        asked = self._database.execute("SELECT DISTINCT kind FROM reference ORDER BY kind").fetchall()
        for (kind,) in asked:
            last = ""
            while keys := [
                key
                for (key,) in self._database.execute(
                    "SELECT DISTINCT key FROM reference WHERE kind = ? AND key > ? AND NOT EXISTS"
                    " (SELECT 1 FROM row WHERE row.kind = reference.kind AND row.usual = reference.key)"
                    " ORDER BY key LIMIT ?",
                    (kind, last, size),
                )
            ]:
                last = keys[-1]
                yield kind, keys

    def references(self, kind: str, keys: Sequence[str]) -> Iterator[Reference]:
        """Yield where these keys are referred to."""
        for key in keys:
            found = self._database.execute(
                "SELECT key, file, number, column, value FROM reference WHERE kind = ? AND key = ?"
                " ORDER BY file, number",
                (kind, key),
            )
            with closing(found):
                yield from (Reference(*row) for row in found)

    def rows(self, kind: str, file: int, size: int, *, pending: bool = False) -> Iterator[list[Kept]]:
        """Yield the rows of a file in the order of their keys, `size` at a time; only new and changed if `pending`."""
        among = " AND own IS NOT NULL" if pending else ""
        last: str | None = None
        while rows := [
            Kept(key, usual, own or "", number, msgspec.json.decode(cells), version)
            for key, usual, own, number, cells, version in self._database.execute(
                "SELECT key, usual, own, number, cells, version FROM row WHERE kind = ? AND file = ?"  # noqa: S608, constants
                f" AND (? IS NULL OR key > ?){among} ORDER BY key LIMIT ?",
                (kind, file, last, last, size),
            )
        ]:
            last = rows[-1].key
            yield rows

    def shared(self, kind: str, usual: Sequence[str]) -> frozenset[str]:
        """Return which of these usual keys several rows have that are told apart."""
        counted = "SELECT count(*) FROM row WHERE kind = ? AND usual = ?"
        return frozenset(key for key in usual if self._database.execute(counted, (kind, key)).fetchone()[0] > 1)

    def mark(self, kind: str, key: str, own: str, version: int) -> None:
        """Say that a row is new or changed: under which key it stands, and which version is held so far, 0 for none."""
        self._database.execute(
            "UPDATE row SET own = ?, version = ? WHERE kind = ? AND key = ?", (own, version, kind, key)
        )
