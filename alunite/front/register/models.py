"""Read tables, made only from publications by the projector; `alunite register rebuild` makes them anew."""

from __future__ import annotations

from typing import ClassVar

from django.db import models


class Record(models.Model):
    """The latest publication of a subject, ready for its page."""

    kind = models.CharField(max_length=40)
    subject = models.CharField(max_length=64)
    title = models.TextField()
    slug = models.CharField(max_length=100)
    payload = models.JSONField(null=True)
    publication = models.BigIntegerField()
    version = models.PositiveIntegerField()
    published_at = models.DateTimeField()
    withdrawal = models.CharField(max_length=40, blank=True)
    successor = models.CharField(max_length=64, blank=True, default="", db_default="")

    field_classes: ClassVar[dict[str, str]] = dict.fromkeys(
        (
            "id",
            "kind",
            "subject",
            "title",
            "slug",
            "payload",
            "publication",
            "version",
            "published_at",
            "withdrawal",
            "successor",
        ),
        "public",
    )

    class Meta:
        constraints = [models.UniqueConstraint(fields=["kind", "subject"], name="register_record_once")]

    def __str__(self) -> str:
        return f"{self.kind} {self.subject}"


class Row(models.Model):
    """A line of the register: a certificate, or an event whose certificate is not identified."""

    id = models.CharField(primary_key=True, max_length=12)
    text_id = models.BigIntegerField(unique=True)
    kind = models.CharField(max_length=40)
    slug = models.CharField(max_length=100)
    number = models.CharField(max_length=60, blank=True)
    entity = models.TextField()
    members = models.JSONField()
    family = models.CharField(max_length=80)
    version = models.CharField(max_length=80)
    level = models.CharField(max_length=80)
    countries = models.JSONField()
    activities = models.JSONField()
    last_event = models.CharField(max_length=80)
    last_day = models.CharField(max_length=10, blank=True)
    sort_day = models.DateField()
    first_day = models.DateField(null=True)

    field_classes: ClassVar[dict[str, str]] = dict.fromkeys(
        (
            "id",
            "text_id",
            "kind",
            "slug",
            "number",
            "entity",
            "members",
            "family",
            "version",
            "level",
            "countries",
            "activities",
            "last_event",
            "last_day",
            "sort_day",
            "first_day",
        ),
        "public",
    )

    class Meta:
        indexes = [models.Index(fields=["-sort_day", "id"], name="register_row_by_day")]

    def __str__(self) -> str:
        return self.entity


class Held(models.Model):
    """The state a line had over a run of days (valid time)."""

    row = models.ForeignKey(Row, on_delete=models.CASCADE, related_name="held")
    state = models.CharField(max_length=20)
    level = models.CharField(max_length=80)
    first = models.DateField()
    last = models.DateField(null=True)

    field_classes: ClassVar[dict[str, str]] = dict.fromkeys(("id", "row", "state", "level", "first", "last"), "public")

    class Meta:
        indexes = [models.Index(fields=["row", "first", "last"], name="register_held_on")]
        constraints = [models.UniqueConstraint(fields=["row", "first"], name="register_held_from_once")]

    def __str__(self) -> str:
        return f"{self.row_id} {self.state} from {self.first}"


class Facet(models.Model):
    """A value a line can be found by."""

    row = models.ForeignKey(Row, on_delete=models.CASCADE, related_name="facets")
    name = models.CharField(max_length=20)
    value = models.CharField(max_length=80)

    field_classes: ClassVar[dict[str, str]] = dict.fromkeys(("id", "row", "name", "value"), "public")

    class Meta:
        indexes = [models.Index(fields=["name", "value", "row"], name="register_facet_by_value")]
        constraints = [models.UniqueConstraint(fields=["row", "name", "value"], name="register_facet_once")]

    def __str__(self) -> str:
        return f"{self.name}={self.value}"
