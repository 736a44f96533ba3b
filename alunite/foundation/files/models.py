"""What people send is kept once, under the SHA-256 of its bytes; whose it is and what it is called says the room that keeps it."""

from __future__ import annotations

from typing import ClassVar

from django.db import models
from django.utils.translation import gettext_lazy as _

DIGITS = 64
LONGEST_MEDIA_TYPE = 100


class Content(models.Model):
    """Bytes that were kept. They stand in a file of their own; this row only grows, and is never changed."""

    sha256 = models.CharField(_("SHA-256"), primary_key=True, max_length=DIGITS, editable=False)
    size = models.PositiveBigIntegerField(_("size"), help_text=_("In bytes."))
    media_type = models.CharField(
        _("media type"), max_length=LONGEST_MEDIA_TYPE, help_text=_("Found out from the bytes, whatever the name said.")
    )
    kept_at = models.DateTimeField(_("kept"))

    field_classes: ClassVar[dict[str, str]] = {
        "sha256": "member",
        "size": "member",
        "media_type": "member",
        "kept_at": "member",
    }

    class Meta:
        verbose_name = _("content")
        verbose_name_plural = _("contents")
        constraints = [models.CheckConstraint(condition=models.Q(size__gt=0), name="files_content_not_empty")]

    def __str__(self) -> str:
        return f"{self.media_type} {self.sha256[:12]}"
