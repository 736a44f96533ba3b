"""What the page of a figure shows: every published value side by side, the one used, and why. No query, no rule."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.utils.text import capfirst
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from alunite.foundation.core.text import words
from alunite.front.register.facets import about, metric
from alunite.front.register.models import Record
from alunite.front.register.present.chart import Chart, Dot, chart
from alunite.front.register.present.cited import Cited, cited, hosts, known, reasons
from alunite.front.register.present.records import ReasonShown
from alunite.front.register.present.words import Link, countries, record_url
from alunite.front.register.site import Site, is_unknown
from alunite.front.register.templatetags.shown import day as show_day
from alunite.front.register.templatetags.shown import number

UNITS = {"percent": "%"}

# Letters of a word that says what is counted; shorter ones join words.
TELLING = 5

# By what values of one metric of one subject can differ, and then are not compared.
DIFFERENCES = ("measure", "dimension", "basis", "boundary", "unit")


@dataclass(frozen=True, slots=True)
class FigureShown:
    """A value as stated."""

    url: str
    amount: str
    period: str
    as_of: str
    details: list[tuple[str, str]]
    note: str
    is_estimated: bool
    is_used: bool
    is_this: bool
    cited: Cited


@dataclass(frozen=True, slots=True)
class YearShown:
    """A year of a series: the value used, and how many other values are published for it."""

    url: str
    period: str
    amount: str
    others: list[str]
    host: str
    is_this: bool
    is_undecided: bool


@dataclass(frozen=True, slots=True)
class Beside:
    """A series of the same metric of the same subject that is not compared, and by what it differs."""

    link: Link
    differs: str
    years: str


@dataclass(frozen=True, slots=True)
class Alike:
    """A figure of the same subject and period whose source counts something else under a similar name."""

    link: Link
    amount: str
    as_of: str
    cited: Cited


@dataclass(frozen=True, slots=True)
class FigurePage:
    """What the page of a figure shows."""

    metric: str
    subject: str
    used: FigureShown
    values: list[FigureShown]
    reasons: list[ReasonShown]
    is_undecided: bool
    years: list[YearShown]
    chart: Chart | None
    finding: str
    chart_name: str
    data: dict[str, Any]
    hosts: list[str]
    pages: int
    beside: list[Beside]
    alike: list[Alike]
    boundary: str
    speaks_of_programme: bool

    @property
    def data_id(self) -> str:
        """Id of the block of data the chart is explored with."""
        return f"{self.chart_name}-data"

    @property
    def has_details(self) -> bool:
        """Whether any source says more of its value."""
        return any(value.details or value.note for value in self.values)


def figure(record: Record, records: Sequence[Record], around: Sequence[Record], site: Site) -> FigurePage:
    """Return what the page of a figure shows.

    Parameters
    ----------
    records : sequence of Record
        All figures of its metric and subject, itself among them.
    around : sequence of Record
        The figures used of its subject for its period, whatever they count.
    """
    said = _said(record)
    told = [item for item in records if item.payload]
    series = series_of(record, told)
    same = [item for item in told if _said(item)["thing"] == said["thing"]]
    values = sorted(
        (_figure(item, site, this=record.subject) for item in same), key=lambda item: (not item.is_used, item.as_of)
    )
    years = _years(series, site, this=said["period"])
    return FigurePage(
        metric=metric_label(said, site),
        subject=subject(said),
        used=next((item for item in values if item.is_used), values[0]),
        values=values,
        reasons=reasons(said["reasons"], [_said(item)["value"] for item in same], site),
        is_undecided=is_undecided(said),
        years=years,
        chart=chart_of_series(series),
        finding=finding(series, site),
        chart_name=f"figure-{record.subject}",
        data=_data(series, site),
        hosts=hosts(cited(_said(item), site) for item in series),
        pages=len({_said(item)["source_url"] for item in series}),
        beside=_beside(said, told, site),
        alike=_alike(said, around, site),
        boundary=known(said["boundary"]),
        speaks_of_programme=said["level"] == "programme",
    )


def series_of(record: Record, records: Sequence[Record]) -> list[Record]:
    """Return the figures of the series of one, itself among them."""
    series = _said(record)["series"]
    found = [item for item in records if item.payload and _said(item)["series"] == series]
    return found if any(item.subject == record.subject for item in found) else [*found, record]


def chart_of_series(series: Sequence[Record]) -> Chart | None:
    """Return the chart of a series, None where it has too few years to be one."""
    return chart([_dot(item) for item in series], unit(_said(series[0])))


def finding(series: Sequence[Record], site: Site) -> str:
    """Return what a series shows: the value used for its first year and for its last."""
    used = sorted((_said(item) for item in series if _said(item)["is_used"]), key=lambda said: said["period"])
    if not used:
        return ""
    first, last = used[0], used[-1]
    named = {"name": f"{capfirst(metric_label(first, site))}, {subject(first)}", "last": amount(last)}
    if first["period"] == last["period"]:
        return _("%(name)s: %(last)s in %(year)s") % {**named, "year": last["period"]}
    named |= {"first": amount(first), "then": first["period"], "year": last["period"]}
    others = len({_said(item)["period"] for item in series if not _said(item)["is_used"]})
    if others:
        more = ngettext("%(n)d year has another value too", "%(n)d years have other values too", others) % {"n": others}
        return _("%(name)s: %(first)s in %(then)s, %(last)s in %(year)s; %(more)s") % {**named, "more": more}
    return _("%(name)s: %(first)s in %(then)s, %(last)s in %(year)s") % named


def _data(series: Sequence[Record], site: Site) -> dict[str, Any]:
    """Return a series for a chart that answers to the pointer and the keyboard."""
    used = {int(_said(item)["period"][:4]) for item in series if _said(item)["is_used"]}
    points = []
    for item in sorted(series, key=lambda item: str(_said(item)["period"])):
        said = _said(item)
        year = int(said["period"][:4])
        day = f"{year}-07-01"
        points.append(
            {
                "first": day,
                "last": day,
                "value": float(said["value"]),
                "said": amount(said),
                "when": said["period"],
                "open": "",
                "kind": "firm" if said["is_used"] else "rival",
                "joined": year - 1 in used,
                "source": cited(said, site).host,
                "note": said["note"],
            }
        )
    name = capfirst(metric_label(_said(series[0]), site))
    return {"title": finding(series, site), "series": [{"name": name, "points": points}], "words": explored()}


def explored() -> dict[str, str]:
    """Return what a chart says while somebody explores it."""
    return {
        "span": _("may hold on any day of this time"),
        "rival": _("another value is published for the same time"),
        "how": _("Left and right arrow keys go from value to value, up and down from series to series."),
    }


def metric_label(said: Mapping[str, Any], site: Site) -> str:
    """Return what is counted: the scheme's label, else the source's word."""
    return site.label("indicators", metric(said))


def subject(said: Mapping[str, Any]) -> str:
    """Return of whom or which place a figure speaks."""
    named = [known(said["place"]), known(said["part"]), *countries([code for code in said["countries"] if known(code)])]
    return ", ".join(dict.fromkeys(name for name in named if name)) or _("the programme as a whole")


def unit(said: Mapping[str, Any]) -> str:
    """Return the unit as it is written after a value; nothing for a count."""
    return "" if said["unit"] == "count" else UNITS.get(said["unit"], said["unit"])


def amount(said: Mapping[str, Any]) -> str:
    """Return value and unit."""
    return f"{number(said['value'])}\u202f{unit(said)}".rstrip("\u202f")


def _said(record: Record) -> dict[str, Any]:
    return record.payload or {}


def is_undecided(said: Mapping[str, Any]) -> bool:
    """Tell whether nothing tells which of several values is meant, so that one is only shown first."""
    return any(reason["rule"].endswith(".undecided") for reason in said["reasons"])


def _figure(record: Record, site: Site, *, this: str) -> FigureShown:
    said = _said(record)
    details = [
        (_("Measure"), known(said["measure"])),
        (_("Part"), known(said["dimension"])),
        (_("Basis"), known(said["basis"])),
        (_("Boundary"), known(said["boundary"])),
        (_("Share of the owner who reports it"), known(said["share"])),
    ]
    if not is_unknown(said["indicator"]) and said["metric"].lower() != metric_label(said, site).lower():
        details.insert(0, (_("In the words of its source"), said["metric"]))
    return FigureShown(
        url=record_url("figure", record.subject, record.title, site.query),
        amount=amount(said),
        period=said["period"],
        as_of=known(said["as_of"]),
        details=[(name, value) for name, value in details if value],
        note=said["note"],
        is_estimated=said["is_estimated"],
        is_used=said["is_used"],
        is_this=record.subject == this,
        cited=cited(said, site),
    )


def _years(series: Sequence[Record], site: Site, *, this: str) -> list[YearShown]:
    by_period: dict[str, list[Record]] = defaultdict(list)
    for item in series:
        by_period[_said(item)["period"]].append(item)
    found = []
    for period, items in sorted(by_period.items(), reverse=True):
        used = next((item for item in items if _said(item)["is_used"]), items[0])
        found.append(
            YearShown(
                url=record_url("figure", used.subject, used.title, site.query),
                period=period,
                amount=amount(_said(used)),
                others=[amount(_said(item)) for item in items if item is not used],
                host=cited(_said(used), site).host,
                is_this=period == this,
                is_undecided=is_undecided(_said(used)),
            )
        )
    return found


def _dot(record: Record) -> Dot:
    said = _said(record)
    return Dot(int(said["period"][:4]), float(said["value"]), is_used=said["is_used"])


def _beside(said: Mapping[str, Any], told: Sequence[Record], site: Site) -> list[Beside]:
    by_series: dict[str, list[Record]] = defaultdict(list)
    for item in told:
        if _said(item)["series"] != said["series"]:
            by_series[_said(item)["series"]].append(item)
    found = []
    for items in by_series.values():
        used = [item for item in items if _said(item)["is_used"]] or items
        last = max(used, key=lambda item: _said(item)["period"])
        periods = sorted({_said(item)["period"] for item in items})
        found.append(
            Beside(
                link=Link(amount(_said(last)), record_url("figure", last.subject, last.title, site.query)),
                differs=_differs(said, _said(last)),
                years="–".join(dict.fromkeys((show_day(periods[0]), show_day(periods[-1])))),
            )
        )
    return sorted(found, key=lambda item: (item.differs, item.link.name))


def _alike(said: Mapping[str, Any], around: Sequence[Record], site: Site) -> list[Alike]:
    """Return figures a reader may take for this one: a word of what they count begins like a word of what it counts."""
    own = _telling(said)
    found = []
    for item in around:
        other = item.payload or {}
        if about(other) == about(said) or not any(
            word.startswith(mine) or mine.startswith(word) for word in _telling(other) for mine in own
        ):
            continue
        name = metric_label(other, site)
        part = known(other["dimension"])
        found.append(
            Alike(
                link=Link(
                    f"{name}, {part}" if part else name, record_url("figure", item.subject, item.title, site.query)
                ),
                amount=amount(other),
                as_of=known(other["as_of"]),
                cited=cited(other, site),
            )
        )
    return found


def _telling(said: Mapping[str, Any]) -> list[str]:
    return [word for word in words(said["metric"]) if len(word) >= TELLING]


def _differs(said: Mapping[str, Any], other: Mapping[str, Any]) -> str:
    named = {
        "measure": _("measure"),
        "dimension": _("part"),
        "basis": _("basis"),
        "boundary": _("boundary"),
        "unit": _("unit"),
    }
    return "; ".join(
        f"{named[name]}: {_('not published') if is_unknown(other[name]) else other[name]}"
        for name in DIFFERENCES
        if other[name] != said[name]
    )
