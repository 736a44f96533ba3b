"""The public API: one operation a question, the same for everybody, made from publications alone."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Any

import msgspec
from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from ninja import NinjaAPI, Query, Schema
from ninja.errors import ValidationError

from alunite.foundation.publications.dictionary import plural, public_kinds
from alunite.foundation.publications.kinds import kind
from alunite.foundation.publications.opendata import ROWS_STATEMENT, Clocks, Spoken, row_json
from alunite.front.api import queries
from alunite.front.api.answers import answered, etag, etag_of, unchanged
from alunite.front.api.asking import (
    ASKED_BY_KIND,
    ApplicabilityAsked,
    ByClocks,
    ChangesAsked,
    Paged,
    RecordsAsked,
    chosen,
    faults_of,
    next_page,
    page_of,
    repeated_names,
    standing,
    strange_names,
)
from alunite.front.api.clocks import clocks_for
from alunite.front.register.problems import Fault, Problem

TITLE = "Alunite public API"
TERMS = ROWS_STATEMENT
LISTS = frozenset({"activity", "trigger"})

api = NinjaAPI(
    title=TITLE, version=settings.ALUNITE_VERSION, openapi_url=None, docs_url=None, urls_namespace="public_api"
)
View = Callable[..., HttpResponseBase]

# What each operation takes, by its name: whatever else stands in the query is a fault.
PARAMETERS: dict[str, frozenset[str]] = {}


@api.exception_handler(ValidationError)
def _not_understood(request: HttpRequest, error: ValidationError) -> HttpResponse:
    faults = faults_of(error, request) + _misnamed(request)
    return Problem(422, faults=faults).answer()


def _misnamed(request: HttpRequest) -> list[Fault]:
    name = request.resolver_match.url_name if request.resolver_match else ""
    known = PARAMETERS.get(str(name), frozenset())
    return strange_names(request, known) + repeated_names(request, LISTS)


def operation(
    path: str, name: str, summary: str, tag: str, asked: type[Schema] | None = None
) -> Callable[[View], View]:
    """Register an operation under its name; a question with a parameter it does not take is refused whole."""
    PARAMETERS[name] = frozenset(asked.model_fields) if asked else frozenset()

    def register(view: View) -> View:
        @wraps(view)
        def checked(request: HttpRequest, **named: Any) -> HttpResponseBase:
            if request.GET and (faults := _misnamed(request)):
                raise Problem(422, faults=faults)
            return view(request, **named)

        if asked:
            checked.__annotations__ = {**view.__annotations__, "asked": Query[asked]}  # type: ignore[misc, valid-type]
            view.__annotations__ = checked.__annotations__
        api.api_operation(["GET", "HEAD"], path, operation_id=name, summary=summary, tags=[tag], url_name=name)(checked)
        return checked

    return register


@operation("/", "index", "What there is", "Everything", ByClocks)
def index(request: HttpRequest, asked: Any) -> HttpResponseBase:
    """Where each kind of record is found, the last publication, and on which terms rows may be used."""
    clocks = clocks_for(asked.on, asked.as_of, standing(request))
    tag = etag_of(clocks)
    root = request.path
    return unchanged(request, tag) or answered(
        {
            "name": TITLE,
            "version": settings.ALUNITE_VERSION,
            "scheme": standing(request).site.scheme.get("name", ""),
            **clocks.as_dict(),
            "terms": TERMS,
            "register": f"{root}records",
            "lists": {name: f"{root}{name}" for name in public_kinds()},
            "changes": f"{root}changes",
            "description": f"{root}openapi.json",
        },
        tag,
    )


def _listed(request: HttpRequest, clocks: Clocks, items: list[bytes], following: str | None) -> HttpResponse:
    """Return a page of a list around items that are JSON already."""
    tag = etag_of(clocks)
    body = msgspec.json.encode(
        {
            **clocks.as_dict(),
            "note": _why_empty(request, clocks) if not items else "",
            "terms": TERMS,
            "next": following,
            "items": [msgspec.Raw(item) for item in items],
        }
    )
    links = {"Link": f'<{following}>; rel="next"'} if following else {}
    return answered(body, tag, **links)


def _why_empty(request: HttpRequest, clocks: Clocks) -> str:
    if clocks.publication:
        return "Nothing published by then fits the question."
    if standing(request).publication:
        return f"Nothing had been published by the end of {clocks.as_of}."
    return "Nothing has been published yet."


def _list_of(kind_name: str) -> None:
    name = plural(kind_name)

    def view(request: HttpRequest, asked: Any) -> HttpResponseBase:
        clocks, after = page_of(request, asked.after, asked.on, asked.as_of)
        if known := unchanged(request, etag_of(clocks)):
            return known
        page = queries.rows_of(kind_name, clocks, after=after, limit=asked.limit, chosen=chosen(asked))
        items = [row_json(publication, clocks.on) for publication in page.rows]
        return _listed(request, clocks, items, next_page(request, clocks, page.next))

    view.__doc__ = f"{about(kind_name)} In the order in which they were published."
    operation(f"/{name}", f"list_{name}", f"List {words(name)}", "Records", ASKED_BY_KIND.get(kind_name, Paged))(view)


def _one_of(kind_name: str) -> None:
    name = plural(kind_name)

    def view(request: HttpRequest, subject: str, asked: Any) -> HttpResponseBase:
        clocks = clocks_for(asked.on, asked.as_of, standing(request))
        found = queries.said_of(kind_name, subject, clocks)
        tag = etag(found.pk, clocks.on)
        return unchanged(request, tag) or answered(row_json(Spoken.by(found), clocks.on), tag)

    view.__annotations__["subject"] = str
    view.__doc__ = about(kind_name)
    operation(f"/{name}/{{subject}}", f"get_{kind_name}", f"One of the {words(name)}", "Records", ByClocks)(view)


def _timeline_of(kind_name: str) -> None:
    name = plural(kind_name)

    def view(request: HttpRequest, subject: str, asked: Any) -> HttpResponseBase:
        clocks = clocks_for(asked.on, asked.as_of, standing(request))
        found = queries.said_of(kind_name, subject, clocks)
        tag = etag_of(clocks)  # the answer names the last publication
        return unchanged(request, tag) or answered(queries.timeline(found, clocks), tag)

    view.__annotations__["subject"] = str
    view.__doc__ = "All states over time, and the one that holds on the day asked for, each with its reasons."
    path = f"/{name}/{{subject}}/timeline"
    operation(path, f"timeline_of_{kind_name}", f"Timeline of one of the {words(name)}", "Records", ByClocks)(view)


def words(name: str) -> str:
    """Return what a list is called in a sentence."""
    return name.replace("_", " ")


def about(kind_name: str) -> str:
    """Return what a kind is, as its payload says."""
    return " ".join((kind(kind_name).payload.__doc__ or "").split())


@operation("/records", "list_records", "List the register", "Register", RecordsAsked)
def records(request: HttpRequest, asked: Any) -> HttpResponseBase:
    """The lines of the register: certificates, and events whose certificate is not identified, latest event first.

    With `on` only what had begun by that day is listed. The whole of a record stands under its `address`.
    """
    clocks, after = page_of(request, asked.after, asked.on, asked.as_of)
    if known := unchanged(request, etag_of(clocks)):
        return known
    newest = standing(request).publication
    page = queries.lines(asked, clocks, after=after, limit=asked.limit, newest=newest)
    return _listed(request, clocks, page.items, next_page(request, clocks, page.next))


for _kind in public_kinds().values():
    _list_of(_kind.name)
    _one_of(_kind.name)
    if "timeline" in _kind.payload.model_fields:
        _timeline_of(_kind.name)


@operation(
    "/standard_versions/{subject}/criteria",
    "criteria_of_standard_version",
    "Criteria of a version of a standard",
    "Standards",
    ByClocks,
)
def criteria(request: HttpRequest, subject: str, asked: Any) -> HttpResponseBase:
    """Every criterion in order, with its principle, in our words and with how well each is known."""
    clocks = clocks_for(asked.on, asked.as_of, standing(request))
    found = queries.said_of("standard_version", subject, clocks)
    tag = etag_of(clocks)
    return unchanged(request, tag) or answered(queries.criteria(found, clocks), tag)


@operation("/changes", "list_changes", "What was published, changed and withdrawn", "Changes", ChangesAsked)
def changes(request: HttpRequest, asked: Any) -> HttpResponseBase:
    """Every publication: newest first, or, after the number in `since`, oldest first, to keep a copy in step."""
    clocks, after = page_of(request, asked.after, asked.on, asked.as_of)
    if known := unchanged(request, etag_of(clocks)):
        return known
    page = queries.changes(asked, clocks, since=asked.since, after=after)
    items = [msgspec.json.encode(queries.change(publication)) for publication in page.rows]
    return _listed(request, clocks, items, next_page(request, clocks, page.next))


@operation("/applicability", "get_applicability", "Which criteria apply to a scope", "Standards", ApplicabilityAsked)
def get_applicability(request: HttpRequest, asked: Any) -> HttpResponseBase:
    """Values in, a judgement with all its reasons out: the rule that the command `alunite applicable` asks too."""
    clocks = clocks_for(asked.on, asked.as_of, standing(request))
    tag = etag_of(clocks)
    return unchanged(request, tag) or answered(queries.judged(asked, clocks), tag)
