"""Answers under an ETag: the publication they are made from, the day they are for, and the version of the program."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from typing import Any

import msgspec
from django.conf import settings
from django.http import HttpRequest, HttpResponse, StreamingHttpResponse
from django.http.response import HttpResponseBase
from django.utils.http import parse_etags

from alunite.foundation.publications.opendata import Clocks

JSON = "application/json"


def etag(publication: int, day: date, *more: object) -> str:
    """Return the ETag of what is made from publications up to one, for a day.

    >>> etag(7, date(2020, 6, 30)).startswith('"7.2020-06-30.')
    True
    """
    return '"' + ".".join(str(part) for part in (publication, day.isoformat(), settings.ALUNITE_VERSION, *more)) + '"'


def etag_of(clocks: Clocks) -> str:
    """Return the ETag of what is made from all publications that count: a redaction changes it, for it makes none."""
    return etag(clocks.publication, clocks.on, clocks.redactions)


def unchanged(request: HttpRequest, tag: str) -> HttpResponse | None:
    """Return 304 where the client has this answer already, None where it has to be made."""
    known = request.META.get("HTTP_IF_NONE_MATCH", "")
    if not known:
        return None
    # Compared weakly, as RFC 9110 13.1.2 has it: a compressed answer bears the same tag with W/ before it.
    if known.strip() == "*" or tag in {one.removeprefix("W/") for one in parse_etags(known)}:
        return HttpResponse(status=304, headers={"ETag": tag})
    return None


def answered(body: bytes | Any, tag: str, media_type: str = JSON, **headers: str) -> HttpResponse:
    """Return an answer; what is no text yet becomes JSON."""
    content = body if isinstance(body, bytes) else msgspec.json.encode(body)
    return HttpResponse(content, content_type=media_type, headers={"ETag": tag, **headers})


def streamed(chunks: Iterator[bytes], tag: str, media_type: str, **headers: str) -> HttpResponseBase:
    """Return an answer that is made while it is sent."""
    return StreamingHttpResponse(chunks, content_type=media_type, headers={"ETag": tag, **headers})
