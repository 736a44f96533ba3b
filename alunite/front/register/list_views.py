"""The list of the register, and the files of exactly what it is narrowed to."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from http import HTTPStatus
from math import ceil
from typing import Any

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect, QueryDict, StreamingHttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import render
from django.utils.cache import patch_vary_headers
from django.views.decorators.http import require_safe

from alunite.foundation.publications.identifiers import ALPHABET, LENGTH
from alunite.front.register import downloads, present, queries
from alunite.front.register import lines as memory
from alunite.front.register.clocks import AFTER, Clocks, clocks_of, site_at
from alunite.front.register.forms import OFFERED, SORT_WORDS, DaysForm, RegisterForm, read_as_of
from alunite.front.register.lines import Lines
from alunite.front.register.problems import no_file
from alunite.front.register.queries import RELEVANCE, STATE_ORDER, Asked
from alunite.front.register.site import Site, site_of

PUBLIC_ID = re.compile(f"[{ALPHABET}]{{{LENGTH}}}")


@dataclass
class Question:
    """What is asked of the list: read once, for the page and for its files."""

    request: HttpRequest
    site: Site
    clocks: Clocks
    known: Lines
    titles: Mapping[tuple[str, str], str]
    form: RegisterForm

    @cached_property
    def words(self) -> Mapping[str, Any]:
        """How the values of each filter are said."""
        return present.words_of(self.site, self.titles)

    @cached_property
    def asked(self) -> Asked:
        """The question, once the form is valid."""
        return self.form.asked(self.clocks)

    def map_query(self) -> str:
        """Return the query of the map of the same question, as far as it means anything there."""
        parameters = without_empty(self.request.GET)
        for name in [name for name in parameters if name not in ON_THE_MAP]:
            parameters.pop(name)
        return parameters.urlencode()

    def query(self, **changes: str) -> str:
        """Return the query of the first page of the same list, with some of it changed."""
        parameters = self.request.GET.copy()
        parameters.pop(AFTER, None)
        for name, value in changes.items():
            parameters[name] = value
        return without_empty(parameters).urlencode()


# What the map can be narrowed by too.
ON_THE_MAP = ("activity", "country", "state", "member", "on", "as_of")


def without_empty(parameters: QueryDict) -> QueryDict:
    """Return parameters without those that say nothing, which a form sends along."""
    kept = QueryDict(mutable=True)
    for name, values in parameters.lists():
        kept.setlist(name, said) if (said := [value for value in values if value.strip()]) else None
    return kept


def question(request: HttpRequest) -> Question:
    """Read what is asked. At most five queries."""
    site = site_of(request)
    clocks = clocks_of(request, *DaysForm(request.GET, site=site).days)
    then = site_at(request, clocks)
    at = read_as_of(request.GET, clocks)
    known = memory.lines()
    values = queries.offered(known)
    members = [text for text in request.GET.getlist("member") if PUBLIC_ID.fullmatch(text)]
    titles = queries.names({"firm": sorted(values["firm"]), "member": members}, at)
    offered = present.offered({**values, "state": STATE_ORDER}, present.words_of(then, titles), then, request.GET)
    form = RegisterForm(
        request.GET,
        site=site,
        offered=offered,
        names={subject: title for (kind, subject), title in titles.items() if kind == "member"},
    )
    return Question(request, then, clocks, known, titles, form)


@require_safe
def register(request: HttpRequest) -> HttpResponse:
    asked = question(request)
    if moved := _version_as_standard(asked):
        return moved
    context: dict[str, Any] = {
        "form": asked.form,
        "clocks": asked.clocks,
        "site": asked.site,
        "address": "register",
    }
    if not asked.form.is_valid():
        context["groups"] = present.groups(asked.form, {}, OFFERED, {})
        return _shown(request, context, HTTPStatus.BAD_REQUEST)
    listing = queries.listing(asked.asked, asked.known)
    data = asked.form.cleaned_data
    chosen = present.chips(asked.form, request.GET, asked.words, [*OFFERED, "member"], without=(AFTER,))
    context |= {
        "asked": asked.asked,
        "listing": listing,
        "lines": [present.line(record, asked.asked.day, asked.site) for record in listing.records],
        "groups": present.groups(asked.form, listing.facets, OFFERED, data),
        "chosen": chosen,
        "is_narrowed": bool(chosen or asked.asked.text),
        "most_relevant": queries.MOST_RELEVANT,
        "next": asked.form.following(asked.clocks, listing),
        "query": asked.query(),
        "map_query": asked.map_query(),
        "sort": SORT_WORDS[asked.asked.sort],
        "sorts": [
            (words, asked.query(sort=name), name == asked.asked.sort)
            for name, words in SORT_WORDS.items()
            if name != RELEVANCE or asked.asked.text
        ],
    }
    if listing.at is not None and not (asked.clocks.as_of or listing.is_newest):
        context["read_at"] = queries.published_at(listing.at)
    return _shown(request, context, HTTPStatus.OK)


def to_last_page(request: HttpRequest, number: int, count: int, length: int) -> HttpResponse | None:
    """Lead on who asks for a page behind the last one, as a list does that has become shorter; None for any other page."""
    last = max(1, ceil(count / length))
    if number <= last:
        return None
    parameters = without_empty(request.GET)
    parameters.pop("page")
    if last > 1:
        parameters["page"] = str(last)
    return HttpResponseRedirect(f"{request.path}?{parameters.urlencode()}".removesuffix("?"))


def is_part(request: HttpRequest) -> bool:
    """Tell whether a script of ours asks for what changes of a page, and not a reader for all of it."""
    return request.headers.get("HX-Request") == "true" and "HX-History-Restore-Request" not in request.headers


def push_address(request: HttpRequest, answer: HttpResponse, asked: QueryDict | None = None) -> HttpResponse:
    """Let the browser show the address of what it is sent, without what says nothing; `asked` is what was read of it."""
    patch_vary_headers(answer, ["HX-Request"])
    query = without_empty(request.GET if asked is None else asked).urlencode()
    answer["HX-Push-Url"] = f"{request.path}?{query}" if query else request.path
    return answer


def _shown(request: HttpRequest, context: dict[str, Any], status: HTTPStatus) -> HttpResponse:
    """Answer with the page, or with what changes of it where a script of ours asks."""
    if is_part(request):
        return push_address(request, render(request, "register/_list.html", context, status=status))
    answer = render(request, "register/list.html", context, status=status)
    patch_vary_headers(answer, ["HX-Request"])
    return answer


def _version_as_standard(asked: Question) -> HttpResponse | None:
    """Lead on who asks for a version as if it were a standard: the version says which standard is meant."""
    given = asked.request.GET.getlist("standard")
    versions = [text for text in given if text in asked.form.offered["version"]]
    versions = [text for text in versions if text not in asked.form.offered["standard"]]
    if not versions:
        return None
    parameters = asked.request.GET.copy()
    parameters.setlist("standard", [text for text in given if text not in versions])
    parameters.setlist("version", [*parameters.getlist("version"), *versions])
    return HttpResponseRedirect(f"{asked.request.path}?{without_empty(parameters).urlencode()}")


@require_safe
def register_csv(request: HttpRequest) -> HttpResponseBase:
    return _file(request, "csv", "text/csv; charset=utf-8", downloads.csv_chunks)


@require_safe
def register_json(request: HttpRequest) -> HttpResponseBase:
    return _file(request, "json", "application/json", downloads.json_chunks)


def _file(request: HttpRequest, ending: str, media_type: str, write: Any) -> HttpResponseBase:
    """Send all lines the list is narrowed to, in its order."""
    asked = question(request)
    if not asked.form.is_valid():
        return no_file(asked.form)
    numbers = queries.every(asked.asked, asked.known)
    at = asked.known.newest if asked.asked.at is None else asked.asked.at
    head = downloads.Head(asked.asked.day, asked.clocks.as_of, at, len(numbers), request.build_absolute_uri("/"))
    answer = StreamingHttpResponse(write(head, numbers, asked.site), content_type=media_type)
    answer["Content-Disposition"] = f'attachment; filename="register-{asked.asked.day.isoformat()}.{ending}"'
    return answer
