from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from itertools import permutations

import pytest

from alunite.foundation.core.preference import Precedence, preferred


@dataclass(frozen=True)
class Value:
    record_id: str
    value: Decimal
    year: int = 0


NEWEST: Precedence[Value] = Precedence("test.newest", "The newest.", lambda item: item.year)


def test_one_candidate_needs_no_reason():
    one = Value("a", Decimal(1))
    assert preferred([one], [NEWEST], name="test").result is one
    assert preferred([one], [NEWEST], name="test").reasons == ()


def test_a_precedence_that_tells_apart_gives_its_reason_whatever_the_order():
    values = [Value("a", Decimal(3), 2019), Value("b", Decimal(1), 2020), Value("c", Decimal(2), 2018)]
    for order in permutations(values):
        judged = preferred(order, [NEWEST], name="test")
        assert judged.result.record_id == "b"
        assert [(item.rule, item.values) for item in judged.reasons] == [
            ("test.newest", {"before": ["1"], "behind": ["3", "2"]})
        ]


def test_what_nothing_tells_apart_is_said_to_be_undecided():
    judged = preferred([Value("a", Decimal(89)), Value("b", Decimal(715))], [NEWEST], name="test")
    assert judged.result.record_id == "b"
    assert [item.rule for item in judged.reasons] == ["test.undecided"]
    assert judged.reasons[0].values == {"values": ["715", "89"]}


def test_equal_values_agree():
    judged = preferred([Value("a", Decimal(5)), Value("b", Decimal(5))], [NEWEST], name="test")
    assert [item.rule for item in judged.reasons] == ["test.agree"]


def test_nothing_to_choose_from_is_the_callers_fault():
    with pytest.raises(ValueError, match="at least one"):
        preferred([], [NEWEST], name="test")
