"""Key figures and the table of years: what is published last against what was before. No query, only words and order."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from alunite.front.register.present.measures import Measure, Value
from alunite.front.register.templatetags.shown import number

MONTHS = 12
# Years that the table of years has a column for.
MOST_YEARS = 6
PERCENT = 100


@dataclass(frozen=True, slots=True)
class Change:
    """How much a value grew against an earlier one, and in what time; `share` is empty where the earlier one is zero."""

    share: str
    count: str
    time: str
    is_about: bool


@dataclass(frozen=True, slots=True)
class Own:
    """The same counted from our own records, and what exactly is counted."""

    count: int
    what: str
    url: str


@dataclass(frozen=True, slots=True)
class KeyFigure:
    """A figure at the head of the first page.

    Parameters
    ----------
    label, part : str
        What is counted, and which part of it; empty for the whole.
    latest : Value
        What is published last, of those that can be compared.
    before : Value or None
        The one of an earlier year it is compared with.
    change : Change or None
        From the one to the other.
    across : tuple of str
        How long their two bars are, as SVG lengths, the earlier first.
    beside : list of Value
        What else is published for the same time and says something else.
    since : list of Value
        What was published for later, and cannot be compared.
    gap : str
        For how long nothing has been published.
    own : Own or None
        The same from our own records.
    """

    label: str
    part: str
    latest: Value
    before: Value | None
    change: Change | None
    across: tuple[str, str]
    beside: list[Value]
    since: list[Value]
    gap: str
    own: Own | None

    @property
    def is_zero(self) -> bool:
        """Whether a source counts none, which is no gap; what is only near to none, or more than that, is another thing."""
        return not self.latest.number and not self.latest.open


@dataclass(frozen=True, slots=True)
class YearCell:
    """What is published for a year: nothing, a value, or several that differ."""

    year: int
    values: list[Value]
    when: str


@dataclass(frozen=True, slots=True)
class YearLine:
    """An indicator over the years."""

    label: str
    url: str
    cells: list[YearCell]
    change: Change | None


@dataclass(frozen=True, slots=True)
class Years:
    """Year against year: the years that have a column, and those before them that have values too."""

    years: list[int]
    earlier: list[int]
    lines: list[YearLine]


def key_figures(measures: Sequence[Measure], day: date, own: Mapping[str, Own]) -> list[KeyFigure]:
    """Return the key figures, in the scheme's order."""
    return [_key_figure(measure, day, own.get(measure.own_count)) for measure in measures if measure.is_key]


def _key_figure(measure: Measure, day: date, own: Own | None) -> KeyFigure:
    part = max(measure.parts, key=lambda part: (_latest(measure, part).year, not part, part))
    values = measure.parts[part]
    latest = _latest(measure, part)
    before = _before(measure, part, latest)
    beside = _beside(latest, values)
    since = [value for value in values if value is not latest and value not in beside and value.last > latest.last]
    return KeyFigure(
        label=measure.label,
        part=part,
        latest=latest,
        before=before,
        change=_change(before, latest) if before else None,
        across=_across(before, latest),
        beside=beside,
        since=since,
        gap=_gap(latest, since, day),
        own=own,
    )


def _latest(measure: Measure, part: str) -> Value:
    """Return what is published last: with a day before without one, a whole year before a part of it, the used first."""
    values = _comparable(measure, part)
    return max(values, key=lambda value: (value.year, value.is_used, value.last, value.number))


def _comparable(measure: Measure, part: str) -> list[Value]:
    values = measure.parts[part]
    if measure.is_moment:
        return [value for value in values if value.is_dated] or values
    return [value for value in values if value.is_whole_year] or values


def _before(measure: Measure, part: str, latest: Value) -> Value | None:
    values = measure.parts[part]
    if not measure.is_moment:
        values = [value for value in values if value.is_whole_year]
    earlier = [value for value in values if value.year < latest.year]
    return max(earlier, key=lambda value: (value.year, value.is_used, value.last, value.number), default=None)


def _beside(value: Value, among: Sequence[Value]) -> list[Value]:
    """Return what is published for the same year and the same time, and says something else."""
    return [other for other in among if other is not value and other.year == value.year and other.differs(value)]


def _change(before: Value, latest: Value) -> Change:
    more = latest.number - before.number
    sign = "−" if more < 0 else "+"
    share = f"{sign}{abs(more) * PERCENT / before.number:.0f}\u202f%" if before.number else ""
    return Change(share, sign + number(f"{abs(more):f}"), _time(before, latest), bool(before.open or latest.open))


def _time(before: Value, latest: Value) -> str:
    if before.is_dated and latest.is_dated:
        return _("in %(time)s") % {"time": _months(before.last, latest.last)}
    years = latest.year - before.year
    return ngettext("in about a year", "in about %(n)d years", years) % {"n": years}


def _months(first: date, last: date) -> str:
    months = max(1, (last.year - first.year) * MONTHS + last.month - first.month)
    return ngettext("%(n)d month", "%(n)d months", months) % {"n": months}


def _gap(latest: Value, since: Sequence[Value], day: date) -> str:
    months = (day.year - latest.last.year) * MONTHS + day.month - latest.last.month
    if months < MONTHS:
        return ""
    years = months // MONTHS
    time = ngettext("%(n)d year", "%(n)d years", years) % {"n": years}
    if since:
        return _("Nothing since that can be compared, for %(time)s.") % {"time": time}
    return _("Nothing published since, for %(time)s.") % {"time": time}


def _across(before: Value | None, latest: Value) -> tuple[str, str]:
    most = max(latest.number, before.number if before else latest.number)
    if not most:
        return ("0%", "0%")
    earlier = max(before.number, Decimal(0)) / most * PERCENT if before else 0
    return (f"{earlier:.1f}%", f"{max(latest.number, Decimal(0)) / most * PERCENT:.1f}%")


def years(measures: Sequence[Measure]) -> Years | None:
    """Return the table of years, None where nothing is published."""
    named = {value.year for measure in measures for values in measure.parts.values() for value in values}
    if not named:
        return None
    shown = list(range(max(max(named) - MOST_YEARS + 1, min(named)), max(named) + 1))
    lines = [
        _line(measure, part, shown)
        for measure in measures
        for part in sorted(measure.parts)
        if not part or len({value.year for value in measure.parts[part]}) > 1
    ]
    kept = [line for line in lines if any(cell.values for cell in line.cells)]
    return Years(shown, sorted(year for year in named if year < shown[0]), kept)


def _line(measure: Measure, part: str, shown: Sequence[int]) -> YearLine:
    values = measure.parts[part]
    latest = _latest(measure, part)
    before = _before(measure, part, latest)
    return YearLine(
        label=measure.label_of(part),
        url=latest.url,
        cells=[_cell(year, [value for value in values if value.year == year]) for year in shown],
        change=_change(before, latest) if before else None,
    )


def _cell(year: int, values: Sequence[Value]) -> YearCell:
    if not values:
        return YearCell(year, [], "")
    used = max(values, key=lambda value: (value.is_used, value.last, value.number))
    shown = sorted([used, *_beside(used, values)], key=lambda value: value.number)
    if len({value.within for value in shown}) == 1 or not used.within:
        return YearCell(year, shown, used.within)
    return YearCell(year, shown, _("%(value)s: %(day)s") % {"value": used.text, "day": used.within})
