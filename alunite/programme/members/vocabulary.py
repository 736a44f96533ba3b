"""Cells of other rooms' files that name members."""

from __future__ import annotations

from typing import Any

from alunite.foundation.importing.cells import CellFault
from alunite.programme.members.models import LONGEST_NAME


def member_name(text: str, _context: Any) -> str:
    """The name of a member; one not yet known is made, and said to be named in a source only."""
    if len(text) > LONGEST_NAME:
        raise CellFault(f"a name of at most {LONGEST_NAME} characters; this one has {len(text)}")
    return text
