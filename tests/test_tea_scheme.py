"""Another scheme is another folder, no new code: a made-up tea scheme goes from its pack to public pages.

Its words (levels, classes, activities, versions) are its own, and not one of the first scheme's may show up.
"""

from __future__ import annotations

import csv
import html
import json
import os
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from django.http import HttpRequest
from django.test import Client

from alunite.foundation.importing.kinds import import_kind
from alunite.foundation.publications.models import PublicationPayload
from alunite.foundation.publications.snapshots import scheme_zone
from alunite.foundation.scheme.loader import load_pack
from alunite.foundation.scheme.pack import names_of
from alunite.front.register.site import site_of
from tests import databases
from tests.forking import forkery
from tests.machine import TEA
from tests.planting import ROOT

ASI = ROOT / "schemes/asi"
LABEL = f"tea_{os.environ.get('PYTEST_XDIST_WORKER', 'main')}"

MEMBERS = (
    {
        "name": "Hill Gardens",
        "membership_class": "Gardens",
        "class_basis": "stated",
        "country": "LK",
        "supply_chain_activities": "Tea garden;Withering and Rolling",
        "certified": "yes",
        "source_url": "https://tea.example/members",
    },
    {"name": "Leaf & Co", "membership_class": "trader", "country": "GB", "source_url": "https://news.example/leaf"},
)
CERTIFICATES = (
    {
        "record_id": "L1",
        "certificate_number": "GL-7",
        "member": "Hill Gardens",
        "entity": "Upper Hill",
        "country": "LK",
        "standard": "LS",
        "standard_version": "First Flush",
        "level": "Gold Leaf",
        "scope": "Gardens above the lake",
        "supply_chain_activities": "Tea garden",
        "audit_firm": "Tasters Ltd",
        "issue_date": "2020-02-29",
        "event": "First award",
        "source_url": "https://tea.example/gl-7",
    },
    {
        "record_id": "L2",
        "certificate_number": "GL-8",
        "member": "Leaf & Co",
        "entity": "Blending hall",
        "country": "GB",
        "standard": "leaf",
        "level": "green",
        "supply_chain_activities": "Blender",
        "issue_date": "2021-03-01",
        "event": "renewal",
        "source_url": "https://news.example/gl-8",
    },
    {
        "record_id": "L3",
        "member": "Nobody Listed",
        "entity": "Packing room",
        "standard": "Leaf Standard",
        "supply_chain_activities": "packing",
        "announced_date": "2023-05",
        "source_url": "https://news.example/packing",
    },
)


def alunite(place: databases.CommittedDatabase, *arguments: str | Path) -> tuple[int, Any]:
    status, out, err = forkery.run([*map(str, arguments), "--json"], place.environment, place.home)
    assert status in {0, 2}, err
    return status, json.loads(out)


def write(path: Path, kind: str, rows: tuple[dict[str, str], ...]) -> str:
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, import_kind(kind).column_names, restval="")
        writer.writeheader()
        writer.writerows(rows)
    return f"{kind}={path}"


@pytest.fixture(scope="module")
def tea(
    template_database: databases.Copies, tmp_path_factory: pytest.TempPathFactory, django_db_blocker: Any
) -> Iterator[databases.CommittedDatabase]:
    """An installation of the tea scheme with its members and certificates, made from the command line; it is only read."""
    home, files = tmp_path_factory.mktemp(LABEL), tmp_path_factory.mktemp("files")
    with databases.a_copy(template_database, "template", home, django_db_blocker) as place:
        status, made = alunite(place, "init", "--scheme", TEA)
        assert (status, made["scheme"]) == (0, "tea")
        rows = write(files / "m.csv", "members", MEMBERS), write(files / "c.csv", "certificates", CERTIFICATES)
        status, taken = alunite(place, "import", *rows)
        assert (status, taken["created"], taken["faults"]) == (0, 5, [])
        yield place


def said(kind: str) -> list[dict[str, Any]]:
    bodies = PublicationPayload.objects.filter(publication__kind=kind).order_by("pk")
    return [json.loads(body.payload) for body in bodies if body.payload]


def text_of(page: str) -> str:
    """Return what a reader sees of a page, on one line."""
    without = re.sub(r"<(script|style)\b.*?</\1>", " ", page, flags=re.DOTALL)
    return html.unescape(" ".join(re.sub(r"<[^>]+>", " ", without).split()))


def get(client: Client, address: str) -> str:
    answer = client.get(address, follow=True)
    assert answer.status_code == 200, (address, answer.content[:300])
    if answer["Content-Type"].startswith(("image/", "application/vnd.")):
        return ""  # no text
    return b"".join(answer.streaming_content).decode() if answer.streaming else answer.content.decode()


def pages(client: Client) -> dict[str, str]:
    """Return every public page there is to be found from the front page, by its address."""
    found: dict[str, str] = {}
    waiting = ["/", "/register/", "/standards/"]
    while waiting:
        address = waiting.pop()
        if address in found:
            continue
        found[address] = get(client, address)
        links = (html.unescape(link).partition("#")[0] for link in re.findall(r'href="(/[^"]*)"', found[address]))
        waiting += [link for link in links if link and not link.startswith(("/static/", "/account/"))]
    return found


@pytest.fixture(scope="module")
def walked(tea) -> dict[str, str]:
    return pages(Client())


def test_its_rows_are_read_in_its_own_words_and_published_by_its_ids(tea):
    assert scheme_zone() == site_of(HttpRequest()).zone == ZoneInfo("Asia/Colombo"), "where its days begin and end"
    members = {item["name"]: item for item in said("member")}
    assert members["Hill Gardens"]["membership_class"] == "gardens"
    assert members["Hill Gardens"]["activities"] == ["growing", "withering"]
    assert members["Leaf & Co"]["membership_class"] == "traders"
    assert members["Nobody Listed"]["standing"] == "named_in_source_only"
    certificates = {item["certificate_number"]: item for item in said("certificate")}
    assert (certificates["GL-7"]["family"], certificates["GL-7"]["version"]) == ("leaf", "leaf-1")
    assert (certificates["GL-7"]["level"], certificates["GL-8"]["level"]) == ("gold", "green")
    assert certificates["GL-8"]["activities"] == ["blending"]
    assert {item["record_id"]: item["event"] for item in said("certification_event")} == {
        "L1": "first_award", "L2": "renewal", "L3": "unknown",
    }  # fmt: skip


def test_a_level_lasts_as_many_years_as_its_own_pack_says(tea):
    """Gold: 4 years from 29 February 2020, whose last day is the day before 29 February 2024. Green: 2 years."""
    ends = {
        item["certificate_number"]: [part["last"] for part in item["timeline"] if part["state"] == "active"]
        for item in said("certificate")
    }
    assert ends == {"GL-7": ["2024-02-28"], "GL-8": ["2023-02-28"]}


def test_its_public_pages_speak_its_words(walked):
    found = {address: text_of(page) for address, page in walked.items()}
    of = {part: [text for at, text in found.items() if at.startswith(f"/{part}/")] for part in
          ("certificates", "events", "members", "firms", "standards")}  # fmt: skip
    gold, green = (
        next(text for text in of["certificates"] if name in text) for name in ("Upper Hill", "Blending hall")
    )
    for words in ("GL-7", "Leaf Standard", "First Flush", "Gold", "Growing", "Sri Lanka", "Tasters Ltd", "First award"):
        assert words in gold
    for words in ("GL-8", "Green", "Blending", "Leaf & Co"):
        assert words in green
    assert any("Packing room" in text for text in of["events"])
    assert any("Gardens" in text and "Withering and Rolling" in text for text in of["members"])
    assert any("Tea Traders" in text for text in of["members"])
    assert any("Tasters Ltd" in text for text in of["firms"])
    assert any("First Flush" in text and "Keep the soil covered." in text for text in of["standards"])
    assert "Fair Leaf Trust" in found["/"] or "Fair Leaf Tea" in found["/"]
    assert "No such trust exists." in " ".join(found.values())


def test_its_standard_answers_what_applies_and_which_version_to_use_in_its_own_words(tea):
    """leaf-1: six criteria; of growing alone 1.2 hangs on new land, 2.2 on hired pickers or new land, and 2.3 is for others."""
    client = Client()
    text = text_of(get(client, "/standards/applies/?activity=growing"))
    assert "5 of 6 criteria apply to Growing, 2 of them only on condition" in text
    assert "Only Withering and Rolling and Blending" in text
    assert "When: Pickers are hired or New land is planted" in text
    assert "Keep the soil covered." in text
    assert "No mapping between two versions is held here." in text_of(get(client, "/standards/compare/"))
    assert "On 3 Apr 2021 First Flush 2020 is the one to use" in text_of(
        get(client, "/standards/versions/?on=2021-04-03")
    )
    assert "Keep a tasting record." in text_of(get(client, "/standards/leaf-1/2.3/"))


@pytest.mark.parametrize(
    ("day", "there", "state"),
    [("2020-02-28", False, ""), ("2020-02-29", True, "Gold to 28 Feb 2024"), ("2024-02-28", True, "Gold to 28 Feb 2024"), ("2024-02-29", True, "Expired")],
)  # fmt: skip
def test_its_register_answers_for_a_day(tea, day, there, state):
    text = text_of(get(Client(), f"/register/?q=Upper+Hill&on={day}"))
    assert ("GL-7" in text) is there
    if state:
        assert re.search(rf"\b{state}\b", text), text


def shown_of(words: set[str], page: str) -> list[str]:
    """Return which words stand in a page as words, in whatever case; few do anywhere at all, which is asked first."""
    folded = page.casefold()
    return sorted(
        word
        for word in words
        if word.casefold() in folded and re.search(rf"(?<!\w){re.escape(word)}(?!\w)", page, re.IGNORECASE)
    )


@pytest.mark.one_engine
def test_not_one_word_of_the_first_scheme_shows(tea, walked):
    pack = load_pack(ASI)
    named = (*pack.activities, *pack.classes, *pack.families, *pack.versions, *pack.levels, *pack.events, *pack.ratings)
    own = {name.casefold() for item in load_pack(TEA).activities for name in names_of(item)}
    words = {name for item in named for name in names_of(item) if " " in name or "_" in name or "-" in name}
    words |= {"ASI", "aluminium", "bauxite", "alumina", "smelter", "casthouse", pack.scheme.name, pack.scheme.owner}
    words = {word for word in words if word.casefold() not in own}
    assert shown_of(words, "a Casthouse, not two casthouses, and a re-melter") == ["casthouse"]
    everything = {**walked, "publications": json.dumps([said(kind) for kind in
                  ("scheme", "standard_version", "member", "firm", "certification_event", "certificate")])}  # fmt: skip
    found = {address: shown_of(words, page) for address, page in everything.items()}
    assert {address: hits for address, hits in found.items() if hits} == {}


def test_the_first_schemes_words_are_faults_here(tea, tmp_path):
    row = CERTIFICATES[0] | {
        "record_id": "X", "standard": "PS", "standard_version": "V3 2022", "level": "full",
        "supply_chain_activities": "Casthouses", "event": "scope extension",
    }  # fmt: skip
    status, taken = alunite(tea, "import", write(tmp_path / "x.csv", "certificates", (row,)))
    assert status == 2
    assert {fault["column"] for fault in taken["faults"]} == {
        "standard", "standard_version", "level", "supply_chain_activities", "event",
    }  # fmt: skip
