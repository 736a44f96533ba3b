"""The site map: an index, and parts by runs of publications, so that a part changes only with its own records."""

from __future__ import annotations

from collections.abc import Iterable
from xml.etree.ElementTree import Element

from django.conf import settings

from alunite.front.api import xml
from alunite.front.register.languages import address_in

NAMESPACE = "http://www.sitemaps.org/schemas/sitemap/0.9"
# Publications a part stands for; the protocol allows 50,000 addresses in one, and each page has one in each language.
PART = 10_000
FIRST_PART = (
    "/",
    "/register/",
    "/register/compare/",
    "/map/",
    "/members/",
    "/firms/",
    "/facilities/",
    "/countries/",
    "/activities/",
    "/figures/",
    "/standards/",
    "/standards/applies/",
    "/standards/compare/",
    "/standards/versions/",
    "/about/",
    "/corrections/",
    "/data/",
    "/api/v1/public/docs",
)
# What is not for the public. Pages of an earlier day say for themselves that they are not to be found.
PRIVATE = (
    "/account/",
    "/affiliations/",
    "/decisions/",
    "/demo/",
    "/duplicates/",
    "/imports/",
    "/invitation/",
    "/invitations/",
    "/organisations/",
    "/tables/",
    "/work/",
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
        for code, _name in settings.LANGUAGES:
            url = xml.add(root, "url")
            xml.add(url, "loc", site + address_in(path, code))
            if changed:
                xml.add(url, "lastmod", changed)
    return xml.document(root)


def robots(site: str) -> str:
    """Return what programs that look for pages are asked: to leave private places alone, and where the site map is."""
    places = [address_in(place, code) for code, _name in settings.LANGUAGES for place in PRIVATE]
    lines = ["User-agent: *", *(f"Disallow: {place}" for place in places), "", f"Sitemap: {site}/sitemap.xml", ""]
    return "\n".join(lines)
