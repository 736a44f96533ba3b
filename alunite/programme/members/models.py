from __future__ import annotations

import uuid
from typing import ClassVar

from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from alunite.foundation.accounts.models import Organisation
from alunite.foundation.importing.models import Statement
from alunite.foundation.publications.identifiers import new_public_id
from alunite.foundation.publications.records import StatedRecord
from alunite.programme.members.joining.models import (
    Application,
    CreditNote,
    DatedChange,
    Document,
    DueDiligence,
    ExtensionRequest,
    Invoice,
    InvoiceLine,
    Membership,
    Payment,
    Proposal,
    Round,
)

__all__ = [
    "Application",
    "CreditNote",
    "DatedChange",
    "Document",
    "DueDiligence",
    "Entity",
    "ExtensionRequest",
    "Facility",
    "FormerName",
    "Invoice",
    "InvoiceLine",
    "Member",
    "Membership",
    "OwnFacility",
    "Payment",
    "Proposal",
    "Round",
    "Transfer",
]

LONGEST_NAME = 300
LONGEST_RECORD_ID = 100
LONGEST_REASON = 1000


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


class FormerName(models.Model):
    """A name a member no longer bears, so that sources that still use it are understood to mean the member."""

    member = models.ForeignKey(Member, on_delete=models.PROTECT, related_name="former_names")
    name = models.CharField(_("name"), max_length=LONGEST_NAME, unique=True)
    until = models.DateField(_("last day"))

    field_classes: ClassVar[dict[str, str]] = dict.fromkeys(("id", "member", "name", "until"), "public")

    class Meta:
        verbose_name = _("former name of a member")
        verbose_name_plural = _("former names of members")

    def __str__(self) -> str:
        return self.name


class Facility(StatedRecord):
    """A place, as one source describes it. Two sources of one place are two records until a person joins them."""

    field_classes: ClassVar[dict[str, str]] = {"id": "public", "statement": "public", "created_at": "audit"}

    class Meta:
        verbose_name = _("facility")
        verbose_name_plural = _("facilities")


class Entity(models.Model):
    """A part of a member that is named on certificates, over the days it belongs to the organisation."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    organisation = models.ForeignKey(Organisation, on_delete=models.PROTECT, related_name="entities")
    name = models.CharField(_("name"), max_length=LONGEST_NAME)
    valid_from = models.DateField(_("first day"))
    valid_to = models.DateField(_("last day"), null=True, blank=True)
    # The same part at the member it belonged to before; its row there stays as it was, with a last day.
    continues = models.OneToOneField(
        "self", on_delete=models.PROTECT, null=True, blank=True, related_name="continued_as"
    )
    created_at = models.DateTimeField(default=timezone.now, editable=False)

    field_classes: ClassVar[dict[str, str]] = {
        "id": "member",
        "organisation": "member",
        "name": "member",
        "valid_from": "member",
        "valid_to": "member",
        "continues": "parties",
        "created_at": "audit",
    }

    class Meta:
        verbose_name = _("entity")
        verbose_name_plural = _("entities")
        constraints = [
            models.UniqueConstraint(
                fields=["organisation", "name"],
                condition=models.Q(valid_to__isnull=True),
                name="members_entity_named_once",
            ),
            models.CheckConstraint(
                condition=models.Q(valid_to__isnull=True) | models.Q(valid_to__gte=models.F("valid_from")),
                name="members_entity_ends_after_it_begins",
            ),
        ]

    def __str__(self) -> str:
        return self.name


class OwnFacility(models.Model):
    """A facility as the member itself lists it, for its scopes; `facility` is the public record of the same place."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    organisation = models.ForeignKey(Organisation, on_delete=models.PROTECT, related_name="own_facilities")
    entity = models.ForeignKey(Entity, on_delete=models.PROTECT, null=True, blank=True, related_name="own_facilities")
    name = models.CharField(_("name"), max_length=LONGEST_NAME)
    country = models.CharField(_("country"), max_length=2, help_text=_("ISO 3166-1, two letters"))
    activities = models.JSONField(_("activities"), default=list, help_text=_("Ids of the scheme pack, in its order"))
    headcount = models.PositiveIntegerField(_("people working there"), null=True, blank=True)
    valid_from = models.DateField(_("first day"))
    valid_to = models.DateField(_("last day"), null=True, blank=True)
    facility = models.ForeignKey(Facility, on_delete=models.PROTECT, null=True, blank=True, related_name="listed_as")
    continues = models.OneToOneField(
        "self", on_delete=models.PROTECT, null=True, blank=True, related_name="continued_as"
    )
    created_at = models.DateTimeField(default=timezone.now, editable=False)

    field_classes: ClassVar[dict[str, str]] = {
        "id": "member",
        "organisation": "member",
        "entity": "member",
        "name": "member",
        "country": "member",
        "activities": "member",
        "headcount": "member",
        "valid_from": "member",
        "valid_to": "member",
        "facility": "member",
        "continues": "parties",
        "created_at": "audit",
    }

    class Meta:
        verbose_name = _("facility of a member")
        verbose_name_plural = _("facilities of members")
        constraints = [
            models.CheckConstraint(
                condition=models.Q(valid_to__isnull=True) | models.Q(valid_to__gte=models.F("valid_from")),
                name="members_ownfacility_ends_after_it_begins",
            ),
        ]

    def __str__(self) -> str:
        return self.name


class Transfer(models.Model):
    """The offer of an entity, with its facilities, to another member, and the answer. What was true before stays."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    entity = models.ForeignKey(Entity, on_delete=models.PROTECT, related_name="transfers")
    receiver = models.ForeignKey(Organisation, on_delete=models.PROTECT, related_name="+")
    day = models.DateField(_("first day at the new member"))
    reason = models.CharField(_("reason"), max_length=LONGEST_REASON)
    offered_on = models.DateField(_("offered on"))
    outcome = models.CharField(_("outcome"), max_length=20, blank=True)
    answered_on = models.DateField(_("answered on"), null=True, blank=True)

    field_classes: ClassVar[dict[str, str]] = dict.fromkeys(
        ("id", "entity", "receiver", "day", "reason", "offered_on", "outcome", "answered_on"), "parties"
    )

    class Meta:
        verbose_name = _("transfer of an entity")
        verbose_name_plural = _("transfers of entities")
        constraints = [
            models.UniqueConstraint(
                fields=["entity"], condition=models.Q(outcome=""), name="members_transfer_offered_once"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.entity} · {self.receiver}"
