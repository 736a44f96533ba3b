"""Canonical JSON (RFC 8785) and SHA-256 digests of it."""

from __future__ import annotations

import hashlib
from typing import Any

import rfc8785


def canonical_json(value: Any) -> bytes:
    """Return the one RFC 8785 form of a JSON-ready value.

    Raises
    ------
    rfc8785.CanonicalizationError
        If the value holds something JSON has no form for.
    """
    return rfc8785.dumps(value)


def sha256_hex(data: bytes) -> str:
    """Return the SHA-256 of `data` as 64 hexadecimal digits."""
    return hashlib.sha256(data).hexdigest()


def digest(value: Any) -> str:
    """Return the SHA-256 of the canonical JSON of `value`.

    >>> digest({"b": 1, "a": 2}) == digest({"a": 2, "b": 1})
    True
    """
    return sha256_hex(canonical_json(value))
