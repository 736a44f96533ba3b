"""Answers of the room's API: JSON, and problems by RFC 9457 with all faults at once."""

from __future__ import annotations

from http import HTTPStatus
from typing import Any

import msgspec
from django.http import HttpResponse

PROBLEM = "application/problem+json"


def answered(data: Any, status: int = HTTPStatus.OK, media_type: str = "application/json") -> HttpResponse:
    """Return data as JSON."""
    return HttpResponse(msgspec.json.encode(data), status=status, content_type=media_type)


def problem(status: HTTPStatus, faults: list[dict[str, Any]]) -> HttpResponse:
    """Return what was wrong with what was asked."""
    return answered({"title": status.phrase, "status": int(status), "faults": faults}, status, PROBLEM)


def not_there(name: str, value: str) -> HttpResponse:
    """Return the same answer for what there is not and what the reader may not see."""
    return problem(HTTPStatus.NOT_FOUND, [{"place": name, "value": value, "expected": "one that you may see"}])
