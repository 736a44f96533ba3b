"""The yardsticks of page benchmarks: a bare page of the application's own server, and one of no framework at all.

`site` is the application as it is served, with one more address; `application` answers every request with six bytes.
"""

from __future__ import annotations

from django.http import HttpResponse
from django.urls import get_resolver, path

from alunite.config.wsgi import application as site  # noqa: F401, what granian serves

get_resolver().url_patterns.insert(0, path("hello", lambda _request: HttpResponse("hello\n")))


def application(environ, start_response):
    """Answer every request with the same few bytes."""
    del environ
    start_response("200 OK", [("Content-Type", "text/html"), ("Content-Length", "6")])
    return [b"hello\n"]
