"""How far the database is from what this version of the code needs."""

from __future__ import annotations

from dataclasses import dataclass

from django.db import connection
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
