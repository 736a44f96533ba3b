"""The command line on PostgreSQL, from an empty database to a page; all else is tried on SQLite."""

from __future__ import annotations

import csv

import pytest

from tests import databases
from tests.planting import ROOT, SAMPLES
from tests.test_command_line import DONE, FEW, Machine, free_port, lost_key, machine, page, start

__all__ = ["machine", "start"]  # fixtures


def rows_of_ours() -> int:
    return sum(
        sum(1 for _ in csv.reader(path.read_text(encoding="utf-8").splitlines())) - 1
        for path in (ROOT / "samples/public-pages").glob("*.csv")
    )


@pytest.mark.postgresql
def test_the_whole_journey_on_postgresql(machine: Machine, start, template_database: databases.Copies):
    label = "journey"
    template_database.create(label)
    try:
        machine.variables["DATABASE_URL"] = template_database.url_of(label)
        assert machine.done("init", *FEW)["database"] == "postgresql"
        assert machine.done("init", *FEW)["unchanged"] == rows_of_ours()
        machine.done("user", "add", "somebody")
        for kind, path in SAMPLES.items():
            machine.done("export", kind, "--out", f"{kind}.csv")
            with (machine.folder / f"{kind}.csv").open(encoding="utf-8", newline="") as file:
                found = list(csv.reader(file))
            with path.open(encoding="utf-8", newline="") as sample:
                header, *rows = csv.reader(sample)
            assert found == [header, *sorted(rows)]
        assert machine.done("register", "rebuild")["subjects"] > 299
        port = str(free_port())
        served = start(machine, "demo", "--port", port)
        assert served.address()[0] == f"http://127.0.0.1:{port}"
        assert "Aludium Alicante" in page(f"http://127.0.0.1:{port}/register/?q=Alicante")
        assert served.stop()[0] == DONE
        found = machine.done("history", "verify", **lost_key(machine))
        assert (found["ok"], found["unsealed"]) == (True, 0)
        assert not (machine.home / "alunite.sqlite3").exists()
    finally:
        template_database.drop(label)
