"""Read tables, made only from publications by the projector; `alunite register rebuild` makes them anew.

All versions are kept, each under the id of its publication. A version is shown as of publication P when its id is at most
P and `until`, the id of the next publication of the same subject, is beyond P or null.
"""

from __future__ import annotations

from typing import ClassVar

from django.db import models
from django.db.models import Q

from alunite.front.register.fields import PublicationKey, SaidField

NOW = Q(until__isnull=True)


def shown_at(publication: int | None) -> Q:
    """Return the condition on versions shown as of a publication; None for those shown now."""
    if publication is None:
        return NOW
    return Q(publication__lte=publication) & (NOW | Q(until__gt=publication))


class Record(models.Model):
    """What one publication says of its subject, ready for a page."""

    publication = PublicationKey(primary_key=True)
    until = models.BigIntegerField(null=True)
    kind = models.CharField(max_length=40)
    subject = models.CharField(max_length=64)
    version = models.PositiveIntegerField()
    title = models.TextField()
    slug = models.CharField(max_length=100)
    payload = SaidField(null=True)
    published_at = models.DateTimeField()
    withdrawal = models.CharField(max_length=40, blank=True)
    successor = models.CharField(max_length=64, blank=True, help_text="Who speaks for one that was merged.")
    digest = models.CharField(max_length=64)
    redacted_by = models.CharField(max_length=64, blank=True, help_text="Id of the decision.")
    redaction_ground = models.CharField(max_length=64, blank=True)
    redacted_at = models.DateTimeField(null=True)

    field_classes: ClassVar[dict[str, str]] = dict.fromkeys(
        (
            "publication",
            "until",
            "kind",
            "subject",
            "version",
            "title",
            "slug",
            "payload",
            "published_at",
            "withdrawal",
            "successor",
            "digest",
            "redacted_by",
            "redaction_ground",
            "redacted_at",
        ),
        "public",
    )

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["kind", "subject", "publication"], name="register_record_once"),
            models.UniqueConstraint(fields=["kind", "subject"], condition=NOW, name="register_record_now"),
        ]
        # Counts of a kind, now and as of a publication, and lists by name, without a look at what is said.
        indexes = [
            models.Index(fields=["kind", "withdrawal"], condition=NOW, name="register_record_count_now"),
            models.Index(fields=["kind", "withdrawal", "publication", "until"], name="register_record_count"),
            models.Index(fields=["kind", "slug", "subject"], name="register_record_by_name"),
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.subject} v{self.version}"


class Row(models.Model):
    """A line of the register in a version: a certificate, or an event whose certificate is not identified.

    Narrow on purpose: lists are counted and put in order here, and only the lines of one page are read from records.
    """

    publication = PublicationKey(primary_key=True)
    until = models.BigIntegerField(null=True)
    kind = models.CharField(max_length=40)
    place = models.BigIntegerField(help_text="Order of the list: latest event first, then subject.")
    first_day = models.DateField(null=True, help_text="First day of its timeline, which has no gap after it.")
    expires = models.IntegerField(null=True, help_text="Last day its expiry can be, in days since the year 1.")

    field_classes: ClassVar[dict[str, str]] = dict.fromkeys(
        ("publication", "until", "kind", "place", "first_day", "expires"), "public"
    )

    class Meta:
        indexes = [
            models.Index(fields=["place", "first_day"], condition=NOW, name="register_row_place_now"),
            models.Index(fields=["place", "publication", "until", "first_day"], name="register_row_place"),
            models.Index(fields=["kind", "first_day"], condition=NOW, name="register_row_count_now"),
            models.Index(fields=["kind", "first_day", "publication", "until"], name="register_row_count"),
        ]

    def __str__(self) -> str:
        return f"{self.kind} of publication {self.publication}"


class Held(models.Model):
    """The state a line had over a run of days (valid time), by one publication."""

    publication = models.BigIntegerField()
    state = models.CharField(max_length=20)
    level = models.CharField(max_length=80)
    first = models.DateField()
    last = models.DateField(null=True)

    field_classes: ClassVar[dict[str, str]] = dict.fromkeys(
        ("id", "publication", "state", "level", "first", "last"), "public"
    )

    class Meta:
        # Led by its end: of the runs that began before a day most are over, of those not over most hold on it.
        indexes = [models.Index(fields=["state", "last", "first", "publication"], name="register_held_until")]
        constraints = [models.UniqueConstraint(fields=["publication", "first"], name="register_held_from_once")]

    def __str__(self) -> str:
        return f"{self.publication} {self.state} from {self.first}"


class Facet(models.Model):
    """A value a record of any kind can be found by, in one version of it."""

    publication = models.BigIntegerField()
    kind = models.CharField(max_length=40)
    name = models.CharField(max_length=40)
    value = models.CharField(max_length=200)

    field_classes: ClassVar[dict[str, str]] = dict.fromkeys(("id", "publication", "kind", "name", "value"), "public")

    class Meta:
        indexes = [models.Index(fields=["kind", "name", "value", "publication"], name="register_facet_by_value")]
        constraints = [models.UniqueConstraint(fields=["publication", "name", "value"], name="register_facet_once")]

    def __str__(self) -> str:
        return f"{self.kind} {self.name}={self.value}"


class Shape(models.Model):
    """Which projector made the read tables from nothing; its one row is written when they are made anew."""

    shape = models.CharField(max_length=20, help_text="As `projector.SHAPE`.")

    field_classes: ClassVar[dict[str, str]] = dict.fromkeys(("id", "shape"), "public")

    def __str__(self) -> str:
        return self.shape


class Tally(models.Model):
    """How many lines have a value now, and the publication from which on one had it: what a form offers to choose."""

    name = models.CharField(max_length=40)
    value = models.CharField(max_length=200)
    lines = models.BigIntegerField()
    since = models.BigIntegerField()

    field_classes: ClassVar[dict[str, str]] = dict.fromkeys(("id", "name", "value", "lines", "since"), "public")

    class Meta:
        constraints = [models.UniqueConstraint(fields=["name", "value"], name="register_tally_once")]
        verbose_name_plural = "tallies"

    def __str__(self) -> str:
        return f"{self.lines} {self.name}={self.value}"
