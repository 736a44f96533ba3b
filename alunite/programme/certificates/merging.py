"""Events that speak of one certificate: proposed, and put together by a person."""

from __future__ import annotations

from collections.abc import Sequence

from django.utils.translation import gettext_lazy as _

from alunite.foundation.accounts.policies import Actor
from alunite.foundation.history.models import Entry
from alunite.foundation.merging.kinds import MergeKind, register
from alunite.programme.certificates.actions import stand_together
from alunite.programme.certificates.queries import likely_events, sides


def _follow(records: Sequence[str], *, actor: Actor, cause: Entry) -> None:
    stand_together(records, actor=actor, cause=cause)


register(
    MergeKind(
        name="certification_event",
        label=_("Certification event"),
        effect=_(
            "Both events stay, and stand under one certificate: that of the one chosen, or else of the other, or a new "
            "one. Its timeline is made of all its events."
        ),
        likely=likely_events,
        show=sides,
        follow=_follow,
    )
)
