"""Canonical JSON (RFC 8785) and SHA-256 digests of it."""

from __future__ import annotations

import hashlib
from typing import Any

import msgspec
import rfc8785

# Beyond it a number is not the same number for everybody who reads JSON.
LARGEST_INTEGER = 2**53 - 1

_encode = msgspec.json.Encoder(order="deterministic").encode


def canonical_json(value: Any) -> bytes:
    """Return the one RFC 8785 form of a JSON-ready value.

    Plain values are written by msgspec, which is many times as fast; for them the two forms are the same.

    Raises
    ------
    rfc8785.CanonicalizationError
        If the value holds something JSON has no form for.
    """
    if _is_plain(value):
        try:
            return _encode(value)
        except UnicodeEncodeError:
            pass  # half a surrogate pair: refused below in the words of the other faults
    return rfc8785.dumps(value)


def _is_plain(value: Any) -> bool:
    """Tell whether sorting keys by their bytes and writing numbers digit by digit is what RFC 8785 asks for."""
    kind = type(value)
    # Most of what there is are texts, which are passed over here rather than asked for one by one.
    if kind is dict:
        for key, item in value.items():
            if type(key) is not str or not key.isascii() or (type(item) is not str and not _is_plain(item)):
                return False
        return True
    if kind is list:
        return all(_is_plain(item) for item in value if type(item) is not str)
    if kind is int:
        return bool(-LARGEST_INTEGER <= value <= LARGEST_INTEGER)
    return kind is str or kind is bool or value is None


def sha256_hex(data: bytes) -> str:
    """Return the SHA-256 of `data` as 64 hexadecimal digits."""
    return hashlib.sha256(data).hexdigest()


def digest(value: Any) -> str:
    """Return the SHA-256 of the canonical JSON of `value`.

    >>> digest({"b": 1, "a": 2}) == digest({"a": 2, "b": 1})
    True
    """
    return sha256_hex(canonical_json(value))
