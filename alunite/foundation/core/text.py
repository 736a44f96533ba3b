"""Text as people type it: folding for comparison and search, slugs for addresses."""

from __future__ import annotations

import re
import unicodedata

_NOT_WORD = re.compile(r"[^\w]+", re.UNICODE)
_NOT_SLUG = re.compile(r"[^a-z0-9]+")
SLUG_LENGTH = 80

# Letters that Unicode does not take apart, as people without them on their keyboard type them.
_PLAIN = str.maketrans(
    {"ø": "o", "ł": "l", "đ": "d", "ð": "d", "ħ": "h", "ı": "i", "ŋ": "n", "ŧ": "t", "æ": "ae", "œ": "oe", "þ": "th"}
)


def squeeze(text: str) -> str:
    """Return `text` without spaces at the ends and with single spaces inside."""
    return " ".join(text.split())


def fold(text: str) -> str:
    """Return `text` for comparison: no accents, no case, single spaces.

    >>> fold("  Gränges  Shanghai "), fold("Mosjøen")
    ('granges shanghai', 'mosjoen')
    """
    if text.isascii():  # most is, and of the steps below only case and spaces change any of it
        return squeeze(text.lower())
    # Decomposing can bring capitals back (a mathematical bold A), so case is folded again after it.
    decomposed = unicodedata.normalize("NFKD", unicodedata.normalize("NFKD", text.casefold()).casefold())
    return squeeze("".join(char for char in decomposed if not unicodedata.combining(char)).translate(_PLAIN))


def words(text: str) -> list[str]:
    """Return the folded words of `text`, in order, letters and digits only.

    >>> words("Rolls-Royce, Zürich")
    ['rolls', 'royce', 'zurich']
    """
    return [word for word in _NOT_WORD.sub(" ", fold(text)).split(" ") if word.strip("_")]


def slugify(text: str) -> str:
    """Return an address part made of a-z, 0-9 and single hyphens, never empty.

    >>> slugify("Gränges Finspång (rolling)")
    'granges-finspang-rolling'
    >>> slugify("阿拉善")
    'record'
    """
    slug = _NOT_SLUG.sub("-", fold(text)).strip("-")[:SLUG_LENGTH].strip("-")
    return slug or "record"
