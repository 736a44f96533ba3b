"""Self assessments for programs: the same actions and queries, and nobody else's."""

from __future__ import annotations

import json
from http import HTTPStatus
from typing import Any

import pytest
from django.db import connection
from django.http import HttpResponse
from django.test import Client
from django.test.utils import CaptureQueriesContext

from alunite.foundation.history.models import Entry
from alunite.programme.assessments.models import Answer
from alunite.programme.assessments.tests.made import make_assessment, say
from tests.cast import Cast

pytestmark = pytest.mark.usefixtures("adopted_scheme")

ROOT = "/api/v1/work/assessments"
MOST_QUERIES = 12


def put(client: Client, address: str, said: Any) -> HttpResponse:
    return client.put(address, json.dumps(said), content_type="application/json")


def test_a_program_opens_fills_and_reads_a_self_assessment(cast: Cast):
    scope = make_assessment(cast, "ps-2").scope_id
    client = cast["member"]
    opened = client.post(ROOT, json.dumps({"scope": scope, "standard": "ps-3"}), content_type="application/json")
    assert opened.status_code == HTTPStatus.CREATED
    base = f"{ROOT}/{opened.json()['id']}"
    whole = client.get(base).json()
    numbers = [one["number"] for one in whole["criteria"]]
    assert (len(numbers), whole["is_ready"]) == (62, False)
    said = {"answers": [{"number": one, "values": {"level": "conformance", "text": f"Of {one}."}} for one in numbers]}
    assert put(client, f"{base}/answers", said).status_code == HTTPStatus.OK
    one = put(client, f"{base}/answers/5.3", {"version": 1, "values": {"level": "minor_nc"}}).json()["items"][0]
    assert (one["version"], one["values"]["level"], one["values"]["text"]) == (2, "minor_nc", "Of 5.3.")
    page = client.get(f"{base}/answers?limit=50").json()
    rest = client.get(f"{base}/answers?limit=50&after={page['next']}").json()
    assert sorted(one["number"] for one in (*page["items"], *rest["items"])) == sorted(numbers)
    missing = {one["rule"]: one["values"]["concerns"] for one in client.get(f"{base}/readiness").json()["missing"]}
    assert missing["readiness.gaps_planned"] == ["5.3"]
    assert "readiness.every_criterion_answered" not in missing
    listed = client.get(f"{ROOT}?limit=1").json()
    assert [one["with_level"] for one in listed["items"]] == [62]
    older = client.get(ROOT, {"limit": 1, "after": listed["next"]}).json()
    assert ([one["standard"] for one in older["items"]], older["next"]) == (["ps-2"], "")


def test_all_faults_come_back_at_once_and_nothing_is_saved(cast: Cast):
    base = f"{ROOT}/{make_assessment(cast).pk}"
    said = {"answers": [{"number": "99.9", "values": {}}, {"number": "1.1", "values": {"level": "splendid"}}]}
    answer = put(cast["member"], f"{base}/answers", said)
    assert (answer.status_code, answer["Content-Type"]) == (HTTPStatus.UNPROCESSABLE_ENTITY, "application/problem+json")
    assert [one["place"] for one in answer.json()["faults"]] == ["99.9", "1.1.level"]
    shapeless = put(cast["member"], f"{base}/answers", {"answers": [{"values": 3}]})
    assert shapeless.status_code == HTTPStatus.UNPROCESSABLE_ENTITY
    assert {one["place"].rpartition(".")[2] for one in shapeless.json()["faults"]} == {"number", "values"}
    assert not Answer.objects.exists()


def test_who_comes_second_is_told_what_stands(cast: Cast):
    found = make_assessment(cast)
    say(cast, found, "1.1", who="colleague", text="First.")
    answer = put(cast["member"], f"{ROOT}/{found.pk}/answers/1.1", {"version": 0, "values": {"text": "Second."}})
    assert answer.status_code == HTTPStatus.CONFLICT
    assert answer.json()["faults"] == [{"place": "1.1.text", "before": "", "theirs": "First.", "yours": "Second."}]


@pytest.mark.parametrize("who", ["stranger", "buyer", "assurance"])
def test_what_one_may_not_write_is_not_there_for_writing(cast: Cast, who):
    found = make_assessment(cast)
    client = cast[who]  # signs in, which history tells
    before = Entry.objects.count()
    told = [
        put(client, f"{ROOT}/{key}/answers/1.1", {"values": {"text": "Mine."}}) for key in (found.pk, "22222222", "\0")
    ]
    assert [one.status_code for one in told] == [HTTPStatus.NOT_FOUND] * 3
    body = json.dumps({"scope": found.scope_id, "standard": "ps-3"})
    assert client.post(ROOT, body, content_type="application/json").status_code == HTTPStatus.NOT_FOUND
    assert Entry.objects.count() == before


def test_a_page_of_another_site_saves_nothing(cast: Cast):
    found = make_assessment(cast)
    client = Client(enforce_csrf_checks=True)
    client.force_login(cast.person("member"), backend="django.contrib.auth.backends.ModelBackend")
    answer = put(client, f"{ROOT}/{found.pk}/answers/1.1", {"values": {"text": "Forged."}})
    assert answer.status_code == HTTPStatus.FORBIDDEN
    assert not Answer.objects.exists()


def test_reads_take_few_queries_and_as_many_for_a_hundred_answers(cast: Cast):
    found = make_assessment(cast)
    base = f"{ROOT}/{found.pk}"
    addresses = (base, f"{base}/readiness", f"{base}/answers", ROOT)

    def counted() -> dict[str, int]:
        told = {}
        for address in addresses:
            with CaptureQueriesContext(connection) as asked:
                assert cast["member"].get(address).status_code == HTTPStatus.OK
            told[address] = len(asked)
        return told

    counted()  # whoever asks first fills what a process keeps
    few = counted()
    for number in ("1.1", "1.2", "2.1", "5.3"):
        say(cast, found, number, level="conformance", text="Said.", owner=str(cast.person("colleague").pk))
    assert counted() == few
    assert max(few.values()) <= MOST_QUERIES, few
