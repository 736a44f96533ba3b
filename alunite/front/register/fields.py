"""The fields of its own that the register needs."""

from __future__ import annotations

from contextlib import suppress
from typing import Any

import msgspec
from django.db import models
from django.db.models.expressions import Col


class PublicationKey(models.BigIntegerField):  # type: ignore[type-arg]
    """The id of a publication as the key of a row; on SQLite the row's own number, so that it needs no second index."""

    def db_type(self, connection: Any) -> str | None:
        """Return `integer` on SQLite, which alone makes a primary key the number of its row."""
        return "integer" if connection.vendor == "sqlite" else super().db_type(connection)


class SaidField(models.JSONField):
    """What was published. A page reads dozens of them: they are read as `json.loads` would, in half of its time."""

    def from_db_value(self, value: Any, expression: Any, connection: Any) -> Any:
        """Return what a row holds; one value within it, asked for by its path, as Django does."""
        if isinstance(value, str) and isinstance(expression, Col):
            with suppress(msgspec.DecodeError):  # what is no JSON is shown as Django shows it, and found by `verify`
                return msgspec.json.decode(value)
        return super().from_db_value(value, expression, connection)

    def deconstruct(self) -> Any:
        """Return a plain JSON field: to the database it is one, and no migration has to tell it from one."""
        name, _path, arguments, named = super().deconstruct()
        return name, "django.db.models.JSONField", arguments, named
