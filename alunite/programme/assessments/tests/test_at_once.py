"""Several people who answer in the same moment: nobody's words are lost, and whoever comes second is told."""

from __future__ import annotations

import threading
from collections.abc import Callable

from django.db import connection

from alunite.foundation.accounts.policies import OPERATOR
from alunite.foundation.adoption.actions import adopt_pack
from alunite.foundation.history.models import Entry
from alunite.programme.assessments.actions import AnswerGiven, StaleAnswer, open_assessment, save_answers
from alunite.programme.assessments.models import Answer, Assessment, ScopeFacility, SentWorkbook, SiteAnswer
from alunite.programme.assessments.queries import now
from alunite.programme.assessments.sites.actions import SiteAnswerGiven, save_site_answers
from alunite.programme.assessments.tests.made import make_scope
from alunite.programme.assessments.workbook.actions import Moved, receive, take_in
from alunite.programme.assessments.workbook.queries import merged_now
from alunite.programme.assessments.workbook.rules import mark
from alunite.programme.assessments.workbook.tests.sheets import book, changed, exported
from tests.cast import make_cast
from tests.planting import ROOT


def all_at_once(works: list[Callable[[], str]]) -> list[str]:
    done: list[str] = []
    together = threading.Barrier(len(works))

    def run(work: Callable[[], str]) -> None:
        try:
            connection.ensure_connection()
            together.wait(10)
            done.append(work())
        finally:
            connection.close()

    threads = [threading.Thread(target=run, args=[work]) for work in works]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(30)
    return sorted(done)


def test_several_who_answer_a_criterion_first_in_the_same_moment_are_all_heard_or_told(committed_db):
    adopt_pack(ROOT / "schemes/asi", actor=OPERATOR)
    cast = make_cast()
    actors = [cast.actor("member"), cast.actor("colleague")]
    found = open_assessment(make_scope(cast), "ps-3", actor=actors[0])

    def saying(at: int, number: str, name: str) -> Callable[[], str]:
        def work() -> str:
            try:
                given = AnswerGiven(number, 0, {name: f"Said by {at}."})
                save_answers(Assessment.objects.get(pk=found.pk), [given], actor=actors[at % 2])
            except StaleAnswer:
                return "told"
            return "heard"

        return work

    for number in ("1.1", "1.2", "1.3"):
        assert all_at_once([saying(at, number, "text") for at in range(3)]) == ["heard", "told", "told"]
    for number in ("2.1", "2.2", "2.3"):
        assert all_at_once([saying(at, number, name) for at, name in enumerate(("text", "gap"))]) == ["heard"] * 2
    for held in Answer.objects.filter(number__startswith="2."):
        assert (held.text, held.gap, held.version) == ("Said by 0.", "Said by 1.", 2)
    for number in ("5.1", "5.2", "5.3"):
        file = book(changed(exported(cast, found), {(number, "text"): "Said in a workbook."}))
        waits = receive(found, file, "back.xlsx", now(), actor=actors[0])
        seen = mark(merged_now(waits), waits.sha256)

        def taking(waits: SentWorkbook = waits, seen: str = seen) -> str:
            try:
                take_in(waits, seen=seen, choices={}, actor=actors[0])
            except Moved:
                return "told"
            return "heard"

        assert all_at_once([taking, saying(1, number, "text")]) == ["heard", "told"]
    entries = Entry.objects.filter(record_type="answer")
    assert entries.count() == sum(Answer.objects.values_list("version", flat=True)) == 12


def test_of_several_who_say_first_what_a_site_says_otherwise_all_are_heard_or_told(committed_db):
    adopt_pack(ROOT / "schemes/asi", actor=OPERATOR)
    cast = make_cast()
    actor = cast.actor("member")
    found = open_assessment(make_scope(cast), "ps-3", actor=actor)
    site = str(ScopeFacility.objects.get(scope=found.scope).facility_id)

    def saying(at: int, number: str, name: str) -> Callable[[], str]:
        def work() -> str:
            try:
                given = SiteAnswerGiven(number, site, 0, {name: f"Said by {at}."})
                save_site_answers(Assessment.objects.get(pk=found.pk), [given], actor=actor)
            except StaleAnswer:
                return "told"
            return "heard"

        return work

    for number in ("1.1", "1.2", "1.3"):
        assert all_at_once([saying(at, number, "text") for at in range(3)]) == ["heard", "told", "told"]
    for number in ("2.1", "2.2", "2.3"):
        assert all_at_once([saying(at, number, name) for at, name in enumerate(("text", "gap"))]) == ["heard"] * 2
    for held in SiteAnswer.objects.filter(number__startswith="2."):
        assert (held.text, held.gap, held.version) == ("Said by 0.", "Said by 1.", 2)
