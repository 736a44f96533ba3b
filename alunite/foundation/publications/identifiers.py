"""Public ids: short, random, without letters that are mistaken for others or make words."""

from __future__ import annotations

import secrets

from django.db.models import Model

ALPHABET = "23456789bcdfghjkmnpqrstvwxz"
LENGTH = 8
LOOK_UP = 500


def new_public_id() -> str:
    """Return a new id of eight characters, one of 2.8e11."""
    number, text = secrets.randbelow(len(ALPHABET) ** LENGTH), ""
    for _ in range(LENGTH):
        number, place = divmod(number, len(ALPHABET))
        text += ALPHABET[place]
    return text


def unused_ids(model: type[Model], count: int) -> list[str]:
    """Return new ids no row of a model has. A query for each 500.

    One new id is hardly ever taken; of a hundred thousand made at once two are the same in one import of fifty.
    """
    found: set[str] = set()
    while len(found) < count:
        drawn = list({new_public_id() for _ in range(count - len(found))} - found)
        for start in range(0, len(drawn), LOOK_UP):
            chunk = drawn[start : start + LOOK_UP]
            held = model._base_manager.filter(pk__in=chunk)  # noqa: SLF001, Django's own name for it
            found.update(set(chunk).difference(held.values_list("pk", flat=True)))
    return list(found)
