from __future__ import annotations

import pytest
from django.db import transaction

from alunite.foundation.history import reactions
from alunite.foundation.history.actions import Change, erase, record, record_many
from alunite.foundation.history.models import Entry
from alunite.foundation.history.sealing import seal
from alunite.foundation.keys.signing import ensure_signing_key
from tests.decided import decide


@pytest.fixture
def no_reactions(monkeypatch):
    """An empty registry of reactions, so that other rooms' do not run here."""
    monkeypatch.setattr(reactions, "_registry", {})


def write_sample() -> None:
    """Six entries under checkpoint 1, seven under checkpoint 2, one of them erased by decision; two not sealed."""
    ensure_signing_key()
    with transaction.atomic():
        members = [Change("member", f"m{number}", {"name": f"Member {number}"}) for number in (1, 2, 3)]
        first = record_many("member.imported", members, actor="import")[0]
        for name in ("A", "B"):
            record("member.renamed", record_type="member", record_id="m1", payload={"name": name}, actor="person:7")
        record("site.added", record_type="site", record_id="1", payload={}, actor="person:7", cause=first)
    seal()
    with transaction.atomic():
        record("member.renamed", record_type="member", record_id="m2", payload={"name": "C"}, actor="person:7")
        record("member.renamed", record_type="member", record_id="m3", payload={"name": "D"}, actor="person:7")
        record("site.added", record_type="site", record_id="2", payload={}, actor="system")
        doomed = Entry.objects.get(record_id="m2", record_version=2)
        decide("decision-9", entry=[doomed.pk])
        erase([doomed], decision="decision-9", actor="person:8")
        record("member.renamed", record_type="member", record_id="m1", payload={"name": "E"}, actor="person:7")
    seal()
    with transaction.atomic():
        record("member.renamed", record_type="member", record_id="m3", payload={"name": "F"}, actor="person:7")
        record("member.renamed", record_type="member", record_id="m1", payload={"name": "G"}, actor="person:7")


@pytest.fixture
def sample(committed_db, no_reactions):
    """A committed, partly sealed history."""
    write_sample()
    return committed_db
