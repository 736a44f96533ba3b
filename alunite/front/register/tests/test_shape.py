"""When a release reads something else out of publications, installations are told to make their read tables anew."""

from __future__ import annotations

import types
from datetime import UTC, datetime
from typing import Any, Literal, Union, get_args, get_origin

import pytest
from pydantic import BaseModel

from alunite.foundation.core.canonical import digest
from alunite.foundation.publications.actions import Published
from alunite.foundation.publications.kinds import UNKNOWN, kinds
from alunite.front.register import facets, projector, search
from alunite.front.register.projector import SHAPE, made_of

DAY = "2020-01-02"
# Of a state, which always has its days; of a line, which may have none.
DAYS = {"first": DAY, "last": DAY}
DAYS_OF_A_LINE = dict.fromkeys(("issue_date", "announced_date", "certified_since", "expiry_date"), DAY)
LENGTH = 16
AT = datetime(2020, 1, 2, tzinfo=UTC)


def example(payload: type[BaseModel], word: str = "") -> dict[str, Any]:
    """Return a payload whose texts are the names of their fields, or all the same word."""
    return {name: _value(field.annotation, name, word) for name, field in payload.model_fields.items()}


def _value(annotation: Any, name: str, word: str) -> Any:
    origin, inner = get_origin(annotation), get_args(annotation)
    if origin is list:
        return [] if name == "reasons" else [_value(inner[0], name, word)]
    if origin is Literal:
        return inner[0]
    if origin in {Union, types.UnionType}:
        # What may be left out is: once there, once not.
        return None if word and type(None) in inner else _value(inner[0], name, word)
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        return example(annotation, word)
    if annotation is bool:
        return not word
    return DAYS.get(name) or word or DAYS_OF_A_LINE.get(name, name)


def shape() -> str:
    """Return the digest of all that is made of two examples of every kind: everything said, and nothing known."""
    payloads = [
        (kind.name, example(kind.payload, word))
        for kind in kinds()
        if ".tests" not in kind.payload.__module__
        for word in ("", UNKNOWN)
    ]
    said = [
        Published(number, kind, "22222222", 1, AT, payload, "", "") for number, (kind, payload) in enumerate(payloads)
    ]
    made = made_of(said, {})
    columns = [type(rows[0])._fields for rows in (made.records, made.rows, made.held, made.facets)]
    records = [(row.publication, row.kind, row.title, row.slug) for row in made.records]
    words = [(number, search.cut(text), marks) for number, text, marks in made.texts]
    return digest(repr([columns, records, made.rows, made.held, made.facets, words, projector.TALLIED]))[:LENGTH]


def test_the_shape_written_down_is_what_this_version_makes():
    assert shape() == SHAPE, (
        f"What is made of publications has changed. If that is meant, write SHAPE = {shape()!r} in projector.py: "
        "`alunite init` and `alunite doctor` then know that installations hold read tables of an earlier version."
    )


@pytest.mark.parametrize("kind", sorted(facets.BY_KIND.keys() - {"scheme"}))
def test_a_facet_more_is_another_shape(monkeypatch, kind):
    before = shape()
    usual = facets.BY_KIND[kind]
    monkeypatch.setitem(facets.BY_KIND, kind, lambda said: {**usual(said), "more": ["yes"]})
    assert shape() != before
