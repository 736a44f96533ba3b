"""Kinds of publication: a name, a schema, and the address its subjects have.

A kind is a pydantic model with `extra="forbid"`: what it does not name cannot be published. Every field of it is of
class `public`; a builder that reaches for anything else has no field to put it in.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, TypeVar

from pydantic import BaseModel, ConfigDict, ValidationError

from alunite.foundation.core.canonical import digest

UNKNOWN = "unknown"


class Payload(BaseModel):
    """What a publication says. Unknown is a value of its own, the word `unknown`, never an empty cell."""

    model_config = ConfigDict(extra="forbid", frozen=True)


class ReasonPayload(Payload):
    rule: str
    text: str
    values: dict[str, Any]
    trust: str
    origin: str
    source: str


class SegmentPayload(Payload):
    state: str
    first: str
    last: str | None
    qualifier: str
    reasons: list[ReasonPayload]


class NamedPayload(Payload):
    """A thing named by another record: its public id and the name it bore when this was published."""

    id: str
    name: str


PayloadT = TypeVar("PayloadT", bound=type[BaseModel])


class UnknownKind(LookupError):
    """No room has registered this kind of publication."""


class UnfitPayload(ValueError):
    """The payload does not fit the schema of its kind."""


@dataclass(frozen=True, slots=True)
class Kind:
    """A registered kind of publication.

    Parameters
    ----------
    name : str
        Stable name, as in feeds and exports.
    payload : type of pydantic model
        The schema; refuses fields it does not name.
    """

    name: str
    payload: type[BaseModel]

    def check(self, data: dict[str, Any]) -> dict[str, Any]:
        """Return `data` as its schema reads it; raise `UnfitPayload` with every fault otherwise."""
        try:
            return self.payload.model_validate(data).model_dump(mode="json")
        except ValidationError as error:
            faults = "; ".join(f"{'.'.join(map(str, item['loc']))}: {item['msg']}" for item in error.errors())
            raise UnfitPayload(f"{self.name}: {faults}") from error

    def schema(self) -> dict[str, Any]:
        """Return the JSON Schema (2020-12) of the kind."""
        return {"$schema": "https://json-schema.org/draft/2020-12/schema", **self.payload.model_json_schema()}


_kinds: dict[str, Kind] = {}


def publication_kind(name: str) -> Any:
    """Register a payload model as the kind `name`."""

    def register(payload: PayloadT) -> PayloadT:
        if name in _kinds:
            raise ValueError(f"publication kind {name!r} is registered twice")
        _kinds[name] = Kind(name, payload)
        return payload

    return register


def kind(name: str) -> Kind:
    """Return the kind `name`, or raise `UnknownKind`."""
    try:
        return _kinds[name]
    except KeyError:
        raise UnknownKind(name) from None


def kinds() -> tuple[Kind, ...]:
    """Return all kinds by name."""
    return tuple(_kinds[name] for name in sorted(_kinds))


def publication_digest(kind_name: str, subject: str, version: int, payload: dict[str, Any] | None) -> str:
    """Return the SHA-256 of what was said: kind, subject, version and payload (None for a withdrawal)."""
    return digest({"kind": kind_name, "payload": payload, "subject": subject, "version": version})
