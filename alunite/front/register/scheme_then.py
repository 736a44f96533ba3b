"""The scheme as it was published, in the form its rules take: pages ask the same rules as programs do."""

from __future__ import annotations

from collections.abc import Sequence

from alunite.foundation.scheme.pack import VOCABULARY, Pack
from alunite.front.register.models import Record
from alunite.front.register.site import Site


def pack_of(site: Site, standards: Sequence[Record] = ()) -> Pack | None:
    """Return the published vocabulary with the criteria of some versions; None where no scheme is published."""
    if not site.vocabulary:
        return None
    # A vocabulary published by an earlier version lacks what that version did not know of.
    said = {name: site.vocabulary.get(name, []) for name in ("scheme", *VOCABULARY)}
    criteria = [record.payload["standard"] for record in standards if record.payload and record.payload["standard"]]
    return Pack.model_validate({**said, "transitions": [], "standards": criteria})
