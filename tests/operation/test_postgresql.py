"""A connection kept from one request to the next: known to stand without a question, and replaced when it does not."""

from __future__ import annotations

import select

import psycopg
import pytest
from django.db import connection
from django.db.backends.postgresql import base

pytestmark = [pytest.mark.postgresql, pytest.mark.filterwarnings("error")]


@pytest.fixture
def kept(committed_db, monkeypatch):
    """Give a kept connection with Django's health check on, and a list of the times the server was asked."""
    asked = []
    usual = base.DatabaseWrapper.is_usable

    def ask(wrapper):
        asked.append(wrapper)
        return usual(wrapper)

    monkeypatch.setattr(base.DatabaseWrapper, "is_usable", ask)
    monkeypatch.setitem(connection.settings_dict, "CONN_HEALTH_CHECKS", True)
    monkeypatch.setitem(connection.settings_dict, "CONN_MAX_AGE", 60)
    connection.close()
    with connection.cursor() as cursor:
        cursor.execute("LISTEN made_up")
    yield asked
    connection.close()


def _process() -> int:
    """Return the server's process of the connection, as a request that begins now gets it."""
    connection.close_if_unusable_or_obsolete()
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_backend_pid()")
        return int(cursor.fetchone()[0])


def _elsewhere(statement: str) -> None:
    with psycopg.connect(
        **connection.get_connection_params() | {"cursor_factory": psycopg.Cursor}, autocommit=True
    ) as other:
        other.execute(statement)


def _wait_for_something_unread() -> None:
    """Wait until the connection has something to read: what another one did comes a moment after that one went on."""
    poller = select.poll()
    poller.register(connection.connection.pgconn.socket, select.POLLIN)
    assert poller.poll(30_000), "nothing came from the server within 30 s"


def test_a_connection_that_stands_is_kept_without_asking(kept):
    assert _process() == _process()
    assert kept == []


def test_the_server_is_asked_when_something_unread_came_from_it(kept):
    first = _process()
    _elsewhere("NOTIFY made_up")
    _wait_for_something_unread()
    assert _process() == first
    assert len(kept) == 1


def test_a_connection_the_server_ended_is_replaced(kept):
    first = _process()
    _elsewhere(f"SELECT pg_terminate_backend({first}, 5000)")
    _wait_for_something_unread()
    assert _process() != first


def test_a_connection_that_failed_is_replaced(kept):
    first = _process()
    connection.connection.close()
    assert _process() != first
