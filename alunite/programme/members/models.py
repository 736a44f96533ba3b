from __future__ import annotations

from typing import ClassVar

from django.db import models
from django.utils.translation import gettext_lazy as _

from alunite.foundation.importing.models import Statement
from alunite.foundation.publications.identifiers import new_public_id
from alunite.foundation.publications.records import StatedRecord

LONGEST_NAME = 300
LONGEST_RECORD_ID = 100


class Standing(models.TextChoices):
    """How we come to know the member."""

    LISTED = "listed", _("listed as a member by a source")
    NAMED_ONLY = "named_in_source_only", _("named in a source only")


class Member(models.Model):
    """A member organisation. What is known of it stands in its statement; one that is only named has none."""

    id = models.CharField(primary_key=True, max_length=12, default=new_public_id, editable=False)
    name = models.CharField(_("name"), max_length=LONGEST_NAME, unique=True)
    statement = models.OneToOneField(Statement, on_delete=models.PROTECT, null=True, related_name="member")
    created_at = models.DateTimeField(auto_now_add=True)

    field_classes: ClassVar[dict[str, str]] = {
        "id": "public",
        "name": "public",
        "statement": "public",
        "created_at": "audit",
    }

    class Meta:
        verbose_name = _("member")
        verbose_name_plural = _("members")

    def __str__(self) -> str:
        return self.name

    @property
    def standing(self) -> Standing:
        """Return how we come to know the member."""
        return Standing.LISTED if self.statement_id else Standing.NAMED_ONLY


class Facility(StatedRecord):
    """A place, as one source describes it. Two sources of one place are two records until a person joins them."""

    field_classes: ClassVar[dict[str, str]] = {"id": "public", "statement": "public", "created_at": "audit"}

    class Meta:
        verbose_name = _("facility")
        verbose_name_plural = _("facilities")
