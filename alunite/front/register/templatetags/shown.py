"""How dates and numbers are shown, the same on every page, in the language it is written in."""

from __future__ import annotations

import json
import re
from datetime import date, datetime
from functools import lru_cache
from typing import Any
from zoneinfo import ZoneInfo

from babel.dates import format_date, format_skeleton
from babel.numbers import get_decimal_symbol
from django import template
from django.utils.html import format_html
from django.utils.safestring import mark_safe
from django.utils.translation import gettext, gettext_noop

from alunite.foundation.core.days import PartialDate, Precision
from alunite.foundation.publications.countries import country_name
from alunite.foundation.publications.kinds import UNKNOWN
from alunite.front.register.languages import locale

register = template.Library()
register.filter("country", country_name)

# No line is broken at it.
THIN = "\u202f"


@register.filter
def day(value: str | date | PartialDate | None) -> str:
    """Show a day, month or year: 13 Dec 2019, Aug 2023, 2023; what is unknown is the word for it.

    >>> day("2019-12-13"), day("2023-08"), day("2023"), day("unknown")
    ('13 Dec 2019', 'Aug 2023', '2023', 'unknown')
    """
    if value in (None, "", UNKNOWN):
        return gettext("unknown")
    if isinstance(value, datetime):
        value = value.date()
    if isinstance(value, date):
        value = value.isoformat()
    return _day_in(str(value), locale())


# A page shows the same few days many times, and the CLDR's patterns take long.
@lru_cache(maxsize=8192)
def _day_in(iso: str, language: str) -> str:
    try:
        partial = PartialDate.parse(iso)
    except ValueError:
        # No form takes such a day any more; one that was kept before is shown as it stands, so that it can be mended.
        return iso
    if partial.precision is Precision.YEAR:
        return str(partial.earliest.year)
    if partial.precision is Precision.MONTH:
        return str(format_skeleton("yMMM", partial.earliest, locale=language))
    # Plain English months: 1 Sep 2026, where en_GB would say Sept.
    return _as_ordinal(str(format_date(partial.earliest, "d MMM y", locale=language)), partial.earliest, language)


def _as_ordinal(shown: str, day: date, language: str) -> str:
    """Return a day with the first of a month as French has it, which the CLDR does not know: 1er sept. 2026."""
    return shown.replace("1 ", "1er ", 1) if language == "fr" and day.day == 1 else shown


@register.filter
def within_year(value: PartialDate) -> str:
    """Show a day or month where its year stands already; nothing for a year.

    >>> within_year(PartialDate.parse("2019-12-13")), within_year(PartialDate.parse("2023-08"))
    ('13 Dec', 'Aug')
    >>> within_year(PartialDate.parse("2023"))
    ''
    """
    if value.precision is Precision.YEAR:
        return ""
    if value.precision is Precision.MONTH:
        return str(format_date(value.earliest, "MMM", locale=locale()))
    return _as_ordinal(str(format_date(value.earliest, "d MMM", locale=locale())), value.earliest, locale())


@register.filter
def day_in(instant: datetime, zone: ZoneInfo) -> str:
    """Show the day an instant falls on in a zone.

    >>> day_in(datetime.fromisoformat("2026-11-21T23:30:00+00:00"), ZoneInfo("Europe/Oslo"))
    '22 Nov 2026'
    """
    return day(instant.astimezone(zone).date())


@register.filter
def moment_in(instant: datetime, zone: ZoneInfo) -> str:
    """Show an instant to the minute in a zone.

    >>> moment_in(datetime.fromisoformat("2026-11-21T23:30:00+00:00"), ZoneInfo("UTC"))
    '21 Nov 2026, 23:30 UTC'
    """
    local = instant.astimezone(zone)
    return f"{day(local.date())}, {local:%H:%M %Z}"


@register.filter
def number(value: float | str) -> str:
    """Show a number with all its digits, in groups by thin spaces, with the decimal sign of the language.

    >>> number("248500000") == f"248{THIN}500{THIN}000", number("0.04"), number("-1234.50") == f"−1{THIN}234.50"
    (True, '0.04', True)
    >>> number("about 50")
    'about 50'
    """
    text = str(value)
    sign = "−" if text.startswith("-") else ""
    whole, point, rest = text.removeprefix("-").partition(".")
    if not whole.isdecimal():
        return text
    decimal = get_decimal_symbol(locale()) if point else ""
    return f"{sign}{int(whole):,}".replace(",", THIN) + decimal + rest


class Count(int):
    """A count that is shown in groups and still decides the plural."""

    def __str__(self) -> str:
        """Return it as every number is shown."""
        return number(int(self))


@register.filter
def counted(value: int) -> Count:
    """Give a count that shows its digits in groups, wherever it is put into a sentence as text.

    >>> f"{counted(3875)!s} of {counted(999)!s}" == f"3{THIN}875 of 999", counted(3875) == 3875
    (True, True)
    """
    return Count(value)


@register.filter
def machine(value: str | date | None) -> str:
    """Return the value of a `datetime` attribute: ISO 8601 at its own precision, empty when unknown."""
    return "" if value in (None, "", UNKNOWN) else str(value)[:10]


ISO_DAY = re.compile(r"\b(1[89]|20|21)\d\d-(0[1-9]|1[0-2])(-(0[1-9]|[12]\d|3[01]))?\b(?!-)")


@register.filter
def days_in(text: str) -> str:
    """Show the days and months a sentence holds as all others are shown; what is no day that exists stays.

    >>> days_in("It was issued on 2019-12-13, last day 2023-08."), days_in("Line 2021-02-30.")
    ('It was issued on 13 Dec 2019, last day Aug 2023.', 'Line 2021-02-30.')
    """
    return ISO_DAY.sub(_as_shown, text)


def _as_shown(found: re.Match[str]) -> str:
    try:
        return day(found.group())
    except ValueError:
        return found.group()


# Codes of ours whose words are shown: why something was taken out, what was looked at to tell two records apart.
CODES = (
    *(gettext_noop("personal data"), gettext_noop("court order"), gettext_noop("authority order")),
    *(gettext_noop("confidential"), gettext_noop("rights of others"), gettext_noop("safety")),
    *(
        gettext_noop("published in error"),
        gettext_noop("ground gone"),
    ),
    *(gettext_noop("shared"), gettext_noop("named"), gettext_noop("lists"), gettext_noop("kilometres")),
    *(gettext_noop("product"), gettext_noop("tonnes"), gettext_noop("third name"), gettext_noop("weaker score")),
    *(gettext_noop("numbers"), gettext_noop("versions"), gettext_noop("days"), gettext_noop("names")),
)


@register.filter
def words(code: str) -> str:
    """Show a code as the words it is made of, in the language of the page where it is one of ours.

    >>> words("owner_request")
    'owner request'
    """
    return gettext(code.replace("_", " ").replace("-", " "))


@register.filter
def reference(number: int | None) -> str:
    """Return the number of a source as a link to it in the margin; nothing without one. No white space stands before it.

    >>> reference(2), reference(None)
    ('<sup><a href="#source-2" aria-label="source 2">2</a></sup>', '')
    """
    if not number:
        return ""
    spoken = gettext("source %(number)s") % {"number": number}
    return format_html('<sup><a href="#source-{}" aria-label="{}">{}</a></sup>', number, spoken, number)


# What could end the block of data, or be read as markup, stands as JSON's own escapes.
_IN_A_PAGE = {ord("<"): "\\u003c", ord(">"): "\\u003e", ord("&"): "\\u0026", 0x2028: "\\u2028", 0x2029: "\\u2029"}


@register.filter
def json_ld(data: dict[str, Any]) -> str:
    """Return data as JSON that can stand in a page.

    >>> json_ld({"name": "</script>"}) == '{"name":"%(less)su003c/script%(less)su003e"}' % {"less": chr(92)}
    True
    """
    return mark_safe(json.dumps(data, ensure_ascii=False, separators=(",", ":")).translate(_IN_A_PAGE))  # noqa: S308
