"""A chart as a drawing that stands by itself, and as a picture made of that drawing; and how often pictures are drawn."""

from __future__ import annotations

import re
from collections.abc import Callable
from functools import lru_cache, wraps
from pathlib import Path
from textwrap import wrap
from typing import Any

from django.contrib.staticfiles import finders
from django.http import HttpRequest, HttpResponse
from django.template.loader import render_to_string

from alunite.foundation.publications.allowances import allowance
from alunite.front.register.chart_files import Filed
from alunite.front.register.present.cards import Busy, compiled
from alunite.front.register.problems import Problem

WIDTH = 832
EDGE = 34
LETTERS_IN_A_LINE = 74
TITLE_LINE = 30
# For paper and slides: three pixels for each of the drawing.
DOTS_PER_INCH = 216
# What draws takes some tenths of a second.
SECONDS_TO_WAIT = 2

View = Callable[..., HttpResponse]

# A picture is drawn by typst, which reads the drawing from its inputs and nothing from the disk.
_PAGE = """
#set page(width: auto, height: auto, margin: 0pt)
#image(bytes(sys.inputs.drawing), format: "svg")
"""


def svg(chart: Filed, said: str) -> str:
    """Return the drawing with its title, its source and a last line saying where it is from."""
    lines = wrap(chart.title, LETTERS_IN_A_LINE)
    top = EDGE + len(lines) * TITLE_LINE + 12
    context = {
        "title": chart.title,
        "lines": [(EDGE + (place + 1) * TITLE_LINE - 8, line) for place, line in enumerate(lines)],
        "template": chart.template,
        "edge": EDGE,
        "top": top,
        "width": WIDTH,
        "whole_width": WIDTH + 2 * EDGE,
        "inner_height": chart.height,
        "height": top + chart.height + 60,
        "source": chart.source,
        "source_at": top + chart.height + 24,
        "said": said,
        "said_at": top + chart.height + 42,
        "outline": _outline() if "map" in chart.drawn else "",
        **chart.drawn,
    }
    drawing = render_to_string("charts/file.svg", context)
    return re.sub(r">\s+<", "><", drawing)


@lru_cache(maxsize=1)
def _outline() -> str:
    """Return the outline of the world as it was built, empty where the front end was not built."""
    found = finders.find("built/world.svg")
    if not found:
        return ""
    return re.sub(r"</?svg[^>]*>", "", Path(str(found)).read_text("utf-8"))


@lru_cache(maxsize=32)  # a tenth of a second and more each
def png(drawing: str) -> bytes:
    """Return a drawing as a picture."""
    return compiled(_PAGE.encode(), {"drawing": drawing}, DOTS_PER_INCH)


def drawing(view: View) -> View:
    """Count who asks for a picture as the API counts, and say when there is no hand free to draw it."""

    @wraps(view)
    def draw(request: HttpRequest, *arguments: Any, **named: Any) -> HttpResponse:
        counted = allowance(request)
        if counted and counted.is_spent:
            answer = Problem(429, headers={"Retry-After": str(counted.reset)}).answer()
        else:
            answer = _unless_busy(lambda: view(request, *arguments, **named))
        for name, value in (counted.headers() if counted else {}).items():
            answer[name] = value
        return answer

    return draw


def _unless_busy(answer: Callable[[], HttpResponse]) -> HttpResponse:
    try:
        return answer()
    except Busy:
        return Problem(503, headers={"Retry-After": str(SECONDS_TO_WAIT)}).answer()
