"""Pages of countries and of activities: what is certified there, how, and what is made."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlencode

import iso3166
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from alunite.foundation.publications.countries import country_name
from alunite.foundation.publications.kinds import UNKNOWN
from alunite.front.register import lines as memory
from alunite.front.register import named, places, present
from alunite.front.register.present.words import Link
from alunite.front.register.site import Site
from alunite.front.register.views import Seen, seen

# Beside lines, what is counted by a country or an activity.
KINDS = ("member", "facility")
# By what else the records of a country, and of an activity, divide.
OTHER = {"country": "activity", "activity": "country"}


@require_safe
def countries(request: HttpRequest) -> HttpResponse:
    asked = seen(request)
    found = places.overview(memory.lines(), "country", KINDS, asked.clocks)
    shown = present.overview(found, "country", country_name, asked.site)
    return _list(request, asked, shown, _unplaced(found), "register/countries.html")


@require_safe
def activities(request: HttpRequest) -> HttpResponse:
    asked = seen(request)
    found = places.overview(memory.lines(), "activity", KINDS, asked.clocks)
    labels = asked.site.labels["activities"]
    known = {place.value for place in found}
    found += [places.Summary(value) for value in labels if value not in known]
    found = [place for place in found if place.value in labels or place.value == UNKNOWN]
    shown = present.overview(found, "activity", lambda value: labels[value], asked.site, tuple(labels))
    return _list(request, asked, shown, _unplaced(found), "register/activities.html")


def _unplaced(found: list[places.Summary]) -> int:
    """Return how many lines no source gives a value for."""
    return sum(place.lines for place in found if place.value == UNKNOWN)


def _list(
    request: HttpRequest, asked: Seen, shown: list[present.PlaceShown], unplaced: int, template: str
) -> HttpResponse:
    context = asked.context | {"places": shown, "unplaced": unplaced}
    return render(request, template, context, status=asked.status)


@require_safe
def country(request: HttpRequest, code: str) -> HttpResponse:
    if code != code.upper():
        return _at(request, "country", code.upper())
    if code not in iso3166.countries_by_alpha2:
        raise Http404
    asked = seen(request)
    made = {"level": "country", "country": code, "row_kind": "production"}
    figures = named.having_all("figure", {**made, "used": "yes"}, asked.clocks.at)
    more = {
        "made": present.made(figures, asked.site),
        "all_made": _in_list("figures", made, asked.site),
        "by": [
            (
                _("By activity"),
                _("Activity"),
                lambda counts, site: present.divided(
                    counts, "activity", lambda value: site.label("activities", value), {"country": code}, site
                ),
            )
        ],
        "crumbs": [Link(_("Countries"), reverse("countries") + asked.site.query)],
    }
    return _place(request, asked, ("country", code), country_name(code), more)


@require_safe
def activity(request: HttpRequest, activity: str) -> HttpResponse:
    asked = seen(request)
    if activity not in asked.site.labels["activities"]:
        raise Http404
    more = {
        "by": [
            (
                _("By country"),
                _("Country"),
                lambda counts, site: present.divided(counts, "country", country_name, {"activity": activity}, site),
            )
        ],
        "crumbs": [Link(_("Activities"), reverse("activities") + asked.site.query)],
    }
    return _place(request, asked, ("activity", activity), asked.site.label("activities", activity), more)


def _at(request: HttpRequest, name: str, value: str) -> HttpResponse:
    query = f"?{request.GET.urlencode()}" if request.GET else ""
    return redirect(reverse(name, args=[value]) + query, permanent=True)


def _place(request: HttpRequest, asked: Seen, chosen: tuple[str, str], name: str, more: dict[str, Any]) -> HttpResponse:
    clocks, site = asked.clocks, asked.site
    facet, value = chosen
    known = memory.lines()
    having = places.having(known, facet, value, clocks)
    counts = places.counts(known, having, ("version", OTHER[facet]), clocks.day)
    there = places.first_of_each(known, having, KINDS, chosen, clocks.at)
    only = {facet: value}
    context = {
        "name": name,
        "counts": counts,
        "states": present.states(counts, only, site),
        "versions": present.versions(counts, only, site),
        "divided": [(title, head, divide(counts, site)) for title, head, divide in more.pop("by")],
        "lines": [present.line(record, clocks.day, site) for record in there.records[places.LINE]],
        "count": counts.lines,
        "all_lines": _in_list("register", only, site),
        **_named("member", there, only, site),
        **_named("facility", there, only, site),
        "facet": facet,
    }
    return render(request, f"register/{facet}.html", asked.context | context | more, status=asked.status)


def _named(kind: str, there: places.Shown, only: dict[str, str], site: Site) -> dict[str, Any]:
    lists = {"member": "members", "facility": "facilities"}[kind]
    return {
        lists: present.names(there.records[kind], site),
        f"{kind}_heads": present.heads(kind),
        f"{kind}_count": there.counts[kind],
        f"all_{lists}": _in_list(lists, only, site),
    }


def _in_list(name: str, chosen: dict[str, str], site: Site) -> str:
    return f"{reverse(name)}?{urlencode(chosen)}{site.query.replace('?', '&')}"
