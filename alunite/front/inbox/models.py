"""What a person wants of their tasks beside the page: a mail, and an address for their calendar program."""

from __future__ import annotations

from typing import ClassVar

from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from alunite.foundation.accounts.models import Person


class Often(models.TextChoices):
    NEVER = "never", _("no mail")
    DAILY = "daily", _("each day on which there is something")
    WEEKLY = "weekly", _("each week in which there is something, on Monday")


class Wish(models.Model):
    """What one person wants; without a row they want nothing."""

    person = models.OneToOneField(Person, on_delete=models.PROTECT, primary_key=True, related_name="inbox_wish")
    mail = models.CharField(_("mail"), max_length=10, choices=Often.choices, default=Often.NEVER)
    language = models.CharField(
        max_length=10, help_text=_("In which the mail is written: that of the page it was asked on.")
    )
    mailed_for = models.DateField(null=True, blank=True, help_text=_("The day of the scheme of the last mail."))
    # Whoever knows the secret reads the calendar without signing in; the database alone opens nobody's.
    secret_digest = models.CharField(max_length=64, null=True, blank=True, unique=True)
    secret_made_at = models.DateTimeField(null=True, blank=True)
    changed_at = models.DateTimeField(default=timezone.now)

    field_classes: ClassVar[dict[str, str]] = {
        "person": "member",
        "mail": "member",
        "language": "member",
        "mailed_for": "member",
        "secret_digest": "sealed",
        "secret_made_at": "member",
        "changed_at": "member",
    }

    class Meta:
        verbose_name = _("wish for one's tasks")
        verbose_name_plural = _("wishes for one's tasks")

    def __str__(self) -> str:
        return f"{self.person_id} {self.mail}"
