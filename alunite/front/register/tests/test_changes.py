"""What changed between two days, on either clock."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import UTC, date, datetime, time
from http import HTTPStatus

import pytest
from django.conf import settings
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from alunite.foundation.accounts.policies import OPERATOR
from alunite.foundation.publications.actions import ToPublish, publish
from alunite.front.register import changes
from alunite.front.register.projector import EVENT
from alunite.front.register.tests.world import adopt, stated, undone

FIRST, SECOND, TODAY = date(2026, 2, 10), date(2026, 3, 10), date(2026, 11, 22)


def run(state: str, first: str, last: str | None = None) -> dict[str, object]:
    return {"state": state, "first": first, "last": last, "qualifier": "unknown", "reasons": []}


HELD = [run("active", "2021-01-01", "2021-12-31"), run("expired", "2022-01-01")]
LATER = [run("active", "2022-06-01")]


def clock(patch: pytest.MonkeyPatch) -> Callable[[date], None]:
    """Return what sets the clock of the machine, and the day the site counts as today."""

    def set_clock(day: date) -> None:
        patch.setattr(timezone, "now", lambda: datetime.combine(day, time(12), UTC))
        patch.setattr(settings, "ALUNITE_TODAY", day)

    return set_clock


@pytest.fixture
def on_day(monkeypatch) -> Callable[[date], None]:
    return clock(monkeypatch)


@pytest.fixture(scope="module")
def story(django_db_setup, django_db_blocker) -> Iterator[None]:
    """Said on the first day: one in date, one that goes, one said anew. On the second: one comes, one goes, two are said anew.

    It happens once, and is undone when the last test here is done.
    """
    with django_db_blocker.unblock(), undone():
        with pytest.MonkeyPatch.context() as patch:
            happens(clock(patch))
        yield


@pytest.fixture
def told(story, db, on_day) -> None:
    """What `story` tells, asked about on TODAY; what the test writes is undone after it."""
    on_day(TODAY)


def happens(on_day: Callable[[date], None]) -> None:
    on_day(date(2026, 1, 1))
    adopt()
    on_day(FIRST)
    for subject, timeline in (("22222222", HELD), ("33333333", HELD), ("44444444", HELD), ("66666666", [])):
        publish(EVENT, [stated(subject, entity=f"Works {subject[0]}", timeline=timeline)], actor=OPERATOR)
    on_day(SECOND)
    publish(EVENT, [ToPublish("33333333", None, "merged")], actor=OPERATOR)
    anew = stated("44444444", entity="Works 4", scope="Casting", countries=["NO"], timeline=HELD)
    suspended = stated("22222222", entity="Works 2", timeline=[run("suspended", "2021-01-01")])
    publish(EVENT, [anew, suspended, stated("55555555", entity="Works 5", timeline=LATER)], actor=OPERATOR)


def seen(client, **asked) -> dict[str, tuple[str, str, str, list[str]]]:
    answer = client.get("/register/compare/", asked)
    assert answer.status_code == HTTPStatus.OK
    return {
        line.entity: (
            line.what,
            line.was.state if line.was else "",
            line.is_now.state if line.is_now else "",
            line.fields,
        )
        for line in answer.context["lines"]
    }


def test_between_two_days_facts_hold_lines_begin_and_change_state(client, told):
    assert seen(client, first="2021-06-30", second="2022-06-30") == {
        "Works 5": ("in", "", "active", []),
        "Works 4": ("state", "active", "expired", []),
    }, "the suspended stays suspended, and what has no date is on neither side"
    page = client.get("/register/compare/?first=2021-06-30&second=2022-06-30")
    assert [(str(words), n) for words, n, _ in page.context["kinds"]] == [
        ("Came in", 1), ("Went out", 0), ("Changed state", 1), ("Said otherwise", 0)]  # fmt: skip
    assert page.context["moves"] == [{"was": "In date", "is_now": "Expired", "n": 1}]


def test_between_two_days_of_publishing_lines_come_go_and_are_said_anew(client, told):
    on_a_day = {"on": "2021-06-30"}
    assert seen(client, by="as_of", first=FIRST, second=SECOND, **on_a_day) == {
        "Works 2": ("state", "active", "suspended", []),
        "Works 3": ("out", "active", "", []),
        "Works 4": ("said", "", "", ["countries", "scope"]),
    }, "what had not begun by that day is on neither side"
    assert set(seen(client, by="as_of", first=FIRST, second=SECOND)) == {"Works 2", "Works 3", "Works 4", "Works 5"}
    assert seen(client, by="as_of", first="2026-02-09", second=FIRST, **on_a_day) == {
        f"Works {digit}": ("in", "", "active", []) for digit in "234"}  # fmt: skip
    assert seen(client, by="as_of", first=SECOND, second=TODAY) == {}


def test_the_other_clock_holds_on_both_sides(client, told):
    as_it_was = seen(client, first="2021-06-30", second="2022-06-30", as_of=FIRST)
    assert as_it_was == {f"Works {digit}": ("state", "active", "expired", []) for digit in "234"}


def test_one_kind_of_change_can_be_listed_alone_page_by_page(client, told, monkeypatch):
    monkeypatch.setattr(changes, "PAGE_LENGTH", 1)
    query, walked = "by=as_of&first=2026-02-09&second=2026-02-10&what=in", []
    while query:
        answer = client.get(f"/register/compare/?{query}")
        walked += [line.entity for line in answer.context["lines"]]
        query = answer.context["following"]
    assert sorted(walked) == ["Works 2", "Works 3", "Works 4", "Works 6"]


@pytest.mark.parametrize(
    ("query", "field"),
    [
        ("first=2022-01-01", "second"),
        ("second=2022-01-01", "first"),
        ("first=2022-01-02&second=2022-01-01", "second"),
        ("first=x&second=2022-01-01", "first"),
        ("by=as_of&first=2026-01-01&second=2026-11-23", "second"),
        (f"by=as_of&first=2026-01-01&second={SECOND}&as_of={FIRST}", "as_of"),
        ("first=2021-06-30&second=2022-06-30&on=2021-01-01", "on"),
        ("first=2021-06-30&first=2022-06-30&second=2022-06-30", "first"),
        ("by=neither", "by"),
        ("what=more", "what"),
        ("form=2022-01-01", "__all__"),
    ],
)
def test_what_cannot_be_compared_is_refused_beside_its_field(client, told, query, field):
    answer = client.get(f"/register/compare/?{query}")
    assert answer.status_code == HTTPStatus.BAD_REQUEST
    assert field in answer.context["form"].errors


def test_the_clock_that_is_compared_is_not_sent_along_again(client, told):
    """Whoever came from a page as of a day, or is told that a third day says nothing, can go on with the form."""
    asked = f"by=as_of&first=2026-01-01&second={SECOND}&as_of={FIRST}&on=2021-06-30"
    page = client.get(f"/register/compare/?{asked}").content.decode()
    form = page.partition('<form class="compare-form"')[2].partition("</form>")[0]
    assert 'name="as_of"' not in form.replace('name="by"', "")
    assert 'name="on" value="2021-06-30"' in form
    assert client.get("/register/compare/?on=2021-06-30").status_code == HTTPStatus.OK, "nothing is compared yet"


def test_it_asks_the_same_for_few_changes_and_for_many(client, told, on_day):
    paths = ["/register/compare/?first=2021-06-30&second=2022-06-30",
             f"/register/compare/?by=as_of&first={FIRST}&second={TODAY}"]  # fmt: skip

    def asked() -> list[int]:
        counts = []
        for path in paths:
            client.get(path)  # the process learns of what was published
            with CaptureQueriesContext(connection) as made:
                client.get(path)
            counts.append(len(made))
        return counts

    few = asked()
    publish(
        EVENT, [stated(f"7777777{digit}", timeline=HELD) for digit in "23456789bcdfghjkmnpqrst"[:20]], actor=OPERATOR
    )
    assert asked() == few
    assert max(few) <= 6


def test_a_page_behind_the_last_leads_to_the_last(client, told, monkeypatch):
    monkeypatch.setattr(changes, "PAGE_LENGTH", 1)
    days = f"by=as_of&first={FIRST}&second={SECOND}"
    last = client.get(f"/register/compare/?{days}").context["count"]
    moved = client.get(f"/register/compare/?{days}&page=9")
    assert (moved.status_code, moved["Location"]) == (HTTPStatus.FOUND, f"/register/compare/?{days}&page={last}")
    assert client.get(moved["Location"]).status_code == HTTPStatus.OK
