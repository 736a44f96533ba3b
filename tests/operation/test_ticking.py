"""Each day is done once, in order, whatever fails, is killed or runs beside it."""

from __future__ import annotations

import json
import threading
from concurrent.futures import ThreadPoolExecutor
from datetime import date, timedelta

import pytest
from django.db import connection

from alunite.config import command_line, doctoring
from alunite.foundation.accounts.policies import PUBLIC, SYSTEM, Refused
from alunite.foundation.adoption.chores import NotAllDone, do_what_days_bring
from alunite.foundation.messages import ticking
from alunite.foundation.messages.jobs import jobs
from alunite.foundation.messages.models import OutgoingMail, TickedDay
from alunite.foundation.messages.ticking import Tick, tick, ticks

TODAY = date(2026, 11, 23)
ONE_DAY = timedelta(days=1)


@pytest.fixture
def brought(monkeypatch: pytest.MonkeyPatch) -> list[tuple[str, str]]:
    """What days brought, by two ticks of our own, in place of those of the rooms."""
    said: list[tuple[str, str]] = []

    def note(name: str):
        return lambda day, actor: said.append((str(day), name)) or f"{name} said"

    only = [Tick("room.second", 20, note("second")), Tick("room.first", 10, note("first"))]
    monkeypatch.setattr(ticking, "_ticks", {one.name: one for one in only})
    return said


def days(said: list[tuple[str, str]]) -> list[str]:
    return [f"{day[-2:]} {name}" for day, name in said]


def test_days_are_done_once_in_order_and_what_is_new_begins_today(db, brought):
    assert tick(TODAY, today=TODAY, actor=SYSTEM).failed == ()
    assert days(brought) == ["23 first", "23 second"], "nothing is made up for what was not there before"
    assert tick(TODAY, today=TODAY, actor=SYSTEM).done == ()
    later = TODAY + 3 * ONE_DAY
    ticking._ticks["room.new"] = Tick("room.new", 15, lambda day, actor: brought.append((str(day), "new")) or "")
    tick(TODAY + ONE_DAY, today=later, actor=SYSTEM)
    tick(later, today=later, actor=SYSTEM)
    assert days(brought)[2:] == [
        *("24 first", "24 second", "25 first", "25 second"),
        *("26 first", "26 new", "26 second"),
    ]
    assert set(TickedDay.objects.values_list("day", flat=True)) == {later}


def test_only_the_installation_ticks_and_no_day_that_has_not_come(db, brought):
    with pytest.raises(Refused):
        tick(TODAY, today=TODAY, actor=PUBLIC)
    with pytest.raises(ValueError, match="2026-11-23; found 2026-11-24"):
        tick(TODAY + ONE_DAY, today=TODAY, actor=SYSTEM)
    assert brought == []
    with pytest.raises(ValueError, match="twice"):
        ticks("room.first")(lambda day, actor: "")


def test_what_fails_is_undone_and_left_to_the_next_time_and_keeps_no_other_from_its_days(db, brought, caplog, settings):
    """The failing one stays at its day, half done is undone, and its later days wait for it."""
    wrong = {"2026-11-22"}
    address = "marit@example.org"

    def fail_once(day: date, actor) -> str:
        OutgoingMail.objects.create(message_id=str(day), to=address)
        if str(day) in wrong:
            raise ValueError(address)
        return "written"

    ticking._ticks["room.fails"] = Tick("room.fails", 5, fail_once)
    TickedDay.objects.bulk_create(TickedDay(name=name, day=date(2026, 11, 20)) for name in ticking._ticks)
    outcome = tick(TODAY, today=TODAY, actor=SYSTEM)
    assert [(str(one.day), one.name, one.fault) for one in outcome.failed] == [
        ("2026-11-22", "room.fails", "ValueError")
    ]
    assert days(brought)[-2:] == ["23 first", "23 second"]
    assert [mail.message_id for mail in OutgoingMail.objects.all()] == ["2026-11-21"]
    assert "room.fails failed for 2026-11-22: ValueError" in caplog.text
    assert address not in caplog.text
    settings.ALUNITE_TODAY = TODAY
    with pytest.raises(NotAllDone):
        do_what_days_bring()
    wrong.clear()
    assert do_what_days_bring() == "2 done up to 2026-11-23"
    assert do_what_days_bring() == "nothing left to do"
    assert OutgoingMail.objects.count() == 3
    assert len(brought) == 6


def test_doctor_says_what_lags_and_what_is_ahead(db, brought):
    def said() -> list[str]:
        return [finding.what for finding in ticking.lagging(TODAY)]

    assert said() == []
    tick(TODAY - ONE_DAY, today=TODAY - ONE_DAY, actor=SYSTEM)
    assert said() == [], "today is not over"
    TickedDay.objects.filter(name="room.first").update(day=date(2026, 11, 20))
    TickedDay.objects.filter(name="room.second").update(day=date(2027, 1, 1))
    assert said() == [
        "room.first is done up to 2026-11-20; today is 2026-11-23.",
        "room.second is done up to 2027-01-01, and today is 2026-11-23.",
    ]
    assert "days" in {one.name for one in doctoring.examine()}


def test_the_worker_does_it_again_and_again():
    assert next(job for job in jobs() if job.name == "days.tick").every == timedelta(minutes=10)
    assert "accounts.remind_of_reviews" in {one.name for one in ticking.registered()}


def test_two_at_once_do_nothing_twice(committed_db, brought, monkeypatch):
    guard = threading.Barrier(3)
    monkeypatch.setattr(ticking, "_begun", _met(guard, ticking._begun))
    TickedDay.objects.bulk_create(TickedDay(name=name, day=TODAY - 5 * ONE_DAY) for name in ticking._ticks)

    def run(_number: int) -> int:
        try:
            return len(tick(TODAY, today=TODAY, actor=SYSTEM).done)
        finally:
            connection.close()

    with ThreadPoolExecutor(3) as pool:
        assert sum(pool.map(run, range(3))) == 10
    assert brought == sorted(brought)
    assert len(set(brought)) == len(brought) == 10


def _met(guard: threading.Barrier, begun):
    def after_meeting(today: date):
        found = begun(today)
        guard.wait(10)
        return found

    return after_meeting


def test_the_command_says_what_each_day_brought(committed_db, brought, capsys, settings):
    settings.ALUNITE_TODAY = TODAY
    assert command_line.run(["init"]) == 0
    capsys.readouterr()
    assert command_line.run(["tick", "--json"]) == 0
    told = json.loads(capsys.readouterr().out)
    assert told == {
        "until": "2026-11-23",
        "done": [
            {"day": "2026-11-23", "tick": "room.first", "said": "first said"},
            {"day": "2026-11-23", "tick": "room.second", "said": "second said"},
        ],
        "failed": [],
    }
    assert command_line.run(["tick"]) == 0
    assert capsys.readouterr().out == "nothing left to do up to 2026-11-23\n"
    for wrong, expected in (("soon", "expected a day such as"), ("2026-11-24", "expected a day up to today")):
        assert command_line.run(["tick", "--until", wrong, "--json"]) == 2
        assert expected in json.loads(capsys.readouterr().out)["error"]
    ticking._ticks["room.fails"] = Tick("room.fails", 5, lambda day, actor: {}[day])
    assert command_line.run(["tick"]) == 1
    assert "2026-11-23 room.fails: failed (KeyError)" in capsys.readouterr().out
