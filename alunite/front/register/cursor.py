"""Where the next page begins: signed, and good for the question it was made for alone.

It holds by what the last line before the page stood there (in a list by name, its name and id), the publication the first
page was read as of, and the day its states were shown for; so neither what is published meanwhile nor midnight moves a
line from one page to another, and what is redacted meanwhile takes no other line with it.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.core import signing

from alunite.foundation.core.canonical import digest
from alunite.front.register.queries import Bookmark

DIGITS = 16


@dataclass(frozen=True, slots=True)
class Cursor:
    """What a link to a later page says."""

    after: Bookmark | str
    at: int
    day: date
    question: str


def question(parameters: Mapping[str, str | list[str]]) -> str:
    """Return what stands for a question in its cursor: the same for the same filters and clocks."""
    return digest({name: value for name, value in parameters.items() if value})[:DIGITS]


def write(cursor: Cursor) -> str:
    """Return a cursor as text."""
    return _signer().sign_object([cursor.after, cursor.at, cursor.day.isoformat(), cursor.question])


def read(text: str) -> Cursor:
    """Return what a cursor says; `ValueError` if it is not one of ours."""
    try:
        after, at, day, asked = _signer().unsign_object(text)
        return Cursor(
            after if isinstance(after, str) else _bookmark(*after), int(at), date.fromisoformat(day), str(asked)
        )
    except (signing.BadSignature, TypeError, ValueError) as error:
        raise ValueError("not a cursor of this register") from error


def _bookmark(part: Any, key: Any, slug: Any) -> Bookmark:
    return Bookmark(int(part), tuple(map(int, key)) if isinstance(key, list) else int(key), str(slug))


def _signer() -> signing.Signer:
    # Without a time stamp, so that the same question has the same page.
    return signing.Signer(salt="register.cursor")
