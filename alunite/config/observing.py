"""What every request leaves behind: its id, one log line, and its place in the metrics."""

from __future__ import annotations

import time
from collections.abc import Callable
from http import HTTPStatus
from typing import Any

import structlog
from django.conf import settings
from django.db import connection
from django.http import HttpRequest, HttpResponse
from structlog.contextvars import bind_contextvars, clear_contextvars

from alunite.config import metrics
from alunite.config.request_ids import HEADER, chosen_id

log = structlog.get_logger("alunite.requests")

# One word for whatever matches nothing: paths that do not exist are chosen by whoever asks.
UNMATCHED = "unmatched"
STATIC = "static"


class ObserveRequests:
    """The outermost middleware."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        clear_contextvars()
        request_id = chosen_id(request.headers.get(HEADER, ""))
        bind_contextvars(request_id=request_id)
        counted = Counted()
        began = time.perf_counter()
        try:
            with connection.execute_wrapper(counted):
                response = self.get_response(request)
            took = time.perf_counter() - began
            route = route_of(request)
            method = request.method if request.method in metrics.METHODS else "other"
            metrics.observe(method=method, route=route, status=response.status_code, seconds=took)
            tell = log.error if response.status_code >= HTTPStatus.INTERNAL_SERVER_ERROR else log.info
            tell(
                "request",
                method=method,
                route=route,
                status=response.status_code,
                milliseconds=round(took * 1000, 1),
                queries=counted.number,
                actor=actor_of(request),
            )
        finally:
            clear_contextvars()
        response[HEADER] = request_id
        if "Cache-Control" not in response and response.get("Content-Type", "").startswith("text/html"):
            # Else a browser may keep a page for ever that says it is gone: what was redacted can be released.
            response["Cache-Control"] = "no-cache"
        return response


class Counted:
    """Counts the statements of a request."""

    def __init__(self) -> None:
        self.number = 0

    def __call__(self, execute: Callable[..., Any], sql: str, params: Any, many: bool, context: Any) -> Any:
        self.number += 1
        return execute(sql, params, many, context)


def route_of(request: HttpRequest) -> str:
    """Return the name of what answered, or its pattern; never the path, which may hold a token."""
    match = request.resolver_match
    if match is not None:
        return match.view_name or match.route
    return STATIC if request.path.startswith(str(settings.STATIC_URL)) else UNMATCHED


def actor_of(request: HttpRequest) -> str:
    """Return the opaque id of whoever asked, where the answer needed to know it: the log asks the database nothing."""
    person = getattr(request, "_cached_user", None)
    return f"person:{person.pk}" if person is not None and person.is_authenticated else "public"
