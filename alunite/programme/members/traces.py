"""Where else what is published of members stands, for whoever has to take it out."""

from __future__ import annotations

from collections.abc import Sequence

from alunite.foundation.decisions.acts import Beneath, stands_beneath
from alunite.foundation.merging.queries import have_spoken_for


@stands_beneath("member")
def beneath_members(subjects: Sequence[str]) -> Beneath:
    """Return the entries that state members, and those that spoke for them. Records that only name them are others'."""
    return _beneath("member", subjects)


@stands_beneath("facility")
def beneath_facilities(subjects: Sequence[str]) -> Beneath:
    """Return the entries that state facilities, and those that spoke for them."""
    return _beneath("facility", subjects)


def _beneath(kind: str, subjects: Sequence[str]) -> Beneath:
    records = [(kind, pk) for pk in have_spoken_for(kind, subjects)]
    return Beneath(records=records, entries=[(kind, pk) for pk in subjects])
