"""Where else what is published of members stands, for whoever has to take it out."""

from __future__ import annotations

from collections.abc import Sequence

from alunite.foundation.decisions.acts import Beneath, stands_beneath


@stands_beneath("member")
def beneath_members(subjects: Sequence[str]) -> Beneath:
    """Return the entries that state members. Records of others that name them are records of others."""
    return Beneath(entries=[("member", pk) for pk in subjects])


@stands_beneath("facility")
def beneath_facilities(subjects: Sequence[str]) -> Beneath:
    """Return the entries that state facilities."""
    return Beneath(entries=[("facility", pk) for pk in subjects])
