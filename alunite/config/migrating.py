"""How far the database is from what this version of the code needs."""

from __future__ import annotations

from dataclasses import dataclass

from django.db import connection
from django.db.migrations.executor import MigrationExecutor


@dataclass(frozen=True, slots=True)
class MigrationState:
    """Migrations this version has and the database lacks, and those only the database knows; each `app.name`."""

    missing: tuple[str, ...]
    unknown: tuple[str, ...]


def migration_state() -> MigrationState:
    """Compare the migrations of the code with those the database says were applied."""
    executor = MigrationExecutor(connection)
    loader = executor.loader
    plan = executor.migration_plan(loader.graph.leaf_nodes())
    # Of applications that are no longer installed nothing is asked.
    applied = {key for key in loader.applied_migrations if key[0] in loader.migrated_apps}
    unknown = sorted(applied - set(loader.disk_migrations) - set(loader.replacements))
    return MigrationState(
        missing=tuple(f"{migration.app_label}.{migration.name}" for migration, _ in plan),
        unknown=tuple(f"{app}.{name}" for app, name in unknown),
    )
