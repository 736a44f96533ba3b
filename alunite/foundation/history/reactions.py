"""Consequences climb without imports: a higher room reacts to what a lower room writes into history.

In the room's ``reactions.py``, imported in its ``AppConfig.ready()``::

    @reacts_to("membership.terminated")
    def annul_certificates(entry, *, actor, cause):
        actions.annul_certificates_of(entry.record_id, actor=actor, cause=cause)
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Sequence
from contextvars import ContextVar
from dataclasses import dataclass
from typing import Any, Protocol

from django.apps import apps
from django.core.exceptions import ImproperlyConfigured
from django.db import transaction

from alunite.foundation.history.errors import ReactionsTooDeep
from alunite.foundation.history.models import Entry
from alunite.foundation.history.models import Reaction as Done

# Left is lower; a room imports rooms left of it, and reactions are called from left to right (design.md, Floors).
FLOORS = (
    "keys",
    "history",
    "accounts",
    "files",
    "messages",
    "importing",
    "publications",
    "decisions",
    "merging",
    "adoption",
    "members",
    "standards",
    "assessments",
    "audits",
    "certificates",
    "custody",
    "claims",
    "impact",
    "voice",
    "credentials",
    "inbox",
    "register",
    "api",
)
DEEPEST = 8
ACTOR = "system"


class Function(Protocol):
    """A reaction; it calls one ordinary action of its room and hands `actor` and `cause` on."""

    __name__: str
    __module__: str

    def __call__(self, entry: Entry, *, actor: str, cause: Entry) -> Any: ...


@dataclass(frozen=True, slots=True)
class Reaction:
    kind: str
    room: str
    function: Function

    @property
    def name(self) -> str:
        """What history remembers it by; renaming a function makes another reaction of it."""
        return f"{self.room}.{self.function.__name__}"

    @property
    def order(self) -> tuple[int, str]:
        return FLOORS.index(self.room), self.function.__name__


_registry: dict[str, list[Reaction]] = {}
_registry_lock = threading.Lock()
_running: ContextVar[tuple[str, ...]] = ContextVar("running_reactions", default=())


def reacts_to(kind: str, *, room: str | None = None) -> Callable[[Function], Function]:
    """Register a function as a reaction to entries of a kind.

    Parameters
    ----------
    kind : str
        The kind of entry, such as ``membership.terminated``.
    room : str, optional
        The label of the function's app, where it is not the app the function's module lies in.

    Raises
    ------
    ImproperlyConfigured
        If the app is not in `FLOORS`, or the room already has another reaction of that name to the kind.
    """

    def register(function: Function) -> Function:
        reaction = Reaction(kind, room or _room_of(function), function)
        if reaction.room not in FLOORS:
            raise ImproperlyConfigured(
                f"{reaction.name}: {reaction.room!r} is not in FLOORS of {__name__}; give the room its place there."
            )
        with _registry_lock:
            others = _registry.get(kind, [])
            if any(other.name == reaction.name for other in others):
                raise ImproperlyConfigured(f"{reaction.name} already reacts to {kind}.")
            _registry[kind] = sorted([*others, reaction], key=lambda each: each.order)
        return function

    return register


def reaction_table() -> list[tuple[str, str, str]]:
    """Return (kind, room, function name) of all reactions, by kind and then in the order they are called."""
    return [(kind, each.room, each.function.__name__) for kind in sorted(_registry) for each in _registry[kind]]


def has_reactions(kind: str) -> bool:
    """Tell whether anybody reacts to entries of a kind."""
    return kind in _registry


def run(entries: Sequence[Entry]) -> None:
    """Run the reactions to entries, in order, in the transaction at hand, each at most once for an entry.

    `actions.record` does this for every new entry. A command may do it again for old ones: what has run does not run
    again, what was added since does.

    Raises
    ------
    ReactionsTooDeep
        If reactions set off reactions more than eight deep.
    """
    for entry in entries:
        reactions = _registry.get(entry.kind)
        if not reactions:
            continue
        chain = (*_running.get(), entry.kind)
        if len(chain) > DEEPEST:
            raise ReactionsTooDeep(f"More than {DEEPEST} reactions set each other off: {' → '.join(chain)}")
        done = set(Done.objects.filter(cause=entry).values_list("reaction", flat=True))
        token = _running.set(chain)
        try:
            for reaction in reactions:
                if reaction.name not in done:
                    Done.objects.create(cause=entry, reaction=reaction.name)
                    reaction.function(entry, actor=ACTOR, cause=entry)
        except BaseException:
            # Even where a caller swallows the error, nothing of this action may be committed.
            transaction.set_rollback(True)
            raise
        finally:
            _running.reset(token)


def _room_of(function: Function) -> str:
    config = apps.get_containing_app_config(function.__module__)
    if config is None:
        raise ImproperlyConfigured(f"{function.__module__}.{function.__name__} lies in no installed app.")
    return config.label
