"""What follows here from events of other rooms."""

from __future__ import annotations

from typing import Any

from alunite.foundation.accounts.policies import SYSTEM
from alunite.foundation.adoption.queries import pack_of
from alunite.foundation.history.models import Entry
from alunite.foundation.history.reactions import reacts_to
from alunite.programme.standards.actions import publish_pack


@reacts_to("scheme.adopted")
def publish_adopted_pack(entry: Entry, *, actor: str, cause: Entry) -> None:  # noqa: ARG001, the caller names them
    """Publish the vocabulary and the standards of a scheme pack that was adopted."""
    adopted: dict[str, Any] = entry.data
    publish_pack(pack_of(adopted["digest"]), actor=SYSTEM, cause=cause)
