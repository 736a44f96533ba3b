"""Who may answer a proposal, reason by reason."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from alunite.foundation.decisions.rules import Answer, Proposal, may_answer

NOW = datetime(2026, 11, 22, 12, tzinfo=UTC)
PROPOSAL = Proposal("anna", proposer_may=True, is_open=True, version=1, expires_at=NOW + timedelta(days=14))
ANSWER = Answer("ben", may=True, version=1, at=NOW, confirms=True)


def test_another_person_who_may_can_confirm():
    judgement = may_answer(PROPOSAL, ANSWER)
    assert (judgement.result, judgement.reasons) == (True, ())


@pytest.mark.parametrize(
    ("proposal", "answer", "rules"),
    [
        ({}, {"person": "anna"}, {"two_people"}),
        ({}, {"person": None, "may": False}, {"second_person_may"}),
        ({}, {"may": False}, {"second_person_may"}),
        ({"proposer_may": False}, {}, {"first_person_may"}),
        ({"is_open": False, "version": 2}, {}, {"answered_once"}),
        ({}, {"version": 2}, {"stale"}),
        ({}, {"at": NOW + timedelta(days=14)}, {"lapsed"}),
        ({}, {"at": NOW + timedelta(days=14, seconds=-1)}, set()),
        ({"proposer_may": False}, {"person": "anna", "version": 3}, {"two_people", "first_person_may", "stale"}),
        # To refuse takes one person, and to take back takes the one who proposed.
        ({"proposer_may": False}, {"confirms": False}, set()),
        ({}, {"person": "anna", "confirms": False}, set()),
        ({}, {"may": False, "confirms": False}, {"second_person_may"}),
    ],
)
def test_everything_that_keeps_an_answer_from_counting_is_said_at_once(proposal, answer, rules):
    judgement = may_answer(replace(PROPOSAL, **proposal), replace(ANSWER, **answer))
    assert {reason.rule.removeprefix("decisions.") for reason in judgement.reasons} == rules
    assert judgement.result == (not rules)
