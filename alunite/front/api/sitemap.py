"""The site map: an index, and parts by runs of publications, so that a part changes only with its own records."""

from __future__ import annotations

from collections.abc import Iterable
from xml.etree.ElementTree import Element

from alunite.front.api import xml

NAMESPACE = "http://www.sitemaps.org/schemas/sitemap/0.9"
# Publications a part stands for; the protocol allows 50,000 addresses in one.
PART = 10_000
FIRST_PART = (
    "/",
    "/register/",
    "/members/",
    "/firms/",
    "/facilities/",
    "/figures/",
    "/standards/",
    "/data/",
    "/api/v1/public/docs",
)


def index(parts: Iterable[tuple[int, str]], site: str) -> bytes:
    """Return the index of the parts: number and when each was last changed."""
    root = Element("sitemapindex", {"xmlns": NAMESPACE})
    for number, changed in parts:
        part = xml.add(root, "sitemap")
        xml.add(part, "loc", f"{site}/sitemap-{number}.xml")
        if changed:
            xml.add(part, "lastmod", changed)
    return xml.document(root)


def part(pages: Iterable[tuple[str, str]], site: str) -> bytes:
    """Return a part: path of each page, and when it was last changed, empty where that is not known."""
    root = Element("urlset", {"xmlns": NAMESPACE})
    for path, changed in pages:
        url = xml.add(root, "url")
        xml.add(url, "loc", site + path)
        if changed:
            xml.add(url, "lastmod", changed)
    return xml.document(root)
