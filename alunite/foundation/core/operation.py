"""What rooms say of their own running: what `alunite doctor` asks them, and the numbers they give to metrics.

A room registers from its `AppConfig.ready`; `config` asks everybody.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import asdict, dataclass


@dataclass(frozen=True, slots=True)
class Finding:
    """Something an operator should mend: what it is, why it matters, and how to mend it."""

    what: str
    why: str
    mend: str

    def as_dict(self) -> dict[str, str]:
        """Return it ready for JSON."""
        return asdict(self)


@dataclass(frozen=True, slots=True)
class Gauge:
    """A number read anew at each scrape; None where there is nothing to say yet."""

    name: str
    says: str
    read: Callable[[], float | None]


Check = Callable[[], Iterable[Finding]]

_checks: dict[str, Check] = {}
_gauges: dict[str, Gauge] = {}


def doctor_check(name: str, check: Check) -> None:
    """Let `alunite doctor` ask `check`, which yields what is wrong and nothing when all is well.

    Raises
    ------
    ValueError
        If another check has the name.
    """
    if _checks.setdefault(name, check) is not check:
        raise ValueError(f"doctor check {name!r} is registered twice")


def doctor_checks() -> dict[str, Check]:
    """Return all checks by name, in the order they were registered."""
    return dict(_checks)


def gauge(name: str, says: str, read: Callable[[], float | None]) -> None:
    """Let metrics show a number; `name` in OpenMetrics' own form, with its unit at the end.

    Raises
    ------
    ValueError
        If another gauge has the name.
    """
    given = Gauge(name, says, read)
    if _gauges.setdefault(name, given) != given:
        raise ValueError(f"gauge {name!r} is registered twice")


def gauges() -> list[Gauge]:
    """Return all gauges, in the order they were registered."""
    return list(_gauges.values())
