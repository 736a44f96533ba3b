"""Everybody finds what they have to do, by when and why, and nothing of anybody else's."""

from __future__ import annotations

import csv
import io
from dataclasses import replace
from datetime import date, timedelta

import pytest
from django.core import mail
from django.utils import timezone

from alunite.foundation.accounts.models import Affiliation, Person
from alunite.foundation.core.clocks import Clock, Span
from alunite.foundation.core.judgement import OURS, Param, Trust
from alunite.foundation.decisions.models import Decision
from alunite.foundation.history.models import Entry
from alunite.foundation.messages.tasks import Task, tasks, tasks_of
from alunite.front.inbox.rules import Group, lines_of
from tests.cast import PLAYERS

TODAY = date(2026, 11, 23)


def task(key: str, *, mine: bool = True, start: str = "", days: int = 10) -> Task:
    clock = Clock("r", date.fromisoformat(start), Param(Span(days), Trust.DESIGN, OURS)) if start else None
    return Task(key, key, "", "/", "Open", is_mine=mine, clock=clock)


def test_tasks_stand_in_groups_and_what_is_due_first_at_the_head():
    given = [
        *(task("none"), task("others", mine=False), task("tomorrow", start="2026-11-14")),
        *(task("late", start="2026-11-01"), task("later", start="2026-11-01", days=40)),
        *(task("theirs-late", mine=False, start="2026-10-01"), task("edge", start="2026-11-23", days=14)),
        *(replace(task("set"), by=date(2026, 11, 30)), replace(task("set-late"), by=date(2026, 11, 22))),
        replace(task("set-today"), by=TODAY),
        *(task("beyond", start="2026-11-23", days=15), task("theirs-later", mine=False, start="2026-11-23", days=15)),
    ]
    found = [(line.group, line.task.key) for line in lines_of(given, TODAY)]
    assert found == [
        *((Group.LATE, "theirs-late"), (Group.LATE, "late"), (Group.LATE, "set-late")),
        *((Group.DUE, "set-today"), (Group.DUE, "tomorrow"), (Group.DUE, "set"), (Group.DUE, "edge")),
        *((Group.LATER, "beyond"), (Group.LATER, "later"), (Group.LATER, "none")),
        *((Group.WAITING, "theirs-later"), (Group.WAITING, "others")),
    ]


def test_a_function_is_registered_once():
    def nothing(actor, today):
        return []

    tasks("tests", "Tests")(nothing)
    try:
        with pytest.raises(ValueError, match="twice"):
            tasks("tests", "Tests")(nothing)
    finally:
        tasks_of.__globals__["_functions"].remove(("tests", nothing))
        tasks_of.__globals__["_labels"].pop("tests")


CONFIRM, WAIT = "Confirm or refuse a decision", "Wait for the answer to a decision"
PEOPLE, MAIL = "Look through people and roles", "See to 1 letter that could not be sent"
PAIRS = "Decide on 1 likely duplicate"
# By what is set up: the office proposed a decision; nobody looks after the buyer's people, so the office does.
EXPECTED = {
    "member": {(PEOPLE, "=Fjord Works", True)},
    "auditor": {(PEOPLE, "Clearview Assurance (made up)", True)},
    "assurance": {(CONFIRM, "Erase a person: take out everything held of them", True), (MAIL, "outgoing mail", True)},
    "office": {
        (WAIT, "Erase a person: take out everything held of them", False),
        (MAIL, "outgoing mail", True),
        (PAIRS, "Audit firm", True),
        (PEOPLE, "=Fjord Works", False),
        (PEOPLE, "Clearview Assurance (made up)", False),
        (PEOPLE, "Brightcan Packaging (made up)", True),
    },
}


@pytest.mark.parametrize("name", PLAYERS)
def test_everybody_sees_their_own_tasks_and_no_other(busy, name):
    found = tasks_of(busy.actor(name), timezone.now().date())
    assert {(one.title, one.about.partition(" · ")[0], one.is_mine) for one in found} == EXPECTED.get(name, set())
    assert len({one.key for one in found}) == len(found)
    page = busy[name].get("/work/").content.decode()
    assert page.count("data-row") == len(found)
    for one in found:
        assert busy[name].get(one.address).status_code == 200, one.address


def test_the_page_says_who_by_when_and_why(busy):
    page = busy["office"].get("/work/").content.decode()
    text = " ".join(page.split())
    # 187 and 200 days since anybody confirmed, where 180 are allowed; 10 days are left of the third.
    for words in ("7 days over", "20 days over", "day 170 of 180", "day 0 of 14"):
        assert words in text
    assert text.index("> Late <") < text.index("> Due by ") < text.index("> With you <")
    assert "3 late" not in text
    assert "2 late" in text
    selected = text[text.index('id="task"') :]
    assert "Brightcan Packaging" in selected, "the first one is looked at"
    assert "Our default, not taken from the text of the scheme." in selected
    assert "a reminder goes out every two weeks" in selected
    assert "data-is-open" in text


def test_views_and_a_selected_task_are_plain_addresses(busy):
    office = busy["office"]
    people = office.get("/work/?view=accounts").content.decode()
    assert people.count("data-row") == 3
    assert "Mail <span" in people, "the other views stay"
    mine = office.get("/work/?view=mine").content.decode()
    assert mine.count("data-row") == 3
    key = f"accounts.look_through:{busy.organisation('auditor').pk}"
    chosen = office.get("/work/", {"view": "accounts", "task": key}).content.decode()
    assert "Clearview Assurance" in chosen[chosen.index('id="task"') :]
    assert office.get("/work/?view=nowhere&task=nothing").content.decode().count("data-row") == 6
    assert "Nothing stands in this view" in busy["stranger"].get("/work/?view=mine").content.decode()


def test_the_proposer_waits_and_a_second_person_answers(busy):
    for name, words in (
        ("office", ("Another person", "Secretariat")),
        ("assurance", ("You", "Olga Made-up proposed it")),
    ):
        page = busy[name].get("/work/?view=decisions").content.decode()
        assert all(word in page for word in words)
    assert "Waiting on others" not in busy["assurance"].get("/work/").content.decode()


def test_a_reminder_goes_to_who_has_the_ball_once_a_day(busy, settings):
    settings.ALUNITE_ORIGIN = "https://register.example.org"
    key = f"accounts.look_through:{busy.organisation('member').pk}"
    office = busy["office"]
    page = office.get("/work/", {"task": key}).content.decode()
    assert 'id="remind"' in page
    mail.outbox.clear()

    def reminded(name: str, key: str) -> str:
        page = busy[name].post("/work/remind/", {"task": key, "view": "accounts"}, follow=True).content.decode()
        return next(said for said in SAID if said in page)

    assert reminded("office", key) == "1 person is reminded by mail."
    [told] = mail.outbox
    assert told.to == ["member@walkthrough.example"]
    assert told.subject == "Reminder: Look through people and roles"
    assert f"https://register.example.org/organisations/{busy.organisation('member').pk}/people/" in told.body
    assert "because somebody waits for it" in told.body
    assert reminded("office", key) == "Somebody has reminded of it today already."
    assert "They were reminded today." in office.get("/work/", {"task": key}).content.decode()
    settings.ALUNITE_TODAY = timezone.now().date() + timedelta(days=1)
    assert "last reminded on" in office.get("/work/", {"task": key}).content.decode()
    assert reminded("office", key) == "1 person is reminded by mail."
    decision = f"decisions.answer:{Decision.objects.get().pk}"
    assert reminded("office", decision) == "1 person is reminded by mail."
    assert mail.outbox[-1].to == ["assurance@walkthrough.example"]
    assert mail.outbox[-1].subject == "Reminder: Confirm or refuse a decision"
    before = len(mail.outbox)
    # One's own, another's, nobody's; and one that nobody can be reached of.
    for name, wrong in (("assurance", decision), ("stranger", decision), ("member", key), ("office", "no:thing")):
        assert reminded(name, wrong) == "This task is not there any more, or waits for you."
    Person.objects.filter(username="auditor").update(email="")
    firm = f"accounts.look_through:{busy.organisation('auditor').pk}"
    assert reminded("office", firm) == "Nobody who has it could be reached by mail."
    assert len(mail.outbox) == before
    assert Entry.objects.filter(kind="task.reminded").count() == 3


SAID = (
    "1 person is reminded by mail.",
    "Somebody has reminded of it today already.",
    "Nobody who has it could be reached by mail.",
    "This task is not there any more, or waits for you.",
)


def test_whoever_has_nothing_to_do_is_told_what_comes(busy):
    stranger = busy["stranger"].get("/work/").content.decode()
    assert "You hold no role in an organisation yet." in stranger
    assert "Ask the manager of your organisation" in stranger
    assert "There is nothing for you to do" in busy["committee"].get("/work/").content.decode()


def test_a_view_is_exported_and_no_cell_runs(busy):
    answer = busy["office"].get("/work/tasks.csv?view=accounts")
    assert answer["Content-Disposition"].startswith('attachment; filename="tasks-')
    rows = list(csv.DictReader(io.StringIO(answer.content.decode())))
    assert [row["About"] for row in rows] == [
        "Brightcan Packaging (made up)",
        "'=Fjord Works",
        "Clearview Assurance (made up)",
    ]
    assert [row["With"] for row in rows] == ["You", "Its administrator", "Its administrator"]
    assert [row["Clock"] for row in rows] == ["20 days over", "7 days over", "day 170 of 180"]
    due = timezone.now().date() - timedelta(days=20)
    assert rows[0]["Due"] == str(due)
    assert rows[0]["Address"].startswith("http://testserver/organisations/")


def test_in_another_zone_a_day_is_the_schemes(busy, settings):
    """ALUNITE_TODAY moves today, and the clocks with it."""
    settings.ALUNITE_TODAY = timezone.now().date() + timedelta(days=3)
    assert "10 days over" in busy["office"].get("/work/").content.decode()


def test_the_page_is_french_below_fr(busy):
    page = busy["office"].get("/fr/work/").content.decode()
    assert "Tâches" in page
    assert "jours de retard" in page


def test_without_a_review_nobody_looks_through_people(busy, settings):
    settings.ALUNITE_REVIEW_DAYS = 0
    assert tasks_of(busy.actor("member"), TODAY) == []
    assert Affiliation.objects.exists()
