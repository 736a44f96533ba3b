"""Kinds of publication: a name, a schema, and the address its subjects have.

A kind is a pydantic model with `extra="forbid"`: what it does not name cannot be published. Every field of it is of
class `public`; a builder that reaches for anything else has no field to put it in.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, TypeVar

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from alunite.foundation.core.canonical import canonical_json, digest, sha256_hex

UNKNOWN = "unknown"


def said(description: str, *, unknown: str = "", unit: str = "", default: Any = ...) -> Any:
    """Declare a public field: what it means, what `unknown` in it means, its unit, and its value where it is left out.

    Nothing under `unknown` says that it is always known. The data dictionary, the JSON Schemas and the API's description
    are made from this.
    """
    more: dict[str, Any] = {"x-unknown": unknown} if unknown else {}
    if unit:
        more["x-unit"] = unit
    return Field(default, description=description, json_schema_extra=more)


class Payload(BaseModel):
    """What a publication says. Unknown is a value of its own, the word `unknown`, never an empty cell."""

    model_config = ConfigDict(extra="forbid", frozen=True)


class ReasonPayload(Payload):
    """One reason of a judgement, with how well it is known."""

    rule: str = said("Id of the rule that speaks.")
    text: str = said("One sentence for a reader.")
    values: dict[str, Any] = said("The values the rule looked at, by name.")
    trust: str = said("How well it is known: read, cut, known or design; the lowest of what the reason rests on.")
    origin: str = said("Who says it: the id of the scheme for its owner, third_party, or ours.")
    source: str = said("Address of the page it was read on; empty where there is none.")


class SegmentPayload(Payload):
    """One state over a run of days."""

    state: str = said("The state that holds over these days.", unknown="What is published does not tell the state.")
    first: str = said("First day, inclusive.")
    last: str | None = said("Last day, inclusive; null when no end is known.")
    qualifier: str = said(
        "A second word that holds over the same days, such as the level; empty when there is none.",
        unknown="No source states the level.",
    )
    reasons: list[ReasonPayload] = said("Why this state holds over these days.")


class NamedPayload(Payload):
    """A thing named by another record: its public id and the name it bore when this was published."""

    id: str = said("Public id of the record named.")
    name: str = said("The name it bore when this was published.")


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
    tells_of : tuple of str
        Fields that list other records by their ``id``, by whom a publication must be found again: when one of them is
        taken out, or another speaks for it. A field added here needs a migration that notes what was published before.
    """

    name: str
    payload: type[BaseModel]
    tells_of: tuple[str, ...] = ()

    def check(self, data: dict[str, Any]) -> dict[str, Any]:
        """Return `data` as its schema reads it; raise `UnfitPayload` with every fault otherwise."""
        try:
            return self.payload.model_validate(data).model_dump(mode="json")
        except ValidationError as error:
            faults = "; ".join(f"{'.'.join(map(str, item['loc']))}: {item['msg']}" for item in error.errors())
            raise UnfitPayload(f"{self.name}: {faults}") from error

    def told(self, said: Mapping[str, Any] | None) -> set[str]:
        """Return the ids of the other records a payload tells of; one of an earlier version may lack a field."""
        return {one["id"] for field in self.tells_of for one in said.get(field, ())} if said else set()

    def schema(self) -> dict[str, Any]:
        """Return the JSON Schema (2020-12) of the kind."""
        return {"$schema": "https://json-schema.org/draft/2020-12/schema", **self.payload.model_json_schema()}


_kinds: dict[str, Kind] = {}


def publication_kind(name: str, *, tells_of: tuple[str, ...] = ()) -> Any:
    """Register a payload model as the kind `name`; `tells_of` as in `Kind`."""

    def register(payload: PayloadT) -> PayloadT:
        if name in _kinds:
            raise ValueError(f"publication kind {name!r} is registered twice")
        _kinds[name] = Kind(name, payload, tells_of)
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


def publication_text_digest(kind_name: str, subject: str, version: int, text: str | None) -> str:
    """Return the digest of what was said from the payload's canonical JSON, which is not written a second time."""
    head, tail = (
        canonical_json(part)[1:-1] for part in ({"kind": kind_name}, {"subject": subject, "version": version})
    )
    said = b"null" if text is None else text.encode()
    return sha256_hex(b'{%b,"payload":%b,%b}' % (head, said, tail))
