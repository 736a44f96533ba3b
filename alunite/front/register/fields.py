"""The one field of its own that the register needs."""

from __future__ import annotations

from typing import Any

from django.db import models


class PublicationKey(models.BigIntegerField):  # type: ignore[type-arg]
    """The id of a publication as the key of a row; on SQLite the row's own number, so that it needs no second index."""

    def db_type(self, connection: Any) -> str | None:
        """Return `integer` on SQLite, which alone makes a primary key the number of its row."""
        return "integer" if connection.vendor == "sqlite" else super().db_type(connection)
