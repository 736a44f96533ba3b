"""The same page in other languages."""

from __future__ import annotations

import re

import pytest
from django.test import Client
from django.utils.translation import override

from alunite.front.register.languages import address_in
from alunite.front.register.present.changed import FIELD_WORDS
from alunite.front.register.present.compare import RELATION_WORDS
from alunite.front.register.present.spans import span
from alunite.front.register.present.words import LAST_EVENTS, STATE_WORDS

pytestmark = pytest.mark.django_db


def links(client: Client, path: str) -> set[str]:
    body = client.get(path).content.decode()
    return set(re.findall(r'<a href="([^"]*)"\s+lang="[a-z-]+"\s+hreflang', body))


def test_a_page_links_to_itself_in_the_other_language_with_all_it_was_asked_for(client: Client):
    assert links(client, "/register/?q=works&on=2020-06-30") == {"/fr/register/?q=works&amp;on=2020-06-30"}
    assert links(client, "/fr/register/?q=works&on=2020-06-30") == {"/register/?q=works&amp;on=2020-06-30"}


def test_pages_of_the_plain_addresses_are_english_whatever_a_browser_prefers(client: Client):
    answer = client.get("/register/", headers={"Accept-Language": "fr"})
    assert '<html lang="en">' in answer.content.decode()
    for path in ("/register/", "/register.csv", "/fr/register/", "/api/v1/public/"):
        assert "Accept-Language" not in client.get(path).get("Vary", ""), path
    assert '<html lang="fr">' in client.get("/fr/register/").content.decode()


def test_what_machines_read_has_one_address(client: Client):
    assert client.get("/fr/api/v1/public/").status_code == 404
    assert client.get("/fr/sitemap.xml").status_code == 404


def test_links_of_a_page_stay_in_its_language(client: Client):
    body = client.get("/fr/register/").content.decode()
    inside = [
        path
        for path in re.findall(r'<a[^>]* href="(/[^"]*)"', body)
        if not path.startswith(("/feeds", "/data/", "/register.", "/map."))
    ]
    assert len(inside) > 8
    strange = [path for path in inside if not path.startswith("/fr/")]
    assert strange in (["/register/"], []), strange


@pytest.mark.parametrize("path", ["/fr//evil.example/x", "/fr/nothing/here/", "/nothing/here/", "/fr-ca/register/"])
def test_a_page_that_is_not_there_is_in_no_other_language_either(client: Client, path: str):
    answer = client.get(path)
    assert answer.status_code == 404
    assert links(client, path) == set()
    assert '"//' not in answer.content.decode()


def test_an_address_in_another_language_is_never_one_of_another_host():
    for path in ("/fr//evil.example/x", "//evil.example/x", "/fr///evil.example", "/fr/fr//evil.example"):
        for code in ("fr", "en"):
            assert not address_in(path, code).startswith("//"), (path, code)


def test_what_is_one_word_in_english_is_the_right_one_of_several_in_french():
    with override("fr"):
        assert str(STATE_WORDS["withdrawn"]) == "Rendu", "not taken away, which is another state"
        assert str(FIELD_WORDS["certified_since"]) == "certifié depuis"
        assert str(LAST_EVENTS["certified_since"]) == "(certifié depuis)"
        assert str(RELATION_WORDS["new"]) == "Nouveau", "of a criterion"
        assert span(3 * 365 + 70) == "3 ans et 2 mois"
