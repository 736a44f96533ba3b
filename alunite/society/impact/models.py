from __future__ import annotations

from typing import ClassVar

from django.db import models
from django.utils.translation import gettext_lazy as _

from alunite.foundation.publications.records import StatedRecord

LENGTH_OF_SUBJECT = 16


class Figure(StatedRecord):
    """One number as one source states it. What it says stands in its statement."""

    subject = models.CharField(
        max_length=LENGTH_OF_SUBJECT,
        db_index=True,
        help_text=_("The same for all figures that speak of the same thing."),
    )

    field_classes: ClassVar[dict[str, str]] = {
        "id": "public",
        "statement": "public",
        "subject": "public",
        "created_at": "audit",
    }

    class Meta:
        verbose_name = _("figure")
        verbose_name_plural = _("figures")
