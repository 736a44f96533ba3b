"""Cards for links: drawn on the server, once for each publication, day, language and the words of the scheme."""

from __future__ import annotations

from collections.abc import Callable

from django.conf import settings
from django.core.cache import caches
from django.http import Http404, HttpRequest, HttpResponse
from django.utils.cache import get_conditional_response
from django.utils.translation import get_language
from django.views.decorators.http import require_safe

from alunite.front.register import queries
from alunite.front.register.pictures import drawing
from alunite.front.register.present.cards import Card, card, drawn, site_card
from alunite.front.register.problems import no_file
from alunite.front.register.views import seen

# Kinds of record that have a page of their own, and so a link to share.
KINDS = frozenset({"certificate", "certification_event", "member", "firm", "facility", "figure"})
# Asked for again each time, which costs no drawing: what was redacted is gone from shared caches at once.
KEPT = "public, no-cache"
KEPT_FOR = 24 * 60 * 60


@require_safe
@drawing
def of_record(request: HttpRequest, kind: str, subject: str) -> HttpResponse:
    asked = seen(request)
    if not asked.form.is_valid():
        return no_file(asked.form)
    found = queries.record(kind, subject, asked.clocks.at) if kind in KINDS else None
    if found is None or found.withdrawal or found.payload is None:
        raise Http404
    day = asked.clocks.day
    words = asked.site.publication
    tag = f"card.{found.publication}.{words}.{day.isoformat()}.{get_language()}.{settings.ALUNITE_VERSION}"
    return _drawn(request, tag, lambda: card(found, day, asked.site))


@require_safe
@drawing
def of_site(request: HttpRequest) -> HttpResponse:
    asked = seen(request)
    if not asked.form.is_valid():
        return no_file(asked.form)
    tag = f"card.site.{asked.site.publication}.{get_language()}.{settings.ALUNITE_VERSION}"
    return _drawn(request, tag, lambda: site_card(asked.site))


def _drawn(request: HttpRequest, name: str, told: Callable[[], Card]) -> HttpResponse:
    tag = '"' + "".join(letter if letter.isalnum() or letter in ".-" else "-" for letter in name) + '"'
    headers = {"ETag": tag, "Cache-Control": KEPT}
    unchanged = get_conditional_response(request, etag=tag)
    if unchanged is not None:
        for header, value in headers.items():
            unchanged[header] = value
        return unchanged
    picture = caches["made"].get_or_set(tag.strip('"'), lambda: drawn(told()), KEPT_FOR)
    return HttpResponse(picture, content_type="image/png", headers=headers)
