"""Names of countries for readers, from the Unicode CLDR."""

from __future__ import annotations

from functools import lru_cache
from types import MappingProxyType

from babel import Locale
from django.utils.translation import gettext

from alunite.foundation.publications.kinds import UNKNOWN
from alunite.front.register.languages import locale

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
    return _territory(code, language or locale())


@lru_cache(maxsize=1024)
def _territory(code: str, language: str) -> str:
    return str(Locale.parse(_LOCALES.get(language, language)).territories.get(code, code))
