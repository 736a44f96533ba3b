"""The timeline drawn to scale. No query, no rule, only words and order."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from math import ceil

from django.utils.translation import gettext as _

from alunite.foundation.core.timeline import Timeline
from alunite.front.register.present.words import status
from alunite.front.register.site import Site
from alunite.front.register.templatetags.shown import day as show_day


@dataclass(frozen=True, slots=True)
class Bar:
    """One segment of the drawn timeline, in per mille of its width."""

    x: float
    width: float
    state: str
    word: str
    mark: str = ""
    since: str = ""

    @property
    def left(self) -> str:
        """Where it begins, as an SVG length that no locale changes."""
        return _percent(self.x)

    @property
    def across(self) -> str:
        """How long it is, as an SVG length."""
        return _percent(self.width)

    @property
    def right(self) -> str:
        """Where it ends, as an SVG length."""
        return _percent(self.x + self.width)

    @property
    def has_label(self) -> str:
        """Where its label fits above it: `everywhere`, `desk` (not on a phone) or nowhere (empty)."""
        letters = max(len(self.word), len(self.since))
        if self.width >= letters * PHONE_LETTER:
            return "everywhere"
        return "desk" if self.width >= letters * DESK_LETTER else ""


@dataclass(frozen=True, slots=True)
class Tick:
    """The first day of a year; `label` says where the year is written: everywhere, on a desk only, or nowhere."""

    x: float
    year: int
    label: str

    @property
    def left(self) -> str:
        """Where it stands, as an SVG length."""
        return _percent(self.x)


@dataclass(frozen=True, slots=True)
class Drawing:
    """The timeline to scale: bars, year ticks, and where the day asked for stands."""

    bars: list[Bar]
    ticks: list[Tick]
    now: float

    @property
    def today(self) -> str:
        """Where the day asked for stands, as an SVG length."""
        return _percent(self.now)

    @property
    def anchor(self) -> str:
        """Which end of its label the day asked for holds, so that the label stays inside."""
        return "end" if self.now > WIDTH / 2 else "start"


WIDTH = 1000


# How wide a letter of a label is, in per mille of the drawing: on a desk of 832 px, on a phone of 328.
DESK_LETTER = 8.5


PHONE_LETTER = 21.5


# How many years can be written below the drawing.
MOST_YEARS_DESK = 14


MOST_YEARS_PHONE = 6


def _percent(per_mille: float) -> str:
    return f"{per_mille / 10:.2f}%"


def draw(line_of_states: Timeline, today: date, site: Site) -> Drawing | None:
    """Return the timeline to scale, over whole years that hold every day named and the day asked for.

    What has no known end is drawn up to the day asked for: nothing is said of later days.
    """
    if line_of_states.first is None:
        return None
    named = [segment.last or segment.first for segment in line_of_states]
    first = date(min(line_of_states.first, today).year, 1, 1)
    last = date(max(*named, today).year, 12, 31)
    whole = (last - first).days

    def x(day: date) -> float:
        return round((day - first).days / whole * WIDTH, 2)

    bars = []
    for segment in line_of_states:
        end = segment.last or (today if segment.first <= today else last)
        shown = status(segment.state, segment.qualifier, site)
        since = _("from %(day)s") % {"day": show_day(segment.first)}
        begins = x(segment.first)
        bars.append(Bar(begins, round(x(end) - begins, 2), segment.state, shown.word, shown.mark, since))
    years = range(first.year, last.year + 1)
    ticks = [Tick(x(date(year, 1, 1)), year, _written(year - first.year, len(years))) for year in years]
    return Drawing(bars, ticks, x(today))


def _written(place: int, years: int) -> str:
    """Return where the year at a place of so many is written."""
    if place % ceil(years / MOST_YEARS_PHONE) == 0:
        return "everywhere"
    return "desk" if place % ceil(years / MOST_YEARS_DESK) == 0 else ""
