"""The squares of a line's activities. Written here and not by a template, because a page has fifteen hundred of them."""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache

from django import template
from django.utils.html import escape, format_html
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext as _

from alunite.front.register.present.words import ActivityCell

register = template.Library()


@register.simple_tag
def cells(shown: Sequence[ActivityCell]) -> SafeString:
    """Return one cell of the table for each activity."""
    return _cells(tuple(cell.inside for cell in shown), _("in scope"), _("not in scope"))


@register.simple_tag
def strip(shown: Sequence[ActivityCell]) -> SafeString:
    """Return all activities of a line in one cell, as a phone shows them: squares, and in words those in scope."""
    inside, outside = mark_safe('<span class="in"></span>'), mark_safe('<span class="out"></span>')
    squares = "".join(inside if cell.inside else outside for cell in shown)
    covered = "".join(f"{escape(cell.label)}; " for cell in shown if cell.inside)
    return format_html(
        '<span class="strip" aria-hidden="true">{}</span><span class="visually-hidden">{} {}</span>',
        mark_safe(squares),  # noqa: S308, of constants
        _("In scope:"),
        mark_safe(covered),  # noqa: S308, of escaped parts
    )


@lru_cache(maxsize=1024)  # few scopes, on many lines
def _cells(shown: tuple[bool, ...], inside: str, outside: str) -> SafeString:
    said = {True: _cell("in", inside), False: _cell("out", outside)}
    return mark_safe("".join(said[is_inside] for is_inside in shown))  # noqa: S308, of escaped parts


def _cell(name: str, word: str) -> SafeString:
    said = '<td class="cell"><span class="{}"></span><span class="visually-hidden">{}</span></td>'
    return format_html(said, name, word)
