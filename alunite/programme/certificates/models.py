from __future__ import annotations

from typing import ClassVar

from django.db import models
from django.utils.translation import gettext_lazy as _

from alunite.foundation.importing.models import Statement
from alunite.foundation.publications.identifiers import new_public_id
from alunite.programme.audits.models import Firm
from alunite.programme.members.models import Member

LONGEST_RECORD_ID = 100
LONGEST_NUMBER = 60
LONGEST_HOLDERS = 200


class Certificate(models.Model):
    """A certificate that can be told from others: by its number and holders, by its first and last day, or by a person.

    One number under two different holders is two certificates until a person says that it is one.
    """

    id = models.CharField(primary_key=True, max_length=12, default=new_public_id, editable=False)
    family = models.CharField(max_length=80, help_text=_("Id of the family of standards."))
    number = models.CharField(max_length=LONGEST_NUMBER, blank=True)
    holders = models.CharField(
        max_length=LONGEST_HOLDERS, blank=True, help_text=_("Ids of the members its rows name; empty without a number.")
    )
    created_at = models.DateTimeField(auto_now_add=True)

    field_classes: ClassVar[dict[str, str]] = {
        "id": "public",
        "family": "public",
        "number": "public",
        "holders": "public",
        "created_at": "audit",
    }

    class Meta:
        verbose_name = _("certificate")
        verbose_name_plural = _("certificates")
        constraints = [
            models.UniqueConstraint(
                fields=["family", "number", "holders"],
                condition=~models.Q(number=""),
                name="certificates_number_once_for_its_holders",
            ),
        ]

    def __str__(self) -> str:
        return self.number or self.pk


class CertificationEvent(models.Model):
    """What one row of a source says about a certificate. Without number and dates it identifies none."""

    id = models.CharField(primary_key=True, max_length=12, default=new_public_id, editable=False)
    record_id = models.CharField(max_length=LONGEST_RECORD_ID, unique=True)
    statement = models.OneToOneField(Statement, on_delete=models.PROTECT, related_name="certification_event")
    # Where it stands: as its own row identifies it, or with those a person put it together with.
    certificate = models.ForeignKey(Certificate, on_delete=models.PROTECT, null=True, related_name="events")
    identified_as = models.ForeignKey(Certificate, on_delete=models.PROTECT, null=True, related_name="identified_by")
    gathered_as = models.ForeignKey(
        Certificate,
        on_delete=models.PROTECT,
        null=True,
        related_name="gathered_by",
        help_text=_("Made when a person first put it together with others and no row of theirs identified any."),
    )
    firm = models.ForeignKey(Firm, on_delete=models.PROTECT, null=True, related_name="certification_events")
    members: models.ManyToManyField[Member, EventMember] = models.ManyToManyField(
        Member, through="EventMember", related_name="certification_events"
    )
    created_at = models.DateTimeField(auto_now_add=True)

    field_classes: ClassVar[dict[str, str]] = {
        "id": "public",
        "record_id": "public",
        "statement": "public",
        "certificate": "public",
        "identified_as": "public",
        "gathered_as": "public",
        "firm": "public",
        "created_at": "audit",
    }

    class Meta:
        verbose_name = _("certification event")
        verbose_name_plural = _("certification events")

    def __str__(self) -> str:
        return self.record_id


class EventMember(models.Model):
    """A member named in a certification event; a joint venture has several, in the order of the source."""

    event = models.ForeignKey(CertificationEvent, on_delete=models.CASCADE, related_name="named")
    member = models.ForeignKey(Member, on_delete=models.PROTECT)
    place = models.PositiveSmallIntegerField()

    field_classes: ClassVar[dict[str, str]] = {
        "id": "public",
        "event": "public",
        "member": "public",
        "place": "public",
    }

    class Meta:
        constraints = [models.UniqueConstraint(fields=["event", "member"], name="certificates_member_named_once")]

    def __str__(self) -> str:
        return f"{self.member_id} in {self.event_id}"
