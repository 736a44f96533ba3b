"""What a room must say so that its rows can be imported and exported."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from alunite.foundation.accounts.policies import Actor
from alunite.foundation.importing.cells import Column
from alunite.foundation.importing.models import Statement


@dataclass(frozen=True, slots=True)
class Parsed:
    """A row whose cells are all in order: the values read, and the statement it became."""

    key: str
    values: dict[str, Any]
    statement: Statement


Context = Callable[[], Any]
RowCheck = Callable[[dict[str, Any], Any], Iterable[tuple[str, str]]]
Apply = Callable[[Sequence[Parsed], Actor], None]


@dataclass(frozen=True, slots=True)
class ImportKind:
    """A kind of file.

    Parameters
    ----------
    name : str
        As on the command line.
    order : int
        Kinds with a lower number are taken up first, so that a file can name what another brings.
    columns : tuple of Column
        In the order of an export.
    key : str
        The column that identifies a row; it reads its cell without a context.
    context : callable
        Makes what `Column.parse` gets as its second argument, once per import.
    check_row : callable (values, context) -> pairs of column and what was expected
        Faults between cells of one row; columns whose cell is at fault are absent from `values`.
    apply : callable (rows, actor)
        Takes up new and changed rows, publishes, and writes history; runs inside the import's transaction. For each
        row one entry has in its payload the ``statement``, by its id, and its ``cells``: by these `history verify`
        tells whether a statement was changed.
    stated_by : tuple of str
        Kinds of the entries that do so. Where a room names none, any entry with such a payload counts, and any entry
        whose payload was erased may have been one.
    """

    name: str
    order: int
    columns: tuple[Column, ...]
    key: str
    context: Context
    check_row: RowCheck
    apply: Apply
    stated_by: tuple[str, ...] = ()

    @property
    def column_names(self) -> tuple[str, ...]:
        """Names of the columns, in the order of an export."""
        return tuple(column.name for column in self.columns)


class UnknownImportKind(LookupError):
    """No room imports this kind."""


_kinds: dict[str, ImportKind] = {}


def register(kind: ImportKind) -> ImportKind:
    """Register a kind, from its room's `AppConfig.ready`."""
    if kind.name in _kinds:
        raise ValueError(f"import kind {kind.name!r} is registered twice")
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
