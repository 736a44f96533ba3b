"""Criteria are given to colleagues, many at once; who has no account gets them by accepting an invitation."""

from __future__ import annotations

import re
from http import HTTPStatus

import pytest
from django.core import mail
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from alunite.foundation.accounts.models import Person
from alunite.foundation.accounts.policies import Refused
from alunite.foundation.history.models import Entry
from alunite.programme.assessments.actions import Faulty
from alunite.programme.assessments.giving.actions import give_criteria, invite_to_criteria
from alunite.programme.assessments.models import Answer, Assessment, InvitedToCriteria
from alunite.programme.assessments.tests.made import say
from tests.cast import PLAYERS, Cast

pytestmark = pytest.mark.usefixtures("adopted_scheme")


def owned(assessment: Assessment) -> dict[str, str]:
    found = assessment.answers.exclude(owner=None).values_list("number", "owner__display_name")
    return dict(found)


def test_criteria_are_given_one_by_one_or_by_principle_and_stand_among_tasks(cast: Cast, assessment: Assessment):
    say(cast, assessment, "5.3", text="A plan.")
    page, colleague = f"/work/assessments/{assessment.pk}/people/", str(cast.person("colleague").pk)
    answer = cast["member"].post(page, {"to": colleague, "numbers": ["1.1"], "principles": ["5"]})
    assert (answer.status_code, answer["Location"]) == (HTTPStatus.FOUND, page)
    # performance-standard-v3.yaml: principle 5 has four criteria, all of them for smelters
    assert owned(assessment) == dict.fromkeys(["1.1", "5.1", "5.2", "5.3", "5.4"], "Cato Made-up")
    assert Answer.objects.get(number="5.3").text == "A plan."
    assert "Answer 5 criteria" in cast["colleague"].get("/work/").content.decode()
    kept = Entry.objects.filter(kind="answer.saved", actor=cast.actor("member").label)
    assert {one.record_id.partition("/")[2] for one in kept} == {"1.1", "5.1", "5.2", "5.3", "5.4"}
    for sent in (
        {"to": colleague},
        {"numbers": ["5.3"]},
        {"to": colleague, "email": "a@example.org", "numbers": ["5.3"]},
    ):
        assert cast["member"].post(page, sent).status_code == HTTPStatus.BAD_REQUEST, sent
    wrong = cast["member"].post(page, {"to": str(cast.person("buyer").pk), "numbers": ["99.9"]}).content.decode()
    assert 'href="#id_to"' in wrong
    assert 'href="#id_numbers' in wrong


def test_who_was_invited_to_criteria_gets_those_nobody_took_on_meanwhile(cast: Cast, assessment: Assessment):
    page = f"/work/assessments/{assessment.pk}/people/"
    sent = cast["member"].post(page, {"email": "new@example.org", "numbers": ["5.3", "5.4"]})
    assert sent.status_code == HTTPStatus.FOUND
    assert InvitedToCriteria.objects.get().numbers == ["5.3", "5.4"]
    give_criteria(assessment, ["5.4"], cast.person("colleague").pk, actor=cast.actor("member"))
    link = re.search(r"https?://\S+?(/invitation/\S+/)", mail.outbox[-1].body)
    assert link is not None
    opened = {"display_name": "Nora New", "username": "nora", "password": "correct horse battery staple"}
    Client().post(link[1], opened)
    assert owned(assessment) == {"5.3": "Nora New", "5.4": "Cato Made-up"}
    assert (
        Entry.objects.filter(record_id=f"{assessment.pk}/5.3").latest("pk").actor
        == f"person:{Person.objects.get(username='nora').pk}"
    )
    invited = cast["colleague"].post(page, {"email": "other@example.org", "numbers": ["5.3"]})
    assert invited.status_code == HTTPStatus.BAD_REQUEST, "a manager who looks after nobody invites nobody"
    assert InvitedToCriteria.objects.count() == 1


def test_only_managers_of_the_member_give_and_only_to_each_other(cast: Cast, assessment: Assessment):
    for name in set(PLAYERS) - {"member", "colleague"}:
        with pytest.raises(Refused):
            give_criteria(assessment, ["5.3"], cast.person("colleague").pk, actor=cast.actor(name))
        with pytest.raises(Faulty):
            give_criteria(assessment, ["5.3"], cast.person(name).pk, actor=cast.actor("member"))
    for name in set(PLAYERS) - {"member"}:
        with pytest.raises(Refused):
            invite_to_criteria(assessment, ["5.3"], "a@example.org", actor=cast.actor(name), origin="http://testserver")
    for numbers in ([], ["99.9"]):
        with pytest.raises(Faulty):
            give_criteria(assessment, numbers, cast.person("colleague").pk, actor=cast.actor("member"))
    with pytest.raises(Faulty):
        invite_to_criteria(assessment, ["5.3"], "nowhere", actor=cast.actor("member"), origin="http://testserver")
    assert not Answer.objects.exists()
    assert not InvitedToCriteria.objects.exists()


def test_many_criteria_take_as_many_queries_as_one(cast: Cast, assessment: Assessment):
    actor, colleague = cast.actor("member"), cast.person("colleague").pk
    counts = []
    for numbers in (["1.1"], ["1.2", "2.1", "2.2", "5.1", "5.2", "5.3", "6.1", "6.2"]):
        with CaptureQueriesContext(connection) as asked:
            give_criteria(assessment, numbers, colleague, actor=actor)
        counts.append(len(asked))
    assert counts[0] == counts[1]
