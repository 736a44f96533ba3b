"""Timelines: which state holds on a day.

A timeline is a run of segments without gaps or overlaps. One pure function, `Timeline.state_on`, answers for the
register, the PDF, the API and the programme alike.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from alunite.foundation.core.judgement import Reason

ONE_DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Segment:
    """One state over a run of days.

    Parameters
    ----------
    state : str
        One of the programme's state words.
    first : date
        First day, inclusive.
    last : date or None
        Last day, inclusive; None when no end is known.
    qualifier : str
        A second word that holds over the same days, such as the level; empty when there is none.
    reasons : tuple of Reason
        Why this state holds over these days.
    """

    state: str
    first: date
    last: date | None
    qualifier: str = ""
    reasons: tuple[Reason, ...] = ()

    def covers(self, day: date) -> bool:
        """Tell whether `day` lies in the segment."""
        return self.first <= day and (self.last is None or day <= self.last)


@dataclass(frozen=True, slots=True)
class Timeline:
    """Segments in order, each beginning the day after the one before ends; only the last may be open.

    Raises
    ------
    ValueError
        If segments overlap, leave a gap, end before they begin, or one that is not the last is open.
    """

    segments: tuple[Segment, ...]

    def __post_init__(self) -> None:
        for segment in self.segments:
            if segment.last is not None and segment.last < segment.first:
                raise ValueError(f"segment ends before it begins: {segment}")
        for before, after in zip(self.segments, self.segments[1:], strict=False):
            if before.last is None or before.last + ONE_DAY != after.first:
                raise ValueError(f"segments do not meet: {before} then {after}")

    def __iter__(self) -> Iterator[Segment]:
        return iter(self.segments)

    @property
    def first(self) -> date | None:
        """The first day anything is known, or None for an empty timeline."""
        return self.segments[0].first if self.segments else None

    def segment_on(self, day: date) -> Segment | None:
        """Return the segment that covers `day`, or None before the first and after the last."""
        return next((segment for segment in self.segments if segment.covers(day)), None)

    def state_on(self, day: date) -> str | None:
        """Return the state that holds on `day`, or None where the timeline says nothing."""
        segment = self.segment_on(day)
        return segment.state if segment else None

    def as_list(self) -> list[dict[str, Any]]:
        """Return JSON-ready segments: state, first, last (ISO days or null), qualifier, reasons."""
        return [
            {
                "state": segment.state,
                "first": segment.first.isoformat(),
                "last": segment.last.isoformat() if segment.last else None,
                "qualifier": segment.qualifier,
                "reasons": [reason.as_dict() for reason in segment.reasons],
            }
            for segment in self.segments
        ]

    @classmethod
    def from_list(cls, items: Sequence[dict[str, Any]]) -> Timeline:
        """Read what `as_list` wrote."""
        return cls(
            tuple(
                Segment(
                    state=item["state"],
                    first=date.fromisoformat(item["first"]),
                    last=date.fromisoformat(item["last"]) if item["last"] else None,
                    qualifier=item["qualifier"],
                    reasons=tuple(Reason.from_dict(reason) for reason in item["reasons"]),
                )
                for item in items
            )
        )
