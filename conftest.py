"""What every test of the project gets: its own folder and database, and no network.

The environment is set here, before Django reads its settings, so that no variable of the machine reaches a test.
`TEST_DATABASE_URL` names a PostgreSQL server to run on; without it the tests run on SQLite (`make test` does both).
"""

from __future__ import annotations

import atexit
import ipaddress
import os
import shutil
import socket
import tempfile
import zlib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

WORKER = os.environ.get("PYTEST_XDIST_WORKER", "main")
if WORKER == "main":
    # The main process makes the run's folder, and its workers find it in their environment.
    os.environ["ALUNITE_TEST_FOLDER"] = tempfile.mkdtemp(prefix="alunite-tests-")
    atexit.register(shutil.rmtree, os.environ["ALUNITE_TEST_FOLDER"], ignore_errors=True)
RUN_FOLDER = Path(os.environ["ALUNITE_TEST_FOLDER"])
SERVER_URL = os.environ.get("TEST_DATABASE_URL", "")

for name in [name for name in os.environ if name.startswith("ALUNITE_")]:
    if name not in {"ALUNITE_TEST_FOLDER", "ALUNITE_SOAK", "ALUNITE_TEST_DAY"}:
        del os.environ[name]
os.environ.pop("DATABASE_URL", None)
os.environ["ALUNITE_HOME"] = str(RUN_FOLDER / WORKER)
os.environ["ALUNITE_MASTER_KEY"] = "for tests only, and never for an installation"
os.environ["XDG_CONFIG_HOME"] = str(RUN_FOLDER / "configuration")
os.environ["DJANGO_SETTINGS_MODULE"] = "alunite.config.settings"
# The cast signs in with its passwords alone, as in the demo; tests of the second factor ask for it.
os.environ["ALUNITE_SECOND_FACTOR"] = "false"
os.environ["ALUNITE_CORRECTIONS_TO"] = "corrections@example.org"
if SERVER_URL:
    os.environ["DATABASE_URL"] = SERVER_URL

from alunite.foundation.keys.installation import Installation  # noqa: E402

INSTALLATION = Installation(RUN_FOLDER / WORKER)
INSTALLATION.create()  # without it Django's settings have no secret

import django  # noqa: E402
from django.conf import settings as django_settings  # noqa: E402

# A slow password hash protects people, and there are none here. Pages are tried without a collected folder of
# static files; the browser tests collect one, as an installation does.
django_settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
django_settings.STORAGES = {
    **django_settings.STORAGES,
    "staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"},
}
Path(django_settings.STATIC_ROOT).mkdir(parents=True, exist_ok=True)
django.setup()

import hypothesis  # noqa: E402
from django.core.cache import caches  # noqa: E402
from django.test import override_settings  # noqa: E402
from django.utils import translation  # noqa: E402

from alunite.front.api import clocks, examples  # noqa: E402
from tests import databases  # noqa: E402

SOAK = float(os.environ.get("ALUNITE_SOAK", "0.1"))
# The day whose half of the files runs on PostgreSQL, from `scripts/run_tests.py`; all of them without one.
DAY = os.environ.get("ALUNITE_TEST_DAY", "")
hypothesis.settings.register_profile("ci", derandomize=True, deadline=None, database=None, print_blob=False)
hypothesis.settings.register_profile("soak", deadline=None, database=None, max_examples=2000, print_blob=True)
hypothesis.settings.load_profile("soak" if SOAK >= 1 else "ci")

pytest_plugins = ["tests.samples"]

COPIES = databases.copies_for(RUN_FOLDER, SERVER_URL)
LONGEST = {"test_every_page.py", "test_journeys.py", "test_benchmarks.py", "test_killed.py"}
# What a test marked `one_engine` may read: samples that importers took up, which run on both engines like the queries
# that its pages ask. With any other fixture of a database, or counting queries, it shows something of the engine.
SHARED_SAMPLES = {"samples", "facts", "world", "tea"}
OF_THE_ENGINE = {"db", "committed_db", "django_assert_num_queries", "django_assert_max_num_queries"}
FLUSHING = ("transactional_db", "live_server", "django_db_reset_sequences", "django_db_serialized_rollback")


def pytest_report_header() -> str:
    return f"database: {'PostgreSQL' if SERVER_URL else 'SQLite'}; long tests at {SOAK:.0%} of their length{', half of the files' if SERVER_URL and DAY else ''}"


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Refuse tests that would flush, and skip none silently: those of the other engine say so.

    On PostgreSQL only what touches a database, or says that it is meant for it, is run: the rest could not tell one
    engine from the other, and has run on SQLite. What is marked `one_engine` is left out there as well.
    """
    misplaced = [item.nodeid for item in items if item.get_closest_marker("one_engine") and not _may_be_left_out(item)]
    if misplaced:
        raise pytest.UsageError(
            f"one_engine is for tests that only read {', '.join(sorted(SHARED_SAMPLES))}, not for "
            + ", ".join(misplaced)
        )
    if SERVER_URL:
        elsewhere = [item for item in items if not _touches_a_database(item)]
        config.hook.pytest_deselected(items=elsewhere)
        items[:] = [item for item in items if _touches_a_database(item)]
        if DAY:
            another_day = [item for item in items if not _is_of_today(item)]
            config.hook.pytest_deselected(items=another_day)
            items[:] = [item for item in items if _is_of_today(item)]
    # Nobody waits at the end for who began a long one late.
    items.sort(key=lambda item: item.path.name not in LONGEST)
    flushing = []
    for item in items:
        marker = item.get_closest_marker("django_db")
        if any(name in getattr(item, "fixturenames", ()) for name in FLUSHING) or (
            marker and (marker.kwargs.get("transaction") or marker.args[:1] == (True,))
        ):
            flushing.append(item.nodeid)
        if not SERVER_URL and item.get_closest_marker("postgresql"):
            item.add_marker(pytest.mark.skip(reason="runs only on PostgreSQL (`make test` does both)"))
    if flushing:
        raise pytest.UsageError(
            "append-only tables cannot be flushed; use the fixture committed_db instead of "
            f"{', '.join(FLUSHING)} or django_db(transaction=True) in: " + ", ".join(flushing)
        )


def _may_be_left_out(item: pytest.Item) -> bool:
    fixtures = set(getattr(item, "fixturenames", ()))
    said = any(item.get_closest_marker(name) for name in ("django_db", "postgresql"))
    return bool(fixtures & SHARED_SAMPLES) and not fixtures & OF_THE_ENGINE and not said


def _is_of_today(item: pytest.Item) -> bool:
    """Tell whether an ordinary run on PostgreSQL takes a test: what is meant for it always, else every second file.

    All of it has run on SQLite. The files of one day are those left out on the next; at full length nothing is left out.
    """
    if item.get_closest_marker("postgresql"):
        return True
    path = item.path.relative_to(item.config.rootpath).as_posix()
    return zlib.crc32(path.encode()) % 2 == int(DAY) % 2


def _touches_a_database(item: pytest.Item) -> bool:
    if item.get_closest_marker("one_engine"):
        return False
    fixtures = set(getattr(item, "fixturenames", ()))
    marked = any(item.get_closest_marker(name) for name in ("django_db", "postgresql"))
    # What a browser makes of a page is the same whichever engine the page came from.
    return marked or (
        bool(fixtures & {"db", "committed_db", "template_database"}) and not item.get_closest_marker("browser")
    )


def pytest_unconfigure() -> None:
    if WORKER == "main" and SERVER_URL:
        COPIES.drop("template")


def _is_this_machine(host: Any) -> bool:
    if host in {None, "", "localhost", b"localhost"}:
        return True
    try:
        return ipaddress.ip_address(host.decode() if isinstance(host, bytes) else host).is_loopback
    except ValueError:
        return False


@pytest.fixture(scope="session", autouse=True)
def no_network() -> Iterator[None]:
    """Refuse every socket that would leave this machine."""
    connect, connect_ex, getaddrinfo = socket.socket.connect, socket.socket.connect_ex, socket.getaddrinfo

    def check(host: Any) -> None:
        if not _is_this_machine(host):
            raise PermissionError(f"tests do not use the network, and this one asked for {host!r}")

    def checked_connect(self: socket.socket, address: Any) -> None:
        if self.family != socket.AF_UNIX:
            check(address[0])
        return connect(self, address)

    def checked_connect_ex(self: socket.socket, address: Any) -> int:
        if self.family != socket.AF_UNIX:
            check(address[0])
        return connect_ex(self, address)

    def checked_getaddrinfo(host: Any, *args: Any, **kwargs: Any) -> Any:
        check(host)
        return getaddrinfo(host, *args, **kwargs)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(socket.socket, "connect", checked_connect)
        patch.setattr(socket.socket, "connect_ex", checked_connect_ex)
        patch.setattr(socket, "getaddrinfo", checked_getaddrinfo)
        yield


@pytest.fixture(scope="session")
def template_database(django_db_blocker: Any) -> databases.Copies:
    """Give the keeper of copies, once the run's template is migrated."""
    with django_db_blocker.unblock():
        databases.ensure_template(COPIES, RUN_FOLDER)
    return COPIES


@pytest.fixture(scope="session")
def django_db_setup(template_database: databases.Copies, django_db_blocker: Any) -> Iterator[None]:
    """Stand in for pytest-django's own: each worker's tests roll back on one copy of the template."""
    with django_db_blocker.unblock():
        template_database.copy("template", WORKER)
        with databases.pointed_at(template_database, WORKER):
            yield
        template_database.drop(WORKER)


@pytest.fixture(autouse=True)
def own_home() -> Iterator[Path]:
    """Give each test its own installation folder, so that no file of one is read by another."""
    home = Path(tempfile.mkdtemp(prefix="home-", dir=RUN_FOLDER))
    # The same installation in another place, so that the secrets derived from its id are those Django has.
    shutil.copyfile(INSTALLATION.file, Installation(home).file)
    with override_settings(
        ALUNITE_HOME=home,
        INSTALLATION=Installation(home),
        MEDIA_ROOT=home / "files",
        EMAIL_FILE_PATH=home / "mail",
    ):
        yield home
    for cache in caches.all():
        cache.clear()
    translation.deactivate()  # whatever language the last page was asked for in
    # Kept per process under the number of a publication; the next test's database gives the same numbers again.
    for kept in (clocks.site_said_by, examples.with_examples):
        kept.cache_clear()
    shutil.rmtree(home, ignore_errors=True)


@pytest.fixture
def committed_db(
    request: pytest.FixtureRequest, template_database: databases.Copies, django_db_blocker: Any, own_home: Path
) -> Iterator[databases.CommittedDatabase]:
    """Give a test that commits a whole database of its own; its threads and child processes may use it too."""
    if "db" in request.fixturenames or request.node.get_closest_marker("django_db"):
        pytest.fail("committed_db and db exclude each other: one commits, the other rolls back")
    with databases.a_copy(template_database, "template", own_home, django_db_blocker) as copy:
        yield copy


@pytest.fixture(scope="session")
def soak() -> float:
    """Share of its full length a long test runs: 0.1 unless ALUNITE_SOAK says otherwise."""
    return SOAK
