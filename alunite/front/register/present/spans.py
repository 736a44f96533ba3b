"""Lengths of time in words. No query, no rule, only words and order."""

from __future__ import annotations

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

# Below this many days an interval is told in days.
FEW_DAYS = 62


def span(days: int) -> str:
    """Return whole years and months; empty for less than a month."""
    years, months = divmod(days * 12 // 365, 12)
    in_years = (_("%(n)d years") % {"n": years} if years > 1 else _("one year")) if years else ""
    in_months = (_("%(n)d months") % {"n": months} if months > 1 else _("one month")) if months else ""
    if in_years and in_months:
        return _("%(years)s and %(months)s") % {"years": in_years, "months": in_months}
    return in_years or in_months


def ago(days: int) -> str:
    """Return how long ago a day was that lies so many days back."""
    said = span(days)
    return _("%(span)s ago") % {"span": said} if said else _("less than a month ago")


def in_days_or_longer(days: int) -> str:
    """Return a length in days while it is short, else in years and months."""
    if days < FEW_DAYS:
        return ngettext("%(n)d day", "%(n)d days", days) % {"n": days}
    return span(days)
