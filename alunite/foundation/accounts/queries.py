"""What the account pages show."""

from __future__ import annotations

from django.db.models import Prefetch, QuerySet
from django.utils import timezone

from alunite.foundation.accounts.models import Affiliation, Organisation, held_at
from alunite.foundation.accounts.policies import Actor, scoped


def organisations_visible_to(actor: Actor) -> QuerySet[Organisation]:
    """Return the organisations the actor may see, with those who hold a role in them now. Two queries."""
    held = Affiliation.objects.filter(held_at(timezone.now())).select_related("person")
    held = held.order_by("person__display_name", "person__username", "pk")
    return (
        scoped(actor, "organisations.view", Organisation.objects.all())
        .prefetch_related(Prefetch("affiliations", queryset=held, to_attr="held"))
        .order_by("name", "pk")
    )
