"""The part of the reference page that is made from the models, so that page and models cannot drift apart."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from alunite.foundation.scheme.models import (
    AssessmentsFile,
    CertificatesFile,
    MembershipFile,
    RecognitionFile,
    Record,
    ReleasesFile,
    SchemeFile,
    Standard,
    StandardMapping,
    Stated,
)
from alunite.foundation.scheme.values import ID_PATTERN, NUMBER_PATTERN, TRUST_WORDS

BEGIN = "<!-- generated: scheme-fields -->"
END = "<!-- /generated -->"

_FILES: tuple[type[Record], ...] = (
    SchemeFile,
    Standard,
    StandardMapping,
    CertificatesFile,
    ReleasesFile,
    AssessmentsFile,
    MembershipFile,
    RecognitionFile,
)
_PROVENANCE = tuple(Stated.model_fields)
_FORMS = {
    ID_PATTERN: "id",
    NUMBER_PATTERN: "number in quotes",
    r"\S": "text",
    r"^[0-9]{4}(-[0-9]{2}(-[0-9]{2})?)?$": "day, month or year in quotes",
    r"^[0-9]{4}-[0-9]{2}-[0-9]{2}$": "day in quotes",
    r"^https?://[^\s]+$": "address",
    r"^[0-9a-f]{64}$": "64 hexadecimal digits",
    r"^[A-Za-z][A-Za-z0-9_-]*$": "id",
    r"^[A-Za-z0-9_-][A-Za-z0-9_./-]*\.yaml$": "file name",
    r"^[0-9]+(\.[0-9]+)*\.[a-z]+$": "number and letter",
    r"^(all|[0-9]+(\.[0-9]+)*)$": "number in quotes",
}


def field_tables() -> str:
    """Return the tables of all records of a pack, file by file, as Markdown.

    Returns
    -------
    str
        What stands between `BEGIN` and `END` in the reference page, without the marks, ending in one line break.
    """
    return "\n".join(_lines())


def _lines() -> Iterator[str]:
    yield "Trust words, and what they count as:"
    yield ""
    yield "| In a file | Counts as |"
    yield "| --- | --- |"
    for word, trust in TRUST_WORDS.items():
        yield f"| `{word}` | {trust} |"
    yield ""
    yield "Where a record *says where it comes from*, it has these keys too:"
    yield ""
    yield from _rows(Stated.model_json_schema(mode="validation"))
    told: set[str] = set()
    for model in _FILES:
        schema = model.model_json_schema(by_alias=True, mode="validation")
        yield from _table(schema, heading="###")
        for record in _in_order(schema):
            title = _title(record["title"])
            if title not in told:
                told.add(title)
                yield from _table(record, heading="####")


def _in_order(schema: dict[str, Any]) -> Iterator[dict[str, Any]]:
    """Yield the records of a file in the order in which a reader meets them."""
    defined: dict[str, dict[str, Any]] = schema.get("$defs", {})
    waiting, seen = [schema], set()
    while waiting:
        record = waiting.pop(0)
        for name in _references(record.get("properties", {})):
            if name not in seen:
                seen.add(name)
                yield defined[name]
                waiting.append(defined[name])


def _references(node: Any) -> Iterator[str]:
    if isinstance(node, dict):
        if "$ref" in node:
            yield node["$ref"].rsplit("/", 1)[1]
        for child in node.values():
            yield from _references(child)
    elif isinstance(node, list):
        for child in node:
            yield from _references(child)


def _table(schema: dict[str, Any], *, heading: str) -> Iterator[str]:
    yield f"{heading} {_title(schema['title'])}"
    yield ""
    description = " ".join(str(schema.get("description", "")).split())
    is_stated = set(_PROVENANCE) <= set(schema["properties"])
    yield f"{description} Says where it comes from." if is_stated else description
    yield ""
    yield from _rows(schema, without=_PROVENANCE if is_stated else ())


def _rows(schema: dict[str, Any], *, without: tuple[str, ...] = ()) -> Iterator[str]:
    needed = set(schema.get("required", ()))
    yield "| Key | What | Needed | Meaning |"
    yield "| --- | --- | --- | --- |"
    for key, field in schema["properties"].items():
        if key not in without:
            is_needed = "yes" if key in needed else "no"
            yield f"| `{key}` | {_kind(field)} | {is_needed} | {field.get('description', '')} |"
    yield ""


def _title(title: str) -> str:
    """Return a record's name; the value of one kind or another is named alike."""
    return "Sourced" if title.startswith("Sourced") else title


def _kind(field: dict[str, Any]) -> str:
    if "$ref" in field:
        return _title(field["$ref"].rsplit("/", 1)[1])
    if "anyOf" in field:
        return " or ".join(_kind(one) for one in field["anyOf"] if one.get("type") != "null")
    words = [str(word) for word in field.get("enum", [field["const"]] if "const" in field else [])]
    if words:
        return "trust word" if words == list(TRUST_WORDS) else " or ".join(f"`{word}`" for word in words)
    if field.get("type") == "array":
        return f"list of {_kind(field['items'])}"
    if isinstance(field.get("type"), list):
        return "number, true or false"
    names = {"boolean": "true or false", "integer": "whole number"}
    return _FORMS.get(field.get("pattern", ""), names.get(str(field.get("type")), "text"))
