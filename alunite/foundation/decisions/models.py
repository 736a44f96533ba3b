"""Decisions as pages list them. What proves them stands in history; this table only says where each of them is."""

from __future__ import annotations

from typing import ClassVar

from django.db import models
from django.utils.translation import gettext_lazy as _

from alunite.foundation.publications.identifiers import new_public_id

LONGEST_NOTE = 2000


class Ground(models.TextChoices):
    """The closed list of reasons something may be taken out of what was said or recorded."""

    PERSONAL_DATA = "personal_data", _("it speaks of a person who has a right to be forgotten")
    COURT_ORDER = "court_order", _("a court ordered it")
    AUTHORITY_ORDER = "authority_order", _("an authority ordered it")
    CONFIDENTIAL = "confidential", _("it was confidential and should not have been published")
    RIGHTS_OF_OTHERS = "rights_of_others", _("others have rights in the text")
    SAFETY = "safety", _("it endangers somebody")
    PUBLISHED_IN_ERROR = "published_in_error", _("it was published by mistake")
    GROUND_GONE = "ground_gone", _("the reason it was taken out for no longer holds")


class State(models.TextChoices):
    PROPOSED = "proposed", _("proposed")
    CARRIED_OUT = "carried_out", _("confirmed and carried out")
    REFUSED = "refused", _("refused")


class Decision(models.Model):
    id = models.CharField(primary_key=True, max_length=12, default=new_public_id, editable=False)
    act = models.CharField(max_length=40)
    subjects = models.JSONField(help_text=_("What was named by whoever proposed it, such as record:member:x."))
    ground = models.CharField(max_length=40, choices=Ground.choices)
    note = models.TextField(blank=True, max_length=LONGEST_NOTE)
    state = models.CharField(max_length=20, choices=State.choices, default=State.PROPOSED)
    version = models.PositiveIntegerField(default=1, help_text=_("One more with each answer; a form carries it."))
    # Opaque ids, so that a person can be forgotten and the decision stays.
    proposed_by = models.UUIDField()
    proposed_at = models.DateTimeField()
    expires_at = models.DateTimeField()
    answered_by = models.UUIDField(null=True)
    answered_at = models.DateTimeField(null=True)
    answer_note = models.TextField(blank=True, max_length=LONGEST_NOTE)
    outcome = models.JSONField(null=True, help_text=_("How many of each thing were emptied."))

    field_classes: ClassVar[dict[str, str]] = {
        "id": "public",
        "act": "audit",
        "subjects": "audit",
        "ground": "public",
        "note": "audit",
        "state": "audit",
        "version": "audit",
        "proposed_by": "audit",
        "proposed_at": "audit",
        "expires_at": "audit",
        "answered_by": "audit",
        "answered_at": "audit",
        "answer_note": "audit",
        "outcome": "audit",
    }

    class Meta:
        verbose_name = _("decision")
        verbose_name_plural = _("decisions")
        constraints = [
            models.CheckConstraint(
                condition=~models.Q(state=State.CARRIED_OUT) | ~models.Q(answered_by=models.F("proposed_by")),
                name="decisions_confirmed_by_another_person",
            ),
            models.CheckConstraint(
                condition=models.Q(state=State.PROPOSED, answered_by=None)
                | (~models.Q(state=State.PROPOSED) & models.Q(answered_by__isnull=False)),
                name="decisions_answered_by_somebody",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.act} {self.pk}"
