"""Which of several values that speak of the same thing is used, and why. The others stay beside it.

Precedences are tried in order. One that leaves some candidates behind gives a reason; those it cannot tell apart go on
to the next. Where nothing tells the last ones apart and they differ, that is said, and the largest is shown first: so
that two readers see the same, not because it were the better one.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any, Generic, Protocol, TypeVar

from alunite.foundation.core.judgement import Judgement, Reason


class Candidate(Protocol):
    """A value with what stands for it in a reason."""

    @property
    def value(self) -> Decimal: ...

    @property
    def record_id(self) -> str: ...


C = TypeVar("C", bound=Candidate)


@dataclass(frozen=True, slots=True)
class Precedence(Generic[C]):
    """One thing by which a candidate goes before others.

    Parameters
    ----------
    rule : str
        Its id in a reason.
    text : str
        One sentence for a reader.
    rank : callable
        The higher, the better; candidates of equal rank are not told apart by it.
    """

    rule: str
    text: str
    rank: Callable[[C], Any]


def preferred(candidates: Sequence[C], precedences: Sequence[Precedence[C]], *, name: str) -> Judgement[C]:
    """Return the candidate that is used, with the reasons against each other one.

    Parameters
    ----------
    candidates : sequence
        All that speak of one thing, in any order; at least one.
    precedences : sequence of Precedence
        The most important first.
    name : str
        What the room calls this choice; begins the ids of the reasons given here.

    Returns
    -------
    Judgement
        Without a reason where there is one candidate.

    Raises
    ------
    ValueError
        If there is no candidate.
    """
    if not candidates:
        raise ValueError("expected at least one candidate")
    left = sorted(candidates, key=lambda item: (-item.value, item.record_id))
    reasons: list[Reason] = []
    for precedence in precedences:
        best = max(precedence.rank(item) for item in left)
        kept = [item for item in left if precedence.rank(item) == best]
        if len(kept) < len(left):
            behind = [item for item in left if precedence.rank(item) != best]
            reasons.append(Reason(precedence.rule, precedence.text, {"before": _shown(kept), "behind": _shown(behind)}))
        left = kept
    if len(left) > 1 and len({item.value for item in left}) > 1:
        text = "Nothing here tells which of these is meant; the largest is shown first, and none is confirmed by that."
        reasons.append(Reason(f"{name}.undecided", text, {"values": _shown(left)}))
    elif len(left) > 1:
        reasons.append(Reason(f"{name}.agree", "These say the same.", {"values": _shown(left)}))
    return Judgement(left[0], tuple(reasons))


def _shown(items: Sequence[Candidate]) -> list[str]:
    return [format(item.value, "f") for item in items]
