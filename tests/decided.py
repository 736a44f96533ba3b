"""Decisions as history tells them, for tests of what may only be done by one."""

from __future__ import annotations

from collections.abc import Sequence

from django.db import transaction

from alunite.foundation.history import decided
from alunite.foundation.history.actions import record


def decide(
    decision: str,
    *,
    proposer: str = "person:7",
    confirmer: str = "person:8",
    ground: str = "personal_data",
    **touches: Sequence[int | str],
) -> str:
    """Tell in history that two people decided to touch what is named, such as `entry=[1, 2]`; return the id."""
    said = {"act": "test", "ground": ground, "touches": decided.touches(**touches)}
    with transaction.atomic():
        for kind, actor, payload in ((decided.PROPOSED, proposer, {}), (decided.CONFIRMED, confirmer, said)):
            record(kind, record_type=decided.RECORD_TYPE, record_id=decision, payload=payload, actor=actor)
    return decision
