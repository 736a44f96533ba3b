"""The test harness itself: copies, rollback, the closed network."""

from __future__ import annotations

import socket
import threading
from pathlib import Path

import pytest
from django.conf import settings
from django.contrib.contenttypes.models import ContentType
from django.db import connection, transaction

pytest_plugins = ["pytester"]


def _add_type(label: str) -> None:
    ContentType.objects.create(app_label="made_up", model=label)


def _made_up() -> list[str]:
    return sorted(ContentType.objects.filter(app_label="made_up").values_list("model", flat=True))


@pytest.mark.parametrize("time", [1, 2])
def test_a_test_with_db_is_rolled_back(db, time):
    assert _made_up() == []
    _add_type("rolled_back")


@pytest.mark.parametrize("time", [1, 2])
def test_a_test_that_commits_has_a_copy_of_its_own(committed_db, time):
    assert _made_up() == []
    with transaction.atomic():
        _add_type("committed")
    connection.close()
    assert _made_up() == ["committed"]
    assert str(connection.settings_dict["NAME"]) == committed_db.name


def test_a_thread_of_the_test_sees_what_the_test_committed(committed_db):
    seen: list[str] = []

    def look() -> None:
        seen.extend(_made_up())
        _add_type("from_thread")
        connection.close()

    _add_type("from_test")
    thread = threading.Thread(target=look)
    thread.start()
    thread.join()
    assert seen == ["from_test"]
    assert _made_up() == ["from_test", "from_thread"]


def test_each_test_has_a_home_of_its_own(committed_db):
    assert committed_db.home == Path(settings.ALUNITE_HOME) == Path(settings.INSTALLATION.home)


@pytest.mark.postgresql
def test_postgresql_is_really_postgresql(db):
    assert connection.vendor == "postgresql"


def test_the_network_is_closed():
    with pytest.raises(PermissionError, match="do not use the network"):
        socket.create_connection(("192.0.2.1", 443), timeout=1)
    with pytest.raises(PermissionError, match=r"example\.org"):
        socket.getaddrinfo("example.org", 443)


def test_only_what_reads_shared_samples_is_left_out_on_the_second_engine(pytester):
    pytester.makeconftest(Path(settings.REPOSITORY, "conftest.py").read_text("utf-8"))
    pytester.makeini("[pytest]\nmarkers =\n    one_engine: x\n    postgresql: x")
    pytester.makepyfile("""
        import pytest

        pytestmark = pytest.mark.one_engine

        def test_that_reads(samples):
            pass

        def test_that_writes(db):
            pass

        def test_that_counts(samples, django_assert_num_queries):
            pass

        @pytest.mark.postgresql
        def test_of_the_other_engine(samples):
            pass

        def test_of_no_samples():
            pass
    """)
    outcome = pytester.runpytest_subprocess("-p", "no:cacheprovider", "-p", "no:xdist", "--collect-only")
    assert outcome.ret == pytest.ExitCode.USAGE_ERROR
    told = outcome.stderr.str()
    assert "test_that_reads" not in told
    for name in ("test_that_writes", "test_that_counts", "test_of_the_other_engine", "test_of_no_samples"):
        assert name in told


def test_tests_that_would_flush_are_refused(pytester):
    pytester.makeconftest(Path(settings.REPOSITORY, "conftest.py").read_text("utf-8"))
    pytester.makepyfile("""
        import pytest

        def test_by_fixture(transactional_db):
            pass

        @pytest.mark.django_db(transaction=True)
        def test_by_mark():
            pass
    """)
    outcome = pytester.runpytest_subprocess("-p", "no:cacheprovider", "-p", "no:xdist")
    assert outcome.ret == pytest.ExitCode.USAGE_ERROR
    outcome.stderr.fnmatch_lines(["*use the fixture committed_db*test_by_fixture*test_by_mark*"])
