"""Who may answer a proposal, reason by reason."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from alunite.foundation.decisions.rules import Answer, Proposal, may_answer

NOW = datetime(2026, 11, 22, 12, tzinfo=UTC)
BY_OPERATOR, BY_CARLA = frozenset({"anna"}), frozenset({"anna", "carla"})
PROPOSAL = Proposal(
    "anna",
    proposer_may=True,
    is_open=True,
    version=1,
    expires_at=NOW + timedelta(days=14),
    is_as_proposed=True,
    behind=(BY_OPERATOR,),
)
ANSWER = Answer("ben", may=True, version=1, at=NOW, confirms=True, behind=(frozenset({"ben"}),))


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
        ({"is_as_proposed": False}, {}, {"as_proposed"}),
        # Anna invited Ben; Ben invited Anna; Carla invited both.
        ({}, {"behind": (frozenset({"ben", "anna"}),)}, {"independent_people"}),
        ({"behind": (frozenset({"anna", "ben"}),)}, {}, {"independent_people"}),
        ({"behind": (BY_CARLA,)}, {"behind": (frozenset({"ben", "carla"}),)}, {"independent_people"}),
        # One way each with nobody in common is enough; of no way nothing is known.
        ({"behind": (BY_CARLA, BY_OPERATOR)}, {"behind": (frozenset({"ben", "carla"}),)}, set()),
        ({"behind": (BY_CARLA,)}, {}, set()),
        ({"behind": ()}, {}, {"independent_people"}),
        # To refuse takes one person, and to take back takes the one who proposed.
        ({"proposer_may": False}, {"confirms": False}, set()),
        ({}, {"person": "anna", "confirms": False}, set()),
        ({}, {"may": False, "confirms": False}, {"second_person_may"}),
        ({"behind": (BY_CARLA,), "is_as_proposed": False}, {"behind": (BY_CARLA,), "confirms": False}, set()),
    ],
)
def test_everything_that_keeps_an_answer_from_counting_is_said_at_once(proposal, answer, rules):
    judgement = may_answer(replace(PROPOSAL, **proposal), replace(ANSWER, **answer))
    assert {reason.rule.removeprefix("decisions.") for reason in judgement.reasons} == rules
    assert judgement.result == (not rules)
