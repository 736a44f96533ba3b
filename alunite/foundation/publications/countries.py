"""Names of countries for readers, from the Unicode CLDR."""

from __future__ import annotations

from collections.abc import Collection
from functools import lru_cache
from types import MappingProxyType

from babel import Locale
from django.conf import settings
from django.utils.translation import get_language, gettext

from alunite.foundation.core.text import fold
from alunite.foundation.publications.kinds import UNKNOWN

# What other names than the language's own a locale has: British ones, as the rest of our English.
_LOCALES = MappingProxyType({"en": "en_GB"})


def country_name(code: str, language: str = "") -> str:
    """Return the name of an ISO 3166-1 country as readers say it, or the code itself where CLDR has none.

    In the language of the page, unless another is named.

    >>> country_name("IS"), country_name("IS", "fr")
    ('Iceland', 'Islande')
    """
    if code == UNKNOWN:
        return gettext("unknown")
    return _territory(code, language or _language())


def country_choices(codes: Collection[str]) -> list[tuple[str, str]]:
    """Return these countries with their names in the language of the page, as that language sorts them.

    >>> country_choices({"SE", "IS", "AX"})
    [('AX', 'Åland Islands'), ('IS', 'Iceland'), ('SE', 'Sweden')]
    """
    return sorted(((code, country_name(code)) for code in codes), key=lambda one: (fold(one[1]), one[0]))


def _language() -> str:
    return (get_language() or settings.LANGUAGE_CODE).partition("-")[0]


@lru_cache(maxsize=1024)
def _territory(code: str, language: str) -> str:
    return str(Locale.parse(_LOCALES.get(language, language)).territories.get(code, code))
