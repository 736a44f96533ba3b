"""What a page says of itself to whoever looks for pages or shares one: its one address, other languages, title, card."""

from __future__ import annotations

import html
import re
from typing import Any, NamedTuple

from django import template
from django.conf import settings
from django.template import Context
from django.template.loader_tags import BLOCK_CONTEXT_KEY
from django.urls import reverse
from django.utils.translation import get_language

from alunite.front.register.languages import address_in
from alunite.front.register.origin import origin

register = template.Library()

DESCRIPTION = re.compile(r'<meta\s+name="description"\s+content="([^"]*)"', re.DOTALL)

SPACES = re.compile(r"[ \t\r\n]+")


class Tongue(NamedTuple):
    """A language, and the whole address of the page in it."""

    code: str
    address: str


@register.inclusion_tag("components/_found.html", takes_context=True)
def found(context: Context) -> dict[str, Any]:
    """Return what the head of a page tells; nothing for a page without an address of its own, such as a fault.

    Title and description are those of the page's blocks: each page says them once. A page that no day changes to be
    found by says its address as `own_address`.
    """
    request = context.get("request")
    clocks = getattr(request, "clocks", None)
    canonical = clocks.canonical if clocks else context.get("own_address", "")
    if request is None or not canonical:
        return {"address": ""}
    host = origin(request)
    record = context.get("record")
    name, arguments = ("card", [record.kind, record.subject]) if context.get("kept") and record else ("site_card", [])
    described = DESCRIPTION.search(_block(context, "description"))
    return {
        "address": host + canonical,
        "is_now": not (clocks and (clocks.as_of or clocks.is_search)),
        "tongues": [Tongue(code.partition("-")[0], host + address_in(canonical, code)) for code in _codes()],
        "otherwise": host + address_in(canonical, settings.LANGUAGE_CODE),
        "locale": {"en": "en_GB", "fr": "fr_FR"}.get(str(get_language())[:2], ""),
        "title": _plain(_block(context, "title")),
        "description": _plain(described[1]) if described else "",
        "card": host + reverse(name, args=arguments) + (clocks.query if clocks else ""),
    }


def _plain(text: str) -> str:
    # Narrow and unbreakable spaces are words' own: only those of the template go.
    return html.unescape(SPACES.sub(" ", text)).strip()


def _codes() -> list[str]:
    return [code for code, _name in settings.LANGUAGES]


def _block(context: Context, name: str) -> str:
    """Return what a block of the page says; the blocks of a page are known once its template extends another."""
    blocks = context.render_context.get(BLOCK_CONTEXT_KEY)
    block = blocks.get_block(name) if blocks else None
    return str(block.nodelist.render(context)) if block else ""
