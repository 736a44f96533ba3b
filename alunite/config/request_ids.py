"""The id of a request: on every answer, on every error page and in every line of the log, so that all can be matched."""

from __future__ import annotations

import re
import secrets

import structlog
from django import template

HEADER = "X-Request-ID"
# What nginx ($request_id) and Caddy ({http.request.uuid}) make. Anything longer in its alphabet could carry words.
_SAFE = re.compile(r"[0-9a-f]{32}|[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}")

register = template.Library()


def chosen_id(given: str) -> str:
    """Return the id a proxy gave, where it is one, else a new one.

    >>> chosen_id("00000000-0000-4000-8000-000000000001")
    '00000000-0000-4000-8000-000000000001'
    >>> len(chosen_id("Marit Vik; 12 Fjord Street"))
    32
    """
    return given if _SAFE.fullmatch(given) else secrets.token_hex(16)


@register.simple_tag
def request_id() -> str:
    """Return the id of the request at hand, also where a page is made without the request; empty outside of one."""
    return str(structlog.contextvars.get_contextvars().get("request_id", ""))
