"""The feed of changes: Atom (RFC 4287), paged (RFC 5005), one entry a publication, with what changed in words."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any
from xml.etree.ElementTree import Element

import msgspec
from django.utils.translation import gettext as _

from alunite.foundation.core.text import slugify
from alunite.foundation.publications.models import Publication
from alunite.foundation.publications.opendata import instant
from alunite.front.api import xml
from alunite.front.api.addresses import address_of
from alunite.front.api.queries import what_happened

ATOM = "http://www.w3.org/2005/Atom"
# Of a feed in which nothing was ever published.
NEVER = "1970-01-01T00:00:00Z"
LONGEST_VALUE = 120
TITLES = ("entity", "name", "title")

Said = Mapping[str, Any]


def feed(
    entries: Sequence[tuple[Publication, Said, Said]],
    *,
    title: str,
    author: str,
    site: str,
    host: str,
    address: str,
    next_address: str | None,
) -> bytes:
    """Return a page of the feed.

    Parameters
    ----------
    entries : sequence of publication, what it says, what was said before
        As `saying` gives them.
    title, author : str
        Of the feed.
    site, host : str
        Where people reach the site, and its host, which names entries for ever.
    address, next_address : str
        Path and query of this page, and of the one with older entries.
    """
    root = Element("feed", {"xmlns": ATOM})
    xml.add(root, "id", f"tag:{host},2026:alunite:changes:{address.partition('after=')[0].rstrip('?&')}")
    xml.add(root, "title", title)
    xml.add(root, "updated", instant(entries[0][0].published_at) if entries else NEVER)
    xml.add(xml.add(root, "author"), "name", author)
    xml.add(root, "link", rel="self", type="application/atom+xml", href=site + address)
    xml.add(root, "link", rel="alternate", type="text/html", href=f"{site}/data/")
    if next_address:
        xml.add(root, "link", rel="next", type="application/atom+xml", href=site + next_address)
    for entry in entries:
        _entry(root, entry, site, host)
    return xml.document(root)


def _entry(root: Element, told: tuple[Publication, Said, Said], site: str, host: str) -> None:
    publication, said, before = told
    name = next((str((said or before)[key]) for key in TITLES if (said or before).get(key)), publication.subject)
    at = instant(publication.published_at)
    address = address_of(publication.kind, publication.subject, slugify(name))
    entry = xml.add(root, "entry")
    xml.add(entry, "id", f"tag:{host},2026:alunite:publication:{publication.pk}")
    xml.add(entry, "title", f"{name}: {_word(what_happened(publication))}")
    xml.add(entry, "updated", at)
    xml.add(entry, "published", at)
    xml.add(entry, "link", rel="alternate", href=site + address)
    xml.add(entry, "category", term=publication.kind)
    xml.add(entry, "summary", in_words(publication, said, before))


def _word(what: str) -> str:
    return {
        "published": _("published"),
        "changed": _("changed"),
        "withdrawn": _("withdrawn"),
        "redacted": _("redacted"),
    }[what]


def saying(
    publications: Sequence[Publication], before: Sequence[Publication]
) -> Iterator[tuple[Publication, Said, Said]]:
    """Yield each publication with what it says and what the one before it of the same subject said; empty for nothing."""
    earlier = {(item.kind, item.subject, item.version): _said(item) for item in before}
    for item in publications:
        yield item, _said(item), earlier.get((item.kind, item.subject, item.version - 1), {})


def _said(publication: Publication) -> Said:
    text = publication.body.payload
    found: Said = msgspec.json.decode(text) if text else {}
    return found


def in_words(publication: Publication, said: Said, before: Said) -> str:
    """Return what a publication changed, in words."""
    what = what_happened(publication)
    if what == "redacted":
        return _("What was said here was blanked by a decision.")
    if what == "withdrawn":
        return _("Withdrawn: %(reason)s.") % {"reason": publication.withdrawal.replace("_", " ")}
    if not before:
        return _("Published for the first time.") if publication.version == 1 else _("Published again.")
    changed = [name for name in said if said[name] != before.get(name)]
    return "; ".join(_difference(name, before.get(name), said[name]) for name in changed) + "."


def _difference(name: str, before: Any, now: Any) -> str:
    label = name.replace("_", " ")
    shown = [_shown(value) for value in (before, now)]
    if None in shown:
        return _("%(what)s changed") % {"what": label}
    return _("%(what)s: %(before)s → %(now)s") % {"what": label, "before": shown[0], "now": shown[1]}


def _shown(value: Any) -> str | None:
    """Return a value in words, None where it is no plain value."""
    if isinstance(value, list) and all(isinstance(item, str) for item in value):
        return ", ".join(value)[:LONGEST_VALUE] or _("none")
    if isinstance(value, dict) and set(value) == {"id", "name"}:
        return str(value["name"])[:LONGEST_VALUE]
    if value is None or value == "":
        return _("none")
    return str(value)[:LONGEST_VALUE] if isinstance(value, str | int | float) else None
