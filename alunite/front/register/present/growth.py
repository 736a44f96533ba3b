"""Published counts over time, to scale, each with what its source leaves open. The table of years says the same."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from itertools import pairwise
from typing import Any

from django.utils.translation import gettext as _

from alunite.front.register.present.chart import Level, Year, levels, written
from alunite.front.register.present.cited import hosts
from alunite.front.register.present.figures import explored
from alunite.front.register.present.labels import Label, Wish, place
from alunite.front.register.present.measures import LESS, MORE, Measure, Value, undisputed

# Each with a hue and a shape of its own, the first of them the one to see.
MOST_SERIES = 3

# A mark as a path around its middle, one for each series: round, triangle, square.
SHAPES = ("M0-4.3a4.3 4.3 0 1 1-.01 0z", "M0-5.2 5 3.8h-10z", "M-4-4h8v8h-8z")
ARROWS = {MORE: "M0-2v-15m-4 4 4-4 4 4", LESS: "M0 2v15m-4-4 4 4 4-4"}

HEIGHT = 360
TOP = 34
BOTTOM = 324
LEFT = 50
RIGHT = 985


@dataclass(frozen=True, slots=True)
class Mark:
    """A value with a day or a month; hollow where another one for the same time differs."""

    x: str
    y: str
    group: int
    is_hollow: bool

    @property
    def shape(self) -> str:
        """Its path."""
        return SHAPES[self.group]


@dataclass(frozen=True, slots=True)
class Span:
    """A value without a day, across the time it may hold; an arrow says which way it may lie further off."""

    x1: str
    x2: str
    middle: str
    y: str
    group: int
    arrow: str


@dataclass(frozen=True, slots=True)
class Run:
    """A line between two values with a day that nobody disputes."""

    x1: str
    y1: str
    x2: str
    y2: str
    group: int


@dataclass(frozen=True, slots=True)
class Dispute:
    """Values for one time that differ, as the margin explains them."""

    label: str
    values: list[Value]


@dataclass(frozen=True, slots=True)
class Series:
    """An indicator drawn, with its shape and all its values."""

    label: str
    shape: str
    values: list[Value]


@dataclass(frozen=True, slots=True)
class Growth:
    """The chart of growth."""

    finding: str
    series: list[Series]
    hosts: list[str]
    pages: int
    marks: list[Mark]
    spans: list[Span]
    runs: list[Run]
    labels: list[Label]
    levels: list[Level]
    years: list[Year]
    disputes: list[Dispute]
    without: list[int]
    data: dict[str, Any]
    height: int = HEIGHT
    foot: int = HEIGHT - 12


@dataclass(frozen=True, slots=True)
class _Scale:
    """From days and values to places on the paper."""

    first: date
    days: int
    top: float

    def x(self, day: date) -> float:
        return LEFT + (day - self.first).days / self.days * (RIGHT - LEFT)

    def middle(self, value: Value) -> float:
        return self.x(value.first + timedelta(days=(value.last - value.first).days / 2))

    def y(self, number: float) -> float:
        return round(BOTTOM - number / self.top * (BOTTOM - TOP), 1)


def growth(measures: Sequence[Measure]) -> Growth | None:
    """Return the chart of growth, None where too little is published to draw one."""
    drawn = [measure for measure in measures if measure.is_growth and measure.is_moment and measure.whole][:MOST_SERIES]
    values = [value for measure in drawn for value in measure.whole]
    if len({value.year for value in values}) < 2:
        return None
    named = sorted({value.year for value in values})
    grid, top = levels([float(value.number) for value in values], TOP, BOTTOM)
    first = date(named[0], 1, 1)
    scale = _Scale(first, (date(named[-1], 12, 31) - first).days, top)
    marks, spans, runs = _drawn(drawn, scale)
    return Growth(
        finding=_finding(drawn[0]),
        series=[Series(measure.label, SHAPES[group], measure.whole) for group, measure in enumerate(drawn)],
        hosts=hosts(value.cited for value in values),
        pages=len({value.cited.url for value in values}),
        marks=[Mark(_x(x), f"{y}", group, is_hollow) for x, y, group, is_hollow in marks],
        spans=[Span(_x(x1), _x(x2), _x((x1 + x2) / 2), f"{y}", group, arrow) for x1, x2, y, group, arrow in spans],
        runs=[Run(_x(x1), f"{y1}", _x(x2), f"{y2}", group) for x1, y1, x2, y2, group in runs],
        labels=place(
            _wishes(drawn, scale),
            [(x, y) for x, y, *_rest in marks]
            + [((x1 + x2) / 2, y - 13 if arrow == ARROWS[MORE] else y + 13) for x1, x2, y, _g, arrow in spans if arrow],
            [(x1, x2, y) for x1, x2, y, *_rest in spans],
            [(x1, y1, x2, y2) for x1, y1, x2, y2, _group in runs],
            BOTTOM + 4,
        ),
        levels=grid,
        years=[
            Year(_x(scale.x(date(year, 7, 1))), year, written(year - named[0], named[-1] - named[0] + 1))
            for year in range(named[0], named[-1] + 1)
        ],
        disputes=[dispute for measure in drawn for dispute in _disputes(measure)],
        without=[year for year in range(named[0], named[-1]) if year not in {value.year for value in drawn[0].whole}],
        data=_data(drawn, _finding(drawn[0])),
    )


def _x(per_mille: float) -> str:
    return f"{per_mille / 10:.2f}%"


def _drawn(drawn: Sequence[Measure], scale: _Scale) -> tuple[list[Any], list[Any], list[Any]]:
    marks, spans, runs = [], [], []
    for group, measure in enumerate(drawn):
        firm = undisputed(measure.whole)
        for value in measure.whole:
            y = scale.y(float(value.number))
            if value.is_dated:
                marks.append((scale.middle(value), y, group, value not in firm))
            else:
                spans.append((scale.x(value.first), scale.x(value.last), y, group, ARROWS.get(value.open, "")))
        runs += [
            (scale.middle(one), scale.y(float(one.number)), scale.middle(two), scale.y(float(two.number)), group)
            for one, two in pairwise(firm)
        ]
    return marks, spans, runs


def _way(value: Value) -> str:
    return {MORE: "up", LESS: "down"}.get(value.open, "")


def _finding(measure: Measure) -> str:
    """Return what the leading series shows: from where to where, and whether what came later can be compared."""
    firm = undisputed(measure.whole) or measure.whole
    first, last = firm[0], firm[-1]
    named = {"label": measure.label, "first": first.said, "then": first.when, "last": last.said, "day": last.when}
    if first is last:
        return _("%(label)s: %(last)s in %(day)s") % named
    if any(value.first > last.last for value in measure.whole):
        return _("%(label)s: %(first)s in %(then)s, %(last)s by %(day)s; later figures do not say their day") % named
    return _("%(label)s: %(first)s in %(then)s, %(last)s by %(day)s") % named


def _wishes(drawn: Sequence[Measure], scale: _Scale) -> list[Wish]:
    """Return what is written into the chart, that without which it cannot be read first."""
    named, told, rest = [], [], []
    for group, measure in enumerate(drawn):
        firm = undisputed(measure.whole)
        last = (firm or measure.whole)[-1]
        for value in measure.whole:
            wish = Wish(scale.middle(value), scale.y(float(value.number)), value.said, group)
            if value is last:
                named.append(Wish(wish.x, wish.y, measure.label, group, is_name=True))
            if value in (last, measure.whole[0]) or value not in firm:
                told.append(wish)
            else:
                rest.append(wish)
    return [*named, *told, *reversed(rest)]


def _disputes(measure: Measure) -> list[Dispute]:
    """Return the values that differ from another for the same time, by year."""
    found = []
    for year in sorted({value.year for value in measure.whole}):
        of_year = [value for value in measure.whole if value.year == year]
        rivals = [value for value in of_year if any(value.differs(other) for other in of_year)]
        if rivals:
            found.append(Dispute(_("%(label)s, %(year)s") % {"label": measure.label, "year": year}, rivals))
    return found


def _data(drawn: Sequence[Measure], title: str) -> dict[str, Any]:
    """Return the same for a chart that answers to the pointer and the keyboard."""
    series = []
    for measure in drawn:
        firm = undisputed(measure.whole)
        points = [
            {
                "first": value.first.isoformat(),
                "last": value.last.isoformat(),
                "value": float(value.number),
                "said": value.said,
                "when": value.when,
                "open": _way(value),
                "joined": value in firm,
                "kind": "firm" if value in firm else "rival" if value.is_dated else "span",
                "source": value.cited.host,
                "note": value.note,
            }
            for value in measure.whole
        ]
        series.append({"name": measure.label, "points": points})
    return {"title": title, "series": series, "words": explored()}
