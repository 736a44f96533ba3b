"""What is said when there is no page: why, a way on, and the number of the request, in the language of the address."""

from __future__ import annotations

import pytest
from django.db import connection
from django.test import Client, override_settings
from django.test.utils import CaptureQueriesContext

from alunite.config import faults
from alunite.config.request_ids import HEADER
from alunite.front.register import about

SAID = {
    "/nothing/": (404, "There is no page at this address", "What may have happened"),
    "/fr/nothing/": (404, "Il n’y a pas de page à cette adresse", "Ce qui a pu se passer"),
    "/certificates/22222222-made-up-works/": (404, "There is no page", 'value="made up works"'),
}


@pytest.mark.django_db
@pytest.mark.parametrize("path", SAID)
def test_where_there_is_no_page_the_way_on_is_shown(client, path):
    answer = client.get(path)
    status, *said = SAID[path]
    body = answer.content.decode()
    assert answer.status_code == status
    assert [words for words in said if words not in body] == []
    prefix = "/fr" if path.startswith("/fr") else ""
    for place in ("/register/", "/members/", "/standards/", "/about/", "/data/"):
        assert f'href="{prefix}{place}"' in body
    assert f'action="{prefix}/register/"' in body
    assert answer[HEADER] in body


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("path", "said"), [("/", "Something broke on our side"), ("/fr/", "Quelque chose s’est cassé")]
)
def test_the_page_of_a_fault_asks_the_database_nothing(monkeypatch, rf, path, said):
    def broken(*_arguments, **_named):
        raise ValueError

    monkeypatch.setattr(about.Ledger, "freshness", broken)
    answer = Client(raise_request_exception=False).get(f"{path}about/")
    body = answer.content.decode()
    assert answer.status_code == 500
    assert said in body
    assert answer[HEADER] in body
    with CaptureQueriesContext(connection) as asked:
        faults.fault(rf.get(path))
    assert len(asked) == 0


@pytest.mark.django_db
def test_a_name_that_is_not_ours_is_not_understood_in_style(client):
    answer = client.get("/fr/register/", headers={"Host": "elsewhere.example"})
    assert answer.status_code == 400
    body = answer.content.decode()
    assert '<ul class="places-on">' in body
    assert "elsewhere.example" not in body


@pytest.mark.django_db
@override_settings(ALUNITE_CORRECTIONS_TO="corrections@example.org")
def test_a_form_from_elsewhere_is_told_so_in_french():
    answer = Client(enforce_csrf_checks=True).post("/fr/corrections/", {"wrong": "x"})
    assert answer.status_code == 403
    assert "Le formulaire n’a pas pu être accepté" in answer.content.decode()
