"""The API's description as a page shows it."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Any

from alunite.front.api.describing import REF, ROOT

# An example is to be read, not scrolled through; the whole stands in the description.
LONGEST_EXAMPLE = 3_000


@dataclass(frozen=True, slots=True)
class Parameter:
    """A parameter of an operation."""

    name: str
    where: str
    needed: bool
    form: str
    meaning: str


@dataclass(frozen=True, slots=True)
class Operation:
    """An operation, ready for its place on the page."""

    name: str
    path: str
    summary: str
    text: str
    parameters: list[Parameter]
    statuses: list[tuple[str, str]]
    answer: str
    question: str
    example: str
    is_cut: bool


def operations(made: dict[str, Any]) -> list[tuple[str, str, list[Operation]]]:
    """Return the operations under their headings: heading, what it is about, operations."""
    found: dict[str, list[Operation]] = {tag["name"]: [] for tag in made["tags"]}
    for path, methods in made["paths"].items():
        operation = methods["get"]
        found[operation["tags"][0]].append(_operation(path, operation))
    return [(tag["name"], tag["description"], found[tag["name"]]) for tag in made["tags"]]


def _operation(path: str, said: dict[str, Any]) -> Operation:
    content = next(iter(said["responses"]["200"]["content"].values()))
    real = content.get("examples", {}).get("real", {"summary": "", "value": None})
    text = json.dumps(real["value"], ensure_ascii=False, indent=2) if real["summary"] else ""
    return Operation(
        name=said["operationId"],
        path=ROOT + path,
        summary=said["summary"],
        text=_plain(said.get("description", "")),
        parameters=[_parameter(one) for one in said["parameters"]],
        statuses=[(status, answer["description"]) for status, answer in said["responses"].items()],
        answer=content["schema"]["$ref"].removeprefix(REF),
        question=real["summary"],
        example=text[:LONGEST_EXAMPLE],
        is_cut=len(text) > LONGEST_EXAMPLE,
    )


def _parameter(said: dict[str, Any]) -> Parameter:
    schema = said["schema"]
    form = str(schema.get("format") or schema.get("type", ""))
    if schema.get("type") == "array":
        form = "text, several"
    words = {"string": "text", "date": "day", "integer": "number"}
    return Parameter(said["name"], said["in"], said["required"], words.get(form, form), _plain(said["description"]))


def _plain(text: str) -> str:
    """Return a text of the description, which is Markdown, without its marks of code."""
    return text.replace("`", "")
