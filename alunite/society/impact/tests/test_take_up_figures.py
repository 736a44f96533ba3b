"""Figures from three kinds of file."""

from __future__ import annotations

import shutil
from decimal import Decimal
from pathlib import Path

import pytest
from django.conf import settings
from django.db import connection
from django.test.utils import CaptureQueriesContext

from alunite.foundation.accounts.policies import OPERATOR
from alunite.foundation.adoption.actions import adopt_pack
from alunite.foundation.history.models import Entry
from alunite.foundation.importing.checks import check_statements
from alunite.foundation.importing.models import Statement
from alunite.foundation.publications.models import Publication
from alunite.foundation.publications.queries import current_publications, read
from alunite.society.impact.models import Figure
from tests import rows


@pytest.fixture
def take_up(adopted_scheme, tmp_path):
    return rows.importer(tmp_path)


def figures() -> dict[str, dict]:
    """What is said of each figure, by its value."""
    return {item.payload["value"]: item.payload for item in read(current_publications().filter(kind="figure"))}


def test_a_quantity_is_published_in_common_terms(take_up):
    rows.taken_up(take_up(production=[{"production_share": "0.86", "basis": "dry", "source": "Report 2015"}]))
    (said,) = figures().values()
    expected = {
        "row_kind": "production",
        "level": "facility",
        "place": "Hillside",
        "countries": ["ZA"],
        "metric": "primary aluminium",
        "measure": "Production",
        "dimension": "Aluminium",
        "basis": "dry",
        "boundary": "unknown",
        "period": "2014",
        "as_of": "unknown",
        "value": "715000",
        "unit": "t",
        "share": "0.86",
        "is_estimated": False,
        "is_used": True,
        "beside": [],
        "indicator": "unknown",
        "origin": "third_party",
    }
    assert {name: said[name] for name in expected} == expected


@pytest.mark.parametrize("value", ["0.1", "0.04", "10.70", "123456789012345678.123456789012", "-23.9"])
def test_values_are_exact_to_the_last_digit(take_up, value):
    rows.taken_up(take_up(ghg=[{"value": value}]))
    (said,) = figures().values()
    assert said["value"] == value
    assert Decimal(said["value"]) == Decimal(value)


def test_one_source_with_two_values_keeps_both_and_says_so(take_up):
    both = [{"value_t": "715000"}, {"value_t": "89000"}]
    rows.taken_up(take_up(production=both))
    said = figures()
    assert {value: item["is_used"] for value, item in said.items()} == {"715000": True, "89000": False}
    assert [item["value"] for item in said["715000"]["beside"]] == ["89000"]
    assert [reason["rule"] for reason in said["89000"]["reasons"]] == ["figure.undecided"]
    for part in (both, both[::-1], both[:1], both[1:]):
        again = rows.taken_up(take_up(production=part))
        assert (again.created, again.changed) == (0, 0)
    assert list(check_statements()) == []


def test_a_second_value_under_a_row_that_was_alone_stands_beside_it(take_up):
    rows.taken_up(take_up(production=[{"value_t": "715000"}]))
    result = rows.taken_up(take_up(production=[{"value_t": "715000"}, {"value_t": "89000"}]))
    assert (result.created, result.changed, result.unchanged) == (1, 0, 1)
    assert sorted(figures()) == ["715000", "89000"]


def test_a_corrected_value_is_the_same_figure(take_up):
    rows.taken_up(take_up(production=[{"value_t": "71500"}]))
    before = Figure.objects.get().pk
    result = rows.taken_up(take_up(production=[{"value_t": "715000"}]))
    assert (result.created, result.changed) == (0, 1)
    assert Figure.objects.get().pk == before
    assert list(figures()) == ["715000"]


def test_the_same_value_said_differently_in_one_file_is_a_fault(take_up):
    result = take_up(production=[{"note": "rounded"}, {"note": "exact"}])
    assert [(fault.row, "something else" in fault.expected) for fault in result.faults] == [(3, True)]


def test_conflicting_sources_stand_side_by_side_and_say_which_is_used(take_up):
    world = {"level": "world", "country": "", "name": "World", "commodity": "bauxite", "product": "", "year": "2011"}
    rows.taken_up(
        take_up(
            production=[
                world | {"value_t": "248500000", "source": "Our World in Data compilation"},
                world | {"value_t": "259000000", "source": "USGS Minerals Yearbook 2011"},
            ]
        )
    )
    said = figures()
    assert {value: item["is_used"] for value, item in said.items()} == {"248500000": False, "259000000": True}
    assert said["248500000"]["reasons"] == said["259000000"]["reasons"]
    assert said["248500000"]["thing"] == said["259000000"]["thing"]
    assert said["248500000"]["beside"][0]["source"] == "USGS Minerals Yearbook 2011"


def test_a_figure_that_arrives_later_is_told_on_those_that_were_there(take_up):
    rows.taken_up(take_up(yearly=[{"as_of": "2021-03-23"}]))
    rows.taken_up(take_up(yearly=[{"as_of": "2021-11", "value": "200", "source_url": "https://example.org/2"}]))
    said = figures()
    assert [said["161"]["is_used"], said["200"]["is_used"]] == [False, True]
    assert Publication.objects.filter(kind="figure").count() == 3


def test_another_name_in_a_new_pack_brings_figures_together_at_once(take_up, tmp_path):
    other = {"metric": "member organisations", "value": "200", "as_of": "2021-11"}
    rows.taken_up(take_up(yearly=[{"as_of": "2021-03-23"}, other]))
    assert [item["beside"] for item in figures().values()] == [[], []]
    pack = Path(shutil.copytree(settings.REPOSITORY / "schemes" / "asi", tmp_path / "pack"))
    scheme = pack / "scheme.yaml"
    text = scheme.read_text(encoding="utf-8")
    assert text.count("label: Members, counts") == 1
    new = text.replace("label: Members, counts", "label: Members, aliases: [Member organisations], counts")
    scheme.write_text(new, encoding="utf-8")
    adopt_pack(pack, actor=OPERATOR)
    assert {value: item["is_used"] for value, item in figures().items()} == {"161": False, "200": True}
    assert figures()["161"]["beside"][0]["value"] == "200"


def test_the_scheme_says_which_names_count_one_thing(take_up):
    rows.taken_up(
        take_up(
            yearly=[
                {"metric": "audit reports submitted", "value": "117", "as_of": "2021-12-13"},
                {"metric": "audits conducted", "value": "121", "source_url": "https://example.org/2"},
                {"metric": "staff", "value": "0"},
            ]
        )
    )
    said = figures()
    assert [said[value]["indicator"] for value in ("117", "121", "0")] == ["audits", "audits", "unknown"]
    assert [said[value]["is_used"] for value in ("117", "121", "0")] == [False, True, True]
    assert said["117"]["metric"] == "audit reports submitted"


def test_every_bad_value_is_told_at_once_and_nothing_is_loaded(take_up):
    result = take_up(
        yearly=[
            {"value": "-5"},
            {"value": "about 60", "year": "3000", "metric": ""},
            {"unit": "", "as_of": "2020-12-31"},
        ],
        production=[
            {"value_t": "-1", "production_share": "1.2"},
            {"level": "galaxy", "basis": "moist", "estimated": "perhaps", "name": "B"},
            {"year": "2014-05", "measure": "", "name": "C"},
            {"value_t": "1e6", "country": "ZZ", "name": "D"},
        ],
        ghg=[{"value": "١٢", "scope": "planet", "source_url": "ftp://example.org"}],
    )
    assert sorted(rows.faults(result)) == sorted(
        [
            (2, "value", "-5"),
            (3, "value", "about 60"),
            (3, "year", "3000"),
            (3, "metric", ""),
            (4, "unit", ""),
            (4, "as_of", "2020-12-31"),
            (2, "value_t", "-1"),
            (2, "production_share", "1.2"),
            (3, "level", "galaxy"),
            (3, "basis", "moist"),
            (3, "estimated", "perhaps"),
            (4, "year", "2014-05"),
            (4, "measure", ""),
            (5, "value_t", "1e6"),
            (5, "country", "ZZ"),
            (2, "value", "١٢"),
            (2, "scope", "planet"),
            (2, "source_url", "ftp://example.org"),
        ]
    )
    assert not Statement.objects.exists()


def test_every_row_has_the_entry_that_vouches_for_it(take_up):
    rows.taken_up(take_up(yearly=[{}], ghg=[{}], production=[{}]))
    rows.taken_up(take_up(yearly=[{"note": "restated"}]))
    kinds = Entry.objects.filter(record_type="figure").order_by("pk").values_list("kind", flat=True)
    assert list(kinds) == ["figure.stated"] * 3 + ["figure.restated"]
    assert list(check_statements()) == []


def test_a_thousand_rows_take_a_few_hundred_queries(take_up):
    many = [{"year": str(1900 + place % 120), "name": f"Plant {place // 120}"} for place in range(1000)]
    with CaptureQueriesContext(connection) as queries:
        rows.taken_up(take_up(production=many))
    assert len(queries) < 300
