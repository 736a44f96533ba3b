"""Applications, memberships and what is paid for them. `members.models` makes them known to Django."""

from __future__ import annotations

import uuid
from decimal import Decimal
from typing import ClassVar

from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from alunite.foundation.accounts.models import Organisation
from alunite.foundation.files.models import Content

LONGEST_ID = 80
LONGEST_TEXT = 4000
LONGEST_NUMBER = 20
LONGEST_VALUE = 300
NOTHING = Decimal("0.00")
# In these nothing follows any more, and the organisation may apply anew.
ENDED = ("declined", "terminated", "resigned")


class Cause(models.TextChoices):
    """What, if not a person's own judgement, a step is proposed for: the rules brought it, and judge it again."""

    INVOICE = "invoice", _("an invoice that was not paid")
    CERTIFICATION = "certification", _("no certificate in time")


class Membership(models.Model):
    """An organisation's way into the programme and through it. States and what leads where are pack data."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    organisation = models.ForeignKey(Organisation, on_delete=models.PROTECT, related_name="memberships")
    state = models.CharField(_("state"), max_length=20, default="enquiry")
    member_class = models.CharField(_("class of membership"), max_length=LONGEST_ID, blank=True)
    joined = models.DateField(_("joined"), null=True, blank=True)
    ended = models.DateField(_("ended"), null=True, blank=True)
    suspended = models.DateField(_("suspended since"), null=True, blank=True)
    suspended_for = models.CharField(
        _("why the membership is suspended"), max_length=20, choices=Cause.choices, blank=True
    )
    certified = models.DateField(_("first certified"), null=True, blank=True)
    extension_months = models.PositiveSmallIntegerField(_("months granted on top"), default=0)
    member = models.ForeignKey(
        "members.Member", on_delete=models.PROTECT, null=True, blank=True, related_name="memberships"
    )
    version = models.PositiveIntegerField(default=1, editable=False)
    created_at = models.DateTimeField(default=timezone.now, editable=False)

    field_classes: ClassVar[dict[str, str]] = {
        **dict.fromkeys(
            (
                *("id", "organisation", "state", "member_class", "joined", "ended", "suspended", "suspended_for"),
                *("certified", "extension_months", "member", "created_at"),
            ),
            "member",
        ),
        "version": "audit",
    }

    class Meta:
        verbose_name = _("membership")
        verbose_name_plural = _("memberships")
        constraints = [
            models.UniqueConstraint(
                fields=["organisation"], condition=~models.Q(state__in=ENDED), name="members_membership_one_at_a_time"
            ),
            models.UniqueConstraint(
                fields=["member"],
                condition=models.Q(member__isnull=False) & ~models.Q(state__in=ENDED),
                name="members_membership_one_of_a_member",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.organisation} · {self.state}"


class Application(models.Model):
    """What an organisation says to join. Its places and its group stand in its lists of facilities and entities."""

    membership = models.OneToOneField(Membership, on_delete=models.PROTECT, primary_key=True)
    kind = models.CharField(_("kind of organisation"), max_length=LONGEST_ID, blank=True)
    country = models.CharField(_("country of the head office"), max_length=2, blank=True)
    member_class = models.CharField(_("class of membership"), max_length=LONGEST_ID, blank=True)
    wants_certificate = models.BooleanField(_("wants a certificate"), default=False)
    size = models.PositiveBigIntegerField(_("size"), null=True, blank=True)
    has_group = models.BooleanField(_("controls other companies"), null=True, blank=True)
    activities = models.JSONField(_("activities"), default=list)
    answers = models.JSONField(_("answers"), default=dict)

    field_classes: ClassVar[dict[str, str]] = dict.fromkeys(
        (
            *("membership", "kind", "country", "member_class", "wants_certificate", "size", "has_group"),
            *("activities", "answers"),
        ),
        "member",
    )

    class Meta:
        verbose_name = _("application")
        verbose_name_plural = _("applications")

    def __str__(self) -> str:
        return str(self.membership_id)


class Round(models.Model):
    """A question of the office to an applicant, and the answer."""

    membership = models.ForeignKey(Membership, on_delete=models.PROTECT, related_name="rounds")
    asked = models.TextField(_("question"), max_length=LONGEST_TEXT)
    asked_on = models.DateField(_("asked on"))
    answer = models.TextField(_("answer"), max_length=LONGEST_TEXT, blank=True)
    answered_on = models.DateField(_("answered on"), null=True, blank=True)

    field_classes: ClassVar[dict[str, str]] = dict.fromkeys(
        ("id", "membership", "asked", "asked_on", "answer", "answered_on"), "member"
    )

    class Meta:
        verbose_name = _("question to an applicant")
        verbose_name_plural = _("questions to applicants")

    def __str__(self) -> str:
        return self.asked


class DueDiligence(models.Model):
    """What the office found when it looked into an applicant. Never shown to it."""

    membership = models.ForeignKey(Membership, on_delete=models.PROTECT, related_name="due_diligence")
    topic = models.CharField(_("what was looked into"), max_length=LONGEST_ID)
    note = models.TextField(_("what was found"), max_length=LONGEST_TEXT)
    is_clear = models.BooleanField(_("nothing stands against it"))
    noted_on = models.DateField(_("noted on"))

    field_classes: ClassVar[dict[str, str]] = dict.fromkeys(
        ("id", "membership", "topic", "note", "is_clear", "noted_on"), "audit"
    )

    class Meta:
        verbose_name = _("due diligence")
        verbose_name_plural = _("due diligence")

    def __str__(self) -> str:
        return self.topic


class Proposal(models.Model):
    """A step that takes something from somebody, proposed by one and decided by another person."""

    membership = models.ForeignKey(Membership, on_delete=models.PROTECT, related_name="proposals")
    act = models.CharField(_("step"), max_length=20)
    reason = models.TextField(_("reason"), max_length=LONGEST_TEXT)
    cause = models.CharField(_("cause"), max_length=20, choices=Cause.choices, blank=True)
    proposed_by = models.CharField(max_length=100)
    proposed_on = models.DateField(_("proposed on"))
    outcome = models.CharField(_("outcome"), max_length=20, blank=True)
    decided_on = models.DateField(_("decided on"), null=True, blank=True)

    field_classes: ClassVar[dict[str, str]] = dict.fromkeys(
        ("id", "membership", "act", "reason", "cause", "proposed_by", "proposed_on", "outcome", "decided_on"), "audit"
    )

    class Meta:
        verbose_name = _("proposed step")
        verbose_name_plural = _("proposed steps")
        constraints = [
            models.UniqueConstraint(
                fields=["membership", "act"], condition=models.Q(outcome=""), name="members_proposal_open_once"
            )
        ]

    def __str__(self) -> str:
        return f"{self.act} · {self.membership_id}"


class Invoice(models.Model):
    """A fee asked for. Its lines add up to what it asks; what was paid and credited lessens what is open."""

    number = models.CharField(_("number"), primary_key=True, max_length=LONGEST_NUMBER, editable=False)
    membership = models.ForeignKey(Membership, on_delete=models.PROTECT, related_name="invoices")
    year = models.PositiveSmallIntegerField(_("year"))
    dated = models.DateField(_("dated"))
    currency = models.CharField(_("currency"), max_length=3)
    billed_to = models.CharField(_("billed to"), max_length=300)

    field_classes: ClassVar[dict[str, str]] = dict.fromkeys(
        ("number", "membership", "year", "dated", "currency", "billed_to"), "member"
    )

    class Meta:
        verbose_name = _("invoice")
        verbose_name_plural = _("invoices")

    def __str__(self) -> str:
        return self.number

    @property
    def total(self) -> Decimal:
        """What it asks for; of prefetched lines without a query, as are the others."""
        return sum((line.amount for line in self.lines.all()), NOTHING)

    @property
    def paid(self) -> Decimal:
        """What was paid of it."""
        return sum((payment.amount for payment in self.payments.all()), NOTHING)

    @property
    def credited(self) -> Decimal:
        """What was taken back of it."""
        return sum((note.amount for note in self.credit_notes.all()), NOTHING)

    @property
    def open(self) -> Decimal:
        """What is still to be paid."""
        return self.total - self.paid - self.credited


class InvoiceLine(models.Model):
    """One thing an invoice asks for, with how it was worked out."""

    invoice = models.ForeignKey(Invoice, on_delete=models.PROTECT, related_name="lines")
    member_class = models.CharField(_("class of membership"), max_length=LONGEST_ID)
    size = models.PositiveBigIntegerField(_("size"))
    months = models.PositiveSmallIntegerField(_("months"))
    whole_year = models.DecimalField(_("fee of a whole year"), max_digits=14, decimal_places=2)
    amount = models.DecimalField(_("amount"), max_digits=14, decimal_places=2)

    field_classes: ClassVar[dict[str, str]] = dict.fromkeys(
        ("id", "invoice", "member_class", "size", "months", "whole_year", "amount"), "member"
    )

    class Meta:
        verbose_name = _("line of an invoice")
        verbose_name_plural = _("lines of invoices")

    def __str__(self) -> str:
        return f"{self.invoice_id} · {self.member_class}"


class Payment(models.Model):
    """Money that came in for an invoice, noted by the office."""

    invoice = models.ForeignKey(Invoice, on_delete=models.PROTECT, related_name="payments")
    day = models.DateField(_("paid on"))
    amount = models.DecimalField(_("amount"), max_digits=14, decimal_places=2)
    note = models.CharField(_("note"), max_length=300, blank=True)

    field_classes: ClassVar[dict[str, str]] = dict.fromkeys(("id", "invoice", "day", "amount", "note"), "member")

    class Meta:
        verbose_name = _("payment")
        verbose_name_plural = _("payments")

    def __str__(self) -> str:
        return f"{self.invoice_id} · {self.day}"


class CreditNote(models.Model):
    """What is taken back of an invoice, with the reason; an invoice itself never changes."""

    number = models.CharField(_("number"), primary_key=True, max_length=LONGEST_NUMBER, editable=False)
    invoice = models.ForeignKey(Invoice, on_delete=models.PROTECT, related_name="credit_notes")
    dated = models.DateField(_("dated"))
    amount = models.DecimalField(_("amount"), max_digits=14, decimal_places=2)
    reason = models.CharField(_("reason"), max_length=300)

    field_classes: ClassVar[dict[str, str]] = dict.fromkeys(
        ("number", "invoice", "dated", "amount", "reason"), "member"
    )

    class Meta:
        verbose_name = _("credit note")
        verbose_name_plural = _("credit notes")

    def __str__(self) -> str:
        return self.number


class DatedChange(models.Model):
    """That something about a member became another from a day on. Rows are added, never changed."""

    class What(models.TextChoices):
        """What can change so."""

        CLASS = "class", _("class of membership")
        NAME = "name", _("name")
        OWNER = "owner", _("who owns or controls it")

    membership = models.ForeignKey(Membership, on_delete=models.PROTECT, related_name="changes")
    what = models.CharField(_("what changed"), max_length=10, choices=What.choices)
    before = models.CharField(_("before"), max_length=LONGEST_VALUE, blank=True)
    after = models.CharField(_("since then"), max_length=LONGEST_VALUE)
    day = models.DateField(_("first day"))
    reason = models.TextField(_("reason"), max_length=LONGEST_TEXT)
    noted_at = models.DateTimeField(default=timezone.now, editable=False)

    field_classes: ClassVar[dict[str, str]] = dict.fromkeys(
        ("id", "membership", "what", "before", "after", "day", "reason", "noted_at"), "member"
    )

    class Meta:
        verbose_name = _("dated change of a member")
        verbose_name_plural = _("dated changes of members")

    def __str__(self) -> str:
        return f"{self.what} · {self.membership_id}"


class ExtensionRequest(models.Model):
    """A member asks for more time to its first certificate, and the office answers."""

    membership = models.ForeignKey(Membership, on_delete=models.PROTECT, related_name="extension_requests")
    months = models.PositiveSmallIntegerField(_("months asked for"))
    reason = models.TextField(_("reason"), max_length=LONGEST_TEXT)
    asked_on = models.DateField(_("asked on"))
    outcome = models.CharField(_("outcome"), max_length=20, blank=True)
    answer = models.TextField(_("answer"), max_length=LONGEST_TEXT, blank=True)
    answered_on = models.DateField(_("answered on"), null=True, blank=True)

    field_classes: ClassVar[dict[str, str]] = dict.fromkeys(
        ("id", "membership", "months", "reason", "asked_on", "outcome", "answer", "answered_on"), "member"
    )

    class Meta:
        verbose_name = _("request for more time")
        verbose_name_plural = _("requests for more time")
        constraints = [
            models.UniqueConstraint(
                fields=["membership"], condition=models.Q(outcome=""), name="members_extension_asked_once"
            )
        ]

    def __str__(self) -> str:
        return f"{self.membership_id} · {self.months}"


class Document(models.Model):
    """A file sent with an application. What the office may have read stays; one that was taken back says so."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    membership = models.ForeignKey(Membership, on_delete=models.PROTECT, related_name="documents")
    question = models.CharField(_("what it answers"), max_length=LONGEST_ID)
    content = models.ForeignKey(Content, on_delete=models.PROTECT, related_name="+", verbose_name=_("file"))
    file_name = models.CharField(_("name of the file"), max_length=LONGEST_VALUE)
    added_at = models.DateTimeField(_("added"), default=timezone.now, editable=False)
    withdrawn_at = models.DateTimeField(_("taken back"), null=True, blank=True)

    field_classes: ClassVar[dict[str, str]] = dict.fromkeys(
        ("id", "membership", "question", "content", "file_name", "added_at", "withdrawn_at"), "member"
    )

    class Meta:
        verbose_name = _("document of an application")
        verbose_name_plural = _("documents of applications")

    def __str__(self) -> str:
        return self.file_name
