"""What the states of a certificate say of it, whatever the scheme."""

from __future__ import annotations

from collections.abc import Iterable

from alunite.foundation.core.timeline import Segment

# The states that say of a certificate that it was set aside or ended before its last day; no date published tells of these.
SET_ASIDE = frozenset({"suspended", "withdrawn", "revoked", "annulled"})

# Those in which it is not in force: set aside, ended, or given up for another.
NOT_IN_FORCE = SET_ASIDE | {"expired", "superseded"}


def was_set_aside(states: Iterable[Segment]) -> bool:
    """Tell whether a certificate was ever set aside, by the run of its states."""
    return any(segment.state in SET_ASIDE for segment in states)
