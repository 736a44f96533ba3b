"""Pages of countries and activities: how much there is, counted from rows one can count, on both clocks."""

from __future__ import annotations

import csv
from http import HTTPStatus

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from alunite.foundation.accounts.policies import IMPORTER
from alunite.foundation.importing.actions import import_files
from alunite.front.register.tests.world import SAMPLES

PAGES = ("/countries/", "/countries/NO/", "/activities/", "/activities/casthouses/")


def works(first: int, last: int) -> list[dict[str, str]]:
    """Works in Norway, each with a certificate of 2024 to 2026 under its own number, every other one in Iceland too."""
    return [
        {
            "record_id": f"R{number:03}",
            "certificate_number": str(number + 1),
            "entity": f"Works {number}",
            "member": f"Member {number}",
            "country": "NO;IS" if number % 2 else "NO",
            "level": "full",
            "standard_version": "V3",
            "supply_chain_activities": "Casthouses" if number % 2 else "Casthouses;Semi-Fabrication",
            "issue_date": "2024-01-15",
            "expiry_date": "2026-01-14",
        }
        for number in range(first, last)
    ]


def said(parts) -> dict[str, int]:
    return {part.name: part.count for part in parts}


def test_a_country_counts_its_records_by_state_standard_and_activity(client, take_up):
    take_up(*works(0, 3), {"record_id": "R900", "country": "NO", "announced_date": "2020-02"})
    page = client.get("/countries/NO/?on=2025-01-01").context
    assert dict(page["counts"].kinds) == {"certificate": 3, "certification_event": 1}
    assert said(page["states"]) == {"In date": 3, "Unknown": 1}
    assert said(page["versions"]) == {"Performance Standard, V3 2022": 3, "version not published": 1}
    (_title, _head, by_activity), *_ = page["divided"]
    assert said(by_activity) == {"Casthouses": 3, "Semi-Fabrication": 2, "not published": 1}
    assert said(client.get("/countries/NO/?on=2026-01-15").context["states"]) == {"Unknown": 1, "Expired": 3}
    iceland = client.get("/countries/IS/?on=2025-01-01").context
    assert (iceland["counts"].lines, said(iceland["states"])) == (1, {"In date": 1})


@pytest.mark.parametrize(
    ("on", "lines", "parts"),
    [
        # five works from 2024 on, an event announced in 2020, and one without any date
        ("", 7, 7),
        ("?on=2025-01-01", 6, 7),
        ("?on=2023-12-31", 1, 3),
        ("?on=2019-12-31", 0, 0),
    ],
)
def test_every_count_leads_to_as_many_lines_in_the_register(client, take_up, on, lines, parts):
    take_up(
        *works(0, 5),
        {"record_id": "R900", "country": "NO", "announced_date": "2020-02"},
        {"record_id": "R901", "country": "NO", "member": "Member 1"},
    )

    def listed(url: str) -> int:
        return client.get(url).context["listing"].count

    page = client.get(f"/countries/NO/{on}").context
    assert (page["counts"].lines, listed(page["all_lines"])) == (lines, lines)
    told = [*page["states"], *page["versions"], *(part for _, _, parts in page["divided"] for part in parts)]
    assert len(told) == parts
    assert [part.count for part in told] == [listed(part.url) for part in told]
    assert sum(part.count for part in page["states"]) == lines
    counted = {place.url.partition("?")[0]: place.lines for place in client.get(f"/countries/{on}").context["places"]}
    assert counted.get("/countries/NO/", 0) == lines
    for place in client.get(f"/activities/{on}").context["places"]:
        if place.lines:
            assert listed(client.get(place.url).context["all_lines"]) == place.lines
    member = next(one for one in client.get(f"/members/{on}").context["names"] if one.name == "Member 1")
    page = client.get(member.url).context
    assert page["count"] == len(page["lines"]) == listed(page["all_lines"])
    states = {row.status.state: row.lines for row in client.get(f"/about/{on}").context["states"]}
    assert {state: n for state, n in states.items() if n} == {
        state: n for state in states if (n := listed(f"/register/{on}{'&' if on else '?'}state={state}"))
    }


def test_lists_count_each_country_and_each_activity_in_the_schemes_order(client, take_up):
    take_up(*works(0, 3), {"record_id": "R900"})
    answer = client.get("/countries/?on=2025-01-01")
    assert [(place.name, place.lines, place.in_date) for place in answer.context["places"]] == [
        ("Norway", 3, 3),
        ("Iceland", 1, 1),
    ]
    assert answer.context["unplaced"] == 0, "what has no date is left out where a day is asked for"
    assert client.get("/countries/").context["unplaced"] == 1
    activities = client.get("/activities/?on=2026-01-15").context
    assert [place.name for place in activities["places"]][:3] == [
        "Bauxite Development",
        "Bauxite Mining",
        "High Purity Alumina Production",
    ]
    counted = {place.name: (place.lines, place.in_date) for place in activities["places"] if place.lines}
    assert counted == {"Casthouses": (3, 0), "Semi-Fabrication": (2, 0)}
    assert activities["unplaced"] == 0


def test_as_of_a_day_before_the_first_publication_nothing_is_counted(client, take_up):
    take_up(*works(0, 2))
    answer = client.get("/countries/NO/?as_of=2000-01-01")
    assert answer.status_code == HTTPStatus.OK
    assert answer.context["counts"].lines == 0
    assert client.get("/countries/?as_of=2000-01-01").status_code == HTTPStatus.OK
    today = client.get("/countries/").context["places"]
    as_of_now = client.get(f"/countries/?as_of={client.get('/').context['clocks'].today.isoformat()}").context
    assert [(p.name, p.lines, p.in_date) for p in as_of_now["places"]] == [(p.name, p.lines, p.in_date) for p in today]


def test_what_a_country_makes_is_shown_with_the_latest_figure_of_each(client, scheme, tmp_path):
    """The rows of Norway in `samples/usgs`: 1 300 000 t smelted in 2024, a capacity of 1 460 000 t."""
    with (SAMPLES.parent / "usgs" / "production.csv").open(encoding="utf-8", newline="") as file:
        reader = csv.DictReader(file)
        rows = [row for row in reader if row["country"] == "NO"]
    path = tmp_path / "production.csv"
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, reader.fieldnames or ())
        writer.writeheader()
        writer.writerows(rows)
    assert not import_files([("production", path)], actor=IMPORTER).faults
    assert {row["year"] for row in rows} > {"2024"}, "years before the latest are there to be left out"
    made = client.get("/countries/NO/").context["made"]
    assert [(item.amount.replace("\u202f", " "), item.period) for item in made] == [
        ("1 300 000 t", "2024"),
        ("1 460 000 t", "2024"),
    ]
    assert len(client.get(client.get("/countries/NO/").context["all_made"]).context["names"]) == len(rows)
    assert client.get("/countries/IS/").context["made"] == []


@pytest.mark.parametrize(
    ("path", "status"), [("/countries/ZZ/", 404), ("/activities/alchemy/", 404), ("/countries/IS/", 200)]
)
def test_what_is_no_country_or_activity_has_no_page(client, take_up, path, status):
    take_up(*works(0, 1))
    assert client.get(path).status_code == status


def test_small_letters_lead_to_the_address_of_the_country(client, take_up):
    take_up(*works(0, 1))
    answer = client.get("/countries/no/?on=2025-01-01")
    assert (answer.status_code, answer["Location"]) == (HTTPStatus.MOVED_PERMANENTLY, "/countries/NO/?on=2025-01-01")


def test_pages_ask_the_same_for_two_rows_and_for_twenty_and_at_most_eight_times(client, take_up):
    def counted() -> dict[str, int]:
        found = {}
        # The first to ask since a publication lets the process learn of it.
        today = client.get("/register/").context["clocks"].today
        for number, path in enumerate(PAGES):
            # A day of its own each: nobody has asked for its states before.
            query = f"?on=2025-01-0{number + 1}&as_of={today.isoformat()}"
            with CaptureQueriesContext(connection) as queries:
                assert client.get(path + query).status_code == HTTPStatus.OK
            found[path] = len(queries)
        return found

    take_up(*works(0, 2))
    few = counted()
    take_up(*works(2, 20))
    assert counted() == few
    assert max(few.values()) <= 8, few
