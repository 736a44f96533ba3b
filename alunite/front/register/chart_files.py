"""What stands in the file of a chart: its title, its values as rows, and what draws it."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from django.utils.translation import gettext as _

from alunite.front.register import home_queries, named, queries
from alunite.front.register import lines as memory
from alunite.front.register.clocks import Clocks
from alunite.front.register.facets import about
from alunite.front.register.present.bars import Bars, by_activity, by_country, by_standard
from alunite.front.register.present.cited import cited, hosts
from alunite.front.register.present.figures import chart_of_series, finding, series_of
from alunite.front.register.present.growth import growth
from alunite.front.register.present.measures import Measure, Value, indicators, measures
from alunite.front.register.present.worldmap import world_map
from alunite.front.register.site import Site

FIGURE = "figure-"

BAR = 24
_VALUE = ("indicator", "part", "year", "as_of", "value", "left_open", "is_used", "metric", "source_url", "note")

Rows = Sequence[Sequence[Any]]


@dataclass(frozen=True, slots=True)
class Filed:
    """A chart as files.

    Parameters
    ----------
    title : str
        What it shows; empty for one that is only a table.
    source : str
        Whose values they are.
    head, rows : sequences
        Its values as a table.
    template : str
        What draws it, 832 pixels wide; empty where nothing does.
    drawn : mapping
        What that template is given.
    height : int
        Of the drawing.
    """

    title: str
    source: str
    head: Sequence[str]
    rows: Rows
    template: str = ""
    drawn: Mapping[str, Any] = field(default_factory=dict)
    height: int = 0


def told(clocks: Clocks, site: Site) -> list[Measure]:
    """Return the scheme's indicators with what is published of them. One query."""
    listed = [item["id"] for item in indicators(site)]
    return measures(home_queries.figures(listed, clocks.at), clocks.day, site)


def chart_of(name: str, clocks: Clocks, site: Site) -> Filed | None:
    """Return the chart of a name, None where there is none, or nothing to draw."""
    if name.startswith(FIGURE):
        return _of_figure(name.removeprefix(FIGURE), clocks, site)
    make = _CHARTS.get(name)
    return make(clocks, site) if make else None


def _values(found: Iterable[Measure]) -> Rows:
    return [
        (measure.id, part, *_row(value))
        for measure in found
        for part, values in measure.parts.items()
        for value in values
    ]


def _row(value: Value) -> Sequence[Any]:
    stated = (value.year, value.as_of, value.number, value.open, value.is_used)
    return (*stated, value.metric, value.cited.url, value.note)


def _growth(clocks: Clocks, site: Site) -> Filed | None:
    found = told(clocks, site)
    chart = growth(found)
    if chart is None:
        return None
    drawn = {series.label for series in chart.series}
    source = _("Source: %(hosts)s") % {"hosts": ", ".join(chart.hosts)}
    rows = [row for row in _values(measure for measure in found if measure.label in drawn) if not row[1]]
    return Filed(chart.finding, source, _VALUE, rows, "components/_growth_drawing.html", {"chart": chart}, chart.height)


def _years(clocks: Clocks, site: Site) -> Filed | None:
    found = told(clocks, site)
    return Filed("", "", _VALUE, _values(found)) if found else None


def _shared(make: Callable[..., Bars | None], facet: str) -> Callable[[Clocks, Site], Filed | None]:
    def chart(clocks: Clocks, site: Site) -> Filed | None:
        known = memory.lines()
        total = known.listed(clocks.on, clocks.at).bit_count()
        bars = make(home_queries.shares(known, [facet], clocks.on, clocks.at), total, site)
        if bars is None:
            return None
        rows = [(bar.value, "" if bar.is_unknown else bar.label, bar.count, bars.total) for bar in bars.every]
        return Filed(
            bars.finding,
            _("Counted from the records of this register"),
            (facet, "label", "lines", "of"),
            rows,
            "charts/bars.svg",
            {"bars": [(place * BAR, bar) for place, bar in enumerate(bars.shown)]},
            len(bars.shown) * BAR,
        )

    return chart


def _facilities(clocks: Clocks, site: Site) -> Filed | None:
    known = queries.counts(clocks.at).get("facility", 0)
    found = home_queries.facilities(known, clocks.at)
    drawing = world_map(found, site)
    if drawing is None:
        return None
    rows = [(";".join(item.activities), item.latitude, item.longitude) for item in found.placed]
    source = _("World outline: Natural Earth. A mark is where a source puts the facility.")
    head = ("activities", "latitude", "longitude")
    return Filed(drawing.finding, source, head, rows, "charts/world.svg", {"map": drawing}, drawing.height)


def _of_figure(subject: str, clocks: Clocks, site: Site) -> Filed | None:
    record = queries.record("figure", subject, clocks.at)
    if record is None or not record.payload:
        return None
    said = record.payload
    others = named.having("figure", "about", [about(said)], clocks.at)
    series = series_of(record, others)
    rows = [
        (item.subject, of["period"], of["as_of"], of["value"], of["unit"], of["is_used"], of["source_url"])
        for item in series
        if (of := item.payload)
    ]
    chart = chart_of_series(series)
    return Filed(
        title=finding(series, site),
        source=_("Source: %(hosts)s") % {"hosts": ", ".join(hosts(cited(item.payload or {}, site) for item in series))},
        head=("figure", "period", "as_of", "value", "unit", "is_used", "source_url"),
        rows=sorted(rows, key=lambda row: (row[1], not row[5], row[0])),
        template="components/_chart_drawing.html" if chart else "",
        drawn={"chart": chart},
        height=chart.height if chart else 0,
    )


_CHARTS: Mapping[str, Callable[[Clocks, Site], Filed | None]] = {
    "growth": _growth,
    "years": _years,
    "activities": _shared(by_activity, "activity"),
    "countries": _shared(by_country, "country"),
    "standards": _shared(by_standard, "standard"),
    "facilities": _facilities,
}
