"""What several pages of standards have in common: ways to show some rows, and numbers that moved. No query, no rule."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django.http import QueryDict


@dataclass(frozen=True, slots=True)
class Choice:
    """A way to show some of the rows."""

    text: str
    url: str
    is_chosen: bool


@dataclass(frozen=True, slots=True)
class MovedNumber:
    """A number that two versions have for different criteria: what it was, and the number of that now, empty if gone."""

    title: str
    now: str


def choices(
    counts: Mapping[str, int], words: Mapping[str, Any], chosen: str, asked: QueryDict, name: str
) -> list[Choice]:
    """Return a link for each way to show some rows, with how many; the rest of the address stays as it is."""
    made = []
    for value, n in counts.items():
        parameters = asked.copy()
        parameters.pop(name, None)
        if value:
            parameters[name] = value
        made.append(Choice(str(words[value]) % {"n": n}, f"?{parameters.urlencode()}", value == chosen))
    return made
