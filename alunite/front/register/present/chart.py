"""A series over years drawn to scale. The table beside it says the same in numbers."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from math import ceil, floor, log10

from alunite.front.register.present.labels import Label, Wish, place
from alunite.front.register.templatetags.shown import number

# A line of two points says less than their table.
FEWEST_YEARS = 3

# In pixels: where the highest and the lowest line of the grid lie, and how high all is.
TOP = 28
BOTTOM = 188
HEIGHT = 216
# In per mille of the width: the space that the labels of the grid and of the last value take.
LEFT = 110
RIGHT = 985

MOST_LINES = 4
MOST_YEARS_DESK = 12
MOST_YEARS_PHONE = 5


@dataclass(frozen=True, slots=True)
class Dot:
    """A value of a year."""

    year: int
    value: float
    is_used: bool


@dataclass(frozen=True, slots=True)
class Point:
    """A value drawn."""

    x: str
    y: float
    is_used: bool


@dataclass(frozen=True, slots=True)
class Run:
    """A line between two years that follow each other."""

    x1: str
    y1: float
    x2: str
    y2: float


@dataclass(frozen=True, slots=True)
class Level:
    """A line of the grid."""

    y: float
    label: str


@dataclass(frozen=True, slots=True)
class Year:
    """A year below the chart; `label` says where it is written: everywhere, on a desk only, or nowhere."""

    x: str
    year: int
    label: str


@dataclass(frozen=True, slots=True)
class Chart:
    """A series over years: points of all values, lines between used ones of years that follow each other."""

    points: list[Point]
    runs: list[Run]
    levels: list[Level]
    years: list[Year]
    unit: str
    first: int
    last: int
    others: int
    labels: list[Label]
    height: int = HEIGHT


def chart(dots: Sequence[Dot], unit: str) -> Chart | None:
    """Return the chart of a series, None where it has too few years to be one."""
    years = sorted({dot.year for dot in dots})
    if len(years) < FEWEST_YEARS:
        return None
    numbers = [dot.value for dot in dots]
    step = _step(max(numbers), min(numbers))
    lowest = floor(min(0.0, *numbers) / step)
    highest = max(ceil(max(0.0, *numbers) / step), lowest + 1)
    first, last = years[0], years[-1]

    def across(year: int) -> float:
        return LEFT + (year - first) / (last - first) * (RIGHT - LEFT)

    def x(year: int) -> str:
        return f"{across(year) / 10:.2f}%"

    def y(value: float) -> float:
        return round(BOTTOM - (value / step - lowest) / (highest - lowest) * (BOTTOM - TOP), 1)

    used = sorted((dot for dot in dots if dot.is_used), key=lambda dot: dot.year)
    return Chart(
        points=[
            Point(x(dot.year), y(dot.value), dot.is_used)
            for dot in sorted(dots, key=lambda dot: (dot.is_used, dot.year))
        ],
        runs=[
            Run(x(one.year), y(one.value), x(two.year), y(two.value))
            for one, two in pairwise(used)
            if two.year == one.year + 1
        ],
        levels=[Level(y(count * step), number(_plain(count * step))) for count in range(lowest, highest + 1)],
        years=[Year(x(year), year, written(year - first, last - first + 1)) for year in range(first, last + 1)],
        unit=unit,
        first=first,
        last=last,
        others=sum(1 for dot in dots if not dot.is_used),
        labels=place(
            [Wish(across(dot.year), y(dot.value), number(_plain(dot.value)), 0) for dot in _told(used)],
            [(across(dot.year), y(dot.value)) for dot in dots],
            # Where the values of the grid are written.
            [(0, LEFT, y(count * step) - 8) for count in range(lowest, highest + 1)],
            [(across(one.year), y(one.value), across(two.year), y(two.value)) for one, two in pairwise(used)],
            BOTTOM,
        ),
    )


def _told(used: Sequence[Dot]) -> list[Dot]:
    """Return what a reader asks for first: the last value, the first and the highest."""
    found = [used[-1], used[0], max(used, key=lambda dot: dot.value)] if used else []
    return list(dict.fromkeys(found))


def levels(numbers: Sequence[float], top: float, bottom: float) -> tuple[list[Level], float]:
    """Return the lines of the grid from zero up, and the value of the highest."""
    step = _step(max(numbers), 0.0)
    highest = max(ceil(max(numbers) / step), 1)
    return [
        Level(round(bottom - count / highest * (bottom - top), 1), number(_plain(count * step)))
        for count in range(highest + 1)
    ], highest * step


def _step(most: float, least: float) -> float:
    """Return how far lines of the grid lie apart: 1, 2 or 5 of some power of ten, and few of them."""
    span = max(most, 0.0) - min(least, 0.0) or 1.0
    power = 10.0 ** floor(log10(span / MOST_LINES))
    return next(power * times for times in (1, 2, 5, 10) if span / (power * times) <= MOST_LINES)


def _plain(value: float) -> str:
    return f"{value:.6f}".rstrip("0").rstrip(".")


def written(place: int, years: int) -> str:
    """Return where the year at a place among so many is written, so that no two touch."""
    if place % ceil(years / MOST_YEARS_PHONE) == 0:
        return "everywhere"
    return "desk" if place % ceil(years / MOST_YEARS_DESK) == 0 else ""
