"""Whole addresses of pages and records, as feeds, calendars and site maps need them."""

from __future__ import annotations

from django.http import HttpRequest
from django.urls import NoReverseMatch, reverse

from alunite.foundation.publications.dictionary import plural
from alunite.front.register.origin import origin


def host(request: HttpRequest) -> str:
    """Return the host of that address, without a port."""
    return origin(request).partition("://")[2].partition(":")[0]


def page_of(kind: str, subject: str, slug: str) -> str:
    """Return the path of a record's page, empty where its kind has none."""
    try:
        return (
            reverse("standard", args=[subject]) if kind == "standard_version" else reverse(kind, args=[subject, slug])
        )
    except NoReverseMatch:
        return ""


def address_of(kind: str, subject: str, slug: str) -> str:
    """Return the path a record is read under: its page, or, of a kind that has none, its place in the API."""
    return page_of(kind, subject, slug) or f"/api/v1/public/{plural(kind)}/{subject}"
