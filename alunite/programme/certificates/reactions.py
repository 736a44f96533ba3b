"""What follows here from events of other rooms."""

from __future__ import annotations

from alunite.foundation.accounts.policies import SYSTEM
from alunite.foundation.history.models import Entry
from alunite.foundation.history.reactions import reacts_to
from alunite.programme.certificates.actions import publish_all, publish_naming


@reacts_to("scheme.adopted")
def publish_what_a_pack_changes(entry: Entry, *, actor: str, cause: Entry) -> None:  # noqa: ARG001, the caller names them
    """Publish certificates and events anew where the adopted pack lets them say something else."""
    publish_all(actor=SYSTEM, cause=cause)


@reacts_to("member.merged")
@reacts_to("member.parted")
@reacts_to("firm.merged")
@reacts_to("firm.parted")
def publish_what_names_it(entry: Entry, *, actor: str, cause: Entry) -> None:  # noqa: ARG001, the caller names them
    """Publish anew the events and certificates that name a member or firm which was merged, or stands alone again."""
    publish_naming(entry.record_type, entry.record_id, actor=SYSTEM, cause=cause)
