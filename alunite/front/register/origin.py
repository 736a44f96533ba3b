"""Where people reach the site, for addresses that leave it: on paper, in a quotation, in a machine's answer."""

from __future__ import annotations

from django.conf import settings
from django.http import HttpRequest


def origin(request: HttpRequest) -> str:
    """Return where people reach the site: as the operator says, else as this request came."""
    return settings.ALUNITE_ORIGIN or f"{request.scheme}://{request.get_host()}"
