"""What is answered when something went wrong that no page could foresee."""

from __future__ import annotations

import sys
from http import HTTPStatus

from django.db import OperationalError
from django.http import HttpRequest, HttpResponse
from django.template.loader import render_to_string
from django.views.defaults import server_error

from alunite.foundation.core.locks import is_locked

SECONDS_TO_WAIT = 30


def fault(request: HttpRequest) -> HttpResponse:
    """Say that the database is busy where it is, and otherwise that the fault is ours.

    Django calls this while the exception is being handled, also where it was raised outside of every page: the
    session is written after the page is made.
    """
    error = sys.exception()
    if not isinstance(error, OperationalError) or not is_locked(error):
        return server_error(request)
    # Without the request: whoever asks is not looked up in a database that has no time.
    body = render_to_string("503.html")
    headers = {"Retry-After": str(SECONDS_TO_WAIT), "Cache-Control": "no-store"}
    return HttpResponse(body, status=HTTPStatus.SERVICE_UNAVAILABLE, headers=headers)
