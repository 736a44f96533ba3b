"""What a finding speaks of, made out from how its criterion is printed."""

from __future__ import annotations

import re
from dataclasses import dataclass

from alunite.foundation.core.text import fold

ALL = "all_applicable"
GROUP = "group"
ONE = "criterion"
NONE = "none"

# As sources print them: 2.3b, 8.1, 2.1a-f.
_GROUP = re.compile(r"(?P<stem>\d+(?:\.\d+)*)(?P<first>[a-z])\s*[-–]\s*(?P<last>[a-z])", re.ASCII)
_ALL_WORDS = frozenset({"all applicable", "all applicable criteria"})


@dataclass(frozen=True, slots=True)
class Covers:
    """What a finding speaks of.

    Parameters
    ----------
    extent : str
        ``criterion``, ``group``, ``all_applicable``, or ``none`` where no criterion is named.
    criteria : tuple of str
        The criteria of a group, one by one, and that of a single one; empty for the others.
    """

    extent: str
    criteria: tuple[str, ...] = ()


def covers(printed: str) -> Covers:
    """Return what a criterion as printed stands for.

    >>> covers("2.1a-d").criteria
    ('2.1a', '2.1b', '2.1c', '2.1d')
    >>> covers("8.1"), covers("all applicable").extent, covers("").extent
    (Covers(extent='criterion', criteria=('8.1',)), 'all_applicable', 'none')
    """
    if not printed:
        return Covers(NONE)
    if fold(printed) in _ALL_WORDS:
        return Covers(ALL)
    match = _GROUP.fullmatch(printed)
    if match and match["first"] < match["last"]:
        letters = range(ord(match["first"]), ord(match["last"]) + 1)
        return Covers(GROUP, tuple(f"{match['stem']}{chr(letter)}" for letter in letters))
    return Covers(ONE, (printed,))
