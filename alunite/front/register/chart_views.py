"""The charts as files: CSV for programs, SVG and PNG for reports. Each holds both clocks, as the page does."""

from __future__ import annotations

import csv
import hashlib
import io
from collections.abc import Callable

from csp.decorators import csp_replace
from django.http import Http404, HttpRequest, HttpResponse
from django.utils.cache import get_conditional_response
from django.utils.http import quote_etag
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from alunite.foundation.publications.opendata import cells
from alunite.front.register import pictures
from alunite.front.register.chart_files import Filed, chart_of
from alunite.front.register.pictures import drawing
from alunite.front.register.problems import no_file
from alunite.front.register.templatetags.shown import day as show_day
from alunite.front.register.views import Seen, seen

CSV = "text/csv; charset=utf-8; header=present"
SVG = "image/svg+xml"
PNG = "image/png"
# Kept by whoever likes, and asked for again each time: what was redacted is gone at once.
KEPT = "public, no-cache"

# A drawing opened by itself brings its own rules of style, and may do nothing else.
DRAWN = {"default-src": ["'none'"], "style-src": ["'unsafe-inline'"]}

Write = Callable[[HttpRequest, Seen, Filed], bytes]


@require_safe
def chart_csv(request: HttpRequest, name: str) -> HttpResponse:
    """Give the values of a chart."""
    return _file(request, name, "csv", CSV, _csv)


@csp_replace(DRAWN)  # type: ignore[arg-type]  # its types know of no view with arguments
@require_safe
def chart_svg(request: HttpRequest, name: str) -> HttpResponse:
    """Give a chart as a drawing that stands by itself."""
    return _file(request, name, "svg", SVG, _svg)


@require_safe
@drawing
def chart_png(request: HttpRequest, name: str) -> HttpResponse:
    """Give a chart as a picture."""
    return _file(request, name, "png", PNG, _png)


def _file(request: HttpRequest, name: str, form: str, media_type: str, write: Write) -> HttpResponse:
    asked = seen(request)
    if not asked.form.is_valid():
        return no_file(asked.form)
    chart = chart_of(name, asked.clocks, asked.site)
    if chart is None or not (chart.template or form == "csv"):
        raise Http404
    body = write(request, asked, chart)
    etag = quote_etag(hashlib.sha256(body).hexdigest()[:32])
    answer = HttpResponse(body, media_type, headers={"ETag": etag, "Cache-Control": KEPT})
    days = [
        f"{word}-{day}" for word, day in (("on", asked.clocks.on), ("as-of", asked.clocks.as_of)) if day is not None
    ]
    answer["Content-Disposition"] = f'attachment; filename="{"-".join([name, *days])}.{form}"'
    kept: HttpResponse = get_conditional_response(request, etag=etag, response=answer)  # type: ignore[assignment]
    return kept


def _csv(_request: HttpRequest, _asked: Seen, chart: Filed) -> bytes:
    text = io.StringIO(newline="")
    csv.writer(text).writerows([chart.head, *(cells(list(row)) for row in chart.rows)])
    return text.getvalue().encode()


def _svg(request: HttpRequest, asked: Seen, chart: Filed) -> bytes:
    said = _("%(host)s, as known on %(day)s") % {"host": request.get_host(), "day": show_day(asked.clocks.day)}
    if asked.clocks.as_of:
        said = _("%(said)s, as published by %(day)s") % {"said": said, "day": show_day(asked.clocks.as_of)}
    return pictures.svg(chart, said).encode()


def _png(request: HttpRequest, asked: Seen, chart: Filed) -> bytes:
    return pictures.png(_svg(request, asked, chart).decode())
