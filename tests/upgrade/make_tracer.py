"""Make the tracer's database anew, from a check-out of the commit it was released as (2af0033):

    git worktree add /somewhere/tracer 2af0033
    cd /somewhere/tracer && PYTHONPATH=. python <this file> --out <this folder>/tracer

What it writes differs each time in ids, instants and keys; `tests/upgrade/tracer` was made once and is kept. The rows
are real public ones of `samples/`; the people, the correction and the key are made up for the test.
"""

from __future__ import annotations

import argparse
import csv
import hashlib
import json
import os
import shutil
import sqlite3
import tempfile
from pathlib import Path

ROOT = Path.cwd()
MASTER_KEY = "for tests only, and never for an installation"
# One row of so many; of certificates with their days, which become certificates with a timeline, more.
EACH = {"members": 10, "certificates": 12}
EACH_WITH_DAYS = 6


def chosen_rows(kind: str, folder: Path) -> Path:
    with (ROOT / f"samples/public-pages/{kind}.csv").open(encoding="utf-8", newline="") as file:
        header, *rows = csv.reader(file)
    kept = rows[:: EACH[kind]]
    if kind == "certificates":
        issued, expires = header.index("issue_date"), header.index("expiry_date")
        with_days = [row for row in rows if row[issued] and row[expires]][::EACH_WITH_DAYS]
        kept += [row for row in with_days if row not in kept]
    return write(folder / f"{kind}.csv", header, kept)


def write(path: Path, header: list[str], rows: list[list[str]]) -> Path:
    with path.open("w", encoding="utf-8", newline="") as file:
        csv.writer(file, lineterminator="\n").writerows([header, *rows])
    return path


def corrected(path: Path) -> Path:
    """Give the same rows with one scope said anew, so that a record has a second version."""
    with path.open(encoding="utf-8", newline="") as file:
        header, *rows = csv.reader(file)
    rows[1][header.index("scope")] += " (a correction made up for this test)"
    return write(path.with_name("corrected.csv"), header, rows)


def fill(folder: Path) -> None:
    import django  # noqa: PLC0415  (the settings read the environment made before)

    django.setup()
    from alunite.config.command_line import run  # noqa: PLC0415
    from alunite.foundation.accounts.actions import add_cast  # noqa: PLC0415
    from alunite.foundation.accounts.policies import OPERATOR  # noqa: PLC0415

    members, certificates = (chosen_rows(kind, folder) for kind in EACH)
    assert run(["init"]) == 0
    assert run(["import", f"members={members}", f"certificates={certificates}"]) == 0
    assert run(["import", f"certificates={corrected(certificates)}"]) == 0
    add_cast(actor=OPERATOR)
    assert run(["user", "add", "upgrade.test", "--name", "Ursula Made-up", "--email", "ursula@example.org"]) == 0
    assert run(["history", "verify"]) == 0


def keep(home: Path, out: Path) -> None:
    shutil.rmtree(out, ignore_errors=True)
    (out / "home").mkdir(parents=True)
    for name in ("installation.json", "checkpoints.log"):
        shutil.copyfile(home / name, out / "home" / name)
    shutil.copytree(home / "keys", out / "home/keys")
    (out / "master-key.txt").write_text(MASTER_KEY + "\n")
    database = sqlite3.connect(home / "alunite.sqlite3")
    database.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    keep_tables(database, out)
    migrations = {
        f"{app}.{name}": hashlib.sha256(path.read_bytes()).hexdigest()
        for app, name in database.execute("SELECT app, name FROM django_migrations ORDER BY id")
        for path in ROOT.glob(f"alunite/*/{app}/migrations/{name}.py")
    }
    (out / "migrations.json").write_text(json.dumps(migrations, indent=1) + "\n")


def keep_tables(database: sqlite3.Connection, out: Path) -> None:
    schema = database.execute(
        "SELECT type, name, sql FROM sqlite_master WHERE sql IS NOT NULL AND name NOT LIKE 'sqlite_%' "
        "AND name NOT LIKE 'register\\_text\\_%' ESCAPE '\\' ORDER BY rowid"
    ).fetchall()
    (out / "schema-sqlite.sql").write_text("".join(f"{sql};\n" for _, _, sql in schema))
    with (out / "rows.jsonl").open("w", encoding="utf-8") as file:
        for table in [name for kind, name, _ in schema if kind == "table"]:
            columns = [row[1] for row in database.execute(f'PRAGMA table_info("{table}")')]
            key = "rowid, *" if table == "register_text" else "*"
            names = ["rowid", *columns] if table == "register_text" else columns
            for row in database.execute(f'SELECT {key} FROM "{table}" ORDER BY rowid'):
                line = [table, dict(zip(names, row, strict=True))]
                file.write(json.dumps(line, ensure_ascii=False) + "\n")


def main() -> None:
    parser = argparse.ArgumentParser(description="Make the tracer's database anew.")
    parser.add_argument("--out", type=Path, required=True)
    out = parser.parse_args().out.resolve()
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        os.environ.update(
            ALUNITE_HOME=str(folder / "home"),
            ALUNITE_MASTER_KEY=MASTER_KEY,
            XDG_CONFIG_HOME=str(folder / "configuration"),
            DJANGO_SETTINGS_MODULE="alunite.config.settings",
        )
        os.environ.pop("DATABASE_URL", None)
        fill(folder)
        keep(folder / "home", out)
        from alunite.config.command_line import run  # noqa: PLC0415

        (out / "exports").mkdir()
        for kind in EACH:
            assert run(["export", kind, "--out", str(out / f"exports/{kind}.csv")]) == 0


if __name__ == "__main__":
    main()
