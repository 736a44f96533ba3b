from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from http import HTTPStatus
from typing import Any
from urllib.parse import urlencode

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from alunite.foundation.core.text import slugify
from alunite.foundation.publications.identifiers import ALPHABET, LENGTH
from alunite.front.register import named, present, queries
from alunite.front.register.clocks import Clocks, clocks_of, site_at
from alunite.front.register.forms import ClockForm
from alunite.front.register.languages import bare
from alunite.front.register.models import Record
from alunite.front.register.origin import origin
from alunite.front.register.present.words import Link
from alunite.front.register.site import Site, is_unknown, site_of

# The address of a record of some kind, without or with the words of its name.
_RECORD = re.compile(
    rf"^(?:/[a-z]{{2}})?/(?:certificates|events|members|facilities|firms|figures)/[{ALPHABET}]{{{LENGTH}}}-(?P<words>[a-z0-9-]{{1,100}})/?$"
)


@dataclass(frozen=True, slots=True)
class Seen:
    """What every page begins with: its clocks as typed and as read, and the site as it was then."""

    form: ClockForm
    clocks: Clocks
    site: Site

    @property
    def status(self) -> HTTPStatus:
        return HTTPStatus.OK if self.form.is_valid() else HTTPStatus.BAD_REQUEST

    @property
    def context(self) -> dict[str, Any]:
        return {"form": self.form, "clocks": self.clocks, "site": self.site}


def seen(request: HttpRequest) -> Seen:
    """Read both clocks; where one cannot be read the page shows today, as published now, and says so."""
    form = ClockForm(request.GET, site=site_of(request))
    clocks = clocks_of(request, *form.days)
    return Seen(form, clocks, site_at(request, clocks))


@require_safe
def certificate(request: HttpRequest, subject: str, slug: str) -> HttpResponse:
    return record_page(request, "certificate", subject, slug, template="register/certificate.html", context_of=_of_line)


@require_safe
def certification_event(request: HttpRequest, subject: str, slug: str) -> HttpResponse:
    return record_page(
        request, "certification_event", subject, slug, template="register/certification_event.html", context_of=_of_line
    )


# What the page of a record shows beside the record itself, on both clocks.
Context = Callable[[Record, Clocks, Site], dict[str, Any]]


def record_page(
    request: HttpRequest, kind: str, subject: str, slug: str, *, template: str, context_of: Context
) -> HttpResponse:
    """Show a record under its one address, that of its name now; an old slug moves on."""
    asked = seen(request)
    now, found = queries.now_and_then(kind, subject, asked.clocks.at)
    if now is None or found is None:
        return nothing_shown(request, asked, now, found)
    if found.withdrawal:
        successor = queries.record(kind, found.successor) if found.successor else None
        return _moved(request, successor) if successor else nothing_shown(request, asked, now, found)
    named = found if now.withdrawal else now
    if slug != slugify(named.title):
        return _moved(request, named)
    context = asked.context | {"record": found} | context_of(found, asked.clocks, asked.site)
    context["kept"] = _kept(request, found, asked)
    context["linked"] = present.linked(found, asked.clocks.day, request.build_absolute_uri(bare(request.path)))
    return render(request, template, context, status=asked.status)


def _moved(request: HttpRequest, found: Record) -> HttpResponse:
    """Send the reader to a record's one address. Not for ever: a merge can be undone, a name changed back."""
    query = f"?{request.GET.urlencode()}" if request.GET else ""
    answer = redirect(present.record_url(found.kind, found.subject, found.title, query), permanent=True)
    answer["Cache-Control"] = "no-cache"
    return answer


def nothing_shown(request: HttpRequest, asked: Seen, now: Record | None, found: Record | None) -> HttpResponse:
    """Say why a record is not shown: unknown, not published by the day asked for, withdrawn or redacted."""
    if now is None:
        raise Http404
    if found is None:
        told = queries.first_told(now.kind, now.subject)
        return render(
            request, "register/not_yet.html", asked.context | {"told": told, "now": now}, status=HTTPStatus.NOT_FOUND
        )
    context = asked.context | {"record": found, "reason": present.withdrawal(found)}
    return render(request, "410.html", context, status=HTTPStatus.GONE)


def _kept(request: HttpRequest, found: Record, asked: Seen) -> present.Kept:
    """Return what a reader takes away; what is published now is cited as of the last day that is over or begun."""
    said: dict[str, Any] = found.payload or {}
    now = asked.site.day_of(timezone.now())
    days = (asked.clocks.day, asked.clocks.as_of or now, now)
    return present.kept(found, said, days, origin(request), asked.site)


def _of_line(found: Record, clocks: Clocks, site: Site) -> dict[str, Any]:
    said: dict[str, Any] = found.payload or {}
    rows = [event["record_id"] for event in said.get("events") or [said]]
    members = said["members"]
    lines = named.beside(found, members[0]["id"] if members else "", clocks.at)
    told, run = named.audited_and_run(rows, [member["name"] for member in members], clocks.at)
    page = present.page(found, clocks.on, site, present.Beside(told, lines, run))
    return way_back("register", _("Register"), found, site) | {
        "page": page,
        "described": present.described(page),
        "audits": present.audits(told, site),
        "facilities": present.names(run, site),
        "facility_heads": present.heads("facility"),
        "all_of_member": f"{reverse('register')}?{urlencode({'member': members[0]['id']})}{_and(site.query)}"
        if members
        else "",
    }


def way_back(list_name: str, label: str, found: Record, site: Site) -> dict[str, Any]:
    """Return the name of a record, and the list it stands in."""
    said: dict[str, Any] = found.payload or {}
    number = said.get("certificate_number")
    return {
        "name": present.title_of(said, found.kind),
        "crumb": found.title if is_unknown(number) else number,
        "crumbs": [Link(label, reverse(list_name) + site.query)],
    }


def _and(query: str) -> str:
    return query.replace("?", "&")


def record_page_of_lines(
    request: HttpRequest, kind: str, subject: str, slug: str, *, template: str, context_of: Context
) -> HttpResponse:
    """Show a record that lines of the register name, with these lines."""

    def with_lines(found: Record, clocks: Clocks, site: Site) -> dict[str, Any]:
        context = _lines_of(found, clocks, site) | context_of(found, clocks, site)
        counted = context["count"], len(context["audits"])
        is_member = found.kind == "member"
        strip = present.of_member(found.payload or {}, *counted, site) if is_member else present.of_firm(*counted)
        return context | {"strip": strip}

    return record_page(request, kind, subject, slug, template=template, context_of=with_lines)


def _lines_of(found: Record, clocks: Clocks, site: Site) -> dict[str, Any]:
    said: dict[str, Any] = found.payload or {}
    shown, count = queries.lines_of(found.kind, found.subject, clocks.on, clocks.today, clocks.at)
    return {
        "said": said,
        "lines": [present.line(record, clocks.day, site) for record in shown],
        "count": count,
        "all_lines": f"{reverse('register')}?{urlencode({found.kind: found.subject})}{_and(site.query)}",
        "countries": present.countries(said.get("countries", [])),
        "activities": present.chain(said.get("activities", []), site),
        "membership_class": site.label("classes", said.get("membership_class", "")),
    }


def not_found(request: HttpRequest, exception: Exception) -> HttpResponse:  # noqa: ARG001, Django's signature
    # What is not there is in no other language either; and a link only where the address has a form that we know would
    # tell what may not be seen from what does not exist.
    context = {"words": _words_of(request.path), "tongues": []}
    return render(request, "404.html", context, status=HTTPStatus.NOT_FOUND)


def _words_of(path: str) -> str:
    """Return the words an address that leads nowhere has for people: what to look for instead.

    >>> _words_of("/fr/certificates/22222222-aludium-alicante/"), _words_of("/members/22222222/"), _words_of("/x/token-1/")
    ('aludium alicante', '', '')
    """
    found = _RECORD.match(path)
    return found["words"].replace("-", " ").strip() if found else ""
