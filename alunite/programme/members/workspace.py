"""Where this room stands in the rail of the workspace."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from alunite.foundation.accounts.policies import allows
from alunite.foundation.accounts.workspace import place

place(
    "facilities",
    _("Facilities"),
    "facilities_of_members",
    order=30,
    shows=lambda actor: allows(actor, "places.list"),
)
place(
    "membership",
    _("Membership"),
    "memberships",
    order=20,
    shows=lambda actor: allows(actor, "membership.list"),
)
