"""The same page in other languages: English at the plain address, every other below its own prefix."""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

from django.conf import settings
from django.utils.translation import get_language


def locale() -> str:
    """Return the CLDR's name of the language a page is written in, for dates, numbers and names of countries.

    >>> locale()
    'en'
    """
    return (get_language() or settings.LANGUAGE_CODE).partition("-")[0]


_PREFIXES = frozenset(code for code, _name in settings.LANGUAGES if code != settings.LANGUAGE_CODE)


class Tongue(NamedTuple):
    """A language, and where the page stands in it."""

    code: str
    name: str
    address: str


def bare(path: str) -> str:
    """Return the path of a page without the prefix of a language.

    Only a prefix that the site has is one, and what is left never begins with two slashes: that would be another host.

    >>> bare("/fr/register/?q=fr"), bare("/register/"), bare("/french/"), bare("/fr-ca/x/")
    ('/register/?q=fr', '/register/', '/french/', '/fr-ca/x/')
    >>> bare("/fr//evil.example/x"), bare("//evil.example/x")
    ('/evil.example/x', '/evil.example/x')
    """
    first, slash, rest = path.removeprefix("/").partition("/")
    left = rest if slash and first in _PREFIXES else path
    return "/" + left.lstrip("/")


def address_in(path: str, code: str) -> str:
    """Return the path of a page in a language.

    >>> address_in("/fr/register/", "en"), address_in("/register/", "fr"), address_in("/fr/", "fr")
    ('/register/', '/fr/register/', '/fr/')
    """
    return bare(path) if code == settings.LANGUAGE_CODE else f"/{code}{bare(path)}"


def tongues(path: str) -> Iterator[Tongue]:
    """Yield where a page stands in each language but the one that is read."""
    for code, name in settings.LANGUAGES:
        if code != get_language():
            yield Tongue(code, name, address_in(path, code))
