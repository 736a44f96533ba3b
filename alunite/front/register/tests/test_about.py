"""The page about the data counts what is published, and nothing else."""

from __future__ import annotations

import re
from collections import Counter
from datetime import date

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from alunite.foundation.accounts.policies import OPERATOR
from alunite.foundation.core.timeline import Timeline
from alunite.foundation.publications.actions import ToPublish, publish
from alunite.foundation.publications.models import Publication
from alunite.front.register import about
from alunite.front.register.lines import lines
from alunite.front.register.models import Record, shown_at
from tests.decided import redact_by


def shown(client, address: str = "/about/") -> dict:
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


def told_by_hand(at: int) -> tuple[Counter, int, int, int]:
    """Records by kind and terms, pages they were read on, facilities without a place and publications by one of these."""
    records = [one for one in Record.objects.filter(shown_at(at), withdrawal="") if one.payload]
    terms = Counter((one.kind, one.payload.get("attribution", ""), one.payload.get("licence", "")) for one in records)
    pages = {one.payload["source_url"] for one in records if "source_url" in one.payload}
    facilities = [one.payload for one in records if one.kind == "facility"]
    placeless = sum("unknown" in (one["latitude"], one["longitude"]) for one in facilities)
    return terms, len(pages), placeless, Publication.objects.filter(pk__lte=at).count()


def told_in_memory(at: int) -> tuple[Counter, int, int, int]:
    known = about.ledger(lines())
    whole, terms = known.whole(at), Counter()
    for one in whole.told:
        terms[one.kind, one.attribution, one.licence] += one.records
    placeless = known.lacking(at).get(("facility", "placed"), 0)
    return terms, whole.pages, placeless, known.freshness(at).publications


def test_what_is_kept_in_memory_is_what_is_held_as_of_any_publication_whatever_happens(facts):
    """Corrected, withdrawn, said again and redacted: what was read before goes on being true, or is read anew."""
    place = Record.objects.filter(kind="facility").order_by("pk").first()
    audit = Record.objects.filter(kind="audit").order_by("pk").first()
    moved = {**place.payload, "latitude": "1", "longitude": "2", "source_url": "https://example.org/elsewhere"}
    steps = [
        lambda: publish("facility", [ToPublish(place.subject, moved)], actor=OPERATOR),
        lambda: publish("audit", [ToPublish(audit.subject, None, "owner_request")], actor=OPERATOR),
        lambda: publish("audit", [ToPublish(audit.subject, audit.payload)], actor=OPERATOR),
        lambda: redact_by("D-1", [place.pk]),
    ]
    at = [lines().newest // 2, lines().newest]
    for step in steps:
        step()
        at.append(lines().newest)
        for number in at:
            assert told_in_memory(number) == told_by_hand(number), number


def test_as_many_queries_for_few_records_as_for_many_and_at_most_eight(facts, client):
    def asked(day: int) -> int:
        today = client.get("/about/").context["clocks"].today
        with CaptureQueriesContext(connection) as queries:
            client.get(f"/about/?as_of={today}&on=2024-01-0{day}")
        return len(queries)

    many = asked(1)
    Record.objects.exclude(kind__in=("scheme", "standard_version")).delete()
    assert Publication.objects.exists()
    assert asked(2) == many <= 8


def test_a_french_page_says_it_all_in_french(facts, client):
    page = shown(client, "/fr/about/")
    assert "Sites sans coordonnées" in page["text"]
    assert "lu chez ASI" in page["text"]


@pytest.mark.django_db
def test_a_register_that_holds_nothing_yet_has_the_page_too(client):
    assert client.get("/about/").status_code == 200
