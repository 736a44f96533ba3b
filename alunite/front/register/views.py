from __future__ import annotations

from collections.abc import Callable
from datetime import date
from http import HTTPStatus
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_safe

from alunite.front.register import present, queries
from alunite.front.register.countries import country_name
from alunite.front.register.forms import OnForm, RegisterForm
from alunite.front.register.models import Record
from alunite.front.register.site import Site, is_unknown, site_of


@require_safe
def home(request: HttpRequest) -> HttpResponse:
    lines, records = queries.line_counts(), queries.counts()
    context = {"lines": lines, "records": records, "standards": queries.records("standard_version")}
    return render(request, "register/home.html", context)


@require_safe
def register(request: HttpRequest) -> HttpResponse:
    site = site_of(request)
    form = RegisterForm(request.GET, choices=_choices(site))
    if not form.is_valid():
        return render(request, "register/list.html", {"form": form}, status=HTTPStatus.BAD_REQUEST)
    asked = form.asked(site)
    listing = queries.listing(asked)
    following = request.GET.copy()
    following["after"] = listing.next
    context = {
        "form": form,
        "asked": asked,
        "listing": listing,
        "lines": [present.line(row, site) for row in listing.rows],
        "next": following.urlencode() if listing.next else "",
    }
    return render(request, "register/list.html", context)


def _choices(site: Site) -> dict[str, list[tuple[str, str]]]:
    names: dict[str, Callable[[str], str]] = {
        "standard": lambda value: site.label("families", value),
        "activity": lambda value: site.label("activities", value),
        "country": country_name,
    }
    return {
        name: sorted(((value, f"{names[name](value)} ({count})") for value, count in values), key=_by_name)
        for name, values in queries.filter_values().items()
    }


def _by_name(choice: tuple[str, str]) -> tuple[bool, str]:
    return (is_unknown(choice[0]), choice[1])


@require_safe
def certificate(request: HttpRequest, subject: str, slug: str) -> HttpResponse:
    return _record_page(request, "certificate", subject, slug, "register/certificate.html")


@require_safe
def certification_event(request: HttpRequest, subject: str, slug: str) -> HttpResponse:
    return _record_page(request, "certification_event", subject, slug, "register/certification_event.html")


@require_safe
def member(request: HttpRequest, subject: str, slug: str) -> HttpResponse:
    return _record_page(request, "member", subject, slug, "register/member.html")


@require_safe
def firm(request: HttpRequest, subject: str, slug: str) -> HttpResponse:
    return _record_page(request, "firm", subject, slug, "register/firm.html")


def _record_page(request: HttpRequest, kind: str, subject: str, slug: str, template: str) -> HttpResponse:
    """Show a record under its one address; an old slug moves on, what was withdrawn says so."""
    found = queries.record(kind, subject)
    if found is None:
        raise Http404
    if found.withdrawal:
        successor = queries.record(kind, found.successor) if found.successor else None
        return _moved(request, successor) if successor else _gone(request, found)
    if slug != found.slug:
        return _moved(request, found)
    form = OnForm(request.GET)
    on = form.cleaned_data["on"] if form.is_valid() else None
    context = _context(found, on, site_of(request))
    code = HTTPStatus.OK if form.is_valid() else HTTPStatus.BAD_REQUEST
    return render(request, template, {"form": form, "record": found, **context}, status=code)


def _moved(request: HttpRequest, found: Record) -> HttpResponse:
    """Send the reader to a record's one address. Not for ever: a merge can be undone, a name changed back."""
    query = f"?{request.GET.urlencode()}" if request.GET else ""
    answer = redirect(present.record_url(found.kind, found.subject, found.title) + query, permanent=True)
    answer["Cache-Control"] = "no-cache"
    return answer


def _gone(request: HttpRequest, found: Record) -> HttpResponse:
    return render(request, "410.html", {"record": found, "reason": present.withdrawal(found)}, status=HTTPStatus.GONE)


def _context(found: Record, on: date | None, site: Site) -> dict[str, Any]:
    if found.kind in {"certificate", "certification_event"}:
        return {"page": present.page(found, on, site)}
    said: dict[str, Any] = found.payload or {}
    rows, count = queries.lines_of(found.kind, found.subject, on or site.today)
    return {
        "said": said,
        "lines": [present.line(row, site) for row in rows],
        "count": count,
        "countries": present.countries(said.get("countries", [])),
        "activities": present.chain(said.get("activities", []), site),
        "membership_class": site.label("classes", said.get("membership_class", "")),
    }


@require_safe
def standards(request: HttpRequest) -> HttpResponse:
    families = present.families(queries.records("standard_version"), site_of(request))
    return render(request, "register/standards.html", {"standards": families})


@require_safe
def standard(request: HttpRequest, version: str) -> HttpResponse:
    found = queries.record("standard_version", version)
    if found is None:
        raise Http404
    if found.withdrawal:
        return _gone(request, found)
    context = present.standard(found, site_of(request))
    return render(request, "register/standard.html", {"record": found, **context})


def not_found(request: HttpRequest, exception: Exception) -> HttpResponse:  # noqa: ARG001, Django's signature
    return render(request, "404.html", status=HTTPStatus.NOT_FOUND)
