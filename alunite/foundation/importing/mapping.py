"""Mapping files: how another system's export becomes rows of ours, as data and not as code."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from alunite.foundation.core.text import fold, squeeze
from alunite.foundation.importing.cells import (
    LIST_SEPARATOR,
    LONGEST_SYSTEM,
    CellFault,
    Column,
    ExternalKey,
    external_key,
)
from alunite.foundation.importing.kinds import ImportKind, UnknownImportKind, import_kind
from alunite.foundation.importing.reading import Fault, Record, Row, header_faults, shown
from alunite.foundation.scheme.reading import PackFault, PackFile, Place, read_pack_file

SCHEMA_DIALECT = "https://json-schema.org/draft/2020-12/schema"
EXTERNAL_IDS = "external_ids"

# How CSV that is not UTF-8 usually comes: by region, each a name Python knows.
Encoding = Literal[
    "utf-8",
    "utf-16",
    "windows-1250",
    "windows-1251",
    "windows-1252",
    "windows-1254",
    "iso-8859-1",
    "iso-8859-15",
    "shift_jis",
    "euc-kr",
    "gb18030",
    "big5",
]
DayForm = Literal["DD.MM.YYYY", "DD/MM/YYYY", "DD-MM-YYYY", "MM/DD/YYYY", "YYYY/MM/DD", "YYYYMMDD"]


class _Part(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True, strict=True)


class ColumnRule(_Part):
    """What becomes of one of their columns."""

    to: str = Field(description="Our column.")
    values: dict[str, str] = Field(
        default_factory=dict,
        description="Their words and ours. Case does not count; a word that is not here is taken as it stands.",
    )
    day: DayForm | None = Field(default=None, description="How they write a day, where it is not ISO 8601.")
    separator: str | None = Field(
        default=None, min_length=1, max_length=3, description="What parts several values in one of their cells."
    )
    external: bool = Field(
        default=False, description="The cell holds their id of a record of another kind; ours is looked up."
    )


class JoinRule(_Part):
    """Several of their columns that are one of ours."""

    columns: list[str] = Field(min_length=2, description="Their columns, in the order they are joined in.")
    separator: str = Field(
        default=" ", max_length=3, description="What stands between two filled cells; empty cells leave nothing."
    )


class MappingFile(_Part):
    """How one kind of rows of another system's export becomes ours."""

    kind: str = Field(description="Kind of import the rows become.")
    system: str = Field(
        pattern=rf"^[a-z][a-z0-9_.-]{{0,{LONGEST_SYSTEM - 1}}}$",
        description="A word of your own for the other system; it stands before its ids in `external_ids`.",
    )
    title: str = Field(default="", description="What people call the export.")
    delimiter: Literal[",", ";", "\t", "|"] = Field(default=",", description="What parts cells in their CSV.")
    encoding: Encoding = Field(
        default="utf-8", description="How their CSV writes letters. XLSX says it itself, and JSON is UTF-8."
    )
    columns: dict[str, str | ColumnRule] = Field(
        default_factory=dict, description="Their column and ours, or what becomes of it."
    )
    join: dict[str, JoinRule] = Field(
        default_factory=dict, description="Our column and the several of theirs whose cells are joined in it."
    )
    constants: dict[str, str] = Field(
        default_factory=dict, description="Our columns that have the same value in every row."
    )
    external_id: str | None = Field(default=None, description="Which of their columns is their id of the record.")
    ignore: list[str] = Field(default_factory=list, description="Their columns that are left out.")


def mapping_schema() -> dict[str, Any]:
    """Return the JSON Schema (2020-12) of a mapping file."""
    return {"$schema": SCHEMA_DIALECT, **MappingFile.model_json_schema()}


class MappingError(ValueError):
    """A mapping file has faults; all of them are in `faults`."""

    def __init__(self, faults: Sequence[PackFault]) -> None:
        super().__init__("\n".join(map(str, faults)))
        self.faults = tuple(faults)


@dataclass(frozen=True)
class Mapping:
    """A checked mapping; the layout of their files."""

    file: MappingFile
    kind: ImportKind

    @property
    def separator(self) -> str:
        """What parts the cells of their CSV."""
        return self.file.delimiter

    @property
    def encoding(self) -> str:
        """How their CSV writes letters."""
        return self.file.encoding

    @cached_property
    def rules(self) -> dict[str, ColumnRule]:
        """Their columns, each with what becomes of it."""
        return {
            name: ColumnRule(to=rule) if isinstance(rule, str) else rule for name, rule in self.file.columns.items()
        }

    @cached_property
    def columns(self) -> tuple[str, ...]:
        """Their columns that a file must have."""
        own = (self.file.external_id,) if self.file.external_id else ()
        joined = (column for rule in self.file.join.values() for column in rule.columns)
        return tuple(dict.fromkeys([*self.rules, *joined, *own]))

    @property
    def finds_key(self) -> bool:
        """Whether rows are known by their external id alone."""
        names = {rule.to for rule in self.rules.values()} | {*self.file.constants, *self.file.join}
        return any(column.name not in names for column in self.kind.key_columns)

    @cached_property
    def _words(self) -> dict[str, dict[str, str]]:
        return {name: {fold(theirs): ours for theirs, ours in rule.values.items()} for name, rule in self.rules.items()}

    def header_faults(self, name: str, row: int, header: Sequence[str]) -> list[Fault]:
        """Return what is wrong with the header of one of their files."""
        return header_faults(name, row, header, self.columns, self.file.ignore)

    def read(self, name: str, record: Record, header: Sequence[str]) -> tuple[Row, list[Fault]]:
        """Return one of their rows in our columns, and what is wrong with its cells so far."""
        theirs = dict(zip(header, record.cells, strict=True))
        cells = {column.name: "" for column in self.kind.columns} | dict(self.file.constants)
        said: dict[str, tuple[str, str]] = {}
        unread: set[str] = set()
        faults: list[Fault] = []
        for column, rule in self.rules.items():
            said[rule.to] = (column, theirs[column])
            try:
                cells[rule.to] = self._ours(column, rule, theirs[column])
            except CellFault as fault:
                unread.add(rule.to)
                faults.append(Fault(name, record.number, column, shown(theirs[column]), fault.expected))
        for ours, joined in self.file.join.items():
            parts = [part for column in joined.columns if (part := squeeze(theirs[column]))]
            cells[ours] = joined.separator.join(parts)
            said[ours] = (" + ".join(joined.columns), cells[ours])
        if self.file.external_id:
            self._identify(theirs[self.file.external_id], cells, said)
        for place, (value, expected) in record.bad.items():
            faults = [fault for fault in faults if fault.column != header[place]]
            faults.append(Fault(name, record.number, header[place], shown(value), expected))
            unread |= {column for column, (their, _) in said.items() if their == header[place]}
            unread |= {ours for ours, joined in self.file.join.items() if header[place] in joined.columns}
        own = set(self.kind.column_names)
        filled = {column: cell for column, cell in cells.items() if cell or column in own}
        return Row(name, record.number, filled, frozenset(unread), said), faults

    def _identify(self, identifier: str, cells: dict[str, str], said: dict[str, tuple[str, str]]) -> None:
        column = self.file.external_id or ""
        key = f"{self.file.system}:{squeeze(identifier)}" if squeeze(identifier) else ""
        if key:
            cells[EXTERNAL_IDS] = LIST_SEPARATOR.join(filter(None, [cells.get(EXTERNAL_IDS, ""), key]))
            said[EXTERNAL_IDS] = (column, identifier)
        if self.finds_key:
            for of_key in self.kind.key_columns:
                cells[of_key.name] = key
                said[of_key.name] = (column, identifier)

    def _ours(self, column: str, rule: ColumnRule, cell: str) -> str:
        parts = [squeeze(part) for part in cell.split(rule.separator)] if rule.separator else [squeeze(cell)]
        words = self._words[column]
        ours = [words.get(fold(part), part) for part in parts]
        if rule.day:
            ours = [iso_day(part, rule.day) for part in ours]
        if rule.external:
            ours = [f"{self.file.system}:{part}" if part else "" for part in ours]
        if not rule.separator and not rule.values and not rule.day and not rule.external:
            return cell
        return LIST_SEPARATOR.join(part for part in ours if part)

    def external_keys(self, row: Row) -> Iterator[tuple[str, str, ExternalKey]]:
        """Yield our columns of a row that hold their ids for keys of ours, with the kind whose keys these are."""
        if self.finds_key and self.file.external_id:
            for column in self.kind.key_columns:
                if external := _external(row.cells[column.name]):
                    yield column.name, self.kind.name, external
        for rule in self.rules.values():
            if rule.external:
                for cell in row.cells[rule.to].split(LIST_SEPARATOR):
                    if external := _external(cell):
                        yield rule.to, _column(self.kind, rule.to).refers_to, external


# Reads an id as a cell of `external_ids` is read: what would be at fault there is not asked the database for.
_EXTERNAL = Column(EXTERNAL_IDS, external_key, empty=None)


def _external(text: str) -> ExternalKey | None:
    try:
        found: ExternalKey | None = _EXTERNAL.read(text, None)
    except CellFault:
        return None
    return found


def _column(kind: ImportKind, name: str) -> Column:
    return next(column for column in kind.all_columns if column.name == name)


def iso_day(text: str, form: str) -> str:
    """Return a day written in another form in ISO 8601; what is ISO 8601 already stays as it is.

    >>> iso_day("21.08.2023", "DD.MM.YYYY"), iso_day("2023-08", "DD.MM.YYYY")
    ('2023-08-21', '2023-08')
    """
    if not text or re.fullmatch(r"[0-9]{4}(-[0-9]{2}){0,2}", text):
        return text
    # Where nothing parts them, only two digits tell a month from a day.
    digits = "[0-9]{2}" if form.isalpha() else "[0-9]{1,2}"
    pattern = re.escape(form).replace("DD", f"(?P<d>{digits})").replace("MM", f"(?P<m>{digits})")
    pattern = pattern.replace("YYYY", "(?P<y>[0-9]{4})")
    match = re.fullmatch(pattern, text)
    if match is None:
        raise CellFault(f"a day as {form}")
    return f"{match['y']}-{int(match['m']):02}-{int(match['d']):02}"


def read_mapping(path: Path, name: str | None = None) -> Mapping:
    """Read and check a mapping file.

    Raises
    ------
    MappingError
        With everything that is wrong with it.
    """
    file = read_pack_file(path.parent, path.name)
    file.name = name or path.name
    file.faults = [PackFault(file.name, item.line, item.path, item.value, item.expected) for item in file.faults]
    read: MappingFile | None = None
    if file.is_read:
        read = _shaped(file)
    kind: ImportKind | None = None
    if file.is_read and isinstance(file.data.get("kind"), str):
        try:
            kind = import_kind(file.data["kind"])
        except UnknownImportKind as error:
            file.fault(("kind",), str(error).partition("expected ")[2])
    if read is not None and kind is not None:
        _check_columns(file, read, kind)
    if file.faults or read is None or kind is None:
        raise MappingError(sorted(file.faults))
    return Mapping(read, kind)


def read_mappings(files: Sequence[tuple[Path, str]], kinds: Collection[str]) -> list[Mapping]:
    """Read mapping files, each with the name it is called by; each is to be of another one of `kinds`.

    Raises
    ------
    MappingError
        With everything that is wrong with any of them.
    """
    mappings: list[Mapping] = []
    faults: list[PackFault] = []
    for path, name in files:
        try:
            mapping = read_mapping(path, name)
        except MappingError as error:
            faults += error.faults
            continue
        kind = mapping.kind.name
        if kind not in kinds:
            expected = f"a mapping of a kind that is imported here; this one is of {kind}"
            faults.append(PackFault(name, 1, "kind", kind, expected))
        elif kind in {other.kind.name for other in mappings}:
            faults.append(PackFault(name, 1, "kind", kind, f"one mapping of each kind; there is one of {kind} already"))
        mappings.append(mapping)
    if faults:
        raise MappingError(faults)
    return mappings


def _shaped(file: PackFile) -> MappingFile | None:
    try:
        return MappingFile.model_validate(file.data)
    except ValidationError as error:
        for detail in error.errors(include_url=False):
            _note(file, detail["loc"], str(detail["type"]), str(detail["msg"]))
    return None


def _note(file: PackFile, loc: Sequence[str | int], kind: str, message: str) -> None:
    place: Place = ()
    for key in loc:  # parts that name a type and not a place are left out
        here = file.at(place)
        if (isinstance(here, dict) and key in here) or (
            isinstance(here, list) and isinstance(key, int) and key < len(here)
        ):
            place = (*place, key)
    if kind == "extra_forbidden":
        file.fault(place, "no such key here; alunite mapping schema lists them", value=place[-1])
    elif kind == "missing":
        file.fault((*place, loc[-1]), "this key")
    elif kind in {"string_type", "model_type"} and len(place) == 2 and place[0] == "columns":
        file.fault(place, "the name of our column, or a record that begins with to:")
    else:
        file.fault(place, message.removeprefix("Input should be ").removeprefix("String should "))


def _check_columns(file: PackFile, mapping: MappingFile, kind: ImportKind) -> None:
    """Note where the mapping names columns that are not there, twice, or not at all."""
    places: dict[str, Place] = {}
    known = [column.name for column in kind.all_columns]
    for theirs, rule in mapping.columns.items():
        place: Place = ("columns", theirs) if isinstance(rule, str) else ("columns", theirs, "to")
        ours = rule if isinstance(rule, str) else rule.to
        _take_column(file, places, ours, place, known)
        if isinstance(rule, ColumnRule) and rule.external and ours in known and not _column(kind, ours).refers_to:
            file.fault(("columns", theirs, "external"), f"a column that names records of another kind; {ours} does not")
        if theirs in mapping.ignore:
            file.fault(("ignore", mapping.ignore.index(theirs)), "a column that is not mapped as well")
    for ours, joined in mapping.join.items():
        _take_column(file, places, ours, ("join", ours), known)
        for number, theirs in enumerate(joined.columns):
            if theirs in mapping.ignore:
                file.fault(("join", ours, "columns", number), "a column that is not left out under ignore")
    for ours in mapping.constants:
        _take_column(file, places, ours, ("constants", ours), known)
    wanted = [column.name for column in kind.columns if column.required and column.name not in places]
    keys = [column.name for column in kind.key_columns if column.name not in places]
    if mapping.external_id and len(kind.key_columns) == 1:
        keys = []
        wanted = [name for name in wanted if name != kind.key]
    for name in dict.fromkeys([*wanted, *keys]):
        file.faults.append(PackFault(file.name, 1, "columns", "", f"a column of theirs, or a constant, for {name}"))


def _take_column(file: PackFile, places: dict[str, Place], ours: str, place: Place, known: Sequence[str]) -> None:
    if ours not in known:
        file.fault(place, f"one of our columns: {', '.join(known)}", value=ours)
    elif ours in places:
        file.fault(place, f"each of our columns once; {ours} is mapped already", value=ours)
    else:
        places[ours] = place


def word_faults(mapping: Mapping, name: str, context: Any) -> list[Fault]:
    """Return which of the mapping's own words and constants our columns do not take, with the scheme at hand."""
    said = [(f"constants.{ours}", ours, value) for ours, value in mapping.file.constants.items()]
    said += [
        (f"columns.{theirs}.values.{word}", rule.to, value)
        for theirs, rule in mapping.rules.items()
        for word, value in rule.values.items()
    ]
    faults = []
    for place, ours, value in said:
        try:
            _column(mapping.kind, ours).read(value, context)
        except CellFault as fault:
            faults.append(Fault(name, 0, place, shown(value), fault.expected))
    return faults
