"""Examples of the API's description: real questions to this very register, with its real answers."""

from __future__ import annotations

import inspect
import json
from collections.abc import Iterator
from functools import lru_cache
from typing import Any

from django.http import HttpRequest, QueryDict
from django.urls import resolve

from alunite.foundation.publications.dictionary import public_kinds
from alunite.foundation.publications.opendata import Clocks, Spoken
from alunite.front.api.answers import JSON
from alunite.front.api.describing import ROOT, described
from alunite.front.api.queries import rows_of
from alunite.front.register.problems import MEDIA_TYPE

# A question of each list that nobody can answer: what a problem looks like.
IN_VAIN = "limit=1000&on=2020-13-01"
FIRST_ROWS = 50


@lru_cache(maxsize=4)
def with_examples(clocks: Clocks) -> dict[str, Any]:
    """Return the description with an example for each operation that has something to answer."""
    made: dict[str, Any] = json.loads(json.dumps(described()))
    for path, question in _questions(clocks):
        operation = made["paths"][path]["get"]
        status, answer = answer_to(question)
        _put(operation["responses"]["200"]["content"][JSON], question, answer, status, 200)
        for parameter in operation["parameters"]:
            given = QueryDict(question.partition("?")[2]).getlist(parameter["name"])
            if given and parameter["in"] == "query":
                parameter["example"] = _typed(given, parameter["schema"])
            if parameter["in"] == "path":
                parameter["example"] = question.partition("?")[0].removeprefix(ROOT).split("/")[2]
        if operation["operationId"].startswith("list_"):
            wrong = f"{ROOT}{path}?{IN_VAIN}"
            status, answer = answer_to(wrong)
            _put(operation["responses"]["422"]["content"][MEDIA_TYPE], wrong, answer, status, 422)
    return made


def _put(content: dict[str, Any], question: str, answer: Any, status: int, expected: int) -> None:
    if status == expected:
        content["examples"] = {"real": {"summary": question, "value": answer}}


def _typed(given: list[str], schema: dict[str, Any]) -> Any:
    if schema.get("type") == "array":
        return given
    return int(given[0]) if schema.get("type") == "integer" else given[0]


def answer_to(question: str) -> tuple[int, Any]:
    """Ask the API a question, as a client would, and return status and answer; nothing is counted for it."""
    path, _, query = question.partition("?")
    request = HttpRequest()
    request.method = "GET"
    request.path = request.path_info = path
    request.GET = QueryDict(query)
    found = resolve(path)
    request.resolver_match = found
    # Behind the door that counts and adds headers.
    response = inspect.unwrap(found.func)(request, *found.args, **found.kwargs)
    return response.status_code, json.loads(response.content)


def _questions(clocks: Clocks) -> Iterator[tuple[str, str]]:
    """Yield the path of each operation with a question to it, as far as there is something to ask for."""
    yield "/", f"{ROOT}/"
    yield "/records", f"{ROOT}/records?limit=1&on={clocks.on}"
    yield "/changes", f"{ROOT}/changes?limit=1"
    for name, kind in public_kinds().items():
        yield f"/{name}", f"{ROOT}/{name}?limit=1"
        if found := _shortest(kind.name, clocks):
            yield f"/{name}/{{subject}}", f"{ROOT}/{name}/{found.subject}"
            if "timeline" in kind.payload.model_fields:
                yield f"/{name}/{{subject}}/timeline", f"{ROOT}/{name}/{found.subject}/timeline?on={clocks.on}"
    yield from _about_standards(clocks)


def _shortest(kind_name: str, clocks: Clocks, without: str = "") -> Spoken | None:
    """Return, of the first rows of a kind, the one that says least: an example is read."""
    rows = rows_of(kind_name, clocks, after=None, limit=FIRST_ROWS).rows
    fit = [row for row in rows if not without or without not in row.payload]
    return min(fit, key=lambda row: len(row.payload), default=None)


def _about_standards(clocks: Clocks) -> Iterator[tuple[str, str]]:
    version = _shortest("standard_version", clocks, without='"standard":null')
    scheme = _shortest("scheme", clocks)
    if version and scheme:
        activity = json.loads(scheme.payload)["activities"][0]["id"]
        yield "/standard_versions/{subject}/criteria", f"{ROOT}/standard_versions/{version.subject}/criteria"
        yield "/applicability", f"{ROOT}/applicability?standard={version.subject}&activity={activity}&on={clocks.on}"
