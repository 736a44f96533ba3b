from __future__ import annotations

import pytest

from alunite.foundation.publications import actions, kinds
from alunite.foundation.publications.tests.kinds import KIND, Notice


@pytest.fixture(autouse=True)
def notices(monkeypatch):
    """Register the kind of these tests, and no projector but those a test adds."""
    monkeypatch.setattr(kinds, "_kinds", {**kinds._kinds})
    monkeypatch.setattr(actions, "_projectors", [])
    kinds.publication_kind(KIND)(Notice)
