"""Where else what is published of firms stands, for whoever has to take it out."""

from __future__ import annotations

from collections.abc import Sequence

from alunite.foundation.decisions.acts import Beneath, stands_beneath


@stands_beneath("firm")
def beneath_firms(subjects: Sequence[str]) -> Beneath:
    """Return the entries that name firms. Records of others that name them are records of others."""
    return Beneath(entries=[("firm", pk) for pk in subjects])
