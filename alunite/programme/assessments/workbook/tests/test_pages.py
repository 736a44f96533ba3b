"""The pages and the API of a workbook: what would change is seen before anything is saved."""

from __future__ import annotations

import io
import json
import re
from http import HTTPStatus

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from alunite.programme.assessments.models import Answer, Assessment, SentWorkbook
from alunite.programme.assessments.tests.made import make_assessment, say
from alunite.programme.assessments.workbook.tests.sheets import book, cells, changed
from tests.cast import Cast

pytestmark = pytest.mark.usefixtures("adopted_scheme")

MOST_QUERIES = 12


@pytest.fixture
def found(cast: Cast) -> Assessment:
    made = make_assessment(cast)
    say(cast, made, "5.3", level="minor_nc", text="The plan of 2030 is ours.")
    say(cast, made, "1.1", text="Old.")
    return made


def base(found: Assessment) -> str:
    return f"/work/assessments/{found.pk}/workbook/"


def filled(client: Client, found: Assessment, said: dict[tuple[str, str], str], start: str = "") -> SimpleUploadedFile:
    content = client.get(f"{start}{base(found)}file/").content
    return SimpleUploadedFile("Réponses.xlsx", book(changed(cells(content), said)).getvalue())


def text_of(page: bytes) -> str:
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", page.decode()))


def test_a_workbook_is_had_filled_in_looked_at_and_saved_by_pages_alone(cast: Cast, found: Assessment):
    client = cast["member"]
    said = {("5.3", "text"): "The plan of 2035 is ours.", ("1.1", "text"): "Ours."}
    file = filled(client, found, said)
    say(cast, found, "1.1", version=1, who="colleague", text="Theirs.")
    assert client.post(base(found), {"file": file})["Location"] == base(found)
    assert Answer.objects.get(number="5.3").text == "The plan of 2030 is ours."
    page = client.get(base(found)).content
    assert re.search(r"<del>\s*2030\s*</del>\s*<ins>\s*2035\s*</ins>", page.decode())
    told = text_of(page)
    assert "1 change. 1 field was changed on both sides" in told
    assert "Theirs." in told
    seen = re.search(r'name="seen" value="(\w+)"', page.decode())[1]
    decision = {"act": "save", "seen": seen}
    refused = client.post(f"{base(found)}decision/", decision)
    assert refused.status_code == HTTPStatus.BAD_REQUEST
    assert "Decide each field" in refused.content.decode()
    moved = client.post(f"{base(found)}decision/", decision | {"seen": "", "choice_1.1.text": "sent"})
    assert moved.status_code == HTTPStatus.CONFLICT
    assert re.search(r'value="sent"\s+required\s+checked', moved.content.decode()), "what was chosen stays chosen"
    done = client.post(f"{base(found)}decision/", decision | {"choice_1.1.text": "sent"}, follow=True)
    assert "2 answers were saved from the workbook." in done.content.decode()
    assert {one.number: one.text for one in Answer.objects.all()} == {
        "5.3": "The plan of 2035 is ours.",
        "1.1": "Ours.",
    }
    again = client.post(f"{base(found)}decision/", decision, follow=True)
    assert "decided on already" in again.content.decode()


def test_what_is_wrong_is_told_by_cell_and_what_was_sent_before_stays(cast: Cast, found: Assessment):
    client = cast["member"]
    client.post(base(found), {"file": filled(client, found, {("5.3", "text"): "Better."})})
    answer = client.post(base(found), {"file": filled(client, found, {("5.3", "level"): "splendid"})})
    told = text_of(answer.content)
    assert answer.status_code == HTTPStatus.BAD_REQUEST
    assert "The workbook has 1 fault. Nothing was kept." in told
    assert "splendid one of: Conformance, Minor gap, Major gap, Not applicable" in told
    assert "Better." in told
    client.post(f"{base(found)}decision/", {"act": "discard"})
    assert not SentWorkbook.objects.exists()
    same = client.post(base(found), {"file": filled(client, found, {})}, follow=True)
    assert "says nothing otherwise" in same.content.decode()


def test_a_workbook_in_french_is_read_and_its_page_is_in_french(cast: Cast, found: Assessment):
    client = cast["member"]
    file = filled(client, found, {("5.3", "level"): "Conformité"}, start="/fr")
    page = client.post(f"/fr{base(found)}", {"file": file}, follow=True).content
    assert "1 changement." in text_of(page)
    assert "Conformité" in text_of(page)


def test_the_secretariat_has_the_file_and_cannot_send_one(cast: Cast, found: Assessment):
    page = cast["assurance"].get(base(found)).content.decode()
    assert "Save as XLSX" in page
    assert 'type="file"' not in page


def test_programs_do_the_same(cast: Cast, found: Assessment):
    client, root = cast["member"], f"/api/v1/work/assessments/{found.pk}/workbook"
    content = client.get(root)
    assert content["Content-Type"].endswith("spreadsheetml.sheet")
    said = {("5.3", "text"): "Ours.", ("1.1", "level"): "conformance"}
    made = book(changed(cells(content.content), said)).getvalue()
    say(cast, found, "5.3", version=1, who="colleague", text="Theirs.")
    told = client.post(root, {"file": io.BytesIO(made)}).json()
    assert {f"{one['number']}.{one['field']}": one["outcome"] for one in told["differences"]} == {
        "5.3.text": "conflict",
        "1.1.level": "change",
    }

    def decide(**given: object) -> tuple[int, dict]:
        answer = client.post(f"{root}/decision", json.dumps(given), content_type="application/json")
        return answer.status_code, answer.json()

    assert decide(seen=told["seen"])[1]["faults"] == [{"place": "5.3.text", "value": "", "expected": "sent or now"}]
    assert decide(seen="other", choices={"5.3.text": "now"}) == (HTTPStatus.CONFLICT, told)
    status, done = decide(seen=told["seen"], choices={"5.3.text": "now"})
    assert (status, [one["number"] for one in done["items"]]) == (HTTPStatus.OK, ["1.1"])
    assert Answer.objects.get(number="5.3").text == "Theirs."
    wrong = book(changed(cells(content.content), {("5.3", "gap_due"): "soon"})).getvalue()
    faulty = client.post(root, {"file": io.BytesIO(wrong)})
    assert faulty.status_code == HTTPStatus.UNPROCESSABLE_ENTITY
    assert faulty.json()["faults"][0]["value"] == "soon"
    assert client.delete(root).status_code == HTTPStatus.NOT_FOUND


def test_pages_ask_as_often_for_many_changes_as_for_few(cast: Cast, found: Assessment):
    client = cast["member"]

    def counted(numbers: list[str]) -> int:
        owner = str(cast.person("colleague"))
        said = {(number, name): text for number in numbers for name, text in (("gap", "More."), ("owner", owner))}
        client.post(base(found), {"file": filled(client, found, said)})
        with CaptureQueriesContext(connection) as asked:
            assert client.get(base(found)).status_code == HTTPStatus.OK
        return len(asked)

    counted(["1.1"])
    few = counted(["1.1"])
    assert counted(["1.2", "1.3", "2.1", "2.2", "5.1", "5.2", "6.1"]) == few <= MOST_QUERIES
