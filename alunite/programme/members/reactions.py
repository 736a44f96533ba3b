"""What follows here from events of other rooms."""

from __future__ import annotations

from alunite.foundation.accounts.policies import SYSTEM
from alunite.foundation.history.models import Entry
from alunite.foundation.history.reactions import reacts_to
from alunite.programme.members.actions import publish_all_members, publish_facilities


@reacts_to("scheme.adopted")
def publish_members_anew(entry: Entry, *, actor: str, cause: Entry) -> None:  # noqa: ARG001, the caller names them
    """Publish members anew, as other kinds are: the program a pack comes with may have learnt to say more of them."""
    publish_all_members(actor=SYSTEM, cause=cause)


@reacts_to("scheme.adopted")
def publish_facilities_anew(entry: Entry, *, actor: str, cause: Entry) -> None:  # noqa: ARG001, the caller names them
    """Publish facilities anew where the adopted pack lets them say something else."""
    publish_facilities(actor=SYSTEM, cause=cause)
