"""What every address for machines has in common: reading only, from any site, so many times a minute, and problems."""

from __future__ import annotations

import logging
import re
from collections.abc import Callable
from functools import wraps
from typing import Any

from django.db import InterfaceError, OperationalError
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.views.decorators.csrf import csrf_exempt

from alunite.foundation.publications.allowances import Allowance, allowance
from alunite.front.register.problems import Fault, Problem

View = Callable[..., HttpResponseBase]

log = logging.getLogger(__name__)

ANSWERED = ("GET", "HEAD")
ALLOW = ", ".join((*ANSWERED, "OPTIONS"))
SECONDS_TO_WAIT = 5
EXPOSED = "ETag, Link, RateLimit-Limit, RateLimit-Remaining, RateLimit-Reset, Retry-After"
# Long enough that a page of many parts asks once, short enough that a redaction is seen.
CACHE = "public, max-age=60"
# Addresses asked by programs, and all files; the page that explains the API to people is none.
_FOR_PROGRAMS = re.compile(
    r"/api/(?!v1/public/docs$)|/(?:data|feeds)/.+\.[a-z]+$|/.+\.(?:csv|geojson|json|png|svg|xlsx)$"
)


def door(view: View) -> View:
    """Give a view what every address for machines has."""

    @csrf_exempt
    @wraps(view)
    def enter(request: HttpRequest, *arguments: Any, **named: Any) -> HttpResponseBase:
        counted = allowance(request) if request.method in ANSWERED else None
        try:
            response = _unless_refused(request, counted) or view(request, *arguments, **named)
        except Problem as problem:
            response = problem.answer()
        except (OperationalError, InterfaceError):
            log.exception("the database does not answer")
            response = Problem(503, headers={"Retry-After": str(SECONDS_TO_WAIT)}).answer()
        return _for_everybody(response, counted)

    return enter


def failed(request: HttpRequest, status: int) -> HttpResponseBase | None:
    """Return the problem that answers where no view does, None for an address of a page.

    An address that nobody has, a request that Django refuses before any view, a fault of ours: a program that asked gets
    all of these in the one form it reads.
    """
    if not _FOR_PROGRAMS.match(request.path):
        return None
    expected = "an address of /api/v1/public/openapi.json, or one that a page leads to"
    faults = [Fault("path", "path", request.path, expected)] if status == 404 else []
    return _for_everybody(Problem(status, faults=faults).answer(), None)


def _unless_refused(request: HttpRequest, counted: Allowance | None) -> HttpResponse | None:
    """Return what answers for the view, None where the view does; `Problem` where nothing may be asked."""
    if request.method == "OPTIONS":
        return HttpResponse(status=204, headers={"Allow": ALLOW})
    if request.method not in ANSWERED:
        raise Problem(405, headers={"Allow": ALLOW})
    if counted and counted.is_spent:
        raise Problem(429, headers={"Retry-After": str(counted.reset)})
    return None


def _for_everybody(response: HttpResponseBase, counted: Allowance | None) -> HttpResponseBase:
    for name, value in (counted.headers() if counted else {}).items():
        response[name] = value
    # Nothing here depends on who asks, and no cookie is looked at: pages of any site may read it.
    response["Access-Control-Allow-Origin"] = "*"
    response["Access-Control-Allow-Methods"] = ALLOW
    response["Access-Control-Allow-Headers"] = "If-None-Match"
    response["Access-Control-Expose-Headers"] = EXPOSED
    if response.status_code >= 400:
        response["Cache-Control"] = "no-store"
    elif "Cache-Control" not in response:
        response["Cache-Control"] = CACHE
    return response
