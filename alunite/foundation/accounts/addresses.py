"""From which address a request comes."""

from __future__ import annotations

from django.conf import settings
from django.http import HttpRequest


def client_address(request: HttpRequest) -> str:
    """Return the address that wrong passwords are counted by, besides the name.

    Behind our own proxy that is the last address of `X-Forwarded-For`, the one the proxy itself saw; whatever stands
    before it was written by the client. Without a proxy the header is nobody's word and is not read.
    """
    direct = str(request.META.get("REMOTE_ADDR", ""))
    if not settings.ALUNITE_BEHIND_PROXY:
        return direct
    forwarded = str(request.META.get("HTTP_X_FORWARDED_FOR", "")).rpartition(",")[2].strip()
    return forwarded or direct
