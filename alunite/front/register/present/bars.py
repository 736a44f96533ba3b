"""Lines of the register by one thing they have, as bars; the title says what they show. No query, only words and order."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from urllib.parse import urlencode

from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from alunite.foundation.publications.countries import country_name
from alunite.front.register.home_queries import Shares
from alunite.front.register.site import Site, is_unknown
from alunite.front.register.templatetags.shown import counted

# Bars that one chart shows; the rest is said in one row.
MOST_BARS = 10
# Values with as many lines that a title names.
MOST_NAMED = 3
PERCENT = 100


@dataclass(frozen=True, slots=True)
class Bar:
    """A value with how many lines have it, and how long its bar is, as an SVG length."""

    value: str
    label: str
    count: int
    across: str
    url: str
    is_unknown: bool


@dataclass(frozen=True, slots=True)
class Bars:
    """A chart of lines by one thing they have; `every` are all values, `shown` those that have a bar."""

    name: str
    facet: str
    finding: str
    head: str
    shown: list[Bar]
    every: list[Bar]
    rest: str
    total: int


def by_activity(shares: Shares, total: int, site: Site) -> Bars | None:
    """Return the lines by activity in the order of the chain, None where none is known."""
    order = list(site.labels["activities"])
    found = _bars("activity", shares, total, site, lambda value: site.label("activities", value))
    if found is None:
        return None
    places = {value: place for place, value in enumerate(order)}
    shown = sorted(found, key=lambda bar: (bar.is_unknown, places.get(bar.value, len(places))))
    return Bars("activities", "activity", _most(found, total), _("Activity"), shown, shown, "", total)


def by_country(shares: Shares, total: int, site: Site) -> Bars | None:
    """Return the lines by country, most first, None where none is known."""
    found = _bars("country", shares, total, site, country_name)
    if found is None:
        return None
    known = [bar for bar in found if not bar.is_unknown]
    shown = [*known[:MOST_BARS], *(bar for bar in found if bar.is_unknown)]
    more = len(known) - MOST_BARS
    rest = ngettext("%(n)d more country", "%(n)d more countries", more) % {"n": more} if more > 0 else ""
    finding = _("%(most)s; %(countries)s in all") % {
        "most": _most(found, total),
        "countries": ngettext("%(n)d country", "%(n)d countries", len(known)) % {"n": len(known)},
    }
    return Bars("countries", "country", finding, _("Country"), shown, found, rest, total)


def by_standard(shares: Shares, total: int, site: Site) -> Bars | None:
    """Return the lines by standard, most first, None where none is known."""
    found = _bars("standard", shares, total, site, lambda value: site.label("families", value))
    if found is None:
        return None
    return Bars("standards", "standard", _most(found, total), _("Standard"), found, found, "", total)


def _bars(facet: str, shares: Shares, total: int, site: Site, say: Callable[[str], str]) -> list[Bar] | None:
    counted = shares.get(facet, [])
    if not total or not any(not is_unknown(value) for value, _count in counted):
        return None
    most = max(count for _value, count in counted)
    return [
        Bar(
            value=value,
            label=_("not published") if is_unknown(value) else say(value),
            count=count,
            across=f"{count / most * PERCENT:.1f}%",
            url=f"{reverse('register')}?{urlencode({facet: value})}{site.query.replace('?', '&')}",
            is_unknown=is_unknown(value),
        )
        for value, count in sorted(counted, key=lambda item: (is_unknown(item[0]), -item[1], say(item[0]).casefold()))
    ]


def _most(found: Sequence[Bar], total: int) -> str:
    """Return which value most lines have, and how many of how many; all of them where several have as many."""
    known = [bar for bar in found if not bar.is_unknown]
    most = max(bar.count for bar in known)
    first = [bar for bar in known if bar.count == most]
    said = {"name": ", ".join(bar.label for bar in first[:MOST_NAMED]), "n": counted(most), "total": counted(total)}
    if len(first) > MOST_NAMED:
        return _("%(n)s of %(total)s certificates and events each for %(name)s and others") % said
    if len(first) > 1:
        return _("%(name)s: each in %(n)s of %(total)s certificates and events") % said
    if len(known) > 1:
        return _("%(name)s: in %(n)s of %(total)s certificates and events, more than any other") % said
    return _("%(name)s: in %(n)s of %(total)s certificates and events") % said
