"""Likely duplicates that a person has to decide on."""

from __future__ import annotations

from datetime import date

from django.urls import reverse
from django.utils.translation import gettext, gettext_lazy, ngettext

from alunite.foundation.accounts.policies import Actor, allows
from alunite.foundation.merging.queries import open_counts
from alunite.foundation.messages.tasks import Task, tasks


@tasks("merging", gettext_lazy("Duplicates"))
def duplicates_to_decide(actor: Actor, today: date) -> list[Task]:
    """Return for each kind of record that likely duplicates wait. One query, none for whoever may not know."""
    del today
    if not allows(actor, "duplicates.view"):
        return []
    return [_to_decide(kind, label, count) for kind, label, count in open_counts(actor)]


def _to_decide(kind: str, label: str, count: int) -> Task:
    title = ngettext("Decide on %(count)d likely duplicate", "Decide on %(count)d likely duplicates", count)
    return Task(
        key=f"merging.decide:{kind}",
        title=title % {"count": count},
        about=label,
        address=f"{reverse('duplicates')}?kind={kind}",
        act=gettext("Look at them"),
        is_mine=True,
        told=gettext(
            "A rule takes pairs of records for one. Until a person merges them or leaves them apart, both are shown."
        ),
    )
