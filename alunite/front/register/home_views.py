"""The first page, and the files of the charts on it."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from alunite.front.register import chart_files, home_queries, present
from alunite.front.register import lines as memory
from alunite.front.register.home_queries import Counts, Shares
from alunite.front.register.present.bars import Bars, by_activity, by_country, by_standard
from alunite.front.register.present.cited import hosts
from alunite.front.register.present.growth import growth
from alunite.front.register.present.worldmap import world_map
from alunite.front.register.present.years import Own, key_figures, years
from alunite.front.register.site import Site, is_unknown
from alunite.front.register.templatetags.shown import counted as show_count
from alunite.front.register.views import seen

SHARED = ("activity", "country", "standard")


@require_safe
def home(request: HttpRequest) -> HttpResponse:
    """Show the programme in numbers: what is published of it, and what is held here."""
    asked = seen(request)
    clocks, site = asked.clocks, asked.site
    told = chart_files.told(clocks, site)
    sources = [value.cited for measure in told for values in measure.parts.values() for value in values]
    known = memory.lines()
    counted = home_queries.counts(known, clocks.on, clocks.at)
    shares = home_queries.shares(known, SHARED, clocks.on, clocks.at)
    context: dict[str, Any] = {
        "and_clocks": site.query.replace("?", "&"),
        "pages": len({source.url for source in sources}),
        "hosts": hosts(sources),
        "activities": list(site.labels["activities"].values()),
        "short": str(site.scheme.get("id", "")).upper(),
        "counted": counted,
        "key_figures": key_figures(told, clocks.day, _own(counted, shares, site)),
        "growth": growth(told),
        "years": years(told),
        "charts": _bars(shares, counted.all_lines, site),
        "map": world_map(home_queries.facilities(counted.records.get("facility", 0), clocks.at), site),
        "lines": [
            present.line(record, clocks.day, site) for record in home_queries.latest(known, clocks.on, clocks.at)
        ],
    }
    return render(request, "register/home.html", asked.context | context, status=asked.status)


def _bars(shares: Shares, total: int, site: Site) -> list[Bars]:
    charts = (make(shares, total, site) for make in (by_activity, by_country, by_standard))
    return [chart for chart in charts if chart]


def _own(counted: Counts, shares: Shares, site: Site) -> dict[str, Own]:
    """Return what our own records count beside a key figure, by what the scheme asks for."""
    countries = [value for value, _count in shares.get("country", []) if not is_unknown(value)]
    register = reverse("register") + site.query
    lines = _("%(certificates)s certificates and %(events)s events whose certificate is not identified") % {
        "certificates": show_count(counted.lines.get("certificate", 0)),
        "events": show_count(counted.lines.get("certification_event", 0)),
    }
    return {
        "members": Own(
            counted.records.get("member", 0), _("members named by public pages"), reverse("members") + site.query
        ),
        "lines": Own(counted.all_lines, lines, register),
        "audits": Own(counted.records.get("audit", 0), _("audits that public pages tell of, of all years"), ""),
        "countries": Own(len(countries), _("countries of certificates and events"), register),
    }
