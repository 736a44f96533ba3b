"""Threads and what was said in them. `messages.models` makes them known to Django."""

from __future__ import annotations

import uuid
from typing import ClassVar

from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from alunite.foundation.accounts.models import Organisation, Person

LONGEST_TYPE = 30
LONGEST_ID = 40
LONGEST_TEXT = 5_000


class ThreadKind(models.TextChoices):
    COMMENT = "comment", _("comment")
    QUESTION = "question", _("question to the help desk")


class Thread(models.Model):
    """A conversation about a place in something an organisation has; the room of that thing says who reads it."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    organisation = models.ForeignKey(Organisation, on_delete=models.PROTECT, related_name="threads")
    subject_type = models.CharField(max_length=LONGEST_TYPE)
    subject_id = models.CharField(max_length=LONGEST_ID)
    place = models.CharField(max_length=LONGEST_ID, blank=True)
    kind = models.CharField(_("kind"), max_length=10, choices=ThreadKind.choices)
    begun_at = models.DateTimeField(default=timezone.now)
    begun_by = models.ForeignKey(Person, on_delete=models.PROTECT, null=True, related_name="+")
    last_at = models.DateTimeField(default=timezone.now)
    waits_for = models.ForeignKey(
        Person, on_delete=models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("who is to look")
    )
    waits_for_desk = models.BooleanField(default=False)
    closed_at = models.DateTimeField(null=True, blank=True)

    field_classes: ClassVar[dict[str, str]] = dict.fromkeys(
        (
            *("id", "organisation", "subject_type", "subject_id", "place", "kind", "begun_at", "begun_by"),
            *("last_at", "waits_for", "waits_for_desk", "closed_at"),
        ),
        "member",
    )

    class Meta:
        verbose_name = _("thread")
        verbose_name_plural = _("threads")
        indexes = [
            models.Index(fields=["subject_type", "subject_id", "place"], name="outbox_thread_of_a_place"),
            models.Index(fields=["kind", "-last_at", "-id"], name="outbox_thread_newest"),
            models.Index(
                fields=["last_at"], condition=models.Q(waits_for_desk=True), name="outbox_thread_with_the_desk"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.kind} · {self.subject_id} {self.place}"


class Post(models.Model):
    """What somebody said in a thread. It is never changed."""

    id = models.BigAutoField(primary_key=True)
    thread = models.ForeignKey(Thread, on_delete=models.PROTECT, related_name="posts")
    by = models.ForeignKey(Person, on_delete=models.PROTECT, null=True, related_name="+")
    from_desk = models.BooleanField(default=False)
    text = models.TextField(_("text"), max_length=LONGEST_TEXT)
    at = models.DateTimeField(default=timezone.now)

    field_classes: ClassVar[dict[str, str]] = dict.fromkeys(("id", "thread", "by", "from_desk", "text", "at"), "member")

    class Meta:
        verbose_name = _("post")
        verbose_name_plural = _("posts")

    def __str__(self) -> str:
        return f"{self.thread_id} · {self.at:%Y-%m-%d}"
