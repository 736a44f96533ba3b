"""What is held of a person, wherever it lies: each room says how to find its part and how to take it away.

A room registers its part in a module its `AppConfig.ready` imports::

    @holds("mail", "Mail to the person")
    class Mail:
        def find(self, person) -> list[dict]: ...
        def erase(self, person, by) -> int: ...
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Protocol

from alunite.foundation.accounts.models import Person
from alunite.foundation.history.models import Entry


@dataclass(frozen=True, slots=True)
class By:
    """By which decision something is erased, who carries it out, and the entry of history it follows from."""

    decision: str
    actor: str
    cause: Entry


class Holding(Protocol):
    """One kind of thing held of people."""

    def find(self, person: Person) -> list[dict[str, Any]]:
        """Return what is held of the person, JSON-ready and without secrets."""

    def erase(self, person: Person, by: By) -> int:
        """Remove or blank the personal values, in the transaction at hand, and return how many things changed."""


@dataclass(frozen=True, slots=True)
class Held:
    name: str
    title: str
    holding: Holding


_holdings: dict[str, Held] = {}


def holds(name: str, title: str) -> Callable[[type[Holding]], type[Holding]]:
    """Register a kind of thing held of people; erasing does the account last."""

    def register(made: type[Holding]) -> type[Holding]:
        if name in _holdings:
            raise ValueError(f"{name!r} is registered twice")
        _holdings[name] = Held(name, title, made())
        return made

    return register


Named = Callable[[Person], list[Entry]]

_named: list[Named] = []


def names_people(function: Named) -> Named:
    """Register a function that returns the entries of history, beside those about a person, that hold something of them."""
    _named.append(function)
    return function


def entries_that_name(person: Person) -> list[Entry]:
    """Return the entries of every room that hold something of a person, beside those about the person."""
    return [entry for function in _named for entry in function(person)]


def holdings() -> tuple[Held, ...]:
    """Return all kinds of things held of people, in the order they were registered."""
    return tuple(_holdings.values())
