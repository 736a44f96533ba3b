"""Proposals that two records speak of one thing, and the merges people made of them."""

from __future__ import annotations

from typing import ClassVar

from django.db import models
from django.utils.translation import gettext_lazy as _

from alunite.foundation.publications.models import LONGEST_SUBJECT

LONGEST_NOTE = 2000


class Status(models.TextChoices):
    """Where a proposal stands. One that nothing speaks for any more has lapsed, and is kept."""

    OPEN = "open", _("open")
    MERGED = "merged", _("merged")
    DISMISSED = "dismissed", _("dismissed")
    LAPSED = "lapsed", _("lapsed")


class Proposal(models.Model):
    """Two records of a kind that a rule, or a person, takes for one, `first` before `second` in the order of their ids."""

    kind = models.CharField(max_length=40)
    first = models.CharField(max_length=LONGEST_SUBJECT)
    second = models.CharField(max_length=LONGEST_SUBJECT)
    score = models.PositiveSmallIntegerField(
        null=True, help_text=_("In hundredths; empty where the rule does not take the two for one.")
    )
    reasons = models.JSONField()
    evidence = models.CharField(max_length=64, blank=True, help_text=_("Digest of what was known of both."))
    status = models.CharField(max_length=10, choices=Status.choices, default=Status.OPEN)
    version = models.PositiveIntegerField(default=1)
    note = models.TextField(blank=True, help_text=_("Of whoever decided last."))
    decided_by = models.CharField(max_length=100, blank=True)
    decided_at = models.DateTimeField(null=True)
    proposed_at = models.DateTimeField()
    proposed_by = models.CharField(
        max_length=100, blank=True, help_text=_("Who proposed it by hand; empty where the rule did.")
    )
    why = models.TextField(blank=True, help_text=_("Of whoever proposed it by hand."))

    field_classes: ClassVar[dict[str, str]] = dict.fromkeys(
        (
            *("id", "kind", "first", "second", "score", "reasons", "evidence", "status", "version"),
            *("note", "decided_by", "decided_at", "proposed_at", "proposed_by", "why"),
        ),
        "audit",
    )

    class Meta:
        verbose_name = _("likely duplicate")
        verbose_name_plural = _("likely duplicates")
        constraints = [
            models.UniqueConstraint(fields=["kind", "first", "second"], name="merging_pair_proposed_once"),
            models.CheckConstraint(condition=models.Q(first__lt=models.F("second")), name="merging_pair_in_order"),
        ]
        indexes = [models.Index(fields=["status", "-score", "kind", "first"], name="merging_proposal_in_order")]

    def __str__(self) -> str:
        return f"{self.kind} {self.first} ~ {self.second}"


class Merge(models.Model):
    """A record that gave way to another. It stands until it is undone; the row stays."""

    kind = models.CharField(max_length=40)
    loser = models.CharField(max_length=LONGEST_SUBJECT)
    survivor = models.CharField(max_length=LONGEST_SUBJECT)
    proposal = models.ForeignKey(Proposal, on_delete=models.PROTECT, related_name="merges")
    actor = models.CharField(max_length=100)
    at = models.DateTimeField()
    undone_by = models.CharField(max_length=100, blank=True)
    undone_at = models.DateTimeField(null=True)

    field_classes: ClassVar[dict[str, str]] = {
        "id": "audit",
        "kind": "public",
        "loser": "public",
        "survivor": "public",
        "proposal": "audit",
        "actor": "audit",
        "at": "audit",
        "undone_by": "audit",
        "undone_at": "audit",
    }

    class Meta:
        verbose_name = _("merge")
        verbose_name_plural = _("merges")
        constraints = [
            models.UniqueConstraint(
                fields=["kind", "loser"], condition=models.Q(undone_at=None), name="merging_merged_once_at_a_time"
            ),
            models.CheckConstraint(condition=~models.Q(loser=models.F("survivor")), name="merging_not_into_itself"),
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.loser} → {self.survivor}"
