"""Open data pages, files, feeds, calendar and site map."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.http.response import HttpResponseBase
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext, gettext_noop
from django.views.decorators.http import require_safe

from alunite.foundation.publications.dictionary import dictionary, public_kinds
from alunite.foundation.publications.opendata import (
    ROWS_STATEMENT,
    Clocks,
    Spoken,
    csv_chunks,
    csv_metadata,
    csv_of,
    json_chunks,
    row_schema,
)
from alunite.front.api import feeds, queries
from alunite.front.api import icalendar as calendars
from alunite.front.api import sitemap as sitemaps
from alunite.front.api.addresses import address_of, host
from alunite.front.api.answers import JSON, answered, etag, etag_of, streamed, unchanged
from alunite.front.api.asking import FeedAsked, FileAsked, RecordsAsked, asked_of, next_page, standing
from alunite.front.api.asking import page_of as place_of
from alunite.front.api.clocks import clocks_for
from alunite.front.api.documentation import operations
from alunite.front.api.examples import with_examples
from alunite.front.api.forms import ClocksForm
from alunite.front.api.linked import dataset
from alunite.front.register.origin import origin
from alunite.front.register.problems import PROBLEMS, Fault, Problem

CSV = "text/csv; charset=utf-8; header=present"
# Who speaks in feeds: whoever runs the register, never the owner of the scheme.
AUTHOR = "Alunite"
ATOM = "application/atom+xml; charset=utf-8"
CALENDAR = "text/calendar; charset=utf-8"
XML = "application/xml"
# What the kinds of record are called, beside those that models name alike.
_NAMED = (gettext_noop("firms"), gettext_noop("schemes"), gettext_noop("standard versions"), gettext_noop("findings"))
FILES = {"csv": (csv_chunks, CSV), "json": (json_chunks, JSON)}


@require_safe
def data(request: HttpRequest) -> HttpResponse:
    """Show what can be taken away, by both clocks."""
    form = ClocksForm(request.GET, last_day=standing(request).last_day)
    days = form.cleaned_data if form.is_valid() else {}
    clocks = clocks_for(days.get("on"), days.get("as_of"), standing(request))
    counts = queries.counts(clocks)
    kinds = [
        {**dictionary(kind.name), "rows": counts.get(kind.name, 0), "title": gettext(name.replace("_", " "))}
        for name, kind in public_kinds().items()
    ]
    context = {
        "form": form,
        "own_address": request.path,
        "clocks": clocks,
        "kinds": kinds,
        "query": request.GET.urlencode() if form.is_valid() else "",
        "terms": ROWS_STATEMENT,
        "linked": dataset(origin(request), kinds, standing(request).site, clocks),
    }
    return render(request, "data/data.html", context, status=200 if form.is_valid() else 400)


def file(request: HttpRequest, name: str, form: str) -> HttpResponseBase:
    """Stream all rows of a kind by both clocks."""
    kind = _kind(name)
    asked = asked_of(request, FileAsked)
    clocks = clocks_for(asked.on, asked.as_of, standing(request))
    chunks, media_type = FILES[form]
    tag = etag_of(clocks)
    saved_as = f'attachment; filename="{_file_name(name, form, asked.on, asked.as_of)}"'
    return unchanged(request, tag) or streamed(
        chunks(kind, clocks), tag, media_type, **{"Content-Disposition": saved_as}
    )


def file_row(request: HttpRequest, name: str, subject: str) -> HttpResponseBase:
    """Give the one row of a record, below the header of the file it stands in."""
    kind = _kind(name)
    asked = asked_of(request, FileAsked)
    clocks = clocks_for(asked.on, asked.as_of, standing(request))
    found = queries.said_of(kind, subject, clocks)
    tag = etag(found.pk, clocks.on)
    saved_as = f'attachment; filename="{_file_name(f"{name}-{found.subject}", "csv", asked.on, asked.as_of)}"'
    return unchanged(request, tag) or answered(
        b"".join(csv_of(kind, [[Spoken.by(found)]], clocks.on)), tag, CSV, **{"Content-Disposition": saved_as}
    )


def _kind(name: str) -> str:
    found = public_kinds().get(name)
    if found is None:
        expected = f"one of {', '.join(public_kinds())}"
        raise Problem(404, faults=[Fault("path", "name", name, expected)])
    return found.name


def _file_name(name: str, form: str, on: date | None, as_of: date | None) -> str:
    days = [f"on-{on}"] * bool(on) + [f"as-of-{as_of}"] * bool(as_of)
    return f"{'-'.join([name, *days])}.{form}"


def schema(request: HttpRequest, name: str) -> HttpResponseBase:
    """Give the JSON Schema of one row."""
    asked_of(request, None)
    return answered(row_schema(_kind(name)), etag(0, date.min), "application/schema+json")


def metadata(request: HttpRequest, name: str) -> HttpResponseBase:
    """Say what the columns of a CSV mean, as the W3C's CSV on the Web has it."""
    asked_of(request, None)
    return answered(csv_metadata(_kind(name), f"{name}.csv"), etag(0, date.min), "application/csvm+json")


def openapi(request: HttpRequest) -> HttpResponseBase:
    """Describe the API, with real answers as examples."""
    asked_of(request, None)
    clocks = clocks_for(None, None, standing(request))
    tag = etag_of(clocks)
    return unchanged(request, tag) or answered(with_examples(clocks), tag)


@require_safe
def docs(request: HttpRequest) -> HttpResponse:
    """Show the description of the API to people."""
    clocks = clocks_for(None, None, standing(request))
    context = {"operations": operations(with_examples(clocks)), "problems": PROBLEMS.items(), "terms": ROWS_STATEMENT}
    return render(request, "data/api.html", context)


@require_safe
def to_docs(request: HttpRequest) -> HttpResponse:
    """Lead on who asks for less than an address of the API. Not for ever: another version of it may stand there once."""
    del request
    return HttpResponseRedirect(reverse("api_docs"))


def changes(request: HttpRequest) -> HttpResponseBase:
    """Feed what was published, changed and withdrawn, newest first."""
    asked = asked_of(request, FeedAsked)
    clocks, after = place_of(request, asked.after, asked.on, asked.as_of)
    return _fed(request, clocks, "changes", lambda: queries.changes(asked, clocks, after=after))


def lines(request: HttpRequest) -> HttpResponseBase:
    """Feed what was said of the lines of the register that a question fits, newest first."""
    asked = asked_of(request, RecordsAsked)
    clocks, after = place_of(request, asked.after, asked.on, asked.as_of)
    told = [f"{name} {value}" for name, value in request.GET.items() if name not in {"after", "limit"} and value]
    title = ", ".join(["register", *told])
    return _fed(request, clocks, title, lambda: queries.changes_of_lines(asked, clocks, after=after))


def _fed(request: HttpRequest, clocks: Clocks, title: str, found: Callable[[], queries.Page]) -> HttpResponseBase:
    tag = etag_of(clocks)
    if known := unchanged(request, tag):
        return known
    page = found()
    site = standing(request).site
    name = str(site.scheme.get("name") or "Alunite")
    body = feeds.feed(
        list(feeds.saying(page.rows, queries.before(page.rows))),
        title=f"{name}: {title}",
        author=AUTHOR,
        site=origin(request),
        host=host(request),
        address=request.get_full_path(),
        next_address=next_page(request, clocks, page.next),
    )
    return answered(body, tag, ATOM)


def calendar(request: HttpRequest) -> HttpResponseBase:
    """Give the published next audits as a calendar."""
    asked = asked_of(request, FileAsked)
    clocks = clocks_for(asked.on, asked.as_of, standing(request))
    tag = etag_of(clocks)
    if known := unchanged(request, tag):
        return known
    body = calendars.calendar(
        queries.next_audits(clocks, lambda subject, slug: origin(request) + address_of("audit", subject, slug)),
        name="Next audits",
        host=host(request),
    )
    return answered(body, tag, CALENDAR)


def sitemap(request: HttpRequest) -> HttpResponseBase:
    """List the parts of the site map."""
    asked_of(request, None)
    clocks = clocks_for(None, None, standing(request))
    tag = etag_of(clocks)
    return unchanged(request, tag) or answered(sitemaps.index(queries.site_parts(), origin(request)), tag, XML)


def sitemap_part(request: HttpRequest, number: int) -> HttpResponseBase:
    """List the pages of a part of the site map."""
    asked_of(request, None)
    clocks = clocks_for(None, None, standing(request))
    if number > clocks.publication // sitemaps.PART:
        raise Problem(404, faults=[Fault("path", "number", str(number), "a part of /sitemap.xml")])
    tag = etag_of(clocks)
    return unchanged(request, tag) or answered(
        sitemaps.part(queries.site_pages(number, clocks), origin(request)), tag, XML
    )


def robots(request: HttpRequest) -> HttpResponseBase:
    """Lead programs to the site map."""
    asked_of(request, None)
    return answered(sitemaps.robots(origin(request)).encode(), etag(0, date.min), "text/plain; charset=utf-8")


def nothing_here(request: HttpRequest, path: str) -> HttpResponseBase:
    """Say, in the form of the API, that it has no such address."""
    del request
    raise Problem(404, faults=[Fault("path", "path", path, "an address of /api/v1/public/openapi.json")])
