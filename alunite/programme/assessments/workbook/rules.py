"""A workbook that came back, merged three ways: what it was when written, what it says now, and what stands meanwhile. Pure.

Worked examples: docs/algorithms/workbook.md.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from difflib import SequenceMatcher
from enum import StrEnum

from alunite.foundation.core.canonical import digest

# Beyond so many words two texts are shown whole, side by side: finding what differs would take too long.
MOST_WORDS = 1_500
_WORDS = re.compile(r"\s+|[^\s]+")


@dataclass(frozen=True, slots=True)
class Wish:
    """What a workbook says otherwise than it did when it was written.

    Parameters
    ----------
    number, field : str
        Of the criterion, and of its answer.
    before : str or None
        What it said then; None where that was erased since.
    sent : str
        What it says now.
    cell : str
        Where, such as ``F7``.
    """

    number: str
    field: str
    before: str | None
    sent: str
    cell: str

    @property
    def key(self) -> str:
        """What it is called among others."""
        return f"{self.number}.{self.field}"


class Outcome(StrEnum):
    """What becomes of a wish: the change is made, was made already, or somebody else made another one."""

    CHANGE = "change"
    SAME = "same"
    CONFLICT = "conflict"


class Choice(StrEnum):
    """What is decided of a conflict."""

    SENT = "sent"
    NOW = "now"


@dataclass(frozen=True, slots=True)
class Merged:
    """A wish beside what stands."""

    wish: Wish
    now: str
    outcome: Outcome


def merge(wishes: Sequence[Wish], now: Mapping[str, Mapping[str, str]]) -> tuple[Merged, ...]:
    """Return each wish with what becomes of it; `now` has the values that stand, by number.

    >>> wish = Wish("1.1", "text", "Old.", "New.", "F3")
    >>> [str(merge([wish], {"1.1": {"text": text}})[0].outcome) for text in ("Old.", "New.", "Other.")]
    ['change', 'same', 'conflict']
    """
    return tuple(Merged(one, now[one.number][one.field], _outcome(one, now[one.number][one.field])) for one in wishes)


def _outcome(wish: Wish, now: str) -> Outcome:
    if now == wish.sent:
        return Outcome.SAME
    return Outcome.CHANGE if now == wish.before else Outcome.CONFLICT


def undecided(merged: Sequence[Merged], choices: Mapping[str, str]) -> list[Wish]:
    """Return the wishes in conflict of which nobody decided."""
    return [
        one.wish for one in merged if one.outcome is Outcome.CONFLICT and choices.get(one.wish.key) not in list(Choice)
    ]


def taken(merged: Sequence[Merged], choices: Mapping[str, str]) -> dict[str, dict[str, str]]:
    """Return the values to be saved, by number: all changes, and of conflicts those decided for the workbook."""
    found: dict[str, dict[str, str]] = {}
    for one in merged:
        is_chosen = one.outcome is Outcome.CONFLICT and choices.get(one.wish.key) == Choice.SENT
        if one.outcome is Outcome.CHANGE or is_chosen:
            found.setdefault(one.wish.number, {})[one.wish.field] = one.wish.sent
    return found


def mark(merged: Sequence[Merged], sha256: str) -> str:
    """Return what tells one difference view from another: nothing is saved but what was shown."""
    return digest({"sha256": sha256, "merged": [asdict(one) for one in merged]})


@dataclass(frozen=True, slots=True)
class Piece:
    """A part of a text that stayed, was dropped or was added."""

    text: str
    sign: str = ""


def pieces(before: str, after: str) -> list[Piece]:
    """Return what becomes of a text, piece by piece: ``-`` dropped, ``+`` added.

    >>> [(one.sign, one.text) for one in pieces("a plan of ours", "the plan of ours")]
    [('-', 'a'), ('+', 'the'), ('', ' plan of ours')]
    """
    old, new = _WORDS.findall(before), _WORDS.findall(after)
    if max(len(old), len(new)) > MOST_WORDS:
        return [Piece(before, "-"), Piece(after, "+")]
    found = []
    for what, start, end, from_, to in SequenceMatcher(None, old, new, autojunk=False).get_opcodes():
        if what == "equal":
            found.append(Piece("".join(old[start:end])))
            continue
        found += [Piece("".join(old[start:end]), "-")] * (end > start) + [Piece("".join(new[from_:to]), "+")] * (
            to > from_
        )
    return found
