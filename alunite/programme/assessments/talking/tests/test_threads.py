"""Comments stay among colleagues, questions reach the help desk, and whoever is to look finds it in the inbox."""

from __future__ import annotations

import json
import re
from datetime import date
from http import HTTPStatus

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from alunite.foundation.accounts.policies import Refused
from alunite.foundation.history.models import Entry
from alunite.foundation.messages.tasks import tasks_of
from alunite.foundation.messages.threads.actions import Unfit, begin_thread, close_thread, say
from alunite.foundation.messages.threads.models import LONGEST_TEXT, Post, Thread
from alunite.programme.assessments.models import Assessment
from alunite.programme.assessments.talking.queries import about
from alunite.programme.assessments.tests.made import say as answer
from tests.cast import EVERYBODY, PLAYERS, Cast

pytestmark = pytest.mark.usefixtures("adopted_scheme")
TODAY = date(2026, 11, 23)
MOST_QUERIES = 12
# The inbox asks every room.
MOST_OF_THE_INBOX = 20
DESK = {"assurance", "office"}
OWN = {"member", "colleague"}


def begun(cast: Cast, assessment: Assessment, kind: str, text: str, number: str = "5.3", **more: object) -> Thread:
    return begin_thread(about(assessment, number), kind, text, actor=cast.actor("member"), **more)


def told(cast: Cast, name: str) -> set[tuple[str, bool, str]]:
    found = [one for one in tasks_of(cast.actor(name), TODAY) if "thread" in one.key]
    assert all(cast[name].get(one.address).status_code == HTTPStatus.OK for one in found)
    return {(one.title, one.is_mine, one.who) for one in found}


def text_of(page: bytes) -> str:
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", page.decode()))


def test_a_question_goes_to_the_desk_comes_back_answered_and_is_done(cast: Cast, assessment: Assessment):
    base = f"/work/assessments/{assessment.pk}/"
    asked = cast["member"].post(f"{base}5.3/threads/", {"kind": "question", "text": "Does scope 3 count?", "to": ""})
    assert (asked.status_code, asked["Location"]) == (HTTPStatus.FOUND, f"{base}?open=5.3#c-5-3")
    page = f"/work/threads/{Thread.objects.get().pk}/"
    for name in DESK:
        assert told(cast, name) == {("Answer the question on 5.3", True, "")}
    for name in OWN:
        assert told(cast, name) == {("Answer the question on 5.3", False, "Help desk")}
    assert "Does scope 3 count?" in text_of(
        cast["office"].get("/work/questions/").content + cast["office"].get(page).content
    )
    assert cast["office"].post(page, {"text": "Yes, all of it."})["Location"] == page
    assert told(cast, "member") == {("Read the answer on 5.3", True, "")}
    assert told(cast, "colleague") == told(cast, "office") == set()
    row = text_of(cast["member"].get(f"{base}?open=5.3").content)
    assert "Help desk (Olga Made-up)" in row
    assert "Yes, all of it." in row
    assert cast["member"].post(f"{page}close/")["Location"].endswith("?open=5.3#c-5-3")
    assert told(cast, "member") == set()
    cast["member"].post(page, {"text": "And category 15?"})
    assert told(cast, "office") == {("Answer the question on 5.3", True, "")}
    kinds = Entry.objects.filter(record_type="thread").order_by("record_version").values_list("kind", flat=True)
    assert list(kinds) == ["thread.begun", "thread.said", "thread.closed", "thread.said"]


def test_a_comment_waits_for_the_colleague_it_is_for_until_they_speak(cast: Cast, assessment: Assessment):
    made = begun(cast, assessment, "comment", "Can you look?", to=str(cast.person("colleague").pk))
    assert told(cast, "colleague") == {("Look at the comment on 5.3", True, "")}
    assert told(cast, "member") == {("Look at the comment on 5.3", False, "Cato Made-up")}
    listed = text_of(cast["colleague"].get(f"/work/assessments/{assessment.pk}/").content)
    assert "1 comment or question · for you" in listed
    say(made, "I did.", actor=cast.actor("colleague"))
    assert told(cast, "colleague") == told(cast, "member") == set()
    for name in set(PLAYERS) - OWN:
        assert told(cast, name) == set(), name


def test_comments_are_read_by_the_member_alone_and_questions_also_by_the_desk(cast: Cast, assessment: Assessment):
    comment = begun(cast, assessment, "comment", "Between us.")
    question = begun(cast, assessment, "question", "May we?")
    may = {comment: OWN, question: OWN | DESK}
    for thread, readers in may.items():
        for name in set(EVERYBODY) - {"public"}:
            client, page = cast[name], f"/work/threads/{thread.pk}/"
            before = Post.objects.count()
            got = [client.get(page).status_code]
            if name not in readers:
                got += [client.post(f"{page}{end}", {"text": "Mine."}).status_code for end in ("", "close/")]
                assert Post.objects.count() == before
            assert set(got) == ({HTTPStatus.OK} if name in readers else {HTTPStatus.NOT_FOUND}), (thread.kind, name)
    row = text_of(cast["office"].get(f"/work/assessments/{assessment.pk}/?open=5.3").content)
    assert "May we?" in row
    assert "Between us." not in row
    assert "1 comment or question" in row
    for name in DESK | {"buyer", "stranger", "auditor"}:
        with pytest.raises(Refused):
            begin_thread(about(assessment, "5.3"), "question", "Mine.", actor=cast.actor(name))
        with pytest.raises(Refused):
            say(comment, "Mine.", actor=cast.actor(name))
        with pytest.raises(Refused):
            close_thread(comment, actor=cast.actor(name))


def test_all_that_is_wrong_is_said_and_nothing_is_kept(cast: Cast, assessment: Assessment):
    with pytest.raises(Unfit) as error:
        begun(cast, assessment, "rumour", "x" * (LONGEST_TEXT + 1) + "\0")
    assert [field for field, _ in error.value.faults] == ["kind", "text", "text"]
    for to in (cast.person("buyer").pk, "nobody"):
        with pytest.raises(Unfit):
            begun(cast, assessment, "comment", "For you.", to=to)
    with pytest.raises(Unfit):
        begun(cast, assessment, "question", "For you.", to=cast.person("colleague").pk)
    empty = cast["member"].post(f"/work/assessments/{assessment.pk}/5.3/threads/", {"kind": "comment", "text": " "})
    assert empty.status_code == HTTPStatus.BAD_REQUEST
    assert 'href="#id_text"' in empty.content.decode()
    elsewhere = cast["member"].post(
        f"/work/assessments/{assessment.pk}/99.9/threads/", {"kind": "comment", "text": "A"}
    )
    assert elsewhere.status_code == HTTPStatus.NOT_FOUND
    assert not Thread.objects.exists()


def test_programs_do_the_same(cast: Cast, assessment: Assessment):
    base, client = f"/api/v1/work/assessments/{assessment.pk}", cast["member"]

    def send(who: str, address: str, method: str = "post", **said: str):
        return getattr(cast[who], method)(address, json.dumps(said), content_type="application/json")

    made = send("member", f"{base}/threads", number="5.3", kind="question", text="May we?")
    assert made.status_code == HTTPStatus.CREATED
    thread = f"/api/v1/work/threads/{made.json()['id']}"
    assert send("office", f"{thread}/said", text="You may.").json()["waits_for"] == str(cast.person("member").pk)
    assert send("member", f"{thread}/closed", "put").json()["waits_for"] == ""
    [listed] = client.get(f"{base}/threads").json()["items"]
    assert [(one["text"], one["from_desk"]) for one in listed["said"]] == [("May we?", False), ("You may.", True)]
    [row] = [one for one in client.get(base).json()["criteria"] if one["threads"]]
    assert (row["number"], row["open_questions"]) == ("5.3", 0)
    wrong = send("member", f"{base}/threads", number="99.9", kind="comment", text="A")
    assert wrong.json()["faults"][0]["place"] == "number"
    assert send("member", f"{thread}/said", text=" ").status_code == HTTPStatus.UNPROCESSABLE_ENTITY
    for who in ("stranger", "buyer"):
        answers = [send(who, f"{thread}/said", text="A"), send(who, f"{thread}/closed", "put")]
        answers += [
            send(who, f"{base}/threads", number="5.3", kind="comment", text="A"),
            cast[who].get(f"{base}/threads"),
        ]
        assert {one.status_code for one in answers} == {HTTPStatus.NOT_FOUND}


def test_pages_ask_as_often_for_many_threads_as_for_one(cast: Cast, assessment: Assessment):
    base = f"/work/assessments/{assessment.pk}/"
    thread = begun(cast, assessment, "question", "May we?")
    answer(cast, assessment, "5.3", text="A plan.")
    cast["member"].get(base)
    pages = (base, f"{base}?open=5.3", f"/api/v1{base[:-1]}", f"/api/v1{base}threads", "/work/questions/?show=all")
    pages += (f"/work/threads/{thread.pk}/", "/work/questions/", "/work/")

    def asked() -> dict[str, int]:
        found = {}
        for page in pages:
            with CaptureQueriesContext(connection) as queries:
                assert cast["member"].get(page).status_code == HTTPStatus.OK, page
            found[page] = len(queries)
        return found

    few = asked()
    for number in ("1.1", "1.2", "5.3", "5.3"):
        for kind in ("comment", "question"):
            for _ in range(2):
                made = begun(cast, assessment, kind, "Words.", number)
                say(made, "More.", actor=cast.actor("colleague"))
    assert asked() == few
    assert max(few[page] for page in pages if page != "/work/") <= MOST_QUERIES, few
    assert few["/work/"] <= MOST_OF_THE_INBOX, few
