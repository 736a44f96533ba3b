"""People have opaque ids, so that history can name an actor and still forget the person."""

from __future__ import annotations

import uuid
from datetime import datetime
from typing import ClassVar

from django.contrib.auth.base_user import AbstractBaseUser, BaseUserManager
from django.core.validators import RegexValidator
from django.db import models
from django.db.models.functions import Lower
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from alunite.foundation.accounts.roles import OrganisationKind, Role


def sign_in_name(text: str) -> str:
    """Return a sign-in name as it is kept and compared: without spaces around it, in lower case.

    >>> sign_in_name(" Marit.Vik@Example.org ")
    'marit.vik@example.org'
    """
    return text.strip().lower()


class PersonManager(BaseUserManager["Person"]):
    """Finds people by sign-in name, whatever its case."""

    def get_by_natural_key(self, username: str | None) -> Person:
        return self.get(username=sign_in_name(username or ""))


class Person(AbstractBaseUser):
    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    # Few characters, all of them ASCII: no two names look alike, and every database compares them the same.
    username = models.CharField(
        _("sign-in name"),
        max_length=150,
        unique=True,
        validators=[
            RegexValidator(
                r"\A[a-z0-9.@+_-]+\Z", _("Letters a to z, digits and . @ + - _ only, such as m.vik@example.org")
            )
        ],
    )
    display_name = models.CharField(_("name"), max_length=200, blank=True)
    email = models.EmailField(_("e-mail"), blank=True)
    is_active = models.BooleanField(default=True)
    made_up = models.BooleanField(default=False, help_text=_("An account of the walk-through, nobody's own."))
    created_at = models.DateTimeField(default=timezone.now, editable=False)
    erased_by = models.CharField(max_length=100, blank=True, help_text=_("The decision the person was erased by."))

    objects: ClassVar[PersonManager] = PersonManager()

    # The actor of a request, put here by the middleware that asked for it; never there outside one.
    acts_as: object | None = None

    USERNAME_FIELD = "username"
    EMAIL_FIELD = "email"
    REQUIRED_FIELDS: ClassVar[list[str]] = []

    field_classes: ClassVar[dict[str, str]] = {
        "id": "member",
        "username": "member",
        "display_name": "member",
        "email": "member",
        "is_active": "member",
        "made_up": "member",
        "created_at": "member",
        "erased_by": "audit",
        "last_login": "member",
        "password": "sealed",
    }

    class Meta:
        verbose_name = _("person")
        verbose_name_plural = _("people")
        constraints = [
            models.CheckConstraint(
                condition=models.Q(username=Lower("username")), name="accounts_person_username_in_lower_case"
            ),
        ]

    def __str__(self) -> str:
        return self.display_name or self.username

    def get_full_name(self) -> str:
        """Return the name shown to others."""
        return str(self)


class Organisation(models.Model):
    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    name = models.CharField(_("name"), max_length=300)
    kind = models.CharField(_("kind"), max_length=20, choices=OrganisationKind.choices)
    made_up = models.BooleanField(default=False)
    created_at = models.DateTimeField(default=timezone.now, editable=False)
    reminded_at = models.DateTimeField(
        null=True,
        blank=True,
        editable=False,
        help_text=_("When somebody was last reminded to look through its people."),
    )

    field_classes: ClassVar[dict[str, str]] = {
        "id": "member",
        "name": "member",
        "kind": "member",
        "made_up": "member",
        "created_at": "member",
        "reminded_at": "member",
    }

    class Meta:
        verbose_name = _("organisation")
        verbose_name_plural = _("organisations")

    def __str__(self) -> str:
        return self.name


def held_at(instant: datetime, path: str = "") -> models.Q:
    """Return the filter for affiliations that hold at an instant; `path` leads to them from another model."""
    ends = models.Q((f"{path}until__isnull", True)) | models.Q((f"{path}until__gt", instant))
    return models.Q((f"{path}since__lte", instant)) & ends


class Affiliation(models.Model):
    """A person's role in an organisation over a time; the instant it ends is the first it no longer holds."""

    person = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="affiliations")
    organisation = models.ForeignKey(Organisation, on_delete=models.PROTECT, related_name="affiliations")
    role = models.CharField(_("role"), max_length=20, choices=Role.choices)
    since = models.DateTimeField(default=timezone.now)
    until = models.DateTimeField(null=True, blank=True)
    confirmed_at = models.DateTimeField(
        null=True, blank=True, help_text=_("When somebody last said that it still holds.")
    )

    field_classes: ClassVar[dict[str, str]] = {
        "id": "member",
        "person": "member",
        "organisation": "member",
        "role": "member",
        "since": "member",
        "until": "member",
        "confirmed_at": "member",
    }

    class Meta:
        verbose_name = _("affiliation")
        verbose_name_plural = _("affiliations")
        constraints = [
            models.UniqueConstraint(
                fields=["person", "organisation", "role"],
                condition=models.Q(until__isnull=True),
                name="accounts_affiliation_held_once",
            ),
            models.CheckConstraint(
                condition=models.Q(until__isnull=True) | models.Q(until__gte=models.F("since")),
                name="accounts_affiliation_ends_after_it_begins",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.person} · {self.get_role_display()} · {self.organisation}"


class Invitation(models.Model):
    """A role offered to whoever reads the mail at an address. Only a digest of the link's secret is kept."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    organisation = models.ForeignKey(Organisation, on_delete=models.PROTECT, related_name="invitations")
    role = models.CharField(_("role"), max_length=20, choices=Role.choices)
    email = models.EmailField(_("e-mail"), blank=True, help_text=_("Blank once the person has been erased."))
    secret_digest = models.CharField(max_length=64, blank=True)
    sent_at = models.DateTimeField(default=timezone.now)
    expires_at = models.DateTimeField()
    accepted_at = models.DateTimeField(null=True, blank=True)
    accepted_by = models.ForeignKey(
        Person, on_delete=models.PROTECT, null=True, blank=True, related_name="invitations_accepted"
    )
    revoked_at = models.DateTimeField(null=True, blank=True)

    field_classes: ClassVar[dict[str, str]] = {
        "id": "member",
        "organisation": "member",
        "role": "member",
        "email": "member",
        "secret_digest": "sealed",
        "sent_at": "member",
        "expires_at": "member",
        "accepted_at": "member",
        "accepted_by": "member",
        "revoked_at": "member",
    }

    class Meta:
        verbose_name = _("invitation")
        verbose_name_plural = _("invitations")

    def __str__(self) -> str:
        return f"{self.get_role_display()} · {self.organisation}"

    @property
    def is_expired(self) -> bool:
        """Tell whether the link is too old, whatever else happened to it."""
        return self.expires_at <= timezone.now()


class Handover(models.Model):
    """That somebody left an organisation, and who took over what was theirs to do there."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    organisation = models.ForeignKey(Organisation, on_delete=models.PROTECT, related_name="handovers")
    leaver = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="handovers")
    taken_by = models.ForeignKey(
        Person, on_delete=models.PROTECT, null=True, blank=True, related_name="handovers_taken", verbose_name=_("to")
    )
    at = models.DateTimeField(default=timezone.now, editable=False)
    work = models.JSONField(default=dict, help_text=_("How much of each kind of work was handed over."))
    seen_at = models.DateTimeField(null=True, blank=True, help_text=_("When whoever took it over had looked at it."))

    field_classes: ClassVar[dict[str, str]] = dict.fromkeys(
        ("id", "organisation", "leaver", "taken_by", "at", "work", "seen_at"), "member"
    )

    class Meta:
        verbose_name = _("handover")
        verbose_name_plural = _("handovers")

    def __str__(self) -> str:
        return f"{self.leaver} · {self.organisation}"
