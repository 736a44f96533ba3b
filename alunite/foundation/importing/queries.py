"""What the imports page shows."""

from __future__ import annotations

from typing import Any

from django.db.models import Q, QuerySet

from alunite.foundation.accounts.policies import Actor, allows, policy, scope, scoped
from alunite.foundation.accounts.roles import Role
from alunite.foundation.importing.models import Batch

PAGE_LENGTH = 100


@policy("imports.view", says="Only the membership and data office may see imports.")
def _may_view(actor: Actor, _subject: Any) -> bool:
    return actor.is_installation or actor.holds(Role.OFFICE)


@scope("imports.view")
def _viewable(actor: Actor) -> Q:
    return Q() if allows(actor, "imports.view") else Q(pk__in=())


def latest_imports(actor: Actor) -> QuerySet[Batch]:
    """Return the latest imports the actor may see, newest first. One query."""
    return scoped(actor, "imports.view", Batch.objects.all()).order_by("-pk")[:PAGE_LENGTH]


def newest_import() -> int:
    """Return the number of the import that last changed something, 0 for none. One query."""
    return Batch.objects.order_by("-pk").values_list("pk", flat=True).first() or 0
