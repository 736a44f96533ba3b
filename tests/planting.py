"""A generator of faults: it takes a good file, plants faults in it and says what an importer has to report.

Not two faults stand in one cell, and none hides another, so that each must be reported exactly once.
"""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from random import Random
from typing import Any

from django.db import connection

from alunite.foundation.accounts.policies import OPERATOR
from alunite.foundation.adoption.actions import adopt_pack
from alunite.foundation.importing.cells import LONGEST_CELL
from alunite.foundation.importing.reading import LONGEST_SHOWN
from alunite.foundation.publications.identifiers import ALPHABET, LENGTH
from alunite.foundation.publications.models import Publication, PublicationPayload

ROOT = Path(__file__).resolve().parent.parent
SAMPLES = {kind: ROOT / f"samples/public-pages/{kind}.csv" for kind in ("members", "certificates")}

IMPOSSIBLE_DAYS = (
    "2021-02-29",
    "2020-13-01",
    "2020-00",
    "2020-06-31",
    "31.12.2020",
    "12/31/2020",
    "2020-6-1",
    "20200601",
    "2020-06-01T00:00",
    "0000",
    "soon",
    "２０２０",
)
BAD_ADDRESSES = (
    "javascript:alert(1)",
    "data:text/html,x",
    "ftp://example.org/x",
    "//example.org/x",
    "example.org",
    "https://",
    "https://a b.example/",
    "file:///etc/passwd",
)
CONTROL = ("\x01", "\x08", "\x0b", "\x1b[2J", "\x7f", "\x85", "\x9f")


@dataclass(eq=False)
class Line:
    """A row of the file on its way to become faulty; `taken` are the columns no other fault may touch."""

    cells: dict[str, str]
    taken: set[str] = field(default_factory=set)
    extra: list[str] = field(default_factory=list)
    cut: int = 0


@dataclass(eq=False)
class Planted:
    """One fault: what it is called here, where it stands, and the value that must be reported."""

    name: str
    line: Line
    column: str
    value: str


@dataclass
class Sheet:
    """A file in memory."""

    kind: str
    columns: list[str]
    lines: list[Line]

    @classmethod
    def read(cls, kind: str, path: Path | None = None) -> Sheet:
        with (path or SAMPLES[kind]).open(encoding="utf-8", newline="") as file:
            reader = csv.DictReader(file)
            lines = [Line(dict(row)) for row in reader]
            return cls(kind, list(reader.fieldnames or ()), lines)

    def written(self, line: Line) -> list[str]:
        """Return the cells of a line as they stand in the file."""
        cells = [line.cells[column] for column in self.columns] + line.extra
        return cells[: len(cells) - line.cut]

    def text(
        self, *, line_end: str = "\r\n", quote_all: bool = False, blank_after: frozenset[int] = frozenset()
    ) -> str:
        """Return the file's text; `blank_after` are the places after which an empty line follows."""
        out = io.StringIO(newline="")
        style = csv.QUOTE_ALL if quote_all else csv.QUOTE_MINIMAL
        writer = csv.writer(out, lineterminator=line_end, quoting=style)
        writer.writerow(self.columns)
        for place, line in enumerate(self.lines):
            writer.writerow(self.written(line))
            if place in blank_after:
                out.write(line_end)
        return out.getvalue()

    def numbers(self, blank_after: frozenset[int] = frozenset()) -> dict[int, int]:
        """Return the row number of each line, by its identity: the header is 1, and empty lines count."""
        before = 0
        found: dict[int, int] = {}
        for place, line in enumerate(self.lines):
            found[id(line)] = place + 2 + before
            before += place in blank_after
        return found


Place = tuple[Line, str]


class Planter:
    """Plants faults in a sheet; `random` decides where."""

    def __init__(self, sheet: Sheet, random: Random) -> None:
        self.sheet = sheet
        self.random = random
        self.planted: list[Planted] = []

    def line(self, *columns: str, filled: bool = False, where: Callable[[Line], bool] = lambda _: True) -> Line | None:
        """Choose a line whose `columns` are all free; None if there is none."""
        free = [
            line
            for line in self.sheet.lines
            if not line.taken & set(columns)
            and "*" not in line.taken
            and (not filled or all(line.cells[column] for column in columns))
            and where(line)
        ]
        return self.random.choice(free) if free else None

    def put(self, name: str, column: str, cell: str, value: str | None = None, *, also: tuple[str, ...] = ()) -> None:
        line = self.line(column, *also)
        if line is None:
            return
        line.cells[column] = cell
        line.taken |= {column, *also}
        self.planted.append(Planted(name, line, column, shown(cell if value is None else value)))

    # Each method plants one kind of fault.

    def missing(self, column: str) -> None:
        self.put(f"missing {column}", column, self.random.choice(["", " ", "\t "]))

    def unknown(self, column: str, *, listed: bool = False) -> None:
        word = self.random.choice(["Nowhere", "zzz", "Ω", "0", "unknown"])
        line = self.line(column)
        if line is None:
            return
        known = line.cells[column]
        cell = word
        if listed and known:
            cell = self.random.choice([f"{known};{word}", f"{word};{known}", f"{known} ; {word}", word])
        line.cells[column] = cell
        line.taken.add(column)
        self.planted.append(Planted(f"unknown {column}", line, column, word))

    def country(self) -> None:
        self.put("unknown country", "country", self.random.choice(["XX", "UK", "EL", "ZZ", "XK", "N0", "ÑO", "EUR"]))

    def emptied_list(self, column: str) -> None:
        line = self.line(column, filled=True)
        if line is None:
            return
        known = line.cells[column]
        line.cells[column] = self.random.choice([f"{known};", f";{known}", f"{known};;{known}", ";"])
        line.taken.add(column)
        self.planted.append(Planted(f"gap in {column}", line, column, shown(line.cells[column])))

    def day(self, column: str) -> None:
        self.put(f"impossible {column}", column, self.random.choice(IMPOSSIBLE_DAYS))

    def address(self) -> None:
        self.put("bad address", "source_url", self.random.choice(BAD_ADDRESSES))

    def huge(self, column: str) -> None:
        self.put(f"huge {column}", column, self.random.choice("xé字") * (LONGEST_CELL + 1))

    def control(self, column: str) -> None:
        self.put(f"control in {column}", column, f"be{self.random.choice(CONTROL)}fore")

    def ragged(self) -> None:
        line = self.line("*", where=lambda line: not line.taken)
        if line is None:
            return
        if self.random.random() < 0.5:
            line.cut = self.random.randrange(1, len(self.sheet.columns) - 1)
        else:
            line.extra = ["more"] * self.random.randrange(1, 4)
        line.taken.add("*")
        self.planted.append(Planted("ragged row", line, "", shown(",".join(self.sheet.written(line)))))

    def expiry_before_issue(self) -> None:
        line = self.line("issue_date", "expiry_date")
        if line is None:
            return
        issued, expires = self.random.choice(
            [("2020-06-01", "2020-05-31"), ("2020-06-01", "2020-05"), ("2020-06", "2020-05-31"), ("2020", "2019")]
        )
        line.cells |= {"issue_date": issued, "expiry_date": expires}
        line.taken |= {"issue_date", "expiry_date"}
        self.planted.append(Planted("expiry before issue", line, "expiry_date", expires))

    def said_twice(self, key: str, other: str) -> None:
        """Put a second row under the same key below the first; what it says in `other` differs."""
        first = self.line(key, where=lambda line: not line.taken)
        if first is None:
            return
        first.taken.add(key)
        second = Line({**first.cells, other: first.cells[other] + " and more"}, {key, other})
        place = self.random.randint(self.sheet.lines.index(first) + 1, len(self.sheet.lines))
        self.sheet.lines.insert(place, second)
        self.planted.append(Planted(f"same {key}", second, key, shown(first.cells[key])))

    def version_of_another_family(self) -> None:
        line = self.line("standard", "standard_version", filled=True)
        if line is None:
            return
        other = {"PS": "V1 2017", "CoC": "V3 2022"}[line.cells["standard"]]
        line.cells["standard_version"] = other
        line.taken |= {"standard", "standard_version"}
        self.planted.append(Planted("version of another standard", line, "standard_version", other))


def shown(value: str) -> str:
    """Return a value as a report may shorten it."""
    return value if len(value) <= LONGEST_SHOWN else value[: LONGEST_SHOWN - 1] + "…"


CERTIFICATE_FAULTS: dict[str, Callable[[Planter], None]] = {
    **{
        f"missing {column}": lambda planter, column=column: planter.missing(column)
        for column in ("record_id", "member", "entity", "standard", "source_url")
    },
    **{
        f"unknown {column}": lambda planter, column=column: planter.unknown(column)
        for column in ("standard", "standard_version", "level", "event")
    },
    "unknown country": Planter.country,
    "unknown activity": lambda planter: planter.unknown("supply_chain_activities", listed=True),
    **{
        f"gap in {column}": lambda planter, column=column: planter.emptied_list(column)
        for column in ("member", "country", "supply_chain_activities")
    },
    **{
        f"impossible {column}": lambda planter, column=column: planter.day(column)
        for column in ("issue_date", "expiry_date", "certified_since", "announced_date")
    },
    "expiry before issue": Planter.expiry_before_issue,
    "version of another standard": Planter.version_of_another_family,
    "same record_id": lambda planter: planter.said_twice("record_id", "scope"),
    "bad address": Planter.address,
    **{
        f"huge {column}": lambda planter, column=column: planter.huge(column)
        for column in ("entity", "scope", "audit_firm", "member", "record_id", "certificate_number", "source_url")
    },
    **{
        f"control in {column}": lambda planter, column=column: planter.control(column)
        for column in ("entity", "scope", "audit_firm", "record_id", "issue_date", "country")
    },
    "ragged row": Planter.ragged,
}

MEMBER_FAULTS: dict[str, Callable[[Planter], None]] = {
    **{
        f"missing {column}": lambda planter, column=column: planter.missing(column) for column in ("name", "source_url")
    },
    **{
        f"unknown {column}": lambda planter, column=column: planter.unknown(column)
        for column in ("membership_class", "class_basis", "certified")
    },
    "unknown country": Planter.country,
    "unknown activity": lambda planter: planter.unknown("supply_chain_activities", listed=True),
    **{
        f"gap in {column}": lambda planter, column=column: planter.emptied_list(column)
        for column in ("country", "supply_chain_activities")
    },
    "impossible joined": lambda planter: planter.day("joined"),
    "same name": lambda planter: planter.said_twice("name", "note"),
    "bad address": Planter.address,
    **{f"huge {column}": lambda planter, column=column: planter.huge(column) for column in ("name", "note")},
    **{f"control in {column}": lambda planter, column=column: planter.control(column) for column in ("name", "note")},
    "ragged row": Planter.ragged,
}

FAULTS = {"certificates": CERTIFICATE_FAULTS, "members": MEMBER_FAULTS}


def plant(sheet: Sheet, names: list[str], random: Random) -> list[Planted]:
    """Plant faults of the kinds named; one that finds no free place is left out. Returns those planted."""
    planter = Planter(sheet, random)
    for name in names:
        FAULTS[sheet.kind][name](planter)
    return planter.planted


def adopt(directory: Path = ROOT / "schemes" / "asi") -> None:
    """Adopt a scheme pack, whose words the importers read by."""
    adopt_pack(directory, actor=OPERATOR)


def everything() -> dict[str, list[str]]:
    """Return every row of every table, to tell whether anything at all was written."""
    found: dict[str, list[str]] = {}
    with connection.cursor() as cursor:
        for table in connection.introspection.table_names(cursor):
            cursor.execute(f'SELECT * FROM "{table}"')
            found[table] = sorted(map(repr, cursor.fetchall()))
    return found


def said() -> list[str]:
    """Return what the latest publication of every subject says, with names in place of the random ids."""
    newest = {(row.kind, row.subject): row.pk for row in Publication.objects.order_by("version")}
    bodies = PublicationPayload.objects.select_related("publication").in_bulk(list(newest.values()))
    names: dict[str, str] = {}
    payloads: list[tuple[str, dict[str, Any]]] = []
    for body in bodies.values():
        payload = json.loads(body.payload) if body.payload else {}
        names[body.publication.subject] = body.publication.kind + ":" + _name(payload)
        payloads.append((body.publication.kind, payload))
    return sorted(json.dumps([kind, _renamed(payload, names)], sort_keys=True) for kind, payload in payloads)


def _name(payload: dict[str, Any]) -> str:
    """Return what a subject is known by outside: its record, the records it is made out from, or its name."""
    records = [event["record_id"] for event in payload.get("events", ()) if "record_id" in event]
    return str(payload.get("record_id") or sorted(records) or payload.get("name") or payload.get("id"))


def _renamed(value: Any, names: dict[str, str]) -> Any:
    if isinstance(value, dict):
        return {key: _renamed(item, names) for key, item in value.items()}
    if isinstance(value, list):
        return [_renamed(item, names) for item in value]
    if isinstance(value, str) and len(value) == LENGTH and set(value) <= set(ALPHABET):
        return names.get(value, value)
    return value
