"""What can be decided on. A room registers its acts here, and what of its own stands beneath a published record."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, ClassVar

from alunite.foundation.accounts.policies import Actor
from alunite.foundation.history.models import Entry

# What a decision names, by kind of thing, in the form `history.decided` compares: sorted ids without what is empty.
Touches = Mapping[str, Sequence[int | str]]


@dataclass(frozen=True, slots=True)
class Line:
    """One value that would go: its name and what it says."""

    name: str
    value: str


@dataclass(frozen=True, slots=True)
class Shown:
    """One thing a decision touches, as its page shows it."""

    title: str
    goes: tuple[Line, ...]
    stays: tuple[Line, ...]


@dataclass(frozen=True, slots=True)
class Preview:
    """Everything a decision touches, the first of it in full."""

    counts: Mapping[str, int]
    shown: tuple[Shown, ...]
    further: int


class Act(ABC):
    """Something two people can decide to do."""

    name: ClassVar[str]
    label: ClassVar[Any]
    help: ClassVar[Any]

    @abstractmethod
    def find(self, text: str) -> str:
        """Return the subject a person means; `ValueError` says what was expected."""

    @abstractmethod
    def touches(self, subjects: Sequence[str]) -> dict[str, Any]:
        """Return everything there is now that would be touched."""

    @abstractmethod
    def preview(self, touches: Touches) -> Preview:
        """Return what a page shows of it; the number of queries does not depend on how much there is."""

    @abstractmethod
    def carry_out(self, decision: str, touches: Touches, *, actor: Actor, cause: Entry) -> dict[str, int]:
        """Do it, in the transaction of the confirmation; return how many of each thing were touched."""


_acts: dict[str, Act] = {}


def register_act(act: Act) -> None:
    """Add an act; call it in ``AppConfig.ready()``."""
    if act.name in _acts:
        raise ValueError(f"act {act.name!r} is registered twice")
    _acts[act.name] = act


def act_named(name: str) -> Act:
    """Return an act; `KeyError` if there is none of that name."""
    return _acts[name]


def acts() -> tuple[Act, ...]:
    return tuple(_acts.values())


@dataclass(frozen=True, slots=True)
class Beneath:
    """Where else the values of published records stand.

    Parameters
    ----------
    records : sequence of (kind, subject)
        Other published records that say the same.
    publications : sequence of int
        Single publications of other records that said the same once.
    entries : sequence of (record type, record id)
        Records whose entries of history say the same in their payloads.
    """

    records: Sequence[tuple[str, str]] = field(default_factory=tuple)
    publications: Sequence[int] = field(default_factory=tuple)
    entries: Sequence[tuple[str, str]] = field(default_factory=tuple)


LookBeneath = Callable[[Sequence[str]], Beneath]
_beneath: dict[str, LookBeneath] = {}


def stands_beneath(kind: str) -> Callable[[LookBeneath], LookBeneath]:
    """Register the function that says where else the values of records of a published kind stand."""

    def register(function: LookBeneath) -> LookBeneath:
        if _beneath.setdefault(kind, function) is not function:
            raise ValueError(f"two rooms say what stands beneath {kind!r}")
        return function

    return register


def beneath(kind: str, subjects: Sequence[str]) -> Beneath:
    """Return where else the values of these records stand; nothing where no room says."""
    look = _beneath.get(kind)
    return look(subjects) if look else Beneath()
