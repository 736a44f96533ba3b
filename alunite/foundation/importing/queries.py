"""What the pages of imports show."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.db.models import Q

from alunite.foundation.accounts.policies import Actor, allows, policy, scope, scoped
from alunite.foundation.accounts.queries import names_of_actors
from alunite.foundation.accounts.roles import Role
from alunite.foundation.importing.kinds import import_kind
from alunite.foundation.importing.models import Batch, Statement

PAGE_LENGTH = 100
HIGHEST = 2**63 - 1  # no database has a row of a higher number


@policy("imports.view", says="Only the membership and data office may see imports.")
def _may_view(actor: Actor, _subject: Any) -> bool:
    return actor.is_installation or actor.holds(Role.OFFICE)


@scope("imports.view")
def _viewable(actor: Actor) -> Q:
    return Q() if allows(actor, "imports.view") else Q(pk__in=())


@dataclass(frozen=True, slots=True)
class Shown:
    """An import and who made it, in words for a reader."""

    batch: Batch
    by: str


@dataclass(frozen=True, slots=True)
class Change:
    """A cell that says something else than before; either side is empty where there was nothing."""

    column: str
    before: str
    now: str


@dataclass(frozen=True, slots=True)
class Stated:
    """What one row of an import said: all its filled cells, or what it changed of the version before."""

    statement: Statement
    changes: tuple[Change, ...]

    @property
    def is_new(self) -> bool:
        """Tell whether nothing stood under its key before."""
        return self.statement.version == 1

    @property
    def cells(self) -> list[tuple[str, str]]:
        """Return the filled cells, in the order of the file's columns."""
        names = import_kind(self.statement.kind).all_columns
        return [(column.name, cell) for column in names if (cell := self.statement.cells.get(column.name, ""))]


@dataclass(frozen=True, slots=True)
class OneImport:
    """A page of one import: what it stated, and from where its next page goes on, 0 for nowhere."""

    shown: Shown
    rows: tuple[Stated, ...]
    following: int


def latest_imports(actor: Actor) -> list[Shown]:
    """Return the latest imports the actor may see, newest first. Two queries."""
    batches = list(scoped(actor, "imports.view", Batch.objects.all()).order_by("-pk")[:PAGE_LENGTH])
    names = names_of_actors({batch.actor for batch in batches})
    return [Shown(batch, names[batch.actor]) for batch in batches]


def import_shown(actor: Actor, key: int, after: int = 0) -> OneImport | None:
    """Return an import the actor may see, with what it stated beyond a statement; None otherwise. Four queries."""
    batch = scoped(actor, "imports.view", Batch.objects.filter(pk=key)).first() if key <= HIGHEST else None
    if batch is None:
        return None
    rows = list(batch.statements.filter(pk__gt=after).order_by("pk")[: PAGE_LENGTH + 1])
    page = rows[:PAGE_LENGTH]
    versions = {(row.key, row.version - 1) for row in page if row.version > 1}
    earlier = Statement.objects.filter(
        kind=batch.kind, key__in={key for key, _ in versions}, version__in={version for _, version in versions}
    )
    before = {(row.key, row.version): row.cells for row in earlier}
    return OneImport(
        Shown(batch, names_of_actors({batch.actor})[batch.actor]),
        tuple(Stated(row, _changes(before.get((row.key, row.version - 1)), row)) for row in page),
        page[-1].pk if len(rows) > PAGE_LENGTH else 0,
    )


def _changes(before: dict[str, str] | None, row: Statement) -> tuple[Change, ...]:
    if before is None:
        return ()
    columns = [column.name for column in import_kind(row.kind).all_columns]
    pairs = ((column, before.get(column, ""), row.cells.get(column, "")) for column in columns)
    return tuple(Change(*pair) for pair in pairs if pair[1] != pair[2])


def newest_import() -> int:
    """Return the number of the import that last changed something, 0 for none. One query."""
    return Batch.objects.order_by("-pk").values_list("pk", flat=True).first() or 0
