"""Mail waiting to be sent, what the worker remembers of its jobs, and which days were done."""

from __future__ import annotations

from typing import ClassVar

from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from alunite.foundation.messages.threads.models import Post, Thread

__all__ = ["MailState", "OutgoingMail", "Post", "Thread", "TickedDay", "WorkerJob"]


class MailState(models.TextChoices):
    WAITING = "waiting", _("waiting")
    SENT = "sent", _("sent")
    GIVEN_UP = "given_up", _("given up")


class OutgoingMail(models.Model):
    """One mail to one address. Its Message-ID stays the same however often it is tried."""

    id = models.BigAutoField(primary_key=True)
    message_id = models.CharField(max_length=200, unique=True)
    to = models.EmailField()
    subject = models.CharField(max_length=500)
    body = models.TextField()
    written_at = models.DateTimeField(default=timezone.now)
    state = models.CharField(max_length=10, choices=MailState.choices, default=MailState.WAITING)
    attempts = models.PositiveSmallIntegerField(default=0)
    due_at = models.DateTimeField(default=timezone.now, help_text="When it is tried next.")
    held_until = models.DateTimeField(null=True, blank=True, help_text="Until when a worker holds it to send it.")
    done_at = models.DateTimeField(null=True, blank=True, help_text="When it was sent or given up.")
    last_fault = models.CharField(max_length=100, blank=True, help_text="Kind of fault and code; never an address.")

    field_classes: ClassVar[dict[str, str]] = {
        "id": "member",
        "message_id": "member",
        "to": "member",
        # They may hold a link that signs somebody in.
        "subject": "sealed",
        "body": "sealed",
        "written_at": "member",
        "state": "member",
        "attempts": "member",
        "due_at": "member",
        "held_until": "member",
        "done_at": "member",
        "last_fault": "member",
    }

    class Meta:
        verbose_name = _("outgoing mail")
        verbose_name_plural = _("outgoing mail")
        indexes = [models.Index(fields=["state", "due_at"], name="outbox_mail_due")]

    def __str__(self) -> str:
        return f"{self.message_id} {self.state}"


class WorkerJob(models.Model):
    """When a periodic job ran last and is due next; the row is what a worker claims, so that no two do it at once."""

    name = models.CharField(max_length=100, primary_key=True)
    due_at = models.DateTimeField(default=timezone.now)
    claimed_by = models.CharField(max_length=64, blank=True)
    claimed_until = models.DateTimeField(null=True, blank=True)
    began_at = models.DateTimeField(null=True, blank=True)
    done_at = models.DateTimeField(null=True, blank=True, help_text="When it last ended well.")
    failures = models.PositiveIntegerField(default=0, help_text="How often it has failed since it last ended well.")
    last_fault = models.CharField(max_length=200, blank=True)

    field_classes: ClassVar[dict[str, str]] = {
        "name": "audit",
        "due_at": "audit",
        "claimed_by": "audit",
        "claimed_until": "audit",
        "began_at": "audit",
        "done_at": "audit",
        "failures": "audit",
        "last_fault": "audit",
    }

    class Meta:
        verbose_name = _("job of the worker")
        verbose_name_plural = _("jobs of the worker")

    def __str__(self) -> str:
        return self.name


class TickedDay(models.Model):
    """The last day for which something that days bring was done; moved on in the transaction that does it."""

    name = models.CharField(max_length=100, primary_key=True)
    day = models.DateField()
    done_at = models.DateTimeField(default=timezone.now)

    field_classes: ClassVar[dict[str, str]] = {"name": "audit", "day": "audit", "done_at": "audit"}

    class Meta:
        verbose_name = _("day that was done")
        verbose_name_plural = _("days that were done")

    def __str__(self) -> str:
        return f"{self.name} {self.day}"
