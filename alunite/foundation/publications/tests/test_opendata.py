"""Open data files: every public row by both clocks, safe in a spreadsheet, with what it means beside it."""

from __future__ import annotations

import csv
import io
import json
from datetime import UTC, date, datetime

import jsonschema
import pyarrow.parquet as pq
import pytest

from alunite.foundation.accounts.policies import OPERATOR, Actor
from alunite.foundation.publications import kinds
from alunite.foundation.publications.actions import ToPublish, publish, redact
from alunite.foundation.publications.dictionary import columns, dictionary, plural, schema
from alunite.foundation.publications.kinds import NamedPayload, Payload, SegmentPayload, said
from alunite.foundation.publications.models import Publication
from alunite.foundation.publications.opendata import Clocks, csv_chunks, csv_metadata, json_chunks, row_schema
from alunite.foundation.publications.parquet import write_parquet
from tests.decided import decide

KIND = "test_plant"
TODAY = date(2026, 11, 22)
OFFICE = Actor("person:1", "1", frozenset({("org", "secretariat", "office")}))


class Plant(Payload):
    """A made-up plant."""

    name: str = said("Its name.")
    mass: int | None = said("What it makes in a year.", unit="t")
    share: float = said("Share of it that counts.")
    count: int | str = said("A number, or the word.", unknown="Nobody counted.")
    is_open: bool = said("Whether it runs.")
    owners: list[NamedPayload] = said("Who owns it.")
    operator: NamedPayload | None = said("Who runs it; null when nobody says.")
    products: list[str] = said("What it makes.")
    note: str = said("A remark.")
    timeline: list[SegmentPayload] = said("States over time.")


class PlantLater(Plant):
    """The same kind after an upgrade."""

    origin: str = said("Where it is from.", unknown="Nobody says.")
    heirs: list[NamedPayload] = said("Who comes after.", default=[])
    height: int | None = said("How high it is.", default=None)


def segment(state, first, last):
    return {"state": state, "first": first, "last": last, "qualifier": "full", "reasons": []}


WHOLE = {
    "name": "=cmd|'/c calc'!A1",
    "mass": 120000,
    "share": 0.5,
    "count": "unknown",
    "is_open": True,
    "owners": [{"id": "a", "name": "Ä"}, {"id": "b", "name": 'B "Works", Ltd'}],
    "operator": None,
    "products": ["ingot", "billet"],
    "note": "-5 °C\nsecond line",
    "timeline": [segment("active", "2019-12-13", "2022-12-12"), segment("expired", "2022-12-13", None)],
}


@pytest.fixture(autouse=True)
def plants(db, monkeypatch):
    for cached in (columns, schema):
        cached.cache_clear()
    kinds.publication_kind(KIND)(Plant)


def clocks(on=TODAY):
    return Clocks(Publication.objects.order_by("-pk").values_list("pk", flat=True).first() or 0, on)


def tell(subject, **more):
    [published] = publish(KIND, [ToPublish(subject, {**WHOLE, **more})], actor=OPERATOR)
    return published.id


def csv_rows(at):
    text = b"".join(csv_chunks(KIND, at)).decode()
    return list(csv.DictReader(io.StringIO(text, newline="")))


def json_rows(at):
    return json.loads(b"".join(json_chunks(KIND, at)))


def test_a_row_of_csv_has_every_value_in_its_column():
    tell("p1")
    [row] = csv_rows(clocks(date(2020, 6, 30)))
    assert row["name"] == "'=cmd|'/c calc'!A1", "a spreadsheet would run it"
    assert row["note"] == "'-5 °C\nsecond line"
    assert (row["mass"], row["share"], row["is_open"], row["count"]) == ("120000", "0.5", "true", "unknown")
    assert (row["owners.id"], row["owners.name"]) == ("a;b", 'Ä;B "Works", Ltd')
    assert (row["operator.id"], row["operator.name"], row["products"]) == ("", "", "ingot;billet")
    assert (row["state_on"], row["state"], row["state_level"]) == ("2020-06-30", "active", "full")
    assert (row["state_from"], row["state_to"]) == ("2019-12-13", "2022-12-12")
    assert json.loads(row["timeline"]) == WHOLE["timeline"]
    assert (row["kind"], row["subject"], row["publication_version"], row["licence"]) == (KIND, "p1", "1", "unknown")


def test_what_was_published_before_its_kind_had_a_field_goes_out_too(monkeypatch, tmp_path):
    """A register is upgraded, and `as_of` asks for days before it."""
    tell("p1")
    for cached in (columns, schema):
        cached.cache_clear()
    monkeypatch.setitem(kinds._kinds, KIND, kinds.Kind(KIND, PlantLater))
    [row] = csv_rows(clocks())
    assert (row["note"], row["origin"], row["heirs.id"], row["height"]) == ("'" + WHOLE["note"], "unknown", "", "")
    assert write_parquet(KIND, clocks(), tmp_path / "plants.parquet") == 1
    [told] = pq.read_table(tmp_path / "plants.parquet").to_pylist()
    assert (told["origin"], told["heirs.id"], told["height"]) == ("unknown", [], None)


@pytest.mark.parametrize(
    ("on", "state", "first", "last"),
    [
        ("2019-12-12", "unknown", None, None),
        ("2019-12-13", "active", "2019-12-13", "2022-12-12"),
        ("2022-12-12", "active", "2019-12-13", "2022-12-12"),
        ("2022-12-13", "expired", "2022-12-13", None),
    ],
)
def test_the_state_is_that_of_the_day_asked_for(on, state, first, last):
    tell("p1")
    [row] = json_rows(clocks(date.fromisoformat(on)))
    assert row["state"] == {
        "on": on,
        "state": state,
        "level": "full" if first else "unknown",
        "from": first,
        "to": last,
    }


def test_what_was_published_later_does_not_count_and_what_went_is_gone():
    tell("p1")
    before = clocks()
    tell("p1", name="new")
    last = tell("p2")
    publish(KIND, [ToPublish("p1", None, "merged")], actor=OPERATOR)
    assert [row["said"]["name"] for row in json_rows(before)] == [WHOLE["name"]]
    assert [row["subject"] for row in json_rows(clocks())] == ["p2"]
    decide("D-1", publication=[last])
    redact([last], decision="D-1", actor=OFFICE)
    assert json_rows(clocks()) == []
    assert csv_rows(clocks()) == []
    assert [row["subject"] for row in json_rows(before)] == ["p1"]


def test_rows_come_in_the_order_of_publishing_over_more_than_one_batch(monkeypatch):
    monkeypatch.setattr("alunite.foundation.publications.opendata.BATCH", 2)
    for number in (3, 1, 2, 5, 4):
        tell(f"p{number}")
    assert [row["subject"] for row in json_rows(clocks())] == ["p3", "p1", "p2", "p5", "p4"]
    assert [row["subject"] for row in csv_rows(clocks())] == ["p3", "p1", "p2", "p5", "p4"]


def test_json_is_one_row_a_line_and_fits_its_schema():
    tell("p1")
    tell("p2", operator={"id": "x", "name": "X"}, mass=None, count=7)
    lines = b"".join(json_chunks(KIND, clocks())).decode().splitlines()
    assert (lines[0], lines[-1], len(lines)) == ("[", "]", 4)
    schema = row_schema(KIND)
    jsonschema.Draft202012Validator.check_schema(schema)
    for row in json_rows(clocks()):
        jsonschema.validate(row, schema)
    with pytest.raises(jsonschema.ValidationError):
        jsonschema.validate({**row, "more": 1}, schema)


def test_what_is_said_is_handed_on_to_the_letter():
    tell("p1")
    [stored] = Publication.objects.values_list("body__payload", flat=True)
    assert f'"said":{stored}' in b"".join(json_chunks(KIND, clocks())).decode()


def test_an_empty_kind_is_a_header_and_an_empty_array():
    assert b"".join(json_chunks(KIND, clocks())) == b"[]\n"
    text = b"".join(csv_chunks(KIND, clocks())).decode()
    assert text.endswith("\r\n")
    assert text.strip().split(",") == [column.name for column in columns(KIND)]


def test_parquet_reads_back_to_the_same_rows(tmp_path, monkeypatch):
    monkeypatch.setattr("alunite.foundation.publications.opendata.BATCH", 2)
    for number in range(5):
        tell(f"p{number}", count=number, mass=None if number == 3 else number)
    out = tmp_path / "plants.parquet"
    assert write_parquet(KIND, clocks(), out) == 5
    table = pq.read_table(out)
    rows = table.to_pylist()
    assert [row["subject"] for row in rows] == [f"p{number}" for number in range(5)]
    for row, flat in zip(rows, csv_rows(clocks()), strict=True):
        assert row["name"] == WHOLE["name"], "no spreadsheet, no apostrophe"
        assert row["owners.name"] == ["Ä", 'B "Works", Ltd']
        assert (row["share"], row["is_open"], row["operator.id"]) == (0.5, True, None)
        assert str(row["mass"] if row["mass"] is not None else "") == flat["mass"]
        assert (row["count"], row["state"], row["timeline"]) == (flat["count"], flat["state"], flat["timeline"])
    said_of_file = table.schema.metadata
    assert json.loads(said_of_file[b"alunite.dictionary"]) == dictionary(KIND)
    assert json.loads(said_of_file[b"alunite.clocks"])["on"] == "2026-11-22"
    assert b"alunite.licence" in said_of_file
    assert table.schema.field("mass").metadata[b"unit"] == b"t"


def test_the_dictionary_says_type_unit_and_what_unknown_means():
    told = {column["name"]: column for column in dictionary(KIND)["columns"]}
    assert (told["mass"]["type"], told["mass"]["unit"]) == ("integer", "t")
    assert (told["count"]["type"], told["count"]["unknown"]) == ("text", "Nobody counted.")
    assert told["owners.name"]["type"] == "list"
    assert {column["class"] for column in told.values()} == {"public"}


def test_the_metadata_beside_a_csv_names_its_columns_in_order():
    told = csv_metadata(KIND, "plants.csv")
    assert told["@context"] == "http://www.w3.org/ns/csvw"
    named = [column["titles"] for column in told["tableSchema"]["columns"]]
    assert named == [column.name for column in columns(KIND)]
    assert next(item for item in told["tableSchema"]["columns"] if item["titles"] == "owners.id")["separator"] == ";"


def test_an_instant_is_utc_with_a_z(monkeypatch):
    at = datetime(2026, 11, 22, 9, 30, 0, 120000, tzinfo=UTC)
    monkeypatch.setattr("alunite.foundation.publications.actions.timezone.now", lambda: at)
    tell("p1")
    assert json_rows(clocks())[0]["published_at"] == "2026-11-22T09:30:00.120000Z"


def test_a_kind_is_called_in_the_plural():
    assert [plural(name) for name in ("member", "facility", "certification_event")] == [
        "members",
        "facilities",
        "certification_events",
    ]
