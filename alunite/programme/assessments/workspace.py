"""The room's places in the rail of the workspace."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from alunite.foundation.accounts.policies import Actor, allows
from alunite.foundation.accounts.workspace import place


def _has_business(actor: Actor) -> bool:
    return allows(actor, "scopes.list")


place("scopes", _("Scopes"), "scopes", order=20, shows=_has_business)
place("assessments", _("Self assessments"), "assessments", order=30, shows=_has_business)
place(
    "evidence",
    pgettext_lazy("of criteria", "Evidence"),
    "evidence_list",
    order=40,
    shows=lambda actor: allows(actor, "evidence.list"),
)
place("questions", _("Questions"), "questions", order=50, shows=lambda actor: allows(actor, "questions.list"))
