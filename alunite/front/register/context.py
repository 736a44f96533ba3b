"""The context processor of every page."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest

from alunite.front.register.site import site_of


def site(request: HttpRequest) -> dict[str, Any]:
    """Return `site`, the scheme's vocabulary as published."""
    return {"site": site_of(request)}
