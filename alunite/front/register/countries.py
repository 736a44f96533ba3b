"""Names of countries for readers, from the Unicode CLDR."""

from __future__ import annotations

from functools import lru_cache

from babel import Locale

from alunite.foundation.publications.kinds import UNKNOWN


@lru_cache(maxsize=1024)
def country_name(code: str, locale: str = "en_GB") -> str:
    """Return the name of an ISO 3166-1 country as readers say it, or the code itself where CLDR has none."""
    if code == UNKNOWN:
        return UNKNOWN
    return str(Locale.parse(locale).territories.get(code, code))
