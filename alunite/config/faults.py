"""What is answered when something went wrong that no page could foresee: to people a page, to programs a problem."""

from __future__ import annotations

import sys
from http import HTTPStatus

from django.db import OperationalError
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.template.loader import render_to_string
from django.views.defaults import bad_request, server_error

from alunite.foundation.core.locks import is_locked
from alunite.front.api.door import failed
from alunite.front.register import views

SECONDS_TO_WAIT = 30


def not_found(request: HttpRequest, exception: Exception) -> HttpResponseBase:
    """Say that nothing stands under the address."""
    return failed(request, HTTPStatus.NOT_FOUND) or views.not_found(request, exception)


def unreadable(request: HttpRequest, exception: Exception) -> HttpResponseBase:
    """Say that the request cannot be read: a host we are not, or more parameters than anybody needs."""
    return failed(request, HTTPStatus.BAD_REQUEST) or bad_request(request, exception)


def fault(request: HttpRequest) -> HttpResponseBase:
    """Say that the database is busy where it is, and otherwise that the fault is ours.

    Django calls this while the exception is being handled, also where it was raised outside of every page: the
    session is written after the page is made.
    """
    error = sys.exception()
    if not isinstance(error, OperationalError) or not is_locked(error):
        return failed(request, HTTPStatus.INTERNAL_SERVER_ERROR) or server_error(request)
    # Without the request: whoever asks is not looked up in a database that has no time.
    body = render_to_string("503.html")
    headers = {"Retry-After": str(SECONDS_TO_WAIT), "Cache-Control": "no-store"}
    return HttpResponse(body, status=HTTPStatus.SERVICE_UNAVAILABLE, headers=headers)
