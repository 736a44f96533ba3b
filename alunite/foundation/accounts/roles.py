"""Roles a person holds in an organisation, and the kinds of organisation they stand in."""

from __future__ import annotations

from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _


class OrganisationKind(TextChoices):
    MEMBER = "member", _("member")
    FIRM = "firm", _("audit firm")
    SECRETARIAT = "secretariat", _("Secretariat")
    COMMITTEE = "committee", _("committee")


class Role(TextChoices):
    MANAGER = "manager", _("manager")
    LEAD_AUDITOR = "lead_auditor", _("lead auditor")
    AUDITOR = "auditor", _("auditor")
    ASSURANCE = "assurance", _("assurance, oversight")
    OFFICE = "office", _("membership and data office")
    DELEGATE = "delegate", _("committee delegate")


SECRETARIAT_ROLES = frozenset({Role.ASSURANCE, Role.OFFICE})
