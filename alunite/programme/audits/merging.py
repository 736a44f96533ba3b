"""Audit firms that are one firm under two names: proposed, and merged by a person."""

from __future__ import annotations

from collections.abc import Sequence

from django.utils.translation import gettext_lazy as _

from alunite.foundation.accounts.policies import Actor
from alunite.foundation.history.models import Entry
from alunite.foundation.merging.kinds import MergeKind, register
from alunite.programme.audits.actions import publish_firms
from alunite.programme.audits.queries import likely_firms, sides


def _follow(records: Sequence[str], *, actor: Actor, cause: Entry) -> None:
    publish_firms(records, actor=actor, cause=cause)


register(
    MergeKind(
        name="firm",
        label=_("Audit firm"),
        effect=_(
            "The one that stays is shown with both names. What the other audited is listed under it, and the other's "
            "address leads to it."
        ),
        likely=likely_firms,
        show=sides,
        follow=_follow,
    )
)
