"""What a request leaves behind: its id, its log line, its place in the metrics; and nothing of anybody."""

from __future__ import annotations

import io
import json
import logging
import re
from collections.abc import Iterator
from typing import Any

import pytest
from django.db import IntegrityError
from django.test import Client

from alunite.config import logs, metrics
from alunite.config.request_ids import HEADER
from alunite.foundation.accounts.actions import add_person
from alunite.foundation.accounts.models import Person
from alunite.foundation.accounts.policies import IMPORTER, OPERATOR
from alunite.foundation.importing.actions import import_files
from alunite.front.register import home_queries, home_views

NAME, EMAIL, PASSWORD, ADDRESS = (
    "Xaverine Quillfeather",
    "x.quillfeather@example.org",
    "Br0therHood-of-9",
    "203.0.113.77",
)
USERNAME = "xaverine.q"
PRIVATE = ("xaverine", "quillfeather", "br0therhood", ADDRESS, "sekret-token")
PROXY_ID = "0123456789abcdef0123456789abcdef"


class Lines:
    def __init__(self) -> None:
        self.stream = io.StringIO()

    @property
    def text(self) -> str:
        return self.stream.getvalue()

    @property
    def json(self) -> list[dict[str, Any]]:
        return [json.loads(line) for line in self.text.splitlines()]

    def requests(self) -> list[dict[str, Any]]:
        return [line for line in self.json if line["event"] == "request"]


@pytest.fixture(params=[logs.JSON])
def lines(request) -> Iterator[Lines]:
    """Everything logged at INFO and above, as the settings would write it."""
    said = Lines()
    handler = logging.StreamHandler(said.stream)
    handler.setFormatter(logs.formatter(request.param, "INFO"))
    root = logging.getLogger()
    before, handlers = root.level, root.handlers[:]
    root.handlers[:], root.level = [handler], logging.INFO
    root.manager._clear_cache()
    yield said
    root.handlers[:], root.level = handlers, before
    root.manager._clear_cache()


@pytest.fixture
def counted(monkeypatch) -> metrics.Requests:
    monkeypatch.setattr(metrics, "counted", metrics.Requests())
    return metrics.counted


def test_each_request_leaves_one_line_that_says_all_but_who(samples, lines):
    answer = Client().get("/register/?q=Alicante", headers={HEADER: PROXY_ID})
    [line] = lines.json
    assert answer[HEADER] == PROXY_ID
    assert line["queries"] > 0
    assert line["milliseconds"] > 0
    assert {name: line[name] for name in ("event", "level", "method", "route", "status", "actor", "request_id")} == {
        "event": "request",
        "level": "info",
        "method": "GET",
        "route": "register",
        "status": 200,
        "actor": "public",
        "request_id": PROXY_ID,
    }
    assert "Alicante" not in lines.text


@pytest.mark.parametrize("given", ["", "Marit Vik", "0123", PROXY_ID.upper(), PROXY_ID + "\n", "a" * 500])
def test_an_id_that_no_proxy_makes_is_replaced(given):
    answer = Client().get("/healthz", headers={HEADER: given} if given else {})
    assert re.fullmatch("[0-9a-f]{32}", answer[HEADER])
    assert answer[HEADER] != given


def broken(*_arguments: Any, **_named: Any) -> Any:
    secret = f"{NAME} {EMAIL}"
    try:
        raise IntegrityError(f"Key (email)=({EMAIL}) already exists.")  # noqa: TRY301
    except IntegrityError as error:
        raise ValueError(f"cannot show {secret}") from error


def test_every_error_page_names_its_request(samples, monkeypatch):
    client = Client(raise_request_exception=False, enforce_csrf_checks=True)
    monkeypatch.setattr(home_queries, "counts", broken)
    answers = {
        500: client.get("/"),
        404: client.get("/nothing/"),
        403: client.post("/account/login/", {"login": "a"}),
        400: client.get("/register/", headers={"Host": "elsewhere.example"}),
    }
    for status, answer in answers.items():
        assert answer.status_code == status
        assert f"<code>{answer[HEADER]}</code>" in answer.content.decode(), status


def test_an_error_is_logged_with_its_place_and_without_its_values(samples, lines, monkeypatch):
    monkeypatch.setattr(home_queries, "counts", broken)
    answer = Client(raise_request_exception=False).get(f"/?q={NAME}")
    error, request = lines.json
    assert answer.status_code == 500
    assert error["error"] == "builtins.ValueError"
    assert "django.db.utils.IntegrityError" in error["traceback"]
    assert f"{home_views.__name__.replace('.', '/')}.py" in error["traceback"]
    assert (request["level"], request["status"], request["route"]) == ("error", 500, "home")
    assert error["request_id"] == request["request_id"] == answer[HEADER]


@pytest.mark.parametrize("lines", [logs.JSON, logs.TEXT], indirect=True)
def test_no_line_holds_anything_of_anybody(samples, lines, monkeypatch, tmp_path):
    """Sign-in right and wrong until the pause, search, errors, addresses with secrets, an import with faults."""
    add_person(USERNAME, actor=OPERATOR, display_name=NAME, email=EMAIL, password=PASSWORD)
    person = str(Person.objects.get(username=USERNAME).pk)
    client = Client(raise_request_exception=False, REMOTE_ADDR=ADDRESS, headers={"User-Agent": f"Browser of {NAME}"})
    assert client.get(f"/register/?q={NAME}").status_code == 200
    assert client.get("/password/reset/sekret-token/").status_code == 404
    assert client.get("/", headers={"Host": "quillfeather.example"}).status_code == 400
    sign_in = {"login": USERNAME, "password": PASSWORD}
    assert client.post("/account/login/", sign_in).status_code == 302
    assert client.get("/account/").status_code == 200
    assert client.get("/imports/").status_code == 404
    client.post("/account/password/change/", {"oldpassword": PASSWORD, "password1": PASSWORD + "x", "password2": "x"})
    monkeypatch.setattr(home_queries, "counts", broken)
    assert client.get("/").status_code == 500
    client.post("/account/logout/")
    for _ in range(6):
        client.post("/account/login/", {**sign_in, "password": PASSWORD[::-1] + "sekret-token"})
    file = tmp_path / "members.csv"
    file.write_text(f"record_id,name\nM1,{NAME}\nM1,{EMAIL}\n")
    assert import_files([("members", file)], actor=IMPORTER).faults
    logging.getLogger("some.library").warning("Mail to %s failed", EMAIL)
    logging.getLogger("some.library").warning("Mail to " + EMAIL + " failed")  # noqa: G003, as libraries do
    logging.getLogger("some.library").warning("Mail to " + EMAIL + " failed: 100 % of it")  # noqa: G003
    said = lines.text.lower()
    assert f"person:{person}" in said
    assert said.count("request") > 12
    assert "mail to %s failed" in said
    assert [value for value in PRIVATE if value in said] == []


def test_metrics_count_requests_by_route_and_say_how_the_register_stands(samples, counted):
    client = Client()
    for path in ("/register/", "/register/?q=a", "/nothing/", "/nothing/else/"):
        client.get(path)
    answer = client.get("/metrics")
    text = answer.content.decode()
    assert answer["Content-Type"].startswith("application/openmetrics-text")
    assert text.endswith("# EOF\n")
    assert re.search(r'alunite_requests_total\{method="GET",process="\d+",route="register",status="200"\} 2\.0', text)
    assert re.search(r'alunite_requests_total\{method="GET",process="\d+",route="unmatched",status="404"\} 2\.0', text)
    assert re.search(r'alunite_request_seconds_bucket\{le="\+Inf",process="\d+",route="register"\} 2\.0', text)
    for name in ("alunite_publications", "alunite_unsealed_entries", "process_resident_memory_bytes"):
        assert re.search(rf"^{name} [1-9]", text, re.MULTILINE), name


TOKEN = "a-token-of-more-than-20"


@pytest.mark.parametrize(
    ("token", "headers", "address", "status"),
    [
        ("", {}, "127.0.0.1", 200),
        ("", {}, "::1", 200),
        ("", {}, "192.0.2.1", 404),
        ("", {"X-Forwarded-For": "127.0.0.1"}, "127.0.0.1", 404),
        ("", {"X-Forwarded-Proto": "https"}, "127.0.0.1", 404),
        ("", {"X-Real-IP": "192.0.2.1"}, "127.0.0.1", 404),
        ("", {"Via": "1.1 proxy"}, "127.0.0.1", 404),
        (TOKEN, {}, "127.0.0.1", 404),
        (TOKEN, {"Authorization": "Bearer wrong"}, "127.0.0.1", 404),
        (TOKEN, {"Authorization": TOKEN}, "127.0.0.1", 404),
        (TOKEN, {"Authorization": f"Bearer {TOKEN}"}, "192.0.2.1", 200),
        (TOKEN, {"Authorization": "Bearer ä"}, "192.0.2.1", 404),
    ],
)
@pytest.mark.django_db
def test_metrics_are_for_this_machine_or_for_who_has_the_token(settings, token, headers, address, status):
    settings.ALUNITE_METRICS_TOKEN = token
    assert Client(REMOTE_ADDR=address).get("/metrics", headers=headers).status_code == status
