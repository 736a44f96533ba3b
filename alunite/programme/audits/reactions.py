"""What follows here from events of other rooms."""

from __future__ import annotations

from alunite.foundation.accounts.policies import SYSTEM
from alunite.foundation.history.models import Entry
from alunite.foundation.history.reactions import reacts_to
from alunite.programme.audits.actions import publish_all, publish_naming_firm, publish_naming_members


@reacts_to("scheme.adopted")
def publish_audits_anew(entry: Entry, *, actor: str, cause: Entry) -> None:  # noqa: ARG001, the caller names them
    """Publish audits and findings anew where an adopted pack changes what they say."""
    publish_all(actor=SYSTEM, cause=cause)


@reacts_to("member.merged")
@reacts_to("member.parted")
def publish_what_names_members(entry: Entry, *, actor: str, cause: Entry) -> None:  # noqa: ARG001
    """Publish anew the audits and findings that name one of the members another speaks for now, or no longer."""
    both = [entry.record_id, str((entry.data or {}).get("survivor", ""))]
    publish_naming_members(both, actor=SYSTEM, cause=cause)


@reacts_to("firm.merged")
@reacts_to("firm.parted")
def publish_what_names_a_firm(entry: Entry, *, actor: str, cause: Entry) -> None:  # noqa: ARG001
    """Publish anew the audits of a firm another speaks for now, or no longer."""
    publish_naming_firm(entry.record_id, actor=SYSTEM, cause=cause)
