"""The map of facilities: its list, its places, and what is known of operators."""

from __future__ import annotations

import csv
import html
import json
import re
from collections import Counter
from http import HTTPStatus

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from alunite.foundation.accounts.policies import OPERATOR
from alunite.foundation.core.text import fold
from alunite.foundation.publications.actions import ToPublish, publish
from alunite.foundation.publications.queries import latest_payload
from alunite.front.register import atlas
from alunite.front.register.tests.world import SAMPLES, sample_rows, stated


def source_rows() -> list[dict[str, str]]:
    """The rows of all files of facilities."""
    rows = []
    for path in sorted(SAMPLES.parent.glob("*/facilities.csv")):
        with path.open(encoding="utf-8", newline="") as file:
            rows += list(csv.DictReader(file))
    return rows


def counts(client, query: str = "") -> dict[str, dict[str, int]]:
    groups = client.get(f"/map/?{query}").context["groups"]
    return {group.name: {one.value: one.count for one in (*group.values, *group.more)} for group in groups}


def places(client, query: str = "") -> list[dict[str, object]]:
    return json.loads(client.get(f"/map.geojson?{query}").content)["features"]


def test_the_list_holds_all_and_says_how_many_have_no_place(client, facts):
    """The issue: 88 of 253 have no coordinates, as the files say."""
    rows = source_rows()
    without = [row for row in rows if not (row["latitude"] and row["longitude"])]
    assert (len(without), len(rows)) == (88, 253)
    answer = client.get("/map/")
    page = " ".join(answer.content.decode().split())
    assert "<b>253 facilities</b>" in page
    assert "165 have a published place" in page
    assert "88 have no published coordinates" in page
    assert len(places(client)) == 165


@pytest.mark.parametrize(
    "query", ["", "country=US", "activity=casthouses&country=US&country=NO", "placed=no", "state=none", "q=alcoa"]
)
def test_map_and_list_hold_the_same_facilities_at_every_filter(client, facts, monkeypatch, query):
    monkeypatch.setattr(atlas, "PAGE_LENGTH", 1000)
    answer = client.get(f"/map/?{query}")
    placed = [line.subject for line in answer.context["lines"] if line.longitude]
    assert [one["properties"]["id"] for one in places(client, query)] == placed
    assert len(answer.context["lines"]) == answer.context["count"]
    assert answer.context["unplaced"] == answer.context["count"] - len(placed)
    drawn = Counter(one["properties"]["shape"] for one in places(client, query))
    assert {mark.shape: mark.count for mark in answer.context["legend"] if mark.count} == drawn
    part = client.get(f"/map/?{query}", headers={"HX-Request": "true"}).content.decode()
    assert re.search(r'id="map-legend"\s+data-hx-swap-oob="true"', part), "the legend changes with the question"


def test_counts_are_those_of_the_files_and_follow_the_other_filters(client, facts):
    rows = source_rows()
    countries = [row["country"] for row in rows]
    found = counts(client)
    assert found["country"] == {code: countries.count(code) for code in set(countries)}
    american = [row for row in rows if row["country"] == "US"]
    narrowed = counts(client, "country=US")
    assert narrowed["country"] == found["country"], "its own choice is left out"
    assert narrowed["placed"]["yes"] == sum(bool(row["latitude"]) for row in american)
    smelting = sum("Aluminium Smelting" in row["activity"].split(";") for row in american)
    assert narrowed["activity"]["aluminium_smelting"] == smelting


def test_what_is_known_of_an_operator_is_known_of_the_member_of_that_name(client, facts, monkeypatch):
    """No source links a facility to a certificate; a name that is the same, brackets apart, is all there is."""
    monkeypatch.setattr(atlas, "PAGE_LENGTH", 1000)
    holders = {fold(re.sub(r"\([^()]*\)", " ", name)) for row in sample_rows() for name in row["member"].split(";")} | {
        fold(name) for row in sample_rows() for name in row["member"].split(";")
    }
    wanted = {row["name"] for row in source_rows() if row["operator"] and fold(row["operator"]) in holders}
    known = {line.name for line in client.get("/map/").context["lines"] if line.status.state != atlas.NONE}
    assert known <= wanted, "members are named by more than certificates, and never by less"
    assert len(known) > 10


def test_an_operator_whose_certificate_holds_is_told_apart_on_either_clock(client, scheme):
    member = {"id": "33333333", "name": "Test Metals (TM)"}
    facility = {**FACILITY, "operator": "test metals"}
    held = {"state": "active", "first": "2020-01-01", "last": "2021-12-31", "qualifier": "unknown", "reasons": []}
    over = held | {"state": "expired", "first": "2022-01-01", "last": None}
    publish("facility", [ToPublish("44444444", facility)], actor=OPERATOR)
    assert counts(client)["state"] == {"none": 1}
    publish("member", [ToPublish("33333333", MEMBER | member)], actor=OPERATOR)
    publish("certificate", [stated("22222222", "certificate", members=[member], timeline=[held, over])], actor=OPERATOR)
    assert counts(client)["state"] == {"expired": 1}
    assert counts(client, "on=2021-06-30")["state"] == {"active": 1}
    assert counts(client, "on=2019-06-30")["state"] == {"none": 1}, "it had not begun"
    publish("certificate", [stated("66666666", "certificate", members=[member], timeline=[])], actor=OPERATOR)
    assert counts(client, "on=2019-06-30")["state"] == {"unknown": 1}, "one has no date at all"
    [line] = client.get("/map/?member=33333333").context["lines"]
    assert line.member.url.startswith("/members/33333333-")
    assert client.get(line.member.url).status_code == HTTPStatus.OK, (
        "under its own name, whatever the facility calls it"
    )


def test_a_name_that_two_members_bear_says_nothing_of_either(client, scheme):
    for subject in ("33333333", "55555555"):
        publish("member", [ToPublish(subject, MEMBER | {"id": subject, "name": "Test Metals"})], actor=OPERATOR)
    publish("facility", [ToPublish("44444444", {**FACILITY, "operator": "Test Metals"})], actor=OPERATOR)
    [line] = client.get("/map/").context["lines"]
    assert line.member is None


def test_a_facility_is_found_by_the_name_of_one_that_was_merged_into_it(client, scheme):
    other = {name: FACILITY[name] for name in FACILITY if name != "merged"} | {"name": "Lakeside smelting"}
    publish("facility", [ToPublish("44444444", FACILITY | {"merged": [other]})], actor=OPERATOR)
    assert client.get("/map/?q=lakeside").context["count"] == 1
    assert client.get("/facilities/?q=lakeside").context["listing"].count == 1, "as in the list of facilities"
    assert client.get("/map/?q=riverside").context["count"] == 0


def test_the_places_need_not_be_sent_twice(client, facts):
    answer = client.get("/map.geojson?country=US")
    assert answer["Content-Type"] == "application/geo+json"
    [first] = [
        one for one in json.loads(answer.content)["features"] if one["properties"]["name"] == "REYNOLDS FOIL, INC."
    ]
    assert first["geometry"]["coordinates"] == [-92.900278, 34.455], "longitude first, as the file says"
    again = client.get("/map.geojson?country=US", headers={"If-None-Match": answer["ETag"]})
    assert again.status_code == HTTPStatus.NOT_MODIFIED
    other = client.get("/map.geojson?country=NO", headers={"If-None-Match": answer["ETag"]})
    assert other.status_code == HTTPStatus.OK


def test_a_facility_said_anew_is_drawn_anew(client, scheme):
    publish("facility", [ToPublish("44444444", FACILITY)], actor=OPERATOR)
    assert places(client) == []
    placed = latest_payload("facility", "44444444") | {"latitude": "60.5", "longitude": "5"}
    publish("facility", [ToPublish("44444444", placed)], actor=OPERATOR)
    assert [one["geometry"]["coordinates"] for one in places(client)] == [[5.0, 60.5]]
    publish("facility", [ToPublish("44444444", None, "merged")], actor=OPERATOR)
    assert client.get("/map/").context["count"] == 0


def test_pages_follow_each_other_and_filters_stay(client, facts, monkeypatch):
    monkeypatch.setattr(atlas, "PAGE_LENGTH", 20)
    seen, query = [], "country=US&q="
    while query:
        answer = client.get(f"/map/?{query}")
        seen += [line.subject for line in answer.context["lines"]]
        query = answer.context["next"]
        assert not query or f'href="/map/?{html.escape(query)}"' in answer.content.decode()
    assert len(seen) == len(set(seen)) == answer.context["count"] > 40


def test_a_page_behind_the_last_leads_to_the_last(client, facts, monkeypatch):
    monkeypatch.setattr(atlas, "PAGE_LENGTH", 100)
    moved = client.get("/map/?q=&placed=no&placed=yes&page=1000")
    assert (moved.status_code, moved["Location"]) == (HTTPStatus.FOUND, "/map/?placed=no&placed=yes&page=3")
    assert client.get("/map/?page=3").context["last"] == 253
    assert client.get("/map/?q=zzzz&page=2")["Location"] == "/map/?q=zzzz"


@pytest.mark.parametrize(
    "query", ["country=nowhere", "page=0", "page=x", "year=2020", "state=draft", "on=x", "member=x"]
)
def test_what_the_map_cannot_be_asked_is_refused_on_page_and_places(client, facts, query):
    assert client.get(f"/map/?{query}").status_code == HTTPStatus.BAD_REQUEST
    assert client.get(f"/map.geojson?{query}").status_code == HTTPStatus.UNPROCESSABLE_ENTITY


def test_table_and_map_hand_on_what_both_can_be_asked(client, facts):
    listed = client.get("/register/?country=NO&activity=casthouses&year=2021&q=hydro&state=unknown")
    assert listed.context["map_query"] == "country=NO&activity=casthouses&state=unknown"
    mapped = client.get("/map/?country=NO&state=none&state=unknown&placed=yes")
    assert mapped.context["table_query"] == "country=NO&state=unknown"


def test_it_asks_the_same_for_two_facilities_and_for_twenty(client, scheme, django_assert_num_queries):
    place = {"latitude": "60.5", "longitude": "5.25"}

    def publish_some(numbers):
        publish("facility", [ToPublish(f"4444444{one}", FACILITY | place | {"id": f"4444444{one}"}) for one in numbers],
                actor=OPERATOR)  # fmt: skip
        with CaptureQueriesContext(connection) as asked:
            client.get("/map/?on=2024-01-01")
        anew.append(len(asked))

    def placed() -> int:
        with django_assert_num_queries(2):
            client.get("/map/?on=2024-01-01")
        with django_assert_num_queries(2):
            return len(client.get("/map.geojson?on=2024-01-01").json()["features"])

    anew: list[int] = []
    publish_some("23")
    assert placed() == 2
    publish_some("456789bcdfghjkmnpqrs")
    assert placed() == 22
    assert anew[0] == anew[1] <= 8, "whoever comes first after a publication"


UNKNOWN_FIELDS = ("latitude", "longitude", "owner", "owner_year", "region", "start_year", "end_year", "status")
UNKNOWN_FIELDS += ("power_source", "industry_code", "products", "source", "via_url", "attribution")
FACILITY = {
    **dict.fromkeys(UNKNOWN_FIELDS, "unknown"),
    "id": "44444444",
    "record_id": "S1",
    "name": "Test works",
    "operator": "unknown",
    "owners": [],
    "activities": [{"activity": "casthouses", "activity_printed": "Casthouses"}],
    "countries": ["NO"],
    "capacities": [],
    "source_url": "https://example.org/1",
    "origin": "third_party",
    "licence": "CC0-1.0",
    "statement_version": 1,
}
MEMBER = {
    **dict.fromkeys(("membership_class", "class_basis", "joined", "certified"), "unknown"),
    "standing": "named_in_source_only",
    "countries": [],
    "activities": [],
    "note": "",
    "source_url": "",
}
