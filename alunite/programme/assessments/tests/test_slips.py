"""Slips of the hand, and what no browser sends: told or not there, never kept and never a broken page."""

from __future__ import annotations

import json
from datetime import date
from http import HTTPStatus

import pytest
from django.urls import reverse

from alunite.programme.assessments.actions import Faulty
from alunite.programme.assessments.evidence.actions import Given, add_evidence
from alunite.programme.assessments.evidence.rules import Words
from alunite.programme.assessments.models import Answer, Scope
from alunite.programme.assessments.sites.actions import SiteAnswerGiven, save_site_answers
from alunite.programme.assessments.tests.made import make_assessment, make_scope, say
from alunite.programme.members.models import OwnFacility
from tests.cast import Cast

pytestmark = pytest.mark.usefixtures("adopted_scheme")
SLIPS = ("0026-10-01", "1799-12-31", "2200-01-01", "9999-12-31")
API = "/api/v1/work/assessments"


def test_a_day_in_a_year_nobody_asks_about_is_kept_nowhere(cast: Cast):
    found, place, member = make_assessment(cast), cast.organisation("member"), cast.actor("member")
    facility = str(OwnFacility.objects.get().pk)
    for slip in SLIPS:
        day = date.fromisoformat(slip)
        for field in ("evidence_date", "valid_until"):
            words = Words("Plan", link="https://example.org/", **{field: day})
            with pytest.raises(Faulty, match=f"{field}: expected a day from 1800 to 2199"):
                add_evidence(place, Given(words), actor=member)
        with pytest.raises(Faulty, match="gap_due: expected a day from 1800 to 2199"):
            say(cast, found, "5.3", gap="Plan.", gap_due=slip)
        with pytest.raises(Faulty, match="gap_due: expected a day from 1800 to 2199"):
            save_site_answers(found, [SiteAnswerGiven("5.3", facility, 0, {"gap_due": slip})], actor=member)
        with pytest.raises(Faulty, match="fieldwork_from: expected a day from 1800 to 2199"):
            make_scope(cast, fieldwork_from=day)
    for address, field in (
        (f"/work/scopes/{found.scope_id}/edit/", "fieldwork_from"),
        (f"/work/evidence/new/{place.pk}/", "valid_until"),
        (reverse("add_own_entity", args=[place.pk]), "valid_from"),
    ):
        page = cast["member"].post(address, {field: "0026-10-01"})
        assert "Expected a day from 1800 to 2199." in page.content.decode(), address
    assert not Answer.objects.exists()


def test_a_day_that_was_kept_before_is_shown_as_it_stands_and_can_be_mended(cast: Cast):
    found = make_assessment(cast)
    say(cast, found, "5.3", level="minor_nc", gap="Plan.", gap_due="2027-08-31")
    page = f"/work/assessments/{found.pk}/?open=5.3"
    for slip in ("0026-10-01", "9999-12-31"):
        Answer.objects.update(gap_due=date.fromisoformat(slip))
        Scope.objects.update(fieldwork_from=date.fromisoformat(slip))
        for address in ("/work/", "/work/calendar/", "/work/scopes/", f"/work/scopes/{found.scope_id}/", page):
            assert cast["member"].get(address).status_code == HTTPStatus.OK, (slip, address)
        assert slip in cast["member"].get("/work/").content.decode()
    assert say(cast, found, "5.3", version=1, gap_due="2027-09-30").gap_due == date(2027, 9, 30)


def test_a_nul_is_no_criterion_and_no_self_assessment(cast: Cast):
    found, client = make_assessment(cast), cast["member"]
    said = {"version": 0, "values": {"text": "x"}}
    for address, sent in (
        (f"{API}/{found.pk}/answers", {"answers": [{"number": "5.3\0", **said}]}),
        (f"{API}/{found.pk}/answers/5.3%00", said),
    ):
        answer = client.put(address, json.dumps(sent), content_type="application/json")
        assert answer.status_code == HTTPStatus.UNPROCESSABLE_ENTITY, address
        assert answer.json()["faults"][0]["expected"] == "a criterion of ps-3"
    assert client.post(f"/work/assessments/{found.pk}/5.3%00/", {"text": "x"}).status_code in {404, 409}
    carried = client.post(f"/work/scopes/{found.scope_id}/assess/ps-3/", {"carried_from": "a\0b"})
    assert carried.status_code == HTTPStatus.NOT_FOUND


def test_a_version_of_thousands_of_digits_is_none(cast: Cast):
    found, facility = make_assessment(cast), OwnFacility.objects.get().pk
    for address in (f"/work/assessments/{found.pk}/5.3/", f"/work/assessments/{found.pk}/5.3/sites/{facility}/"):
        for version in ("9" * 5_000, "9" * 30):
            answer = cast["member"].post(address, {"version": version, "text": "x"})
            assert answer.status_code == HTTPStatus.CONFLICT, address
    assert not Answer.objects.exists()
