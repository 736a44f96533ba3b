"""Full text over the lines of the register: a thin layer over SQLite's FTS5 and PostgreSQL's tsvector.

Text is folded and cut into words here, before it is stored and before it is asked for, and neither database folds or
cuts again: both find the same. Every word asked for must begin a word of the line. What a line can be filtered by stands
among its words as a mark, which no typed word can begin: so text and filters are one look into one index.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from typing import Any

from django.db import connection
from django.db.models import QuerySet
from django.db.models.expressions import RawSQL

from alunite.foundation.core.text import words

TABLE = "register_text"
# Nobody types more; what is typed beyond it is not looked for.
MOST_WORDS = 100
# PostgreSQL holds no word of more than 2,046 bytes. A longer word is kept, and asked for, by its beginning.
LONGEST_WORD = 100

# SQLite's tokenizer "ascii" takes every character beyond ASCII for a letter, so that it parts words where we part them;
# "_" is one more letter, for marks. Where a word stands in its line is not kept: nothing asks for it.
CREATE = {
    "sqlite": [
        f"CREATE VIRTUAL TABLE {TABLE} USING"
        """ fts5(words, tokenize = "ascii tokenchars '_'", prefix = '2 3', detail = none)"""
    ],
    "postgresql": [
        f"CREATE TABLE {TABLE} (rowid bigint PRIMARY KEY, words tsvector NOT NULL)",
        f"CREATE INDEX {TABLE}_words ON {TABLE} USING gin (words)",
    ],
}

# All rows in one statement: the database takes less time for it than for one statement a row.
_ADD = f"""
    INSERT INTO {TABLE} (rowid, words) SELECT rowid, array_to_tsvector(string_to_array(words, ' '))
    FROM unnest(%s::bigint[], %s::text[]) AS told (rowid, words)
"""  # noqa: S608, a constant

_PLAIN = re.compile(r"[^a-z0-9]")


def cut(text: str) -> list[str]:
    """Return the words of `text` as the index holds them, each once, in order.

    >>> cut("Rolls-Royce, Zürich; the rolls_56")
    ['rolls', 'royce', 'zurich', 'the', '56']
    """
    return list(dict.fromkeys(word[:LONGEST_WORD] for word in words(text.replace("_", " "))))


def mark(name: str, value: str) -> str:
    """Return the word that stands for a value a line can be filtered by; no two values have one.

    It begins with "_", which no word of a text does, and holds small letters and digits beside it only.

    >>> mark("version", "leaf-1"), mark("country", "NO")
    ('_version_leaf_2d1', '_country__4e_4f')
    """
    return f"_{name}_" + _PLAIN.sub(lambda found: "".join(f"_{byte:02x}" for byte in found[0].encode()), value)


def name_mark(word: str) -> str:
    """Return what a word of a name stands for beside being a word of the line, so that names can be looked up alone.

    >>> name_mark("zurich")
    '_n_zurich'
    """
    return f"_n_{word}"


def number_mark(text: str) -> str:
    """Return the mark of a certificate by its number, however that is parted.

    >>> number_mark("No. 56") == number_mark("no 56")
    True
    """
    return mark("number", " ".join(cut(text)))


def remove(publications: Sequence[int]) -> None:
    """Take versions of lines out of the index."""
    if publications:
        marks = ", ".join(["%s"] * len(publications))
        with connection.cursor() as cursor:
            cursor.execute(f"DELETE FROM {TABLE} WHERE rowid IN ({marks})", list(publications))  # noqa: S608


def forget() -> None:
    """Let go of words no line has any more; SQLite's index keeps them beside a note that they are gone."""
    if connection.vendor == "sqlite":
        with connection.cursor() as cursor:
            cursor.execute(f"INSERT INTO {TABLE} ({TABLE}) VALUES ('optimize')")  # noqa: S608, a constant


def clear() -> None:
    """Empty the index."""
    with connection.cursor() as cursor:
        cursor.execute(f"DELETE FROM {TABLE}")  # noqa: S608, a constant


def add(texts: Iterable[tuple[int, str, Iterable[str]]]) -> None:
    """Put versions of lines into the index: each publication with all its text and its marks."""
    rows = [(publication, " ".join([*cut(text), *marks])) for publication, text, marks in texts]
    if not rows:
        return
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            cursor.execute(_ADD, [list(column) for column in zip(*rows, strict=True)])
        else:
            cursor.executemany(f"INSERT INTO {TABLE} (rowid, words) VALUES (%s, %s)", rows)  # noqa: S608, a constant


def matching(text: str, marks: Iterable[Sequence[str]] = (), among: Sequence[QuerySet[Any, Any]] = ()) -> RawSQL | None:
    """Return a sub-query of the publications whose lines match `text` and bear one of each group of `marks`; None when nothing is asked.

    Of them only those that one of `among` gives, where there are any: it narrows before a line is looked at.
    """
    typed, marks = cut(text)[:MOST_WORDS], sorted(map(tuple, marks))
    if not typed and not marks:
        return None
    asked = [queries.query.sql_with_params() for queries in among]
    # The plus keeps SQLite from looking into the index of words once for each of them.
    held = " OR ".join(f"{'' if connection.vendor == 'postgresql' else '+'}rowid IN ({sql})" for sql, _ in asked)
    narrowed, parameters = f" AND ({held})" if held else "", [value for _, values in asked for value in values]
    query = _query([(word,) for word in typed], begins=True, whole=marks)
    return RawSQL(f"SELECT rowid FROM {TABLE} WHERE {_MATCH[connection.vendor]}{narrowed}", [query, *parameters])  # noqa: S608, S611


def by_relevance(typed: Sequence[str], ids: str) -> list[str | None]:
    """Return which lines match words, the most relevant first, each as the text `ids` makes of publications. One query.

    First those whose number they are, then those whose names hold them whole, then those whose names hold words that
    begin with them, then all whose text does.
    """
    names = [(name_mark(word),) for word in typed]
    asked = [
        _query([], begins=False, whole=[(number_mark(" ".join(typed)),)]),
        _query([], begins=False, whole=names),
        _query(names, begins=True, whole=[]),
        _query([(word,) for word in typed], begins=True, whole=[]),
    ]
    one = f"SELECT %s AS rank, {ids} FROM {TABLE} WHERE {_MATCH[connection.vendor]}"  # noqa: S608, constants
    with connection.cursor() as cursor:
        cursor.execute(
            " UNION ALL ".join([one] * len(asked)), [part for rank, query in enumerate(asked) for part in (rank, query)]
        )
        found = dict(cursor.fetchall())
    return [found[rank] for rank in range(len(asked))]


_MATCH = {"sqlite": f"{TABLE} MATCH %s", "postgresql": "words @@ %s::tsquery"}


def _query(words: Sequence[Sequence[str]], *, begins: bool, whole: Sequence[Sequence[str]]) -> str:
    """Return a question in the language of the database: one of each group, of `words` also what begins with them.

    Words hold letters and digits only, marks "_" besides; quoted, none is an operator.
    """
    if connection.vendor == "postgresql":
        said = [" | ".join(f"'{word}'{':*' if begins else ''}" for word in group) for group in words]
        said += [" | ".join(f"'{word}'" for word in group) for group in whole]
        return " & ".join(f"({group})" for group in said)
    said = [" OR ".join(f'"{word}"{"*" if begins else ""}' for word in group) for group in words]
    said += [" OR ".join(f'"{word}"' for word in group) for group in whole]
    return " AND ".join(f"({group})" for group in said)
