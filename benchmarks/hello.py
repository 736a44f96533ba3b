"""The yardstick of page benchmarks: the same server answering with a bare page, no framework."""

from __future__ import annotations


def application(environ, start_response):
    """Answer every request with the same few bytes."""
    del environ
    start_response("200 OK", [("Content-Type", "text/html"), ("Content-Length", "6")])
    return [b"hello\n"]
