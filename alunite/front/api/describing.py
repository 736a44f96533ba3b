"""The API's description in OpenAPI 3.1: operations as registered, answers by the schemas of what was published."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from typing import Any

from alunite.foundation.publications.dictionary import plural, public_kinds
from alunite.foundation.publications.kinds import ReasonPayload, SegmentPayload
from alunite.foundation.publications.opendata import ROWS_STATEMENT, row_schema
from alunite.front.api.answers import JSON
from alunite.front.api.api import TITLE, about, api, words
from alunite.front.api.queries import LINE_FIELDS
from alunite.front.register.problems import MEDIA_TYPE, PROBLEMS

ROOT = "/api/v1/public"
DESCRIPTION = f"""What the register has published, for programs. No key is needed, and everybody gets the same answers.

Two clocks: `on` asks for the day a state is given for, `as_of` leaves out whatever was published after that day. They
combine. Lists are paged by the address in `next`, which holds both clocks, so that later publications shift no page.

Every answer bears an ETag; send it back in `If-None-Match`, and what has not changed is answered with 304 and no body.
What goes wrong is told in the form of RFC 9457, every fault of a question at once. A parameter that an operation does not
take is a fault too. `unknown` is a value: it says that no source tells, never that there is none.

{ROWS_STATEMENT}"""

TAGS = {
    "Everything": "What there is.",
    "Register": "The list of the register, with its filters.",
    "Records": "What is published of each kind of record, by both clocks.",
    "Standards": "Standards, their criteria, and which of them apply to a scope.",
    "Changes": "Publications in order, to follow changes or keep a copy in step.",
}
REF = "#/components/schemas/"
_DAY = {"type": "string", "format": "date"}
_DAY_OR_NULL = {"anyOf": [_DAY, {"type": "null"}]}
CLOCKS: dict[str, Any] = {
    "on": {**_DAY, "description": "The day states are given for."},
    "as_of": {**_DAY_OR_NULL, "description": "The day by whose end it had to be published; null for now."},
    "publication": {"type": "integer", "description": "The highest publication that counts; 0 before the first."},
}


def described() -> dict[str, Any]:
    """Return the whole description, without examples."""
    made = api.get_openapi_schema(path_prefix="")
    schemas = dict(_schemas())
    paths = {}
    for path, methods in made["paths"].items():
        details = dict(methods["get"])
        details["parameters"] = [_parameter(one) for one in details["parameters"]]
        details["responses"] = _responses(details["operationId"], has_subject="{subject}" in path)
        paths[path] = {"get": details}
    return {
        "openapi": "3.1.0",
        "info": {
            "title": TITLE,
            "version": made["info"]["version"],
            "summary": "What the register has published, for programs.",
            "description": DESCRIPTION,
            "contact": {"name": "Whoever runs this register"},
            "license": {"name": "Each row bears its own terms"},
        },
        "servers": [{"url": ROOT, "description": "This register"}],
        "tags": [{"name": name, "description": text} for name, text in TAGS.items()],
        "paths": paths,
        "components": {"schemas": schemas, "headers": HEADERS},
    }


def _parameter(made: Mapping[str, Any]) -> dict[str, Any]:
    """Return a parameter without the null that pydantic means by "left out"."""
    schema = {name: value for name, value in made["schema"].items() if name not in {"title", "description"}}
    choices = [one for one in schema.pop("anyOf", ()) if one != {"type": "null"}]
    if choices:
        schema = {**choices[0], **schema}
    described = {"in": made["in"], "name": made["name"], "required": made["required"], "schema": schema}
    if made["in"] == "path":
        schema |= {"minLength": 1, "maxLength": 64}
        return described | {"description": "Public id of the record."}
    # Repeated, as in activity=a&activity=b.
    several = {"style": "form", "explode": True} if schema.get("type") == "array" else {}
    return described | {"description": made.get("description", "")} | several


HEADERS: dict[str, Any] = {
    "ETag": {
        "description": "Made from the publication the answer rests on, the day it is for, and the program's version.",
        "schema": {"type": "string"},
    },
    "Link": {"description": "The next page (RFC 8288).", "schema": {"type": "string"}},
    "Successor": {
        "description": "The record that speaks for one that was merged (`successor-version`); absent otherwise.",
        "schema": {"type": "string"},
    },
    "RetryAfter": {"description": "Seconds to wait.", "schema": {"type": "integer"}},
    "RateLimitLimit": {"description": "Requests a minute; absent without a limit.", "schema": {"type": "integer"}},
    "RateLimitRemaining": {"description": "Requests left in this minute.", "schema": {"type": "integer"}},
    "RateLimitReset": {"description": "Seconds until the next minute begins.", "schema": {"type": "integer"}},
}
_RATE = {
    f"RateLimit-{word}": {"$ref": f"#/components/headers/RateLimit{word}"} for word in ("Limit", "Remaining", "Reset")
}
_TAGGED = {"ETag": {"$ref": "#/components/headers/ETag"}}


def _responses(name: str, *, has_subject: bool) -> dict[str, Any]:
    link = {"Link": {"$ref": "#/components/headers/Link"}} if name.startswith("list_") else {}
    found: dict[str, Any] = {
        "200": {
            "description": "The answer.",
            "headers": {**_TAGGED, **link, **_RATE},
            "content": {JSON: {"schema": {"$ref": REF + _answer(name)}}},
        },
        "304": {"description": "Unchanged since the ETag sent.", "headers": {**_TAGGED, **_RATE}},
    }
    not_here = set() if has_subject else {410, 404}
    if name == "get_applicability":
        not_here.discard(404)
    for status, (_, title) in PROBLEMS.items():
        if status not in not_here:
            more = {"Retry-After": {"$ref": "#/components/headers/RetryAfter"}} if status in {429, 503} else {}
            more |= {"Link": {"$ref": "#/components/headers/Successor"}} if status == 410 else {}
            found[str(status)] = {
                "description": title,
                **({"headers": more} if more else {}),
                "content": {MEDIA_TYPE: {"schema": {"$ref": REF + "Problem"}}},
            }
    return found


def _answer(name: str) -> str:
    """Return the name of the schema of an operation's answer."""
    return "".join(part.capitalize() for part in name.split("_")) + "Answer"


def _object(title: str, about_it: str, properties: dict[str, Any], optional: tuple[str, ...] = ()) -> dict[str, Any]:
    return {
        "title": title,
        "description": about_it,
        "type": "object",
        "properties": properties,
        "required": [name for name in properties if name not in optional],
        "additionalProperties": False,
    }


def _text(meaning: str) -> dict[str, Any]:
    return {"type": "string", "description": meaning}


def _schemas() -> Iterator[tuple[str, Any]]:
    shared: dict[str, Any] = {}
    for kind in public_kinds().values():
        _take(row_schema(kind.name), shared)
    _take(ReasonPayload.model_json_schema(mode="serialization"), shared)
    _take(SegmentPayload.model_json_schema(mode="serialization"), shared)
    yield from sorted(shared.items())
    yield "Problem", _problem()
    yield "Change", _change()
    yield "CriterionAnswer", _criterion_answer()
    for kind in public_kinds().values():
        row = {"$ref": REF + row_schema(kind.name)["title"]}
        name = plural(kind.name)
        yield _answer(f"list_{name}"), _page(_answer(f"list_{name}"), f"A page of {words(name)}.", row)
        yield _answer(f"get_{kind.name}"), {"description": about(kind.name), **row}
        if "timeline" in kind.payload.model_fields:
            title = _answer(f"timeline_of_{kind.name}")
            yield title, _timeline(title)
    yield "Line", _line(shared)
    yield _answer("list_records"), _page(_answer("list_records"), "A page of the register.", {"$ref": REF + "Line"})
    yield _answer("list_changes"), _page(_answer("list_changes"), "A page of publications.", {"$ref": REF + "Change"})
    yield _answer("index"), _index()
    yield _answer("criteria_of_standard_version"), _criteria()
    yield (
        _answer("get_applicability"),
        _object(
            _answer("get_applicability"),
            "Which criteria apply to a scope.",
            {
                **CLOCKS,
                "standard": _text("Version of the standard, by its id."),
                "pack": _text("SHA-256 of the scheme pack the answer rests on."),
                "criteria": {"type": "array", "items": {"$ref": REF + "CriterionAnswer"}},
            },
        ),
    )


def _take(schema: dict[str, Any], shared: dict[str, Any]) -> None:
    """Move a schema and those inside it among the shared ones; two of one name must be the same."""
    whole = {name: value for name, value in schema.items() if name not in {"$schema", "$defs"}}
    for name, found in {**schema.get("$defs", {}), schema["title"]: whole}.items():
        moved = json.loads(json.dumps(found).replace('"#/$defs/', f'"{REF}'))
        if shared.setdefault(name, moved) != moved:
            raise ValueError(f"two records of publications are called {name} and differ; rename one")


def _page(title: str, about_it: str, item: dict[str, Any]) -> dict[str, Any]:
    return _object(
        title,
        about_it,
        {
            **CLOCKS,
            "note": _text("Why the page is empty; empty where it is not."),
            "terms": _text("On which terms the rows may be used."),
            "next": {
                "anyOf": [{"type": "string"}, {"type": "null"}],
                "description": "Address of the next page, null on the last.",
            },
            "items": {"type": "array", "items": item},
        },
    )


def _index() -> dict[str, Any]:
    addresses = {"type": "object", "additionalProperties": {"type": "string"}, "description": "Address of each list."}
    return _object(
        _answer("index"),
        "What there is.",
        {
            "name": _text("Name of this API."),
            "version": _text("Version of the program."),
            "scheme": _text("Name of the scheme; empty before one is adopted."),
            **CLOCKS,
            "terms": _text("On which terms rows may be used."),
            "register": _text("Address of the register's list."),
            "lists": addresses,
            "changes": _text("Address of the changes."),
            "description": _text("Address of this description."),
        },
    )


def _timeline(title: str) -> dict[str, Any]:
    segment = {"$ref": REF + "SegmentPayload"}
    return _object(
        title,
        "States over time.",
        {
            **CLOCKS,
            "kind": _text("Kind of record."),
            "subject": _text("Public id of the record."),
            "said_by": {"type": "integer", "description": "The publication that says it."},
            "on_day": {
                "anyOf": [segment, {"type": "null"}],
                "description": "The segment that holds on the day; null where nothing is known of it.",
            },
            "timeline": {"type": "array", "items": segment},
        },
    )


def _line(shared: dict[str, Any]) -> dict[str, Any]:
    """Return the schema of a line: the fields of a certificate that a list tells of, and its state."""
    row = shared["CertificateRow"]["properties"]
    said = row["said"]["properties"]
    own = {name: row[name] for name in ("kind", "subject", "publication", "published_at")}
    own["kind"] = {"type": "string", "enum": ["certificate", "certification_event"]}
    return _object(
        "Line",
        "A certificate, or an event whose certificate is not identified.",
        {
            **own,
            "address": _text("Address of the whole record."),
            "state": row["state"],
            **{name: said[name] for name in LINE_FIELDS},
        },
    )


def _criteria() -> dict[str, Any]:
    return _object(
        _answer("criteria_of_standard_version"),
        "The criteria of a version of a standard.",
        {
            **CLOCKS,
            "subject": _text("The version, by its id."),
            "said_by": {"type": "integer", "description": "The publication that says it."},
            "name": _text("Name of the standard with its version."),
            "held": {"type": "boolean", "description": "Whether the register holds criteria of this version at all."},
            "criteria": {
                "type": "array",
                "items": {
                    "description": "A criterion as published, with its principle.",
                    "type": "object",
                    "properties": {
                        "principle": {"type": "integer", "description": "Number of its principle."},
                        "principle_title": _text("Title of its principle."),
                        "number": _text("Its number."),
                        "title": _text("Its title."),
                    },
                    "required": ["principle", "principle_title", "number", "title"],
                },
            },
        },
    )


def _change() -> dict[str, Any]:
    return _object(
        "Change",
        "One publication.",
        {
            "publication": {"type": "integer", "description": "Its number; later ones have higher numbers."},
            "published_at": {"type": "string", "format": "date-time", "description": "When it was made, UTC."},
            "kind": _text("Kind of record."),
            "subject": _text("Public id of the record."),
            "version": {"type": "integer", "description": "How many publications of the record there were by then."},
            "what": {"type": "string", "enum": ["published", "changed", "withdrawn", "redacted"]},
            "reason": _text("Class of reason of a withdrawal or redaction; empty otherwise."),
            "successor": _text("Public id of the record that speaks for one that was merged; empty otherwise."),
            "digest": _text("SHA-256 of what was said."),
        },
    )


def _criterion_answer() -> dict[str, Any]:
    texts = {"type": "array", "items": {"type": "string"}}
    return _object(
        "CriterionAnswer",
        "Whether a criterion applies, and why.",
        {
            "number": _text("Number of the criterion."),
            "answer": {"type": "string", "enum": ["applies", "depends", "not_known", "does_not_apply"]},
            "activities": {**texts, "description": "Activities asked about for which the answer holds."},
            "triggers": {**texts, "description": "Conditions the criterion hangs on."},
            "reasons": {"type": "array", "minItems": 1, "items": {"$ref": REF + "ReasonPayload"}},
        },
    )


def _problem() -> dict[str, Any]:
    fault = _object(
        "Fault",
        "One thing that is wrong with the question.",
        {
            "where": {"type": "string", "enum": ["query", "path"]},
            "name": _text("The parameter."),
            "value": _text("What was found, shortened."),
            "expected": _text("What would be in order."),
        },
    )
    return _object(
        "Problem",
        "What went wrong, by RFC 9457.",
        {
            "type": {"type": "string", "format": "uri-reference", "description": "Address that explains the problem."},
            "title": _text("The problem in a sentence."),
            "status": {"type": "integer"},
            "detail": _text("This occurrence of it."),
            "faults": {"type": "array", "items": fault},
            "reason": _text("Class of reason of a withdrawal."),
            "publication": {"type": "integer", "description": "The publication that withdrew it."},
            "successor": _text("Public id of the record that speaks for one that was merged."),
            "successor_address": _text("Address of that record here."),
        },
        optional=("reason", "publication", "successor", "successor_address"),
    )
