"""What follows here from events of other rooms."""

from __future__ import annotations

from alunite.foundation.accounts.policies import SYSTEM
from alunite.foundation.history.models import Entry
from alunite.foundation.history.reactions import reacts_to
from alunite.programme.audits.actions import publish_all


@reacts_to("member.merged")
@reacts_to("member.parted")
@reacts_to("firm.merged")
@reacts_to("firm.parted")
@reacts_to("scheme.adopted")
def publish_audits_anew(entry: Entry, *, actor: str, cause: Entry) -> None:  # noqa: ARG001, the caller names them
    """Publish audits and findings anew where an adopted pack, or a merge of whom they name, changes what they say."""
    publish_all(actor=SYSTEM, cause=cause)
