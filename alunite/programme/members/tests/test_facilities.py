"""Facilities as sources describe them."""

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
from alunite.foundation.core.days import PartialDate
from alunite.foundation.history.models import Entry
from alunite.foundation.importing.checks import check_statements
from alunite.foundation.importing.models import Statement
from alunite.foundation.publications.models import Publication
from alunite.programme.members.models import Facility
from alunite.programme.members.rules import Capacity, owners, preferred_capacities
from tests import rows


@pytest.fixture
def take_up(adopted_scheme, tmp_path):
    return rows.importer(tmp_path)


def said(record_id: str = "S1") -> dict:
    return rows.published("facility", Facility.objects.get(statement__key=record_id).pk)


def test_a_row_becomes_a_record_an_entry_and_a_publication(take_up):
    rows.taken_up(take_up(facilities=[{"country": "BH", "operator": "Test Metals", "status": "active"}]))
    facility = Facility.objects.get()
    entry = Entry.objects.get(kind="facility.stated")
    assert (entry.record_type, entry.record_id, entry.actor) == ("facility", facility.pk, "import")
    assert entry.data["statement"] == facility.statement_id
    payload = said()
    assert (payload["name"], payload["countries"], payload["operator"]) == ("Test works", ["BH"], "Test Metals")
    assert (payload["region"], payload["latitude"], payload["start_year"]) == ("unknown", "unknown", "unknown")
    assert payload["capacities"] == []


def test_an_activity_nobody_knows_is_kept_as_printed(take_up):
    rows.taken_up(take_up(facilities=[{"activity": "Nepheline Mining;aluminium_smelting;Casthouse"}]))
    assert [tuple(item.values()) for item in said()["activities"]] == [
        ("unknown", "Nepheline Mining"),
        ("aluminium_smelting", "aluminium_smelting"),
        ("casthouses", "Casthouse"),
    ]


def test_a_new_name_for_an_activity_in_a_new_pack_is_published_at_once(take_up, tmp_path):
    rows.taken_up(take_up(facilities=[{"activity": "Metal Casting"}]))
    assert said()["activities"][0]["activity"] == "unknown"
    pack = Path(shutil.copytree(settings.REPOSITORY / "schemes" / "asi", tmp_path / "pack"))
    scheme = pack / "scheme.yaml"
    text = scheme.read_text(encoding="utf-8")
    assert text.count("aliases: [casthouse]") == 1
    scheme.write_text(text.replace("aliases: [casthouse]", "aliases: [casthouse, Metal Casting]"), encoding="utf-8")
    adopt_pack(pack, actor=OPERATOR)
    assert said()["activities"] == [{"activity": "casthouses", "activity_printed": "Metal Casting"}]
    assert Publication.objects.filter(kind="facility").count() == 2


def test_a_place_on_the_equator_and_the_meridian_is_known(take_up):
    rows.taken_up(take_up(facilities=[{"latitude": "0", "longitude": "0.0"}]))
    assert (said()["latitude"], said()["longitude"]) == ("0", "0.0")


def test_a_restated_row_is_the_same_record_with_another_version(take_up):
    rows.taken_up(take_up(facilities=[{"name": "Old works"}]))
    before = Facility.objects.get().pk
    result = rows.taken_up(take_up(facilities=[{"name": "New works"}]))
    assert (result.changed, Facility.objects.get().pk) == (1, before)
    assert (said()["name"], said()["statement_version"]) == ("New works", 2)
    assert list(check_statements()) == []
    again = rows.taken_up(take_up(facilities=[{"name": "New works"}]))
    assert (again.created, again.changed, again.unchanged) == (0, 0, 1)


def test_every_bad_value_is_told_at_once_and_nothing_is_loaded(take_up):
    result = take_up(
        facilities=[
            {"facility_id": "", "latitude": "91", "longitude": "-180.5"},
            {"facility_id": "S2", "capacity_t_per_year": "-1", "capacity_year": "3000", "start_year": "2019-05"},
            {"facility_id": "S3", "capacity_t_per_year": "1,500", "end_year": "1950", "start_year": "1960"},
            {"facility_id": "S4", "activity": "", "latitude": "12", "via_url": "javascript:alert(1)"},
            {"facility_id": "S5", "capacity_t_per_year": "NaN", "owner_year": "20l9", "country": "XX"},
        ]
    )
    assert rows.faults(result) == [
        (2, "facility_id", ""),
        (2, "latitude", "91"),
        (2, "longitude", "-180.5"),
        (3, "capacity_t_per_year", "-1"),
        (3, "capacity_year", "3000"),
        (3, "start_year", "2019-05"),
        (4, "capacity_t_per_year", "1,500"),
        (4, "end_year", "1950"),
        (5, "activity", ""),
        (5, "via_url", "javascript:alert(1)"),
        (5, "longitude", ""),
        (6, "owner_year", "20l9"),
        (6, "country", "XX"),
        (6, "capacity_t_per_year", "NaN"),
    ]
    assert not Statement.objects.exists()
    assert not Facility.objects.exists()


def test_ten_times_the_rows_take_no_more_queries(take_up):
    counts = []
    for prefix, many in (("a", 5), ("b", 50)):
        with CaptureQueriesContext(connection) as queries:
            rows.taken_up(take_up(facilities=[{"facility_id": f"{prefix}{place}"} for place in range(many)]))
        counts.append(len(queries))
    # On SQLite rows are written some dozens at a time.
    assert counts[1] <= counts[0] + 6


@pytest.mark.parametrize(
    ("printed", "expected"),
    [
        ("Rio Tinto (100%), sold on 1 June 2013", [("Rio Tinto", "100")]),
        ("Mumtalakat 69.38%; SABIC Investment 20.62%", [("Mumtalakat", "69.38"), ("SABIC Investment", "20.62")]),
        ("Alcoa Corp. (25.1%), Ma’aden (74.9%)", [("Alcoa Corp.", "25.1"), ("Ma’aden", "74.9")]),
        ("Hydro and Novelis joint venture", [("Hydro and Novelis joint venture", "None")]),
        ("", []),
    ],
)
def test_owners_are_made_out_of_what_is_printed(printed, expected):
    assert [(owner.name, str(owner.percent)) for owner in owners(printed)] == expected


def capacity(record_id: str, tonnes: int, product: str = "", year: str = "", document: str = "") -> Capacity:
    return Capacity(record_id, Decimal(tonnes), product, PartialDate.parse(year) if year else None, document)


def test_two_capacities_that_nothing_tells_apart_stay_undecided():
    """Alba in two lists (S207, S215)."""
    ((judged, group),) = preferred_capacities(
        [capacity("S207", 881000, "primary aluminium"), capacity("S215", 1540000, "primary aluminium")]
    )
    assert {item.record_id for item in group} == {"S207", "S215"}
    assert [reason.rule for reason in judged.reasons] == ["capacity.undecided"]
    assert judged.reasons[0].values == {"values": ["1540000", "881000"]}


def test_a_capacity_of_a_year_goes_before_one_without():
    """Dunkerque in a company report and in an announcement (S039, S231)."""
    ((judged, _),) = preferred_capacities(
        [capacity("S231", 284000, "primary aluminium"), capacity("S039", 282000, "", "2015", "Annual Report 2018")]
    )
    assert judged.result.record_id == "S039"
    assert [reason.rule for reason in judged.reasons] == ["capacity.year_stated"]


def test_capacities_of_different_products_are_not_compared():
    found = preferred_capacities([capacity("a", 1, "Alumina", "2018"), capacity("b", 2, "Aluminium", "2019")])
    assert sorted(judged.result.record_id for judged, _ in found) == ["a", "b"]
    assert [judged.reasons for judged, _ in found] == [(), ()]
