"""Full text over the lines of the register: a thin layer over SQLite's FTS5 and PostgreSQL's tsvector.

Text is folded and cut into words here, before it is stored and before it is asked for, and neither database folds or
cuts again: both find the same. Every word asked for must begin a word of the line.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from django.db import connection
from django.db.models.expressions import RawSQL

from alunite.foundation.core.text import words

TABLE = "register_text"
# Nobody types more; what is typed beyond it is not looked for.
MOST_WORDS = 100
# PostgreSQL holds no word of more than 2,046 bytes. A longer word is kept, and asked for, by its beginning.
LONGEST_WORD = 100

# SQLite's tokenizer "ascii" takes every character beyond ASCII for a letter, so that it parts words where we part them.
CREATE = {
    "sqlite": [f"CREATE VIRTUAL TABLE {TABLE} USING fts5(words, tokenize = 'ascii', prefix = '2 3')"],
    "postgresql": [
        f"CREATE TABLE {TABLE} (rowid bigint PRIMARY KEY, words tsvector NOT NULL)",
        f"CREATE INDEX {TABLE}_words ON {TABLE} USING gin (words)",
    ],
}


def cut(text: str) -> list[str]:
    """Return the words of `text` as the index holds them, each once, in order.

    >>> cut("Rolls-Royce, Zürich; the rolls_56")
    ['rolls', 'royce', 'zurich', 'the', '56']
    """
    return list(dict.fromkeys(word[:LONGEST_WORD] for word in words(text.replace("_", " "))))


def text_id(row_id: str) -> int:
    """Return the number a line has in the index: its public id read in base 36, below 2**63."""
    return int(row_id, 36)


def remove(row_ids: Sequence[str]) -> None:
    """Take lines out of the index."""
    if row_ids:
        marks = ", ".join(["%s"] * len(row_ids))
        with connection.cursor() as cursor:
            cursor.execute(f"DELETE FROM {TABLE} WHERE rowid IN ({marks})", [text_id(row_id) for row_id in row_ids])  # noqa: S608


def forget() -> None:
    """Let go of words no line has any more; SQLite's index keeps them beside a note that they are gone."""
    if connection.vendor == "sqlite":
        with connection.cursor() as cursor:
            cursor.execute(f"INSERT INTO {TABLE} ({TABLE}) VALUES ('optimize')")  # noqa: S608, a constant


def clear() -> None:
    """Empty the index."""
    with connection.cursor() as cursor:
        cursor.execute(f"DELETE FROM {TABLE}")  # noqa: S608, a constant


def add(texts: Iterable[tuple[str, str]]) -> None:
    """Put lines into the index, each with all its text."""
    rows = [(text_id(row_id), " ".join(cut(text))) for row_id, text in texts]
    stored = "array_to_tsvector(string_to_array(%s, ' '))" if connection.vendor == "postgresql" else "%s"
    if rows:
        with connection.cursor() as cursor:
            cursor.executemany(f"INSERT INTO {TABLE} (rowid, words) VALUES (%s, {stored})", rows)  # noqa: S608


def matching(text: str) -> RawSQL | None:
    """Return a sub-query of the `text_id` of lines that match `text`, or None when it holds no word."""
    asked = cut(text)[:MOST_WORDS]
    if not asked:
        return None
    if connection.vendor == "postgresql":
        # Words hold letters and digits only; quoted, none is an operator.
        query = " & ".join(f"'{word}':*" for word in asked)
        return RawSQL(f"SELECT rowid FROM {TABLE} WHERE words @@ %s::tsquery", [query])  # noqa: S608, S611
    query = " ".join(f'"{word}"*' for word in asked)
    return RawSQL(f"SELECT rowid FROM {TABLE} WHERE {TABLE} MATCH %s", [query])  # noqa: S608, S611
