from __future__ import annotations

from typing import ClassVar

from django.db import models
from django.utils.translation import gettext_lazy as _

from alunite.foundation.publications.identifiers import new_public_id

LONGEST_NAME = 300


class Firm(models.Model):
    """An audit firm, known so far only by the name sources print."""

    id = models.CharField(primary_key=True, max_length=12, default=new_public_id, editable=False)
    name = models.CharField(_("name"), max_length=LONGEST_NAME, unique=True)
    created_at = models.DateTimeField(auto_now_add=True)

    field_classes: ClassVar[dict[str, str]] = {"id": "public", "name": "public", "created_at": "audit"}

    class Meta:
        verbose_name = _("audit firm")
        verbose_name_plural = _("audit firms")

    def __str__(self) -> str:
        return self.name
