"""Open data files and pages, the feed, the calendar and the site map, as somebody from outside reads them."""

from __future__ import annotations

import csv
import datetime as dt
import io
import json
import re
from random import Random
from xml.etree import ElementTree as ET

import icalendar
import pytest

from alunite.foundation.accounts.policies import OPERATOR
from alunite.foundation.publications.actions import ToPublish, publish
from alunite.foundation.publications.dictionary import columns, public_kinds
from alunite.foundation.publications.models import Publication
from alunite.front.api import sitemap
from alunite.front.api.icalendar import calendar
from alunite.front.api.tests.test_api import tell, tell_answer
from alunite.front.register.models import Record

ATOM = "{http://www.w3.org/2005/Atom}"
MAP = "{http://www.sitemaps.org/schemas/sitemap/0.9}"
AT = dt.datetime(2026, 11, 22, 9, 30, tzinfo=dt.UTC)


@pytest.mark.parametrize("name", list(public_kinds()))
def test_each_file_holds_every_row_of_its_kind(samples, client, name):
    kind = public_kinds()[name].name
    if kind == "published_answer":
        tell_answer()
    count = Publication.objects.filter(kind=kind).values("subject").distinct().count()
    answer = client.get(f"/data/{name}.csv?on=2020-06-30")
    rows = list(csv.reader(io.StringIO(answer.getvalue().decode(), newline="")))
    assert answer["Content-Disposition"] == f'attachment; filename="{name}-on-2020-06-30.csv"'
    assert rows[0] == [column.name for column in columns(kind)]
    assert len(rows) == count + 1
    told = json.loads(client.get(f"/data/{name}.json").getvalue())
    assert len(told) == count
    assert (
        json.loads(client.get(f"/data/{name}.schema.json").content)["title"]
        == told[0]["kind"].title().replace("_", "") + "Row"
    )
    assert client.get(f"/data/{name}.csv-metadata.json").status_code == 200


def test_one_row_of_a_file_is_the_row_it_has_there(samples, client):
    subject = (
        Record.objects.filter(kind="certificate", until=None).order_by("subject").values_list("subject").first()[0]
    )
    answer = client.get(f"/data/certificates/{subject}.csv?on=2020-06-30")
    assert answer["Content-Disposition"] == f'attachment; filename="certificates-{subject}-on-2020-06-30.csv"'
    header, row = csv.reader(io.StringIO(answer.content.decode(), newline=""))
    whole = client.get("/data/certificates.csv?on=2020-06-30").getvalue().decode()
    lines = list(csv.reader(io.StringIO(whole, newline="")))
    assert header == lines[0]
    assert [row] == [line for line in lines if line[header.index("subject")] == subject]
    assert client.get("/data/certificates/22222222.csv").status_code == 404
    assert client.get("/data/certificates/%00.csv").status_code == 404


def test_each_row_names_its_licence_and_attribution(samples, client):
    rows = csv.DictReader(io.StringIO(client.get("/data/certificates.csv").getvalue().decode(), newline=""))
    assert {row["licence"] for row in rows} == {"none stated; facts only"}


def test_a_file_that_has_not_changed_is_not_sent_again(samples, client):
    tag = client.get("/data/members.csv")["ETag"]
    assert client.get("/data/members.csv", headers={"if-none-match": tag}).status_code == 304
    assert client.get("/data/members.csv?on=2020-01-01", headers={"if-none-match": tag}).status_code == 200
    tell("bb234567")
    assert client.get("/data/members.csv", headers={"if-none-match": tag}).status_code == 200


def test_a_file_asked_for_wrongly_says_all_that_is_wrong(samples, client):
    answer = client.get("/data/members.csv?on=1&as_of=2&country=NO")
    assert answer.status_code == 422
    assert {fault["name"] for fault in json.loads(answer.content)["faults"]} == {"on", "as_of", "country"}


def test_the_page_names_every_kind_with_its_rows_and_columns(samples, client):
    page = client.get("/data/").content.decode()
    for name, kind in public_kinds().items():
        assert f'href="/data/{name}.csv"' in page
        for column in columns(kind.name):
            assert f"<code>{column.name}</code>" in page
    linked = json.loads(re.search(r'<script type="application/ld\+json">(.*?)</script>', page, re.DOTALL)[1])
    assert linked["@type"] == "DataCatalog"
    assert [one["distribution"][0]["contentUrl"] for one in linked["dataset"]] == [
        f"http://testserver/data/{name}.csv" for name in public_kinds()
    ]
    assert client.get("/data/?on=yesterday").status_code == 400
    to_come = client.get("/data/?as_of=2199-01-01")
    assert (to_come.status_code, "is not known yet" in to_come.content.decode()) == (400, True)
    assert ".csv?as_of" not in to_come.content.decode(), "files would refuse that day"
    assert "?on=2020-06-30" in client.get("/data/?on=2020-06-30").content.decode()


@pytest.mark.parametrize("path", ["/api", "/api/", "/api/v1", "/api/v1/"])
@pytest.mark.parametrize("language", ["", "/fr"])
def test_who_asks_for_less_than_an_address_of_the_api_is_led_to_its_page(samples, client, language, path):
    answer = client.get(language + path, follow=True)
    assert answer.redirect_chain[-1] == (f"{language}/api/v1/public/docs", 302)
    assert answer.status_code == 200


def test_the_page_of_the_api_has_no_script_and_shows_every_operation(samples, client):
    page = client.get("/api/v1/public/docs").content.decode()
    made = json.loads(client.get("/api/v1/public/openapi.json").content)
    assert "<script" not in page
    for path, methods in made["paths"].items():
        assert f'id="{methods["get"]["operationId"]}"' in page
        assert f"GET /api/v1/public{path}" in page


def entries(client, question=""):
    answer = client.get(f"/feeds/changes.atom{question}")
    assert answer["Content-Type"].startswith("application/atom+xml")
    feed = ET.fromstring(answer.content)
    return feed, feed.findall(f"{ATOM}entry")


def is_valid(feed):
    """What RFC 4287 asks of a feed and its entries (4.1.1, 4.1.2), and RFC 3339 of their instants."""
    for element in (feed, *feed.findall(f"{ATOM}entry")):
        for name in ("id", "title", "updated"):
            assert len(element.findall(f"{ATOM}{name}")) == 1
            assert element.find(f"{ATOM}{name}").text
        dt.datetime.fromisoformat(element.find(f"{ATOM}updated").text)
        assert re.fullmatch(r"tag:[\w.-]+,\d{4}:\S+", element.find(f"{ATOM}id").text)
        links = [(link.get("rel"), link.get("hreflang")) for link in element.findall(f"{ATOM}link")]
        assert len(links) == len(set(links))
        assert all(link.get("href").startswith("http") for link in element.findall(f"{ATOM}link"))
    assert feed.find(f"{ATOM}author/{ATOM}name").text == "Alunite", "not the owner of the scheme"
    ids = [entry.find(f"{ATOM}id").text for entry in feed.findall(f"{ATOM}entry")]
    assert len(ids) == len(set(ids))


def test_the_feed_tells_what_changed_in_words(db, client):
    tell("bb234567", name="Old & <Co>")
    tell("bb234567", name="New", countries=["NO", "IS"])
    publish("member", [ToPublish("bb234567", None, "merged")], actor=OPERATOR)
    feed, found = entries(client)
    is_valid(feed)
    told = [entry.find(f"{ATOM}summary").text for entry in found]
    assert told == [
        "Withdrawn: merged.",
        "countries: NO → NO, IS; name: Old & <Co> → New.",
        "Published for the first time.",
    ]
    assert [entry.find(f"{ATOM}title").text for entry in found] == [
        "New: withdrawn",
        "New: changed",
        "Old & <Co>: published",
    ]
    assert found[0].find(f"{ATOM}link").get("href") == "http://testserver/members/bb234567-new/"


def test_an_empty_feed_is_a_feed(db, client):
    feed, found = entries(client)
    is_valid(feed)
    assert found == []


def test_the_feed_is_paged_and_its_pages_stand_still(samples, client):
    newest = Publication.objects.order_by("-pk").first().pk
    feed, found = entries(client, "?limit=150")
    total = [entry.find(f"{ATOM}id").text for entry in found]
    while following := [link.get("href") for link in feed.findall(f"{ATOM}link") if link.get("rel") == "next"]:
        tell("bb234567", name=f"meanwhile {len(total)}")
        is_valid(feed)
        feed, found = entries(client, "?" + following[0].partition("?")[2])
        total += [entry.find(f"{ATOM}id").text for entry in found]
    numbers = [int(one.rpartition(":")[2]) for one in total]
    assert numbers == sorted(Publication.objects.filter(pk__lte=newest).values_list("pk", flat=True), reverse=True)


def test_the_feed_of_one_record_or_one_kind_tells_of_nothing_else(samples, client):
    one = Publication.objects.filter(kind="firm").first()
    _, found = entries(client, f"?subject={one.subject}")
    assert [entry.find(f"{ATOM}id").text.rpartition(":")[2] for entry in found] == [str(one.pk)]
    _, found = entries(client, "?kind=firm&limit=200")
    assert len(found) == Publication.objects.filter(kind="firm").count()
    assert client.get("/feeds/changes.atom?kind=gossip").status_code == 422


def test_the_feed_of_a_member_tells_of_its_records(samples, client):
    record = Publication.objects.filter(kind="certificate").select_related("body").first()
    subject = json.loads(record.body.payload)["members"][0]["id"]
    _, found = entries(client, f"?member={subject}&limit=200")
    numbers = {int(entry.find(f"{ATOM}id").text.rpartition(":")[2]) for entry in found}
    expected = {
        item.pk
        for item in Publication.objects.select_related("body")
        if item.subject == subject
        or subject in [one["id"] for one in json.loads(item.body.payload or "{}").get("members", [])]
    }
    assert record.pk in numbers
    assert numbers == expected


def audit(subject, **said):
    return subject, AT, {"entity": "Works; a, b", **said}, f"https://example.org/audits/{subject}"


def read_calendar(body):
    found = icalendar.Calendar.from_ical(body)
    assert not found.errors
    # RFC 5545: lines of at most 75 octets, ended by CR LF; a calendar holds at least one component (3.4, 3.6).
    assert body.endswith(b"\r\n")
    assert all(len(line) <= 75 for line in body.split(b"\r\n"))
    assert found.subcomponents
    assert found["VERSION"] == "2.0"
    return [event for event in found.walk("VEVENT") if not event.errors]


def test_a_calendar_without_audits_is_valid(samples, client):
    answer = client.get("/feeds/next-audits.ics")
    assert answer["Content-Type"].startswith("text/calendar")
    assert read_calendar(answer.content) == []


@pytest.mark.parametrize(
    ("printed", "first", "end"),
    [
        ("2027-03-09", "2027-03-09", "2027-03-10"),
        ("2027-12", "2027-12-01", "2028-01-01"),
        ("2028", "2028-01-01", "2029-01-01"),
    ],
)
def test_a_published_next_audit_is_an_event_over_the_days_it_can_be(printed, first, end):
    body = calendar([audit("aa234567", next_audit=printed)], name="Next audits", host="example.org")
    [event] = read_calendar(body)
    assert event["DTSTART"].dt == dt.date.fromisoformat(first)
    assert event["DTEND"].dt == dt.date.fromisoformat(end)
    assert event["DTSTAMP"].dt == AT
    assert str(event["SUMMARY"]) == "Next audit: Works; a, b"
    assert event["UID"] == "next-audit-aa234567@example.org"
    assert ("DESCRIPTION" in event) == (len(printed) < 10)


def test_an_audit_that_says_nothing_of_the_next_is_no_event():
    audits = [audit("aa234567", next_audit="unknown"), audit("bb234567", next_audit=""), audit("cc234567")]
    assert read_calendar(calendar(audits, name="x", host="example.org")) == []


def test_an_audit_in_calendar_and_feed_leads_to_what_is_said_of_it(samples, client):
    """An audit has no page of its own: its address led to the front page."""
    announced = Publication.objects.filter(kind="audit").earliest("pk")
    said = json.loads(announced.body.payload) | {"next_audit": "2027-03-09"}
    publish("audit", [ToPublish(announced.subject, said)], actor=OPERATOR)
    [event] = read_calendar(client.get("/feeds/next-audits.ics").content)
    feed = ET.fromstring(client.get("/feeds/changes.atom?limit=1").content)
    [link] = [link.get("href") for link in feed.iterfind(f"{ATOM}entry/{ATOM}link")]
    for address in (str(event["URL"]), link):
        told = client.get(address.removeprefix("http://testserver"))
        assert told.json()["said"]["next_audit"] == "2027-03-09"


def test_a_long_name_is_folded_and_no_letter_is_cut_in_two():
    name = "Ä字" * 60
    body = calendar([audit("aa234567", next_audit="2027", entity=name)], name="x", host="example.org")
    assert str(read_calendar(body)[0]["SUMMARY"]) == f"Next audit: {name}"


@pytest.mark.soak
def test_the_site_map_lists_every_page_once_with_its_last_change(samples, client, monkeypatch, soak):
    monkeypatch.setattr(sitemap, "PART", 100)
    monkeypatch.setattr("alunite.front.api.queries.PART", 100)
    index = ET.fromstring(client.get("/sitemap.xml").content)
    parts = [element.text for element in index.iter(f"{MAP}loc")]
    assert len(parts) == Publication.objects.order_by("-pk").first().pk // 100 + 1
    pages = {}
    for part in parts:
        for url in ET.fromstring(client.get(part.removeprefix("http://testserver")).content):
            location = url.find(f"{MAP}loc").text.removeprefix("http://testserver")
            assert location not in pages
            pages[location] = url.findtext(f"{MAP}lastmod")
    for record in Record.objects.filter(until=None, kind="certificate"):
        changed = dt.datetime.fromisoformat(pages[f"/certificates/{record.subject}-{record.slug}/"])
        assert changed == record.published_at
    in_english = [path for path in pages if not path.startswith("/fr/")]
    assert {f"/fr{path}" for path in in_english} == pages.keys() - set(in_english), "each page in each language"
    # Of each kind of page the first is asked for, and of the rest a share drawn by lot, the same each time.
    lot, kinds = Random(5), set()
    for path in in_english:
        kind = path.split("/")[1]
        if kind not in kinds or lot.random() < soak:
            assert client.get(path).status_code == 200, path
        kinds.add(kind)
    assert {"/standards/ps-3/", "/countries/NO/", "/activities/casthouses/", "/about/"} < pages.keys()


def test_robots_are_led_to_the_site_map_and_kept_from_what_is_private(samples, client):
    lines = client.get("/robots.txt").content.decode().splitlines()
    assert lines[0] == "User-agent: *"
    assert "Sitemap: http://testserver/sitemap.xml" in lines
    kept_from = [line.removeprefix("Disallow: ") for line in lines if line.startswith("Disallow: ")]
    assert {"/account/", "/fr/account/", "/imports/", "/organisations/"} < set(kept_from)
    for part in (0, Publication.objects.order_by("-pk").first().pk // sitemap.PART):
        for url in ET.fromstring(client.get(f"/sitemap-{part}.xml").content).iter(f"{MAP}loc"):
            assert not url.text.removeprefix("http://testserver").startswith(tuple(kept_from))


def test_what_was_withdrawn_leaves_the_site_map(db, client):
    tell("bb234567", "cc234567")
    publish("member", [ToPublish("bb234567", None, "merged")], actor=OPERATOR)
    newest = Publication.objects.order_by("-pk").first().pk
    text = "".join(client.get(f"/sitemap-{part}.xml").content.decode() for part in range(newest // sitemap.PART + 1))
    assert "bb234567" not in text
    assert "cc234567" in text
