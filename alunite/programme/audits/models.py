from __future__ import annotations

from typing import ClassVar

from django.db import models
from django.utils.translation import gettext_lazy as _

from alunite.foundation.publications.identifiers import new_public_id
from alunite.foundation.publications.records import StatedRecord

LONGEST_NAME = 300
LONGEST_RECORD_ID = 100
LONGEST_NUMBER = 60


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


class Audit(StatedRecord):
    """An audit known from what was announced or published of it. What was said stands in its statement."""

    firm = models.ForeignKey(Firm, on_delete=models.PROTECT, null=True, related_name="audits")

    field_classes: ClassVar[dict[str, str]] = {
        "id": "public",
        "statement": "public",
        "firm": "public",
        "created_at": "audit",
    }

    class Meta:
        verbose_name = _("audit")
        verbose_name_plural = _("audits")


class Finding(StatedRecord):
    """A result of an audit as it was said: of a criterion, of several, of all; or a sum over many audits."""

    audit = models.ForeignKey(Audit, on_delete=models.PROTECT, null=True, related_name="findings")

    field_classes: ClassVar[dict[str, str]] = {
        "id": "public",
        "statement": "public",
        "audit": "public",
        "created_at": "audit",
    }

    class Meta:
        verbose_name = _("finding")
        verbose_name_plural = _("findings")
