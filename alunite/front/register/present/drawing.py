"""The timeline drawn to scale. No query, no rule, only words and order."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date
from math import ceil

from django.utils.translation import gettext as _

from alunite.foundation.core.days import FIRST_YEAR, PartialDate
from alunite.foundation.core.timeline import Timeline
from alunite.front.register.present.life import Moment
from alunite.front.register.present.words import status
from alunite.front.register.site import Site
from alunite.front.register.templatetags.shown import day as show_day

WIDTH = 1000
# How wide a letter of a label is, in per mille of the drawing: on a desk of 832 px, on a phone of 328.
DESK_LETTER = 8.5
PHONE_LETTER = 21.5
# What a label keeps free beside it, in letters.
BESIDE = 1.0
# How many years can be written below the drawing.
MOST_YEARS_DESK = 14
MOST_YEARS_PHONE = 6
# Which flag is labelled first where there is no room for all; the others keep their tick and stand in the table.
FIRST = ("today", "ends", "expired", "state", "issued", "audit", "next", "usual", "announced", "since", "report")


@dataclass(frozen=True, slots=True)
class Stretch:
    """Part of a drawing, in per mille of its width."""

    x: float
    width: float

    @property
    def left(self) -> str:
        """Where it begins, as an SVG length that no locale changes."""
        return percent(self.x)

    @property
    def across(self) -> str:
        """How long it is, as an SVG length."""
        return percent(self.width)

    @property
    def right(self) -> str:
        """Where it ends, as an SVG length."""
        return percent(self.x + self.width)


@dataclass(frozen=True, slots=True)
class Bar(Stretch):
    """One segment of the drawn timeline."""

    state: str
    word: str
    mark: str = ""

    @property
    def middle(self) -> str:
        """Its middle, as an SVG length."""
        return percent(self.x + self.width / 2)

    @property
    def has_label(self) -> str:
        """Where its word fits into it: `everywhere`, `desk` (not on a phone) or nowhere (empty)."""
        letters = len(self.word) + 2 * BESIDE
        if self.width >= letters * PHONE_LETTER:
            return "everywhere"
        return "desk" if self.width >= letters * DESK_LETTER else ""


@dataclass(frozen=True, slots=True)
class Flag:
    """A day with a label above the line.

    Parameters
    ----------
    kind : str
        As of a `Moment`, or today, or run for the beginning of a state no day of which is told of.
    x, width : float
        Where it stands and how far what it tells of reaches, in per mille.
    word, under : str
        The label, in two lines.
    desk, phone : str
        Which end of the label stands at the day on a desk and on a phone, as SVG has it; empty where it has no room.
    """

    kind: str
    x: float
    width: float
    word: str
    under: str
    desk: str = ""
    phone: str = ""

    @property
    def left(self) -> str:
        """Where it stands, as an SVG length."""
        return percent(self.x)

    @property
    def right(self) -> str:
        """Where what it tells of ends, as an SVG length."""
        return percent(self.x + self.width)

    @property
    def across(self) -> str:
        """How long it is, as an SVG length."""
        return percent(self.width)

    @property
    def places(self) -> list[tuple[str, str]]:
        """Where the label is written, and how: once where it is the same everywhere, else for a desk and a phone."""
        if self.desk == self.phone:
            return [("", self.desk)] if self.desk else []
        return [(where, anchor) for where, anchor in (("desk", self.desk), ("phone", self.phone)) if anchor]


@dataclass(frozen=True, slots=True)
class Tick:
    """The first day of a year; `label` says where the year is written: everywhere, on a desk only, or nowhere."""

    x: float
    year: int
    label: str

    @property
    def left(self) -> str:
        """Where it stands, as an SVG length."""
        return percent(self.x)


@dataclass(frozen=True, slots=True)
class Drawing:
    """The timeline to scale: bars, flags above them, year ticks, and where the day asked for stands."""

    bars: list[Bar]
    flags: list[Flag]
    ticks: list[Tick]
    now: float

    @property
    def today(self) -> str:
        """Where the day asked for stands, as an SVG length."""
        return percent(self.now)


def percent(per_mille: float) -> str:
    """Return a place or length as SVG has it, whatever the locale."""
    return f"{per_mille / 10:.2f}%"


def draw(
    line_of_states: Timeline, moments: Sequence[Moment], today: date, site: Site, *, is_today: bool
) -> Drawing | None:
    """Return the timeline to scale, over whole years that hold every day named and the day asked for.

    What has no known end is drawn up to the day asked for: nothing is said of later days.
    """
    if line_of_states.first is None:
        return None
    told = [PartialDate.parse(day) for moment in moments for day in (moment.day, moment.until) if day]
    named = [segment.last or segment.first for segment in line_of_states]
    begins_in = min(line_of_states.first, today, *(day.earliest for day in told)).year
    # What an audit is called stands before its day.
    room = 1 if moments and moments[0].kind == "audit" and begins_in > FIRST_YEAR else 0
    first = date(begins_in - room, 1, 1)
    last = date(max(*named, today, *(day.latest for day in told)).year, 12, 31)
    whole = (last - first).days

    def x(day: date) -> float:
        return round((day - first).days / whole * WIDTH, 2)

    bars, flags = [], []
    told_of = {day.earliest for day in told} | {day.latest for day in told}
    for segment in line_of_states:
        end = segment.last or (today if segment.first <= today else last)
        shown = status(segment.state, segment.qualifier, site)
        begins = x(segment.first)
        word = shown.in_full
        bars.append(Bar(begins, round(x(end) - begins, 2), segment.state, word, shown.mark))
        # The day after a last day is that day's: nothing begins there that its label does not say.
        is_told = told_of & {segment.first, date.fromordinal(segment.first.toordinal() - 1)}
        if not is_told:
            under = _("from %(day)s") % {"day": show_day(segment.first)}
            flags.append(Flag("run", begins, 0, shown.word, under))
    flags += [_flag(moment, line_of_states, today, x) for moment in moments if len(moment.day) > len("2020")]
    word = _("Today") if is_today else _("The day asked for")
    flags.append(Flag("today", x(today), 0, word, show_day(today)))
    years = range(first.year, last.year + 1)
    ticks = [Tick(x(date(year, 1, 1)), year, written(year - first.year, len(years))) for year in years]
    return Drawing(bars, _labelled(flags), ticks, x(today))


def _flag(moment: Moment, line_of_states: Timeline, today: date, x: Callable[[date], float]) -> Flag:
    day = PartialDate.parse(moment.day)
    end = PartialDate.parse(moment.until).latest if moment.until else day.latest
    begins = x(day.earliest)
    kind, word, under = moment.kind, moment.word, moment.days
    if kind == "ends" and day.latest < today and line_of_states.state_on(today) == "expired":
        kind, word = "expired", _("Expired")
    if not moment.is_told:
        word, under = f"? {word}", _("none published")
    return Flag(kind, begins, round(x(end) - begins, 2), word, under)


def _labelled(flags: Sequence[Flag]) -> list[Flag]:
    """Give labels to as many flags as have room, the most telling first, on a desk and on a phone."""
    ranked = sorted(range(len(flags)), key=lambda place: _rank(flags[place].kind))
    desk, phone = _anchors(flags, ranked, DESK_LETTER), _anchors(flags, ranked, PHONE_LETTER)
    labelled = [
        Flag(flag.kind, flag.x, flag.width, flag.word, flag.under, desk.get(place, ""), phone.get(place, ""))
        for place, flag in enumerate(flags)
    ]
    return sorted(labelled, key=lambda flag: (flag.x, flag.kind))


def _rank(kind: str) -> int:
    return FIRST.index(kind) if kind in FIRST else FIRST.index("state")


def _anchors(flags: Sequence[Flag], ranked: Sequence[int], letter: float) -> dict[int, str]:
    taken: list[tuple[float, float]] = []
    found: dict[int, str] = {}
    for place in ranked:
        flag = flags[place]
        long = max(len(flag.word), len(flag.under)) * letter
        # Before its day where it can be, so that what follows has room; the last day and today always look back or on.
        options = ("end", "start") if flag.kind in {"audit", "today"} else ("start", "end")
        for anchor in options if flag.kind != "usual" else ("middle",):
            begins = flag.x - {"start": 0.0, "middle": long / 2, "end": long}[anchor]
            ends = begins + long
            is_free = all(ends + BESIDE * letter <= left or begins >= right + BESIDE * letter for left, right in taken)
            if is_free and begins >= 0 and ends <= WIDTH:
                taken.append((begins, ends))
                found[place] = anchor
                break
    return found


def written(place: int, years: int) -> str:
    """Return where the year at a place of so many is written."""
    if place % ceil(years / MOST_YEARS_PHONE) == 0:
        return "everywhere"
    return "desk" if place % ceil(years / MOST_YEARS_DESK) == 0 else ""
