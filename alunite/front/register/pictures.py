"""A chart as a drawing that stands by itself, and as a picture made of that drawing."""

from __future__ import annotations

import re
from functools import lru_cache
from pathlib import Path
from textwrap import wrap

from django.contrib.staticfiles import finders
from django.template.loader import render_to_string

from alunite.front.register.chart_files import Filed
from alunite.front.register.present.cards import compiled

WIDTH = 832
EDGE = 34
LETTERS_IN_A_LINE = 74
TITLE_LINE = 30
# For paper and slides: three pixels for each of the drawing.
DOTS_PER_INCH = 216

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
