"""The examples work: the client as described and against a running site, the notebook cell by cell on the samples."""

from __future__ import annotations

import contextlib
import datetime as dt
import importlib.util
import io
import json
import os
import threading
from pathlib import Path
from wsgiref.simple_server import WSGIRequestHandler, make_server

import pytest
from django.core.wsgi import get_wsgi_application
from django.db import connection

from alunite.foundation.publications.opendata import csv_chunks
from alunite.front.api.clocks import clocks_for
from alunite.front.api.describing import described
from alunite.front.register.tests import world
from scripts.client import CLIENT, client

NOTEBOOK = Path(__file__).resolve().parents[1] / "examples" / "three-questions.ipynb"


@pytest.fixture(scope="module")
def example():
    spec = importlib.util.spec_from_file_location("alunite_client", CLIENT)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def test_the_client_is_as_the_api_is_described():
    assert CLIENT.read_text("utf-8") == client(described()), "write it anew with `make docs`"


class Quiet(WSGIRequestHandler):
    def log_message(self, *_said):
        """Say nothing."""


@pytest.fixture
def site(committed_db):
    """A site with one pack and nothing else, on a socket of this machine."""
    server = make_server("127.0.0.1", 0, get_wsgi_application(), handler_class=Quiet)

    def serve() -> None:
        server.serve_forever(poll_interval=0.02)
        connection.close()  # of this thread: kept over requests, as on any site

    thread = threading.Thread(target=serve, daemon=True)
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    thread.join()
    server.server_close()


def test_the_client_asks_a_real_server_page_by_page_and_tells_problems(site, tmp_path, example):
    world.adopt()
    world.take_up(tmp_path, *({"record_id": f"C{number}", "entity": f"Works {number}"} for number in range(5)))
    asked = example.Client(site)
    lines = list(asked.pages(asked.list_records, limit=2))
    assert sorted(line["entity"] for line in lines) == [f"Works {number}" for number in range(5)]
    one = asked.get_certification_event(lines[0]["subject"], on="2020-06-30")
    assert one["said"]["entity"] == lines[0]["entity"]
    again = asked.get_certification_event(lines[0]["subject"], on="2020-06-30")
    assert again is one, "answered with 304, it is what was kept"
    with pytest.raises(example.Problem) as problem:
        asked.list_members(limit=0, on="2020-13-01")
    assert problem.value.status == 422
    assert {fault["name"] for fault in problem.value.faults} == {"limit", "on"}
    with pytest.raises(example.Problem, match="404 Not Found"):
        asked.get("/a-page-of-somebody-else")
    assert asked.get_applicability(standard="ps-3", activity=["bauxite_mining", "alumina_refining"])["criteria"]


def printed(cells, folder, monkeypatch):
    """What each cell prints, one after the other in one room of names."""
    monkeypatch.setenv("ALUNITE_DATA", str(folder))
    names: dict[str, object] = {}
    said = {}
    for cell in cells:
        if cell["cell_type"] == "code":
            out = io.StringIO()
            with contextlib.redirect_stdout(out):
                exec(compile("".join(cell["source"]), cell["id"], "exec"), names)
            said[cell["id"]] = out.getvalue()
    return said


def test_the_notebook_prints_what_it_shows(samples, tmp_path, monkeypatch):
    on = clocks_for(dt.date(2020, 6, 30), None)
    for name in ("certification_event", "certificate", "member"):
        (tmp_path / f"{name}s.csv").write_bytes(b"".join(csv_chunks(name, on)))
    book = json.loads(NOTEBOOK.read_text("utf-8"))
    said = printed(book["cells"], tmp_path, monkeypatch)
    if os.environ.get("WRITE_DOCS"):
        for number, cell in enumerate(cell for cell in book["cells"] if cell["cell_type"] == "code"):
            text = said[cell["id"]].splitlines(keepends=True)
            cell["outputs"] = [{"name": "stdout", "output_type": "stream", "text": text}] if text else []
            cell["execution_count"] = number + 1
        NOTEBOOK.write_text(json.dumps(book, ensure_ascii=False, indent=1) + "\n", "utf-8")
    for cell in book["cells"]:
        if cell["cell_type"] == "code":
            assert "".join(line for output in cell["outputs"] for line in output["text"]) == said[cell["id"]]
    assert str(Path.home()) not in NOTEBOOK.read_text("utf-8")
