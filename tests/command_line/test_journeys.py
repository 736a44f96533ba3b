"""Every command as it is installed, started from nothing; and the command line on PostgreSQL, from nothing to a page."""

from __future__ import annotations

import csv

import pytest

from alunite.config.command_line import COMMANDS
from tests import databases
from tests.machine import CERTIFICATES, DONE, FEW, MEMBERS, Machine, free_port, lost_key, page
from tests.planting import ROOT, SAMPLES

# Tried by `test_serving.py`, and not to be waited for.
SERVING = {"serve", "demo"}


def test_every_command_starts_from_nothing(machine: Machine):
    """What a process that has everything loaded would not find out: that each part is loaded where it is needed."""
    machine.from_nothing = True
    tried = set()

    def done(*arguments: str):
        tried.add(arguments[0])
        return machine.done(*arguments)

    assert done("scheme", "check", str(ROOT / "schemes/asi")) == {"faults": []}
    asked = ("--standard", "ps-3", "--date", "2024-05-01", "--activity", "casthouses")
    assert len(done("applicable", *asked)["criteria"]) == 62
    assert done("mapping", "schema")["type"] == "object"
    assert done("init", *FEW)["created"] == rows_of_ours()
    assert done("import", MEMBERS, CERTIFICATES)["unchanged"] == 299
    assert done("user", "add", "somebody")["username"] == "somebody"
    assert done("person", "export", "somebody")["held"]
    assert done("duplicates", "propose")
    assert done("decision", "list") == []
    assert done("worker", "--once")["jobs"]
    assert done("tick")["failed"] == []
    assert len(done("key", "show")["keys"]) == 1
    assert done("export", "members", "--out", "m.csv")["rows"] == 116
    assert done("register", "rebuild")["subjects"] > 299
    assert done("history", "verify")["ok"]
    assert done("doctor")["well"]
    assert done("snapshot", "verify", done("snapshot", "write")["folder"])["ok"]
    done("backup", "--out", "backup.tar.gz")
    machine.home_name = "another"
    assert done("restore", "backup.tar.gz")["has_master_key"]
    assert tried == COMMANDS.keys() - SERVING


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
