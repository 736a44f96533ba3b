"""What the page of sending shows. No query, no rule."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from alunite.programme.assessments.models import Sending
from alunite.programme.assessments.queries import Whole


def sending(whole: Whole, sendings: Sequence[Sending]) -> dict[str, Any]:
    """Return to whom a self assessment was sent, and with whom it stands."""
    return {
        "assessment": whole.assessment,
        "whole": whole,
        "sendings": sendings,
        "standing": next((one for one in sendings if one.withdrawn_at is None), None),
    }
