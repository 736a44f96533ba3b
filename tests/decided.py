"""Decisions as history tells them, for tests of what may only be done by one."""

from __future__ import annotations

from collections.abc import Sequence

from django.db import transaction

from alunite.foundation.accounts.policies import Actor
from alunite.foundation.history import decided
from alunite.foundation.history.actions import erase, record
from alunite.foundation.history.models import Entry
from alunite.foundation.publications.actions import redact

OFFICE = Actor("person:8", "8", frozenset({("the Secretariat", "secretariat", "office")}))


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


def redact_by(decision: str, publications: Sequence[int]) -> int:
    """Redact publications by a decision made for it."""
    decide(decision, publication=publications)
    return redact(publications, decision=decision, actor=OFFICE)


def erase_by(decision: str, entries: Sequence[Entry]) -> int:
    """Erase payloads of entries by a decision made for it."""
    decide(decision, entry=[entry.pk for entry in entries])
    with transaction.atomic():
        return erase(entries, decision=decision, actor=OFFICE.label)
