"""Packs as adopted. An audit keeps the pack it began under, so none is ever changed or removed."""

from __future__ import annotations

from typing import ClassVar

from django.db import models
from django.utils.translation import gettext_lazy as _


class AdoptedPack(models.Model):
    """A scheme pack, whole, with the day it was taken up. The latest is the one in force."""

    scheme = models.CharField(max_length=40)
    digest = models.CharField(max_length=64, db_index=True)
    document = models.JSONField()
    adopted_at = models.DateTimeField()

    field_classes: ClassVar[dict[str, str]] = {
        "id": "public",
        "scheme": "public",
        "digest": "public",
        "document": "public",
        "adopted_at": "public",
    }

    class Meta:
        verbose_name = _("adopted scheme pack")
        verbose_name_plural = _("adopted scheme packs")

    def __str__(self) -> str:
        return f"{self.scheme} {self.digest[:12]}"
