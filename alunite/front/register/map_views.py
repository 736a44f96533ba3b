"""The map of facilities, its list, and its places as GeoJSON."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from http import HTTPStatus
from typing import Any

import msgspec
from django import forms
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.cache import get_conditional_response, patch_vary_headers
from django.utils.http import quote_etag
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_safe

from alunite.front.register import atlas, named, present, queries
from alunite.front.register import lines as memory
from alunite.front.register.atlas import GROUPS, AskedMap, Atlas, Found
from alunite.front.register.clocks import Clocks, clocks_of, site_at
from alunite.front.register.forms import LABELS, LONGEST_QUERY, ClockForm, DaysForm, Values
from alunite.front.register.lines import Lines
from alunite.front.register.list_views import ON_THE_MAP, PUBLIC_ID, is_part, push_address, to_last_page, without_empty
from alunite.front.register.problems import no_file
from alunite.front.register.site import Site, site_of
from alunite.front.register.typed import TextField

GEOJSON = "application/geo+json"
# What a browser may keep the places for without asking again, in seconds.
KEPT = 60


class MapForm(ClockForm):
    """The state of the map, all of it in the address."""

    q = TextField(label=_("Name or operator"), required=False, max_length=LONGEST_QUERY)
    operator = TextField(label=_("Operator"), required=False, max_length=LONGEST_QUERY)
    page = forms.IntegerField(label=_("Page"), required=False, min_value=1, max_value=100_000)

    def __init__(
        self, *args: Any, offered: Mapping[str, Mapping[str, Any]], names: Mapping[str, str], **kwargs: Any
    ) -> None:
        super().__init__(*args, **kwargs)
        self.offered, self.names = offered, names
        self.fields["q"].widget.attrs["placeholder"] = self.fields["q"].label
        labels = {**LABELS, "state": _("Certificate known of the operator"), "placed": _("Place on the map")}
        for name in GROUPS:
            self.fields[name] = Values(label=labels[name], choices=list(offered[name].items()))
        self.fields["member"] = Values(label=LABELS["member"], choices=list(names.items()))

    @property
    def asked(self) -> AskedMap:
        """The question, once the form is valid."""
        data = self.cleaned_data
        return AskedMap(data["q"].strip(), {name: data[name] for name in GROUPS}, data["member"], data["operator"])


@dataclass
class Question:
    """What is asked of the map: read once, for the page and for its places."""

    form: MapForm
    clocks: Clocks
    site: Site
    known: Lines
    facilities: Atlas
    words: Mapping[str, Any]

    def found(self) -> Found:
        """Return the facilities that fit. At most two queries."""
        states = atlas.states_of(self.facilities, self.known, self.clocks.at, self.clocks.day)
        return atlas.found(self.form.asked, self.facilities, states)


def question(request: HttpRequest) -> Question:
    """Read what is asked. At most six queries."""
    site = site_of(request)
    clocks = clocks_of(request, *DaysForm(request.GET, site=site).days)
    then = site_at(request, clocks)
    known = memory.lines()
    facilities = atlas.atlas(known, clocks.at)
    members = [text for text in request.GET.getlist("member") if PUBLIC_ID.fullmatch(text)]
    titles = queries.names({"member": members}, clocks.at)
    words = present.words_of_map(then, titles)
    values = atlas.values_of(facilities)
    others = {name: {*request.GET.getlist(name)} - {*values[name]} for name in facilities.values}
    had = named.ever_had(atlas.FACILITY, others)
    values |= {name: {*values[name], *more} for name, more in had.items()}
    form = MapForm(
        request.GET,
        site=site,
        offered=present.offered(values, words, then, request.GET),
        names={subject: title for (_kind, subject), title in titles.items()},
    )
    return Question(form, clocks, then, known, facilities, words)


@require_safe
def facility_map(request: HttpRequest) -> HttpResponse:
    asked = question(request)
    form = asked.form
    context: dict[str, Any] = {"form": form, "clocks": asked.clocks, "site": asked.site, "address": "map"}
    if not form.is_valid():
        context["groups"] = present.groups(form, {}, GROUPS, {})
        return _shown(request, context, HTTPStatus.BAD_REQUEST)
    found = asked.found()
    chosen = present.chips(form, request.GET, asked.words, [*GROUPS, "member"], without=("page",))
    marks = present.legend(found, asked.site)
    number = form.cleaned_data["page"] or 1
    if moved := to_last_page(request, number, found.count, atlas.PAGE_LENGTH):
        return moved
    start = (number - 1) * atlas.PAGE_LENGTH
    last = min(start + atlas.PAGE_LENGTH, found.count)
    shared = without_empty(request.GET)
    for name in [name for name in shared if name not in ON_THE_MAP]:
        shared.pop(name)
    shared.setlist("state", [state for state in shared.getlist("state") if state != atlas.NONE])
    rest = without_empty(request.GET)
    rest.pop("page", None)
    following = rest.copy()
    following["page"] = str(number + 1)
    context |= {
        "found": found,
        "count": found.count,
        "unplaced": found.count - found.placed,
        "lines": [present.mapped(one, asked.site, marks) for one in found.some(start, last)],
        "first": start + 1,
        "last": last,
        "number": number,
        "next": following.urlencode() if last < found.count else "",
        "groups": present.groups(form, found.facets, GROUPS, form.cleaned_data),
        "chosen": chosen,
        "is_narrowed": bool(chosen or form.asked.text or form.asked.operator),
        "query": rest.urlencode(),
        "table_query": shared.urlencode(),
        "legend": marks,
        "shown_words": {
            "activities": asked.site.labels["activities"],
            "states": present.state_words(),
            "unknown": str(_("unknown")),
            "operator": str(_("Operator")),
            "certificate": str(_("Certificate known of the operator")),
        },
    }
    return _shown(request, context, HTTPStatus.OK)


def _shown(request: HttpRequest, context: dict[str, Any], status: HTTPStatus) -> HttpResponse:
    part = is_part(request)
    answer = render(request, "register/_map.html" if part else "register/map.html", context, status=status)
    return push_address(request, answer) if part else _varies(answer)


def _varies(answer: HttpResponse) -> HttpResponse:
    patch_vary_headers(answer, ["HX-Request"])
    return answer


@require_safe
def map_geojson(request: HttpRequest) -> HttpResponse:
    """Answer with the places of the facilities that fit; a browser that has them already is told so."""
    asked = question(request)
    if not asked.form.is_valid():
        return no_file(asked.form)
    order = list(asked.site.labels["activities"])
    found = asked.found()
    body = msgspec.json.encode(present.geojson(found, present.legend(found, asked.site), order))
    etag = quote_etag(hashlib.sha256(body).hexdigest()[:32])
    answer = HttpResponse(body, content_type=GEOJSON)
    answer["ETag"] = etag
    answer["Cache-Control"] = f"public, max-age={KEPT}"
    answer["Access-Control-Allow-Origin"] = "*"
    kept: HttpResponse = get_conditional_response(request, etag=etag, response=answer)  # type: ignore[assignment]
    return kept
