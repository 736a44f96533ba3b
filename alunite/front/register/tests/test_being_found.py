"""Being found and shared: one address for each page, other languages, titles, and a drawn card for each record."""

from __future__ import annotations

import html
import re
import struct
from contextlib import ExitStack
from http import HTTPStatus
from pathlib import Path
from shutil import copytree

import pytest
from django.conf import settings
from django.test import override_settings

from alunite.foundation.accounts.policies import OPERATOR
from alunite.foundation.adoption.actions import adopt_pack
from alunite.front.register.models import NOW, Record
from alunite.front.register.present import cards
from alunite.front.register.site import Site
from alunite.front.register.tests.world import address, shown
from tests.decided import redact_by

SITE = Site({"scheme": {"name": "Fair Leaf Tea"}})


def head_of(client, path: str) -> dict[str, list[str]]:
    """What the head of a page says, by rel, hreflang, property or name."""
    head = client.get(path).content.decode().partition("</head>")[0]
    told: dict[str, list[str]] = {}
    for tag in re.findall(r"<(?:link|meta)\b[^>]*>", head):
        values = {name: html.unescape(value) for name, value in re.findall(r'([\w:-]+)="([^"]*)"', tag)}
        key = values.get("hreflang") or values.get("rel") or values.get("property") or values.get("name") or ""
        told.setdefault(key, []).append(values.get("href") or values.get("content") or "")
    return told


def test_a_record_says_its_one_address_its_languages_and_its_card(client, samples):
    row = shown("certificate", certificate_number="56")
    there = address("certificate", row.subject)
    for path in (there, f"{there}?on=2021-06-30", f"/fr{there}"):
        told = head_of(client, path)
        prefix = "/fr" if path.startswith("/fr/") else ""
        assert told["canonical"] == told["og:url"] == [f"http://testserver{prefix}{there}"]
        assert told["en"] == told["x-default"] == [f"http://testserver{there}"]
        assert told["fr"] == [f"http://testserver/fr{there}"]
        assert "Aludium Alicante Facility" in told["og:title"][0]
        assert told["og:description"] == told["description"]
        assert "Aludium Premium Aluminium" in told["description"][0]
        assert "robots" not in told
        card = client.get(told["og:image"][0].removeprefix("http://testserver"))
        assert (card.status_code, card["Content-Type"]) == (HTTPStatus.OK, "image/png")


def test_a_page_of_an_earlier_day_is_not_to_be_found_and_leads_to_that_of_now(client, samples):
    there = address("certificate", shown("certificate", certificate_number="56").subject)
    today = client.get("/").context["clocks"].today.isoformat()
    told = head_of(client, f"{there}?as_of={today}")
    assert told["robots"] == ["noindex"]
    assert told["canonical"] == [f"http://testserver{there}"]
    assert "fr" not in told


def test_pages_that_say_the_same_have_one_address_and_a_search_is_not_to_be_found(client, samples):
    told = head_of(client, "/register/?country=ES&sort=entity&utm_source=mail&utm_medium=x&state=&on=2021-06-30")
    assert told["canonical"] == told["en"] == ["http://testserver/register/?country=ES"]
    assert told["fr"] == ["http://testserver/fr/register/?country=ES"]
    assert "robots" not in told
    assert head_of(client, "/register/?q=alcoa")["robots"] == ["noindex"]


def test_pages_that_are_no_record_have_a_title_and_the_card_of_the_register(client, samples):
    for path in (
        "/",
        "/register/",
        "/countries/",
        "/activities/casthouses/",
        "/countries/ES/",
        "/data/",
        "/corrections/",
    ):
        told = head_of(client, path)
        assert told["canonical"] == [f"http://testserver{path}"], path
        assert told["fr"] == [f"http://testserver/fr{path}"], path
        assert told["og:title"][0].strip(), path
        assert told["og:description"] == told["description"], path
        assert told["og:image"] == ["http://testserver/cards/register.png"], path
    assert size_of(client.get("/cards/register.png").content) == (1200, 630)


def size_of(picture: bytes) -> tuple[int, int]:
    """Width and height from the first chunk of a PNG."""
    assert picture[:8] == b"\x89PNG\r\n\x1a\n"
    width, height = struct.unpack(">II", picture[16:24])
    return width, height


@pytest.mark.parametrize("kind", ["certificate", "certification_event", "member", "firm"])
def test_each_kind_of_record_has_a_card_that_is_sent_once(client, samples, kind):
    subject = Record.objects.filter(NOW, kind=kind, withdrawal="").order_by("subject").first().subject
    path = f"/cards/{kind}/{subject}.png"
    answer = client.get(path)
    assert size_of(answer.content) == (1200, 630)
    assert answer["Cache-Control"] == "public, no-cache", "what is redacted must not stay in a cache"
    assert client.get(path, headers={"if-none-match": answer["ETag"]}).status_code == HTTPStatus.NOT_MODIFIED
    assert client.get(f"/fr{path}")["ETag"] != answer["ETag"]
    assert client.get(f"{path}?on=2020-06-30")["ETag"] != answer["ETag"], "of another day"
    assert client.get(f"/cards/scheme/{subject}.png").status_code == HTTPStatus.NOT_FOUND


def test_what_was_redacted_has_no_card(client, samples):
    row = shown("certificate", certificate_number="56")
    path = f"/cards/certificate/{row.subject}.png"
    assert client.get(path).status_code == HTTPStatus.OK
    redact_by("D-1", [row.publication])
    assert client.get(path).status_code == HTTPStatus.NOT_FOUND


def card_of(name: str, under: str = "") -> cards.Card:
    return cards._card(
        SITE, "Certificate 7", "Leaf Standard", name, under, ("Expired", "expired"), "State on 1 Jan 2026"
    )


@pytest.mark.parametrize(
    ("name", "written"),
    [
        ("Алюминиевый завод", "Алюминиевый завод"),
        ("Ærøskøbing Łódź Ÿ", "Ærøskøbing Łódź Ÿ"),
        ("中国铝业股份有限公司", "Certificate 7"),
        ("شركة الألمنيوم", "Certificate 7"),
        ("", "Certificate 7"),
        ("Two\nlines\tand \x00 more", "Two lines and more"),
        ("W" * 400, "\u200b".join("W" * 159 + "…")),
    ],
)
def test_a_name_is_written_in_letters_there_are_or_the_kind_of_record_stands_for_it(name, written):
    assert card_of(name).name == written


@pytest.mark.parametrize("name", ["W" * 400, "word " * 80, '#panic("x") $1/0$ *b* _i_ \\ ` " ]', "x"])
def test_whatever_a_name_is_the_card_is_one_picture(name):
    assert size_of(cards.drawn(card_of(name, under=name))) == (1200, 630)


def test_a_card_is_sent_anew_once_the_scheme_has_another_word(client, samples, tmp_path):
    """Issue 4, section 7: a label changed in the pack was shown by no card for a day, and answered with 304."""
    row = shown("certificate", certificate_number="56")
    path = f"/cards/certificate/{row.subject}.png"
    before, site = client.get(path), client.get("/cards/register.png")
    pack = Path(copytree(settings.REPOSITORY / "schemes" / "asi", tmp_path / "pack"))
    text = (pack / "scheme.yaml").read_text("utf-8")
    for old, new in (
        ("label: Performance Standard", "label: Standard of Deeds"),
        ("[ASI Performance Standard]", "[ASI Performance Standard, Performance Standard]"),
    ):
        assert old in text
        text = text.replace(old, new)
    (pack / "scheme.yaml").write_text(text, "utf-8")
    adopt_pack(pack, actor=OPERATOR)
    after = client.get(path, headers={"if-none-match": before["ETag"]})
    assert after.status_code == HTTPStatus.OK
    assert after.content != before.content
    assert client.get("/cards/register.png")["ETag"] != site["ETag"]


PICTURES = ["/cards/register.png", "/charts/countries.png"]


@pytest.mark.parametrize("path", PICTURES)
def test_while_enough_wait_for_a_picture_others_are_told_to_come_back(client, samples, path):
    with ExitStack() as drawing:
        for _ in range(cards.MOST_AT_ONCE):
            drawing.enter_context(cards._places)
        answer = client.get(path)
        assert (answer.status_code, answer["Retry-After"]) == (HTTPStatus.SERVICE_UNAVAILABLE, "2")
        assert answer["Content-Type"] == "application/problem+json"
        assert client.get(path.replace("png", "csv")).status_code in {HTTPStatus.OK, HTTPStatus.NOT_FOUND}
    assert client.get(path).status_code == HTTPStatus.OK


def test_pictures_are_counted_with_the_requests_of_the_api(client, samples):
    with override_settings(ALUNITE_API_REQUESTS_A_MINUTE=2):
        answers = [client.get(path) for path in (*PICTURES, PICTURES[0])]
        program = client.get("/api/v1/public/members")
    assert [answer.status_code for answer in (*answers, program)] == [200, 200, 429, 429]
    assert [answer["RateLimit-Remaining"] for answer in answers] == ["1", "0", "0"]
    assert int(answers[2]["Retry-After"]) <= 60
