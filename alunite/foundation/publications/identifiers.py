"""Public ids: short, random, without letters that are mistaken for others or make words."""

from __future__ import annotations

import secrets

ALPHABET = "23456789bcdfghjkmnpqrstvwxz"
LENGTH = 8


def new_public_id() -> str:
    """Return a new id of eight characters, one of 2.8e11."""
    return "".join(secrets.choice(ALPHABET) for _ in range(LENGTH))
