"""The benchmark of the register runs to its end on a small world. What it takes is not looked at: machines differ."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

from django.conf import settings

ROOT = settings.REPOSITORY
MOST_QUERIES = 8


def test_every_page_of_a_small_world_is_measured_and_none_asks_more_than_eight_times(tmp_path: Path) -> None:
    figures = tmp_path / "figures.json"
    size = ("--certificates", "110", "--facilities", "12", "--rounds", "2", "--requests", "40")
    where = ("--database", "sqlite", "--folder", str(tmp_path / "worlds"), "--json", str(figures))
    environment = {name: value for name, value in os.environ.items() if name != "DATABASE_URL"}
    command = [sys.executable, str(ROOT / "benchmarks" / "register.py"), *size, *where]
    ran = subprocess.run(command, env=environment, capture_output=True, text=True, check=False, timeout=300)
    assert ran.returncode == 0, ran.stderr
    (measured,) = json.loads(figures.read_text(encoding="utf-8"))
    pages = {page["name"]: page for page in measured["pages"]}
    assert {"list", "list, text and two filters", "list, last page", "list, both clocks", "record"} <= pages.keys()
    assert {name: page["queries"] for name, page in pages.items() if page["queries"] > MOST_QUERIES} == {}
    assert all(page["server"] > 0 and page["hello"] > 0 for page in pages.values())
    # A page of fifty lines is longer than the page of one record.
    assert pages["list"]["bytes"] > pages["record"]["bytes"]
    assert measured["requests"] == 40
    assert min(measured["export_bytes"], measured["publish"], measured["rebuild_seconds"]) > 0
