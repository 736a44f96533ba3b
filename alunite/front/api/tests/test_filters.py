"""Lists of a kind narrowed by what its records say, and the feed of what a question of the register fits."""

from __future__ import annotations

import datetime as dt
import json
from urllib.parse import urlencode
from xml.etree import ElementTree as ET

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from alunite.front.api.asking import ASKED_BY_KIND, Paged
from alunite.front.api.tests.test_api import get, tell
from alunite.front.register.tests import world

ATOM = "{http://www.w3.org/2005/Atom}"
FEED = "/feeds/records.atom"


def ids(named):
    return [one["id"] for one in named]


# What each parameter asks of what is published, said here once more and in the plainest way.
SAYS = {
    "members": {
        "country": lambda said: said["countries"],
        "membership_class": lambda said: [said["membership_class"]],
    },
    "facilities": {
        "country": lambda said: [code for code in said["countries"] if code != "unknown"],
        "activity": lambda said: [one["activity"] for one in said["activities"]],
        "status": lambda said: [said["status"]],
    },
    "audits": {
        "firm": lambda said: ids([said["firm"]] if said["firm"] else []),
        "member": lambda said: ids(said["members"]),
        "standard": lambda said: [said["family"]],
        "version": lambda said: [said["version"]],
        "audit_type": lambda said: [said["audit_type"]],
    },
    "findings": {
        "criterion": lambda said: said["criteria"],
        "standard": lambda said: [said["family"]],
        "rating": lambda said: [said["rating"]],
        "member": lambda said: ids(said["members"]),
    },
    "figures": {
        "metric": lambda said: [said["metric"] if said["indicator"] == "unknown" else said["indicator"]],
        "dimension": lambda said: [said["dimension"]],
        "place": lambda said: [said["place"]],
        "period": lambda said: [said["period"]],
    },
}
PARAMETERS = [(name, parameter) for name, said in SAYS.items() for parameter in said]


def walk(client, path):
    found = []
    while path:
        answer, body = get(client, path)
        assert answer.status_code == 200, body
        found += body["items"]
        path = body["next"]
    return found


def test_every_parameter_of_every_kind_is_tried_here():
    asked = {kind: set(model.model_fields) - set(Paged.model_fields) for kind, model in ASKED_BY_KIND.items()}
    kinds = {"members": "member", "facilities": "facility", "audits": "audit", "findings": "finding"}
    assert asked == {kinds.get(name, "figure"): set(said) for name, said in SAYS.items()}


@pytest.mark.parametrize(("name", "parameter"), PARAMETERS)
def test_a_list_narrowed_holds_all_that_fit_and_no_other(samples, client, name, parameter):
    rows = walk(client, f"/{name}?limit=200")
    values = [(value, row["subject"]) for row in rows for value in SAYS[name][parameter](row["said"])]
    assert values
    for value in sorted({value for value, _ in values})[:4]:
        fit = {subject for other, subject in values if other == value}
        found = walk(client, f"/{name}?{urlencode({parameter: value, 'limit': 3 if len(fit) < 30 else 50})}")
        assert [row["subject"] for row in found] == [row["subject"] for row in rows if row["subject"] in fit], value


def test_filters_narrow_together(samples, client):
    both = walk(client, "/audits?standard=ps&audit_type=Certification+audit")
    assert both
    assert {(row["said"]["family"], row["said"]["audit_type"]) for row in both} == {("ps", "Certification audit")}
    assert walk(client, "/audits?standard=ps&audit_type=no+such+kind") == []


def test_both_clocks_hold_for_a_narrowed_list(db, client, monkeypatch):
    tell("bb234567", countries=["NO"])
    tell("cc234567", countries=["SE"])
    _, before = get(client, "/members?country=NO&limit=1")
    today = dt.datetime.now(dt.UTC).date()
    assert [row["subject"] for row in before["items"]] == ["bb234567"]
    tell("bb234567", countries=["IS"])
    assert walk(client, "/members?country=NO") == []
    assert [row["subject"] for row in walk(client, f"/members?country=IS&as_of={today}")] == ["bb234567"]
    _, none = get(client, f"/members?country=IS&as_of={today - dt.timedelta(days=1)}")
    assert none["items"] == []


def test_pages_of_a_narrowed_list_stand_still_and_their_cursor_holds_the_question(db, client):
    tell("bb234567", "cc234567", "dd234567", countries=["NO"])
    _, first = get(client, "/members?country=NO&limit=2")
    tell("dd234567", countries=["SE"])
    _, second = get(client, first["next"])
    assert [row["subject"] for row in (*first["items"], *second["items"])] == ["bb234567", "cc234567", "dd234567"]
    cursor = first["next"].rpartition("after=")[2]
    for other in ("country=SE&", "country=NO&membership_class=unknown&", ""):
        assert get(client, f"/members?{other}limit=2&after={cursor}")[0].status_code == 422


@pytest.mark.parametrize(
    ("path", "names"),
    [
        ("/members?country=XX&membership_class=gold&firm=1", {"country", "membership_class", "firm"}),
        ("/facilities?country=unknown&activity=knitting&status=", {"country", "activity", "status"}),
        ("/audits?firm=x&member=y&standard=z&version=v&audit_type=%00", {*SAYS["audits"]}),
        ("/findings?criterion=%20&rating=bad&standard=z", {"criterion", "rating", "standard"}),
        (f"/figures?metric={'x' * 201}&period=2019%0A", {"metric", "period"}),
        ("/firms?country=NO", {"country"}),
        ("/records?q=a%00b&member=c%00d", {"q", "member"}),
        ("/applicability?standard=ps-3&activity=casthouses&cycle=x", {"cycle"}),
    ],
)
def test_every_fault_of_a_filter_is_told_at_once(samples, client, path, names):
    answer, body = get(client, path)
    assert answer.status_code == 422
    assert {fault["name"] for fault in body["faults"]} == names
    assert all(fault["expected"] for fault in body["faults"])
    assert "pattern" not in json.dumps(body), "what is expected is said in words"


@pytest.mark.parametrize(
    "path", ["/api/v1/public/audits?standard=ps&audit_type=Certification+audit", FEED + "?standard=ps"]
)
def test_a_narrowed_list_and_feed_ask_as_often_for_20_as_for_2(samples, client, path):
    def asked(limit):
        with CaptureQueriesContext(connection) as found:
            answer = client.get(f"{path}&limit={limit}")
        assert answer.status_code == 200
        return len(found)

    client.get(path)
    assert asked(20) == asked(2) <= 3


def told(client, question=""):
    answer = client.get(f"{FEED}{question}")
    assert answer.status_code == 200
    assert answer["Content-Type"].startswith("application/atom+xml")
    feed = ET.fromstring(answer.content)
    entries = feed.findall(f"{ATOM}entry")
    return [(entry.find(f"{ATOM}title").text, entry.find(f"{ATOM}summary").text) for entry in entries]


def test_a_feed_of_a_question_tells_what_comes_in_changes_and_goes_out(adopted_scheme, client, tmp_path):
    world.take_up(
        tmp_path,
        {"record_id": "C1", "entity": "Works 1", "country": "NO"},
        {"record_id": "C2", "entity": "Works 2", "country": "SE"},
    )
    assert [title for title, _ in told(client, "?country=NO")] == ["Works 1: published"]
    world.take_up(tmp_path, {"record_id": "C1", "entity": "Works 1b", "country": "NO"})
    world.take_up(tmp_path, {"record_id": "C2", "entity": "Works 2", "country": "NO"})
    world.take_up(tmp_path, {"record_id": "C1", "entity": "Works 1b", "country": "IS"})
    world.take_up(tmp_path, {"record_id": "C1", "entity": "Works 1c", "country": "IS"})
    found = told(client, "?country=NO")
    assert [title for title, _ in found] == [
        "Works 1b: changed",  # it goes to IS, and its next change is no news here
        "Works 2: changed",  # it comes from SE
        "Works 1b: changed",
        "Works 1: published",
    ]
    assert "countries: NO → IS" in found[0][1]
    assert told(client, "?country=NO&q=1b") == [found[0], found[2]]
    assert told(client, "?country=DK") == []


def test_pages_of_a_feed_hold_each_entry_once(samples, client):
    whole = told(client, "?standard=ps&limit=200")
    address, found = f"{FEED}?standard=ps&limit=23", []
    while address and len(found) < 200:
        feed = ET.fromstring(client.get(address).content)
        found += [entry.find(f"{ATOM}title").text for entry in feed.findall(f"{ATOM}entry")]
        links = {link.get("rel"): link.get("href") for link in feed.findall(f"{ATOM}link")}
        address = links.get("next", "").removeprefix("http://testserver")
    assert found[: len(whole)] == [title for title, _ in whole]
    assert "standard ps" in feed.find(f"{ATOM}title").text


def test_a_feed_is_asked_as_the_list_is(samples, client):
    question = "?country=XX&standard=OO&activity=knitting&level=gold&state=new&kind=member&limit=0"
    of_feed, of_list = client.get(FEED + question), client.get("/api/v1/public/records" + question)
    assert of_feed.status_code == of_list.status_code == 422
    faults = [{one["name"] for one in json.loads(answer.content)["faults"]} for answer in (of_feed, of_list)]
    assert faults[0] == faults[1] == {"country", "standard", "activity", "level", "state", "kind", "limit"}
