"""The page about the data counts what is published, and nothing else."""

from __future__ import annotations

import re
from collections import Counter
from datetime import date

import pytest
from django.core.cache import cache
from django.db import connection
from django.test.utils import CaptureQueriesContext

from alunite.foundation.core.timeline import Timeline
from alunite.foundation.publications.models import Publication
from alunite.front.register.models import Record


def shown(client, address: str = "/about/") -> dict:
    cache.clear()
    answer = client.get(address)
    assert answer.status_code == 200
    return {key: answer.context[key] for key in ("kinds", "terms", "missing", "states", "records", "pages_read")} | {
        "text": " ".join(re.sub(r"<[^>]+>", " ", answer.content.decode()).split()),
    }


def held() -> list[Record]:
    return [record for record in Record.objects.filter(until=None, withdrawal="") if record.payload]


def test_every_record_is_counted_once_by_kind_and_by_who_says_it(facts, client):
    page, records = shown(client), held()
    assert page["records"] == len(records)
    by_kind = Counter(record.kind for record in records)
    rows = {row.name: row for row in page["kinds"]}
    assert rows["Facilities"].all == by_kind["facility"] > 0
    assert all(row.owner + row.others + row.untold == row.all for row in rows.values())
    origins = Counter(record.payload["origin"] for record in records if record.kind == "audit")
    assert (rows["Audits"].owner, rows["Audits"].others) == (origins["asi"], origins["third_party"])
    assert page["pages_read"] == len(
        {record.payload["source_url"] for record in records if "source_url" in record.payload}
    )
    assert sum(row.records for row in page["terms"]) == sum("attribution" in record.payload for record in records)


def test_what_is_missing_is_a_part_of_what_there_is(facts, client):
    page, records = shown(client), held()
    facilities = [record.payload for record in records if record.kind == "facility"]
    placeless = [one for one in facilities if "unknown" in (one["latitude"], one["longitude"])]
    row = next(row for row in page["missing"] if "coordinates" in row.words)
    assert row.share.endswith(f"({len(placeless)} of {len(facilities)})")
    assert row.url == "/facilities/?placed=no"
    lines = [
        record.payload for record in records if "timeline" in record.payload and not record.payload.get("certificate")
    ]
    dateless = [one for one in lines if not one["timeline"]]
    row = next(row for row in page["missing"] if "without any date" in row.words)
    assert row.share.endswith(f"({len(dateless)} of {len(lines)})")


def test_states_are_those_of_the_day_asked_for(facts, client):
    day = date(2021, 1, 1)
    lines = [
        record.payload for record in held() if "timeline" in record.payload and not record.payload.get("certificate")
    ]
    wanted = Counter(Timeline.from_list(one["timeline"]).state_on(day) for one in lines)
    page = shown(client, f"/about/?on={day}")
    assert wanted["active"] > 0
    assert {row.status.state: row.lines for row in page["states"]} == {
        row.status.state: wanted[row.status.state] for row in page["states"]
    }


def test_as_of_an_earlier_day_only_what_had_been_published_counts(facts, client):
    assert "Nothing had been published here by" in " ".join(
        client.get("/about/?as_of=2001-01-01").content.decode().split()
    )


def test_as_many_queries_for_few_records_as_for_many(facts, client):
    def asked(address: str) -> int:
        cache.clear()
        with CaptureQueriesContext(connection) as queries:
            client.get(address)
        return len(queries)

    many = asked("/about/")
    Record.objects.exclude(kind__in=("scheme", "standard_version")).delete()
    assert Publication.objects.exists()
    assert asked("/about/") == many <= 12


def test_a_french_page_says_it_all_in_french(facts, client):
    page = shown(client, "/fr/about/")
    assert "Sites sans coordonnées" in page["text"]
    assert "lu chez ASI" in page["text"]


@pytest.mark.django_db
def test_a_register_that_holds_nothing_yet_has_the_page_too(client):
    assert client.get("/about/").status_code == 200
