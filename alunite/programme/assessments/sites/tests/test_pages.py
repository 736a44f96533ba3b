"""Pages and API of what sites say otherwise: what they tell, what they save, how often they ask."""

from __future__ import annotations

import json
import re
from datetime import date
from http import HTTPStatus

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from alunite.foundation.history.models import Entry
from alunite.foundation.messages.tasks import tasks_of
from alunite.programme.assessments.evidence.actions import Given, add_evidence
from alunite.programme.assessments.evidence.rules import Words
from alunite.programme.assessments.models import SiteAnswer
from alunite.programme.assessments.sites.tests.made import make_sites, say_at
from alunite.programme.assessments.tests.made import make_assessment, say
from tests.cast import Cast

pytestmark = pytest.mark.usefixtures("adopted_scheme")

MOST_QUERIES = 12


def text(page: bytes) -> str:
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", page.decode()))


def test_a_site_is_opened_in_place_saved_and_shown_among_all_differences(cast: Cast):
    found, ids = make_sites(cast)
    client, base, hill = cast["member"], f"/work/assessments/{found.pk}/", ids["Hill Works"]
    say(cast, found, "5.3", level="conformance", text="A plan for all.")
    log = add_evidence(
        found.organisation,
        Given(Words("Log", link="https://example.org/"), {found.pk: ("5.3",)}),
        actor=cast.actor("member"),
    )
    page = client.get(f"{base}?open=5.3&site={hill}").content.decode()
    assert page.count("as the answer for all") >= 3
    assert f'action="{base}5.3/sites/{hill}/"' in page
    sent = {
        "version": "0",
        "level": "minor_nc",
        "text": "",
        "gap": "No data.",
        "has_evidence": "yes",
        "evidence": log.pk,
    }
    answer = client.post(f"{base}5.3/sites/{hill}/", sent)
    assert answer["Location"] == f"{base}?open=5.3&site={hill}#c-5-3-{hill}"
    told = text(client.get(answer["Location"]).content)
    assert "1 site differs" in told
    # 57 criteria are asked of a smelter with a casthouse (test_pages of the room)
    assert "1 of 57 applicable answered (1 %) · 1 gap" in told
    all_of_them = text(client.get(f"{base}sites/").content)
    assert "For all Conformance A plan for all." in all_of_them
    assert "Hill Works Minor gap What is missing, and the plan: No data. Evidence: Log" in all_of_them
    lake = text(client.get(f"{base}sites/?site={ids['Lake Works']}").content)
    assert "No site says anything otherwise." in lake
    assert "GHG Emissions Reduction Plans" in text(client.get(f"{base}?show=sites").content)
    client.post(f"{base}5.3/sites/{hill}/", {"version": "1", "again": "yes", "level": "minor_nc"})
    assert "1 site differs" not in text(client.get(base).content)


def test_with_scripts_only_what_changed_comes_back_and_the_second_is_told(cast: Cast):
    found, ids = make_sites(cast)
    hill = ids["Hill Works"]
    address, partial = f"/work/assessments/{found.pk}/5.3/sites/{hill}/", {"HX-Request": "true"}
    answer = cast["member"].post(address, {"version": "0", "text": "First."}, headers=partial)
    page = answer.content.decode()
    assert answer.status_code == HTTPStatus.OK
    assert re.search(rf'id="version-c-5-3-{hill}"\s+value="1"\s+data-hx-swap-oob="true"', page)
    assert 'id="ribbon"' in page
    assert "<textarea" not in page
    stale = cast["colleague"].post(address, {"version": "0", "text": "Second."}, headers=partial)
    assert stale.status_code == HTTPStatus.CONFLICT
    assert ("First." in stale.content.decode(), "Second." in stale.content.decode()) == (True, True)
    whole = cast["colleague"].post(address, {"version": "0", "text": "Second."})
    assert whole.status_code == HTTPStatus.CONFLICT
    assert re.search(r"<textarea[^>]*>Second\.</textarea>", whole.content.decode())
    assert cast["member"].post(address, {"version": "x", "level": "splendid"}).status_code == HTTPStatus.CONFLICT
    assert SiteAnswer.objects.get().text == "First."


def test_a_scope_of_one_site_has_none_to_tell_apart(cast: Cast):
    found = make_assessment(cast)
    assert "of-sites" not in cast["member"].get(f"/work/assessments/{found.pk}/?open=5.3").content.decode()


def test_pages_and_api_ask_as_often_for_many_differences_as_for_one(cast: Cast):
    found, ids = make_sites(cast)
    client, base, api = cast["member"], f"/work/assessments/{found.pk}/", f"/api/v1/work/assessments/{found.pk}"
    addresses = (base, f"{base}?open=5.3&site={ids['Hill Works']}", f"{base}sites/", api, f"{api}/sites")
    say_at(cast, found, "5.3", ids["Hill Works"], text="Hill.")

    def counted() -> dict[str, int]:
        told = {}
        for address in addresses:
            with CaptureQueriesContext(connection) as asked:
                assert client.get(address).status_code == HTTPStatus.OK
            told[address] = len(asked)
        return told

    counted()  # whoever asks first fills what a process keeps
    few = counted()
    for number in ("1.1", "1.2", "2.1", "5.1"):
        for site in ids.values():
            say_at(cast, found, number, site, level="minor_nc", gap_owner=str(cast.person("colleague").pk))
    assert counted() == few
    assert max(few.values()) <= MOST_QUERIES, few


def test_a_program_says_and_reads_what_sites_say_otherwise(cast: Cast):
    found, ids = make_sites(cast)
    client, api, hill = cast["member"], f"/api/v1/work/assessments/{found.pk}", ids["Hill Works"]

    def put(*answers: dict[str, object]) -> tuple[int, dict]:
        answer = client.put(f"{api}/sites", json.dumps({"answers": answers}), content_type="application/json")
        return answer.status_code, answer.json()

    said = [{"number": number, "site": hill, "values": {"level": "minor_nc"}} for number in ("5.3", "1.1")]
    status, told = put(*said)
    assert status == HTTPStatus.OK
    assert [(one["number"], one["site"], one["version"]) for one in told["items"]] == [
        ("5.3", hill, 1),
        ("1.1", hill, 1),
    ]
    read = client.get(f"{api}/sites").json()
    assert [one["name"] for one in read["sites"]] == ["Harbour Works", "Hill Works", "Lake Works"]
    assert [(one["number"], one["values"]["level"]) for one in read["items"]] == [
        ("1.1", "minor_nc"),
        ("5.3", "minor_nc"),
    ]
    whole = client.get(api).json()
    [row] = [one for one in whole["criteria"] if one["number"] == "5.3"]
    assert (row["sites"][0]["site"], row["answer"]) == (hill, None)
    gaps = {one["rule"]: one["values"]["concerns"] for one in whole["missing"]}["readiness.gaps_planned"]
    assert gaps == ["1.1 · Hill Works", "5.3 · Hill Works"]
    status, told = put({"number": "5.3", "site": "22222222", "values": {"level": "splendid"}})
    assert status == HTTPStatus.UNPROCESSABLE_ENTITY
    assert [one["place"] for one in told["faults"]] == ["5.3/22222222", "5.3/22222222.level"]
    status, told = put({"number": "5.3", "site": hill, "version": 0, "values": {"level": "major_nc"}})
    assert status == HTTPStatus.CONFLICT
    assert told["faults"][0]["place"] == f"5.3/{hill}.level"


@pytest.mark.parametrize("who", ["stranger", "buyer", "office"])
def test_what_one_may_not_write_is_not_there_for_writing(cast: Cast, who):
    found, ids = make_sites(cast)
    client, hill = cast[who], ids["Hill Works"]  # signs in, which history tells
    before = Entry.objects.count()
    body = json.dumps({"answers": [{"number": "1.1", "site": hill, "values": {"text": "Mine."}}]})
    for key in (found.pk, "22222222"):
        assert client.post(f"/work/assessments/{key}/5.3/sites/{hill}/", {"text": "Mine."}).status_code == 404
        sent = client.put(f"/api/v1/work/assessments/{key}/sites", body, content_type="application/json")
        assert sent.status_code == 404
    assert Entry.objects.count() == before


def test_a_gap_of_one_site_is_a_task_that_names_the_site(cast: Cast):
    found, ids = make_sites(cast)
    hill, colleague = ids["Hill Works"], str(cast.person("colleague").pk)
    say_at(cast, found, "5.3", hill, level="minor_nc", gap="No data.", gap_due="2027-08-31", gap_owner=colleague)
    tasks = [one for one in tasks_of(cast.actor("colleague"), date(2026, 11, 23)) if one.room == "assessments"]
    assert [(one.title, one.about, one.is_mine, one.by) for one in tasks] == [
        ("Close the gap in 5.3", "Hill Works · Smelter and casthouse · V3 2022", True, date(2027, 8, 31))
    ]
    assert tasks[0].address.endswith(f"?open=5.3&site={hill}#c-5-3-{hill}")
    assert [one for one in tasks_of(cast.actor("buyer"), date(2026, 11, 23)) if one.room == "assessments"] == []
