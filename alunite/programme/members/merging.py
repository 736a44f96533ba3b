"""Members that are one organisation, facilities that are one place: proposed, and merged by a person."""

from __future__ import annotations

from collections.abc import Sequence

from django.utils.translation import gettext_lazy as _

from alunite.foundation.accounts.policies import Actor
from alunite.foundation.history.models import Entry
from alunite.foundation.merging.kinds import MergeKind, register
from alunite.programme.members.actions import publish_members, publish_some_facilities
from alunite.programme.members.queries import facility_sides, likely_facilities, likely_members, sides


def _follow(records: Sequence[str], *, actor: Actor, cause: Entry) -> None:
    publish_members(records, actor=actor, cause=cause)


register(
    MergeKind(
        name="member",
        label=_("Member"),
        effect=_(
            "The one that stays is shown with the facts and names of both, each with its source. Certificates and events "
            "of the other are listed under it, and the other's address leads to it."
        ),
        likely=likely_members,
        show=sides,
        follow=_follow,
    )
)


def _follow_facilities(records: Sequence[str], *, actor: Actor, cause: Entry) -> None:
    publish_some_facilities(records, actor=actor, cause=cause)


register(
    MergeKind(
        name="facility",
        label=_("Facility"),
        effect=_(
            "The one that stays is shown with the facts of both, each with its source: names, owners, activities and "
            "every capacity, with which is used and why. The other's address leads to it."
        ),
        likely=likely_facilities,
        show=facility_sides,
        follow=_follow_facilities,
    )
)
