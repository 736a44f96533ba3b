"""What `history verify` asks of statements: each says what history recorded that its source said, and none is missing.

Cells are read as text, where an attacker could have written what no model field holds. Nothing is held in memory of a
statement but one bit.
"""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from itertools import chain, islice
from typing import Any

from django.db.models import Max, Q, TextField
from django.db.models.functions import Cast

from alunite.foundation.history.findings import ALTERED, INSERTED, MISSING, Problem, register_check
from alunite.foundation.history.models import Entry
from alunite.foundation.importing.cells import CellFault
from alunite.foundation.importing.kinds import ImportKind, UnknownImportKind, import_kind, import_kinds
from alunite.foundation.importing.models import Statement

CHUNK = 500
PAGE = 4096
HIGHEST = 2**63 - 1  # no database has a row of a higher number

Row = Mapping[str, Any]


class _Marks:
    """A set of numbers that lie close together, at one bit each."""

    def __init__(self) -> None:
        self._pages: dict[int, int] = defaultdict(int)

    def __contains__(self, number: int) -> bool:
        page, place = divmod(number, PAGE)
        return bool(self._pages.get(page, 0) >> place & 1)

    def add(self, number: int) -> None:
        page, place = divmod(number, PAGE)
        self._pages[page] |= 1 << place


def check_statements() -> Iterator[Problem]:
    """Yield what is wrong with statements, a few hundred at a time."""
    # What is imported from now on has entries that are not looked at below.
    newest = Statement.objects.aggregate(newest=Max("pk"))["newest"] or 0
    stated = _Marks()
    erased = 0
    for chunk in _chunks(_stating()):
        said = {row["pk"]: _said(row["payload__payload"]) for row in chunk}
        erased += sum(row["payload__payload"] is None for row in chunk)
        yield from _check_entries([(row, words) for row in chunk if (words := said[row["pk"]])], stated)
    yield from _check_places(newest, stated, erased)


def _chunks(rows: Iterator[Any]) -> Iterator[list[Row]]:
    while chunk := list(islice(rows, CHUNK)):
        yield chunk


def _stating() -> Iterator[Row]:
    """Return the entries that may state a row: by their kind where all rooms name those, and by what they say."""
    named = [kind.stated_by for kind in import_kinds()]
    entries = Entry.objects.filter(kind__in=set(chain(*named))) if all(named) else Entry.objects.all()
    says = Q(payload__payload__contains='"statement":') | Q(payload__payload=None)
    rows = entries.filter(says).order_by("pk").values("pk", "kind", "payload__payload")
    return rows.iterator(chunk_size=CHUNK)


def _said(text: str | None) -> Row | None:
    """Return what an entry that states a row says, None for any other."""
    try:
        said = json.loads(text) if text else None
    except ValueError:
        return None  # that the entry itself was altered is said by history's own checks
    if not isinstance(said, dict) or not isinstance(said.get("cells"), dict):
        return None
    number = said.get("statement")
    return said if isinstance(number, int) and 0 < number <= HIGHEST else None


def _check_entries(entries: Sequence[tuple[Row, Row]], stated: _Marks) -> Iterator[Problem]:
    """Compare the statements these entries name with what the entries say, and mark them."""
    numbers = {said["statement"] for _, said in entries}
    rows = {
        row["pk"]: row
        for row in Statement.objects.filter(pk__in=numbers)
        .annotate(text=Cast("cells", TextField()))
        .values("pk", "kind", "key", "text")
    }
    for entry, said in entries:
        number = said["statement"]
        row = rows.get(number)
        if row is None:
            yield Problem(MISSING, f"entry {entry['pk']}", f"Statement {number} was recorded and is not there.")
        elif problem := _difference(row, entry["kind"], said["cells"]):
            yield Problem(ALTERED, f"statement {number}", problem)
        stated.add(number)


def _difference(row: Row, entry_kind: str, cells: Row) -> str | None:
    try:
        held = json.loads(row["text"])
    except (ValueError, TypeError):
        held = None
    if held != cells:
        return "Its cells are not those that history recorded."
    try:
        kind = import_kind(row["kind"])
    except UnknownImportKind:
        return f"It is of the kind {row['kind']!r}, which nobody imports."
    if kind.stated_by and entry_kind not in kind.stated_by:
        return f"It is of the kind {kind.name}, and history recorded another."
    if row["key"] not in _keys(cells, kind):
        return "It stands under another key than its cells say."
    return None


def _keys(cells: Row, kind: ImportKind) -> tuple[str, ...]:
    try:
        return kind.keys_of({column.name: column.read(cells[column.name], None) for column in kind.telling_columns})
    except (KeyError, TypeError, CellFault):
        return ()


def _check_places(newest: int, stated: _Marks, erased: int) -> Iterator[Problem]:
    """Check that versions count up as they were stated, and that no statement is there without its entry.

    An entry whose payload was erased no longer says which statement it was of, so as many are accounted for as there
    are such entries.
    """
    place: tuple[Any, Any] | None = None
    version = 0
    rows = Statement.objects.order_by("kind", "key", "pk").values("pk", "kind", "key", "version")
    for row in rows.iterator(chunk_size=CHUNK):
        if (row["kind"], row["key"]) != place:
            place, version = (row["kind"], row["key"]), 0
        version += 1
        where = f"statement {row['pk']}"
        if row["version"] != version:
            text = f"It is version {row['version']} of {row['kind']} {row['key']}; {version} was to be expected."
            yield Problem(ALTERED, where, text)
        if row["pk"] > newest or row["pk"] in stated:
            continue
        if erased:
            erased -= 1
        else:
            yield Problem(INSERTED, where, "No entry of history says that a source stated this.")


register_check("statements", check_statements)
