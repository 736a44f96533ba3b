"""The context processor of every page."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest

from alunite.front.register.languages import tongues
from alunite.front.register.list_views import without_empty
from alunite.front.register.site import site_of


def site(request: HttpRequest) -> dict[str, Any]:
    """Return `site`, the scheme's vocabulary as published, and `tongues`, the page in other languages."""
    query = without_empty(request.GET).urlencode()
    address = request.get_full_path().partition("?")[0] + (f"?{query}" if query else "")
    return {"site": site_of(request), "tongues": list(tongues(address))}
