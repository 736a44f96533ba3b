"""An answer of the help desk becomes public by an act of the Secretariat, with its day, and can be taken back."""

from __future__ import annotations

import re
from datetime import date
from http import HTTPStatus

import pytest

from alunite.foundation.accounts.policies import Refused
from alunite.foundation.history.models import Entry
from alunite.foundation.messages.threads.actions import begin_thread, say
from alunite.foundation.messages.threads.models import Thread
from alunite.foundation.publications.models import Publication
from alunite.programme.assessments.actions import Faulty
from alunite.programme.assessments.models import Assessment, PublishedAnswer
from alunite.programme.assessments.talking.publishing import AnswerWords, change_answer, publish_answer, withdraw_answer
from alunite.programme.assessments.talking.queries import about
from tests.cast import PLAYERS, Cast

pytestmark = pytest.mark.usefixtures("adopted_scheme")

ASKED, ANSWERED = "Marit asks: does scope 3 count at Lake Works?", "Yes, Marit."
WORDS = AnswerWords("Does scope 3 count?", "Yes, all of it.", "en")
PUBLIC = "/standards/ps-3/5.3/"


@pytest.fixture
def thread(cast: Cast, assessment: Assessment) -> Thread:
    made = begin_thread(about(assessment, "5.3"), "question", ASKED, actor=cast.actor("member"))
    return say(made, ANSWERED, actor=cast.actor("office"))


def text_of(client, address: str) -> str:
    answer = client.get(address)
    assert answer.status_code == HTTPStatus.OK
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", answer.content.decode()))


def test_a_published_answer_stands_at_the_criterion_for_everybody_and_names_nobody(
    cast: Cast, assessment: Assessment, thread: Thread, settings
):
    settings.ALUNITE_TODAY = date(2026, 11, 23)
    page = f"/work/threads/{thread.pk}/publish/"
    form = cast["office"].get(page).content.decode()
    assert ASKED in form
    assert ANSWERED in form
    assert "Questions and answers" not in text_of(cast["public"], PUBLIC)
    sent = {"question": WORDS.question, "answer": WORDS.answer, "language": "en"}
    assert cast["office"].post(page, sent)["Location"] == f"/work/threads/{thread.pk}/"
    shown = text_of(cast["public"], PUBLIC)
    assert "Does scope 3 count? Yes, all of it. Answered by the help desk, 23 Nov 2026." in shown
    assert "Made up: an account of the walk-through said it." in shown
    assert not any(name in shown for name in ("Marit", "Olga", "Lake Works", "Fjordvik"))
    assert "Does scope 3 count?" not in text_of(cast["public"], "/standards/ps-3/5.2/")
    row = text_of(cast["buyer"], "/standards/ps-3/5.3/") + text_of(
        cast["member"], f"/work/assessments/{assessment.pk}/?open=5.3"
    )
    assert row.count("Answered by the help desk, 23 Nov 2026.") == 2
    told = cast["public"].get("/api/v1/public/published_answers").json()
    assert [
        (said["version"], said["criterion"], said["made_up"]) for one in told["items"] if (said := one["said"])
    ] == [("ps-3", "5.3", True)]


def test_it_is_changed_and_taken_back_by_the_help_desk(cast: Cast, assessment: Assessment, thread: Thread):
    made = publish_answer(thread, assessment, WORDS, actor=cast.actor("office"))
    page = f"/work/answers/{made.pk}/"
    changed = {"question": WORDS.question, "answer": "Yes, categories 1 to 15.", "language": "en", "version": 1}
    assert cast["assurance"].post(page, changed).status_code == HTTPStatus.FOUND
    assert "categories 1 to 15" in text_of(cast["public"], PUBLIC)
    stale = cast["office"].post(page, changed | {"answer": "No."})
    assert stale.status_code == HTTPStatus.BAD_REQUEST
    assert "somebody changed it since" in stale.content.decode()
    assert cast["office"].post(f"{page}withdraw/", {"reason": ""}).status_code == HTTPStatus.BAD_REQUEST
    assert cast["office"].post(f"{page}withdraw/", {"reason": "The text changed."}).status_code == HTTPStatus.FOUND
    assert "Questions and answers" not in text_of(cast["public"], PUBLIC)
    assert cast["office"].get(page).status_code == HTTPStatus.NOT_FOUND
    said = Publication.objects.filter(kind="published_answer").order_by("version")
    assert [one.withdrawal for one in said] == ["", "", "withdrawn_by_the_help_desk"]
    kinds = Entry.objects.filter(record_type="published_answer").order_by("record_version")
    assert list(kinds.values_list("kind", flat=True)) == ["answer.published", "answer.changed", "answer.withdrawn"]


def test_only_answered_questions_are_published_and_only_by_the_secretariat(
    cast: Cast, assessment: Assessment, thread: Thread
):
    comment = begin_thread(about(assessment, "5.3"), "comment", "Between us.", actor=cast.actor("member"))
    unanswered = begin_thread(about(assessment, "5.3"), "question", "And 5.4?", actor=cast.actor("member"))
    office = cast.actor("office")
    for one in (comment, unanswered):
        with pytest.raises(Faulty, match="has answered"):
            publish_answer(one, assessment, WORDS, actor=office)
    with pytest.raises(Faulty) as error:
        publish_answer(thread, assessment, AnswerWords(" ", "x" * 20_001, "tlh"), actor=office)
    assert [fault.place for fault in error.value.faults] == ["question", "answer", "language"]
    assert not PublishedAnswer.objects.exists()
    made = publish_answer(thread, assessment, WORDS, actor=office)
    for name in set(PLAYERS) - {"office", "assurance"}:
        actor = cast.actor(name)
        with pytest.raises(Refused):
            publish_answer(thread, assessment, WORDS, actor=actor)
        with pytest.raises(Refused):
            change_answer(made, WORDS, version=1, actor=actor)
        with pytest.raises(Refused):
            withdraw_answer(made, reason="Mine.", actor=actor)
    assert Publication.objects.filter(kind="published_answer").count() == 1
