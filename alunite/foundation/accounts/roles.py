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
    # Looks after the people of their own organisation, beside whatever else they do there.
    ADMIN = "admin", _("administrator of its people")


SECRETARIAT_ROLES = frozenset({Role.ASSURANCE, Role.OFFICE})

# What an administrator may hand out, by the kind of their organisation.
ROLES_OF_KIND: dict[str, tuple[Role, ...]] = {
    OrganisationKind.MEMBER: (Role.MANAGER, Role.ADMIN),
    OrganisationKind.FIRM: (Role.LEAD_AUDITOR, Role.AUDITOR, Role.ADMIN),
    OrganisationKind.SECRETARIAT: (Role.ASSURANCE, Role.OFFICE, Role.ADMIN),
    OrganisationKind.COMMITTEE: (Role.DELEGATE, Role.ADMIN),
}
