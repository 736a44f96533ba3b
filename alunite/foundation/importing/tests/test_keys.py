"""What a row is known by: one column, several, or several and one that tells rows apart."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal

import pytest

from alunite.foundation.importing.cells import Column, text_cell
from alunite.foundation.importing.kinds import ImportKind
from alunite.foundation.importing.models import LONGEST_KEY

COLUMNS = tuple(Column(name, text_cell) for name in ("name", "year", "value"))


def kind(*key: str, apart: str = "") -> ImportKind:
    return ImportKind("test", 1, COLUMNS, key, object, lambda *_: (), lambda *_: None, told_apart_by=apart)


def test_one_column_is_the_key_as_it_stands():
    assert replace(kind(), key="name").keys_of({"name": "Test works", "value": 1}) == ("Test works",)


def test_several_columns_make_one_readable_key():
    assert kind("name", "year").keys_of({"name": "Hillside", "year": "2014"}) == ("Hillside|2014",)


@pytest.mark.parametrize(
    "other", [{"name": "a", "year": "b"}, {"name": "", "year": "a b"}, {"name": "a b", "year": ""}]
)
def test_cells_that_run_into_each_other_make_different_keys(other):
    assert kind("name", "year").keys_of({"name": "a b", "year": "c"}) != kind("name", "year").keys_of(other)


def test_long_columns_still_make_a_key_that_fits_and_differs():
    long = "x" * 5000
    one, two = (kind("name", "year").keys_of({"name": long + end, "year": "1"})[0] for end in ("a", "b"))
    assert one != two
    assert len(one) == LONGEST_KEY


def test_a_row_that_may_have_to_be_told_apart_has_a_second_key():
    usual, closest = kind("name", apart="value").keys_of({"name": "Hillside", "value": Decimal(715000)})
    assert (usual, closest) == ("Hillside", "Hillside|715000")


def test_there_is_no_key_where_one_of_its_cells_is_at_fault():
    assert kind("name", "year").keys_of({"name": "Hillside"}) == ()
    assert kind("name", apart="value").keys_of({"name": "Hillside"}) == ()
