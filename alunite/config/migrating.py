"""How far the database is from what this version of the code needs, and bringing it there."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.core.management import call_command
from django.core.management.commands import migrate as command
from django.db import connection
from django.db.migrations.executor import MigrationExecutor
from django.db.migrations.loader import MigrationLoader
from django.db.migrations.recorder import MigrationRecorder


@dataclass(frozen=True, slots=True)
class MigrationState:
    """Migrations this version has and the database lacks, and those only the database knows; each `app.name`."""

    missing: tuple[str, ...]
    unknown: tuple[str, ...]


def migration_state() -> MigrationState:
    """Compare the migrations of the code with those the database says were applied. Two queries."""
    loader = MigrationLoader(None)
    wanted = set(loader.graph.nodes)
    # Of applications that are no longer installed nothing is asked.
    applied = {key for key in MigrationRecorder(connection).applied_migrations() if key[0] in loader.migrated_apps}
    unknown = applied - set(loader.disk_migrations)
    return MigrationState(
        missing=tuple(f"{app}.{name}" for app, name in sorted(wanted - applied)),
        unknown=tuple(f"{app}.{name}" for app, name in sorted(unknown)),
    )


class ExecutorOfWholes(MigrationExecutor):
    """Applies each migration and notes that it did in one transaction.

    Django notes some only after their transaction: killed in between, the next start would make their tables again, and fail.
    """

    def apply_migration(self, state: Any, migration: Any, *arguments: Any, **options: Any) -> Any:
        """Apply a migration; what Django leaves for the end of its transaction is done before it is noted there."""
        apply = migration.apply

        def whole(state: Any, editor: Any, *given: Any) -> Any:
            state = apply(state, editor, *given)
            while editor.deferred_sql:
                editor.execute(editor.deferred_sql.pop(0), None)
            return state

        migration.apply = whole
        return super().apply_migration(state, migration, *arguments, **options)


def migrate() -> None:
    """Apply all migrations the database lacks, each whole or not at all."""
    usual = command.MigrationExecutor  # type: ignore[attr-defined]
    # Django's command takes it from its own module, and there is no other way to give it one.
    command.MigrationExecutor = ExecutorOfWholes  # type: ignore[attr-defined]
    try:
        call_command("migrate", verbosity=0, interactive=False)
    finally:
        command.MigrationExecutor = usual  # type: ignore[attr-defined]
