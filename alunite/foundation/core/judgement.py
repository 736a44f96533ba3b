"""Judgements, reasons and the trust a value deserves.

A rule returns a `Judgement`: the result and *all* reasons for it, so that every page can answer "why?".
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any, Generic, TypeVar

T = TypeVar("T")

THIRD_PARTY = "third_party"
OURS = "ours"


class Trust(StrEnum):
    """How well a value is known, best first. Mixed evidence takes the lowest."""

    READ = "read"
    CUT = "cut"
    KNOWN = "known"
    DESIGN = "design"

    @property
    def rank(self) -> int:
        """0 for the best trust, 3 for the lowest."""
        return _TRUST_ORDER.index(self)


_TRUST_ORDER = (Trust.READ, Trust.CUT, Trust.KNOWN, Trust.DESIGN)


def lowest_trust(values: Iterable[Trust]) -> Trust:
    """Return the lowest trust of `values`; `ValueError` if there are none.

    >>> lowest_trust([Trust.READ, Trust.KNOWN])
    <Trust.KNOWN: 'known'>
    """
    return max(values, key=lambda trust: trust.rank)


def lowest_origin(origins: Iterable[str]) -> str:
    """Return the lowest of `origins`: a scheme's owner, then a third party, then ours; ours if there are none.

    >>> lowest_origin(["owner", "third_party"]), lowest_origin([])
    ('third_party', 'ours')
    """
    return max(origins, key=lambda origin: (origin == OURS, origin == THIRD_PARTY), default=OURS)


@dataclass(frozen=True, slots=True)
class Param(Generic[T]):
    """A value of a scheme with where it comes from.

    Parameters
    ----------
    value : T
        The value itself, in the unit its field names.
    trust : Trust
        How well it is known.
    origin : str
        The scheme's own id (its owner says so), ``third_party`` or ``ours``.
    source : str
        Address of the page it was seen on, or empty where there is none.
    """

    value: T
    trust: Trust
    origin: str
    source: str = ""


@dataclass(frozen=True, slots=True)
class Reason:
    """One reason of a judgement.

    Parameters
    ----------
    rule : str
        Id of the rule that speaks, in the scheme's or the room's own words.
    text : str
        One sentence for a reader.
    values : mapping
        The values the rule looked at, JSON-ready, by name.
    trust : Trust
        The lowest trust of what the reason rests on.
    origin : str
        The scheme's own id, ``third_party`` or ``ours``.
    source : str
        Address of the page, or empty.
    """

    rule: str
    text: str
    values: Mapping[str, Any] = field(default_factory=dict)
    trust: Trust = Trust.DESIGN
    origin: str = OURS
    source: str = ""

    def as_dict(self) -> dict[str, Any]:
        """Return the reason as JSON-ready data, keys in the order of the contract."""
        return {
            "rule": self.rule,
            "text": self.text,
            "values": dict(self.values),
            "trust": str(self.trust),
            "origin": self.origin,
            "source": self.source,
        }

    @classmethod
    def from_dict(cls, data: Mapping[str, Any]) -> Reason:
        """Read what `as_dict` wrote."""
        return cls(
            rule=data["rule"],
            text=data["text"],
            values=data["values"],
            trust=Trust(data["trust"]),
            origin=data["origin"],
            source=data["source"],
        )


@dataclass(frozen=True, slots=True)
class Judgement(Generic[T]):
    """A result and all the reasons for it."""

    result: T
    reasons: tuple[Reason, ...]
