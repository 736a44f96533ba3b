"""Bringing a database up to date, and being killed meanwhile."""

from __future__ import annotations

import pytest
from django.db import connections
from django.db.utils import ConnectionHandler

from alunite.config.migrating import ExecutorOfWholes

# Small, of Django's own, and with statements that Django leaves for the end of its transaction.
APP, NAME, TABLE = "auth", "0001_initial", "auth_permission"
ALIAS = "new"


class KilledError(Exception):
    """Stands for the end of the process."""


@pytest.fixture
def new_database(tmp_path, django_db_blocker):
    """Give an empty database beside the one of the tests."""
    given = {"default": {"ENGINE": "django.db.backends.sqlite3", "NAME": str(tmp_path / "new.sqlite3")}}
    connections.settings[ALIAS] = ConnectionHandler(given).settings["default"]
    with django_db_blocker.unblock():
        yield connections[ALIAS]
        connections[ALIAS].close()
    del connections[ALIAS]
    del connections.settings[ALIAS]


def test_a_migration_killed_before_it_is_noted_has_done_nothing(new_database):
    killed = ExecutorOfWholes(new_database)
    usual = killed.recorder.record_applied

    def note(app: str, name: str) -> None:
        if (app, name) == (APP, NAME):
            raise KilledError
        usual(app, name)

    killed.recorder.record_applied = note
    with pytest.raises(KilledError):
        killed.migrate([(APP, NAME)])
    assert TABLE not in new_database.introspection.table_names()
    ExecutorOfWholes(new_database).migrate([(APP, NAME)])
    assert TABLE in new_database.introspection.table_names()
    assert (APP, NAME) in ExecutorOfWholes(new_database).loader.applied_migrations
