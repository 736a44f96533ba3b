"""What verifying history finds, how it is told, and the checks and accounts that other rooms add."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from typing import Any

LISTED = 1000

ALTERED = "altered"
MISSING = "missing"
INSERTED = "inserted"
REORDERED = "reordered"
CUT_OFF = "cut_off"
RECOMPUTED = "recomputed"
SIGNATURE = "signature"
PAYLOAD = "payload"
UNDECIDED = "undecided"
CHECKPOINT = "checkpoint"
CHECKPOINT_FILE = "checkpoint_file"
PROBLEM_KINDS = (
    ALTERED,
    MISSING,
    INSERTED,
    REORDERED,
    CUT_OFF,
    RECOMPUTED,
    PAYLOAD,
    UNDECIDED,
    SIGNATURE,
    CHECKPOINT,
    CHECKPOINT_FILE,
)


@dataclass(frozen=True, slots=True)
class Problem:
    """One thing that is not as it was sealed.

    Parameters
    ----------
    kind : str
        One of `PROBLEM_KINDS`, or another room's own.
    where : str
        ``entry 5``, ``checkpoint 2``, ``member m1``, or another room's record.
    text : str
        One sentence for a reader.
    """

    kind: str
    where: str
    text: str

    def as_dict(self) -> dict[str, str]:
        return {"kind": self.kind, "where": self.where, "text": self.text}


@dataclass(slots=True)
class Verification:
    """What `verify` found.

    Parameters
    ----------
    entries, sealed, unsealed : int
        Entries there are; those under a checkpoint; those that no checkpoint vouches for yet.
    checkpoints : int
        Checkpoints in the database.
    keys : list of str
        Ids of the keys whose good signatures the checkpoints have, in the order of their first one. Whoever noted the id
        of the installation's key elsewhere can tell a history signed anew under another.
    beyond_file : int
        Checkpoints newer than the copy of the file that was given; only the database vouches for these.
    awaits_line : bool
        Whether the installation's own file lacks the newest checkpoint's line, or its end: a crash between the commit
        and the file leaves it so, and the next sealing adds it.
    erased : dict
        How many payloads each decision has erased. These are accounted for, and no problem.
    emptied : dict
        The same of what other rooms hold, by the word each has for it: how many of its rows each decision has emptied.
    problems : list of Problem
        The first thousand; `further_problems` counts the rest.
    """

    file: str = ""
    entries: int = 0
    sealed: int = 0
    unsealed: int = 0
    checkpoints: int = 0
    keys: list[str] = field(default_factory=list)
    beyond_file: int = 0
    awaits_line: bool = False
    erased: dict[str, int] = field(default_factory=dict)
    emptied: dict[str, dict[str, int]] = field(default_factory=dict)
    problems: list[Problem] = field(default_factory=list)
    further_problems: int = 0

    @property
    def ok(self) -> bool:
        return not self.problems

    def add(self, kind: str, where: str, text: str) -> None:
        self.add_problem(Problem(kind, where, text))

    def add_problem(self, problem: Problem) -> None:
        if len(self.problems) < LISTED:
            self.problems.append(problem)
        else:
            self.further_problems += 1

    def notes(self) -> list[str]:
        """Return what a reader should know although it is no problem."""
        notes = [
            f"{count} {'payload was' if count == 1 else 'payloads were'} erased by decision {decision}"
            for decision, count in sorted(self.erased.items())
        ]
        notes += [
            f"{count} {name} emptied by decision {decision}"
            for name, decisions in sorted(self.emptied.items())
            for decision, count in sorted(decisions.items())
        ]
        if self.beyond_file:
            notes.append(f"the newest {self.beyond_file} of {self.checkpoints} checkpoints are not in {self.file}")
        if self.awaits_line:
            notes.append(f"the newest checkpoint is not wholly in {self.file} yet; the next sealing adds it")
        if self.unsealed:
            notes.append(f"{self.unsealed} {'entry is' if self.unsealed == 1 else 'entries are'} not sealed yet")
        return notes

    def as_dict(self) -> dict[str, Any]:
        return {
            "ok": self.ok,
            "file": self.file,
            "entries": self.entries,
            "sealed": self.sealed,
            "unsealed": self.unsealed,
            "checkpoints": self.checkpoints,
            "keys": list(self.keys),
            "beyond_file": self.beyond_file,
            "awaits_line": self.awaits_line,
            "erased": dict(self.erased),
            "emptied": {name: dict(decisions) for name, decisions in self.emptied.items()},
            "notes": self.notes(),
            "problems": [problem.as_dict() for problem in self.problems],
            "further_problems": self.further_problems,
        }


Check = Callable[[], Iterable[Problem]]
checks: dict[str, Check] = {}


def register_check(name: str, check: Check) -> None:
    """Add another room's check to `verify`; call it in ``AppConfig.ready()``.

    Raises
    ------
    ValueError
        If another check has that name.
    """
    if checks.setdefault(name, check) is not check:
        raise ValueError(f"There is a check named {name!r} already.")


Account = Callable[[], dict[str, int]]
accounts: dict[str, Account] = {}


def register_account(name: str, account: Account) -> None:
    """Add how many of another room's rows each decision has emptied; `name` is the word for them, in the plural.

    Raises
    ------
    ValueError
        If another account has that name.
    """
    if accounts.setdefault(name, account) is not account:
        raise ValueError(f"There is an account named {name!r} already.")
