"""The register's list through the API: the same lines as on the page, by the same filters and both clocks."""

from __future__ import annotations

import datetime as dt
import json

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from alunite.foundation.publications.models import Publication
from alunite.front.api import queries
from alunite.front.register import queries as lists
from alunite.front.register.lines import lines
from alunite.front.register.queries import Asked
from alunite.front.register.tests import world

ROOT = "/api/v1/public/records"


def walk(client, question=""):
    path, found = f"{ROOT}?{question}", []
    while path:
        answer = client.get(path)
        assert answer.status_code == 200, answer.content
        body = json.loads(answer.content)
        found += body["items"]
        path = body["next"]
    return found


def listed(**chosen):
    """The lines the page lists, all pages."""
    after, found = None, []
    while True:
        asked = Asked(
            text=chosen.get("q", ""),
            chosen={name: [value] for name, value in chosen.items() if name not in {"q", "on", "state"}},
            states=[chosen["state"]] if "state" in chosen else [],
            sort=lists.EVENT_DAY,
            on=chosen.get("on") and dt.date.fromisoformat(chosen["on"]),
            today=TODAY,
            after=after,
        )
        page = lists.listing(asked, lines())
        found += [(record.kind, record.subject) for record in page.records]
        if page.next is None:
            return found
        after = page.next


TODAY = dt.date.fromisoformat("2026-11-22")


@pytest.fixture(autouse=True)
def today(settings):
    settings.ALUNITE_TODAY = TODAY


@pytest.mark.parametrize(
    "chosen",
    [
        {},
        {"standard": "ps"},
        {"activity": "bauxite_mining"},
        {"country": "NO"},
        {"level": "unknown"},
        {"version": "ps-3"},
        {"q": "hydro"},
        {"q": "hydro", "standard": "ps", "country": "NO"},
        {"on": "2020-06-30"},
        {"on": "2020-06-30", "state": "active"},
        {"state": "unknown"},
        {"q": "nobody has this name"},
    ],
)
def test_the_api_lists_what_the_page_lists_in_its_order(samples, client, chosen):
    question = "&".join(f"{name}={value}" for name, value in chosen.items())
    found = walk(client, f"limit=23&{question}")
    assert [(line["kind"], line["subject"]) for line in found] == listed(**chosen)


def test_a_line_tells_what_was_published_and_the_state_on_the_day(samples, client):
    for line in walk(client, "limit=200&on=2021-06-30"):
        stored = Publication.objects.select_related("body").get(pk=line["publication"])
        said = json.loads(stored.body.payload)
        assert all(line[name] == said[name] for name in queries.LINE_FIELDS)
        holds = [
            run
            for run in said["timeline"]
            if run["first"] <= "2021-06-30" and (run["last"] is None or run["last"] >= "2021-06-30")
        ]
        assert line["state"]["state"] == (holds[0]["state"] if holds else "unknown")


def test_members_and_firms_are_filters_too(samples, client):
    lines = walk(client, "limit=200")
    firm = next(line["firm"]["id"] for line in lines if line["firm"])
    member = lines[0]["members"][0]["id"]
    by_firm, by_member = walk(client, f"firm={firm}"), walk(client, f"member={member}")
    assert by_firm == [line for line in lines if line["firm"] and line["firm"]["id"] == firm]
    assert by_member == [line for line in lines if member in [one["id"] for one in line["members"]]]


def test_a_word_the_scheme_has_not_is_a_fault(samples, client):
    answer = client.get(f"{ROOT}?standard=iso&activity=knitting&country=XX&level=gold&state=fine&member=x&version=9")
    names = {fault["name"] for fault in json.loads(answer.content)["faults"]}
    assert (answer.status_code, names) == (
        422,
        {"standard", "activity", "country", "level", "state", "member", "version"},
    )


def test_what_is_published_meanwhile_shifts_no_page(adopted_scheme, client, tmp_path):
    rows = [{"record_id": f"C{number:03}", "entity": f"Works {number}"} for number in range(9)]
    world.take_up(tmp_path, *(row | {"announced_date": f"2020-01-0{place + 1}"} for place, row in enumerate(rows)))
    answer = json.loads(client.get(f"{ROOT}?limit=4").content)
    before, path = [line["entity"] for line in answer["items"]], answer["next"]
    world.take_up(tmp_path, rows[0] | {"announced_date": "2024-01-01"}, {"record_id": "C900", "entity": "Works 900"})
    while path:
        answer = json.loads(client.get(path).content)
        before += [line["entity"] for line in answer["items"]]
        path = answer["next"]
    assert before == [f"Works {number}" for number in reversed(range(9))]
    assert {line["entity"] for line in walk(client)} == {f"Works {number}" for number in (*range(9), 900)}


def test_a_publication_between_two_queries_is_seen(adopted_scheme, client, tmp_path, monkeypatch):
    world.take_up(tmp_path, {"record_id": "C1", "entity": "First"})
    real = lists.places
    calls = []

    def busy(asked, most, **more):
        calls.append(asked.at)
        if asked.at is None:
            world.take_up(tmp_path, {"record_id": "C1", "entity": "Second"})
        return real(asked, most, **more)

    monkeypatch.setattr(lists, "places", busy)
    [line] = json.loads(client.get(ROOT).content)["items"]
    assert line["entity"] == "First"
    assert calls[0] is None
    assert calls[1] is not None


@pytest.mark.parametrize(
    "question", ["", "q=works&country=NO", "on=2020-06-30&state=unknown", f"as_of={dt.datetime.now(dt.UTC).date()}"]
)
def test_as_many_queries_for_20_lines_as_for_2(adopted_scheme, client, tmp_path, question):
    def asked(limit):
        with CaptureQueriesContext(connection) as found:
            answer = client.get(f"{ROOT}?limit={limit}&{question}")
        assert answer.status_code == 200
        return len(found)

    rows = [
        {"record_id": f"C{number:03}", "entity": f"Works {number}", "country": "NO", "announced_date": "2019-01-01"}
        for number in range(30)
    ]
    world.take_up(tmp_path, *rows[:2])
    client.get(ROOT)
    few = asked(2)
    world.take_up(tmp_path, *rows)
    client.get(ROOT)
    assert asked(20) == few <= 4
