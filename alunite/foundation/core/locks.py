"""Telling a database that others keep locked from one that is broken."""

from __future__ import annotations

import sqlite3

SQLITE_LOCKS = frozenset({sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED})
POSTGRESQL_LOCKS = frozenset({"55P03", "40P01"})  # lock_not_available, deadlock_detected


def is_locked(error: BaseException) -> bool:
    """Tell whether a lock that others hold was waited for in vain."""
    cause = error.__cause__
    code = getattr(cause, "sqlite_errorcode", 0) & 0xFF  # an extended code has the plain one in its last byte
    return code in SQLITE_LOCKS or getattr(cause, "sqlstate", "") in POSTGRESQL_LOCKS
