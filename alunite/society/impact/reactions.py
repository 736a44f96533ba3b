"""What follows here from events of other rooms."""

from __future__ import annotations

from alunite.foundation.accounts.policies import SYSTEM
from alunite.foundation.history.models import Entry
from alunite.foundation.history.reactions import reacts_to
from alunite.society.impact.actions import publish_all


@reacts_to("scheme.adopted")
def publish_figures_anew(entry: Entry, *, actor: str, cause: Entry) -> None:  # noqa: ARG001, the caller names them
    """Publish figures anew where the adopted pack lets them say something else."""
    publish_all(actor=SYSTEM, cause=cause)
