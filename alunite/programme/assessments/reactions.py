"""What follows here from events of other rooms."""

from __future__ import annotations

from alunite.foundation.history.models import Entry
from alunite.foundation.history.reactions import reacts_to
from alunite.programme.assessments.giving.actions import take_up


@reacts_to("invitation.accepted")
def give_what_was_promised(entry: Entry, *, actor: str, cause: Entry) -> None:  # noqa: ARG001, the caller names them
    """Give whoever was invited to criteria these criteria; they themselves take them on."""
    take_up(entry.record_id, str((entry.data or {}).get("person", "")))
