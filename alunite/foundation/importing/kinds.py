"""What a room must say so that its rows can be imported and exported."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from functools import cached_property
from typing import Any

from alunite.foundation.accounts.policies import Actor
from alunite.foundation.core.canonical import sha256_hex
from alunite.foundation.importing.cells import LIST_SEPARATOR, Column, external_key, list_of, text_cell
from alunite.foundation.importing.models import LONGEST_KEY, Statement

# What any file may say of each of its rows. They come after a kind's own columns, in an export only where some row
# fills them, and stand in a statement only where they are filled, so that a file without them is the same file still.
COMMON_COLUMNS = (
    Column("external_ids", list_of(external_key), empty=()),
    Column("licence", text_cell, longest=200),
    Column("attribution", text_cell, longest=1_000),
)
COMMON_NAMES = tuple(column.name for column in COMMON_COLUMNS)

KEY_SEPARATOR = "|"
DIGEST_SHOWN = 40


@dataclass(frozen=True, slots=True)
class Parsed:
    """A row whose cells are all in order: the values read, and the statement it became."""

    key: str
    values: dict[str, Any]
    statement: Statement


Context = Callable[[], Any]
RowCheck = Callable[[dict[str, Any], Any], Iterable[tuple[str, str]]]
Apply = Callable[[Sequence[Parsed], Actor], Iterable[str] | None]
Finish = Callable[[Sequence[str], Actor], None]
Withheld = Callable[[], Mapping[str, str]]


@dataclass(frozen=True)
class ImportKind:
    """A kind of file.

    Parameters
    ----------
    name : str
        As on the command line.
    order : int
        Kinds with a lower number are taken up first, so that a file can name what another brings.
    columns : tuple of Column
        In the order of an export. `COMMON_COLUMNS` follow by themselves.
    key : str or tuple of str
        The column that identifies a row, or the columns that do so together; they read their cells without a context.
    told_apart_by : str
        A column that tells rows apart which one source gives under one key of several columns, though they say
        different things: it joins the key of these rows only. Empty where such rows are a fault.
    context : callable
        Makes what `Column.parse` gets as its second argument, once per import.
    check_row : callable (values, context) -> pairs of column and what was expected
        Faults between cells of one row; columns whose cell is at fault are absent from `values`.
    apply : callable (rows, actor)
        Takes up new and changed rows, publishes, and writes history; runs inside the import's transaction, with some
        thousand rows at a time in the order of their keys. It may return ids of what is to be done once at the end.
        For each row one entry has in its payload the ``statement``, by its id, and its ``cells``: by these `history verify`
        tells whether a statement was changed.
    stated_by : tuple of str
        Kinds of the entries that do so. Where a room names none, any entry with such a payload counts, and any entry
        whose payload was erased may have been one.
    finish : callable (ids, actor)
        Does once, after the last row of the kind, what would be done again and again if it were done with `apply`.
    record : str
        The kind under which the records of its rows are published, each by itself.
    withheld : callable
        Returns the keys of rows whose record two people took out, each with the id of that record: they are taken up, and
        nothing is published of them.
    """

    name: str
    order: int
    columns: tuple[Column, ...]
    key: str | tuple[str, ...]
    context: Context
    check_row: RowCheck
    apply: Apply
    stated_by: tuple[str, ...] = ()
    finish: Finish | None = None
    told_apart_by: str = ""
    record: str = ""
    withheld: Withheld = dict

    @cached_property
    def column_names(self) -> tuple[str, ...]:
        """Names of the columns a file must have, in the order of an export."""
        return tuple(column.name for column in self.columns)

    @cached_property
    def all_columns(self) -> tuple[Column, ...]:
        """Return its own columns and those every kind has."""
        return (*self.columns, *COMMON_COLUMNS)

    @cached_property
    def key_columns(self) -> tuple[Column, ...]:
        """Return the columns that identify a row."""
        names = (self.key,) if isinstance(self.key, str) else self.key
        by_name = {column.name: column for column in self.columns}
        return tuple(by_name[name] for name in names)

    @property
    def key_name(self) -> str:
        """What the key is called in a message."""
        return ", ".join(column.name for column in self.key_columns)

    @cached_property
    def telling_columns(self) -> tuple[Column, ...]:
        """Return the columns that identify a row, and the one that tells apart rows which share all of these."""
        return (*self.key_columns, *(column for column in self.columns if column.name == self.told_apart_by))

    def key_of(self, values: Mapping[str, Any]) -> str | None:
        """Return the key these values stand under, None where one of its columns has no value because of a fault.

        Of several columns it is their values with bars between; one that is too long ends in its digest.
        """
        return _key_over(self.key_columns, values)

    def keys_of(self, values: Mapping[str, Any]) -> tuple[str, ...]:
        """Return all keys a row may stand under, the usual one first; none where one of their columns is at fault."""
        usual, closest = self.key_of(values), _key_over(self.telling_columns, values)
        if usual is None or closest is None:
            return ()
        return (usual, closest) if self.told_apart_by else (usual,)

    def read_cells(self, cells: Mapping[str, str], context: Any) -> dict[str, Any]:
        """Return the values of a statement's cells by column; raise `CellFault` where the words of today differ."""
        return {column.name: column.read(cells.get(column.name, ""), context) for column in self.all_columns}


def _key_over(columns: Sequence[Column], values: Mapping[str, Any]) -> str | None:
    if any(column.name not in values for column in columns):
        return None
    parts = [_key_part(values[column.name]) for column in columns]
    if len(parts) == 1:
        return parts[0]
    key = KEY_SEPARATOR.join(part.replace("\\", "\\\\").replace(KEY_SEPARATOR, "\\|") for part in parts)
    if len(key) > LONGEST_KEY:
        key = f"{key[: LONGEST_KEY - DIGEST_SHOWN - 1]}#{sha256_hex(key.encode())[:DIGEST_SHOWN]}"
    return key


def _key_part(value: Any) -> str:
    if isinstance(value, Decimal):
        return format(value.normalize(), "f")
    return LIST_SEPARATOR.join(map(str, value)) if isinstance(value, tuple) else str(value)


class UnknownImportKind(LookupError):
    """No room imports this kind."""


_kinds: dict[str, ImportKind] = {}


def register(kind: ImportKind) -> ImportKind:
    """Register a kind, from its room's `AppConfig.ready`."""
    if kind.name in _kinds:
        raise ValueError(f"import kind {kind.name!r} is registered twice")
    if taken := set(kind.column_names) & set(COMMON_NAMES):
        raise ValueError(f"import kind {kind.name!r}: every kind has {', '.join(sorted(taken))} already")
    _kinds[kind.name] = kind
    return kind


def import_kind(name: str) -> ImportKind:
    """Return the kind `name`; `UnknownImportKind` names those there are."""
    try:
        return _kinds[name]
    except KeyError:
        raise UnknownImportKind(f"{name!r}: expected one of {', '.join(sorted(_kinds))}") from None


def import_kinds() -> tuple[ImportKind, ...]:
    """Return all kinds in the order they are taken up."""
    return tuple(sorted(_kinds.values(), key=lambda kind: (kind.order, kind.name)))
