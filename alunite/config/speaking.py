"""Which language an answer is in: the address says it, and nothing else."""

from __future__ import annotations

from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.middleware.locale import LocaleMiddleware
from django.utils.translation import get_language


class SpeakAsAddressed(LocaleMiddleware):
    """Django's own, but for a header: it says that plain addresses depend on what a browser prefers, which they do not."""

    def process_response(  # the address is what says the language
        self,
        request: HttpRequest,  # noqa: ARG002
        response: HttpResponseBase,
    ) -> HttpResponseBase:
        """Say the language, so that one copy of an answer in a shared cache is for all readers."""
        response.headers.setdefault("Content-Language", get_language() or "")
        return response
