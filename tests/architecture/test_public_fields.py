"""Every public field says what it means: the data dictionary and the API's description are made from that."""

from __future__ import annotations

import pytest

from alunite.foundation.publications.dictionary import columns, fields_without_description, public_kinds


@pytest.mark.parametrize("name", list(public_kinds()))
def test_every_public_field_says_what_it_means(name):
    without = fields_without_description(public_kinds()[name].name)
    assert without == [], (
        'declare each with `said("What it means.", unknown="…")` (alunite.foundation.publications.kinds)'
    )


@pytest.mark.parametrize("name", list(public_kinds()))
def test_every_kind_says_what_it_is_and_each_of_its_columns_has_a_name_of_its_own(name):
    registered = public_kinds()[name]
    assert registered.payload.__dict__.get("__doc__"), f"{name}: say what it is"
    names = [column.name for column in columns(registered.name)]
    assert sorted(names) == sorted(set(names)), "a field is called like a column every kind has"
