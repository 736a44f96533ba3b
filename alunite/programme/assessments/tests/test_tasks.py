"""What a self assessment asks of its people stands in their inbox, and in nobody else's."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from alunite.foundation.messages.calendars import dates_of
from alunite.foundation.messages.tasks import tasks_of
from alunite.programme.assessments.actions import edit_scope, open_assessment
from alunite.programme.assessments.sites.tests.made import make_sites, say_at
from alunite.programme.assessments.tests.made import SMELTER, make_assessment, say
from tests.cast import PLAYERS, Cast

pytestmark = pytest.mark.usefixtures("adopted_scheme")
TODAY = date(2026, 11, 23)


def told(cast: Cast, name: str) -> set[tuple[str, bool, str, date | None]]:
    found = [one for one in tasks_of(cast.actor(name), TODAY) if one.room == "assessments"]
    assert all(cast[name].get(one.address).status_code == 200 for one in found)
    return {(one.title, one.is_mine, one.who, one.by) for one in found}


def test_criteria_given_to_somebody_and_gaps_with_a_day_are_tasks_of_that_member_alone(cast: Cast, settings):
    settings.ALUNITE_TODAY = TODAY
    found = make_assessment(cast)
    colleague = str(cast.person("colleague").pk)
    say(cast, found, "5.3", level="minor_nc", gap="Add scope 3.", gap_due="2027-08-31", gap_owner=colleague)
    say(cast, found, "1.1", gap="Ask the board.", gap_due="2026-11-01")
    say(cast, found, "1.2", gap="Some day.")
    say(cast, found, "2.1", owner=colleague)
    say(cast, found, "2.2", owner=colleague)
    say(cast, found, "2.3", owner=colleague, level="conformance")
    without_owner = ("Close the gap in 1.1", True, "", date(2026, 11, 1))
    assert told(cast, "member") == {
        without_owner,
        ("Close the gap in 5.3", False, "Cato Made-up", date(2027, 8, 31)),
    }
    assert told(cast, "colleague") == {
        without_owner,
        ("Close the gap in 5.3", True, "", date(2027, 8, 31)),
        ("Answer 2 criteria", True, "", None),
    }
    for name in set(PLAYERS) - {"member", "colleague"}:
        assert told(cast, name) == set(), name
    say(cast, found, "1.1", version=1, gap="")
    say(cast, found, "2.1", version=1, level="conformance")
    assert without_owner not in told(cast, "member")
    assert ("Answer 1 criterion", True, "", None) in told(cast, "colleague")
    page = " ".join(cast["member"].get("/work/").content.decode().split())
    assert "281 days left" in page
    [task] = [one for one in tasks_of(cast.actor("member"), TODAY) if one.room == "assessments"]
    assert [str(person) for person in task.reminds()] == ["Cato Made-up"]


def test_a_gap_ends_with_its_level_its_facility_and_its_self_assessment(cast: Cast):
    found, ids = make_sites(cast, names=("Hill Works", "Lake Works"))
    hill, lake = ids.values()
    for number in ("5.1", "5.2", "5.3"):
        say(cast, found, number, level="minor_nc", gap="A plan.", gap_due="2027-08-31")
    say_at(cast, found, "5.1", hill, level="major_nc", gap="Of Hill.", gap_due="2027-08-31")
    say_at(cast, found, "5.2", hill, gap="Of Hill.", gap_due="2027-08-31")
    say_at(cast, found, "5.3", lake, gap="Of Lake.", gap_due="2027-08-31")

    def gaps() -> list[str]:
        keys = [one.key for one in tasks_of(cast.actor("member"), TODAY)]
        return sorted(key.partition("/")[2].replace(hill, "Hill").replace(lake, "Lake") for key in keys if "gap" in key)

    assert gaps() == ["5.1", "5.1/Hill", "5.2", "5.2/Hill", "5.3", "5.3/Lake"]
    say(cast, found, "5.1", version=1, level="conformance")
    assert gaps() == ["5.1/Hill", "5.2", "5.2/Hill", "5.3", "5.3/Lake"]
    say(cast, found, "5.2", version=1, level="not_applicable")
    assert gaps() == ["5.1/Hill", "5.3", "5.3/Lake"], "a site without a level goes by that of all"
    say_at(cast, found, "5.1", hill, version=1, level="conformance")
    assert gaps() == ["5.3", "5.3/Lake"]
    sold = replace(SMELTER, facilities=(hill,), left_out={lake: "It was sold."})
    edit_scope(found.scope, sold, version=1, actor=cast.actor("member"))
    assert gaps() == ["5.3"]


def test_what_was_carried_on_asks_nothing_of_anybody_any_more(cast: Cast):
    earlier = make_assessment(cast, "ps-2")
    say(cast, earlier, "1.1", level="minor_nc", gap="A plan.", gap_due="2027-08-31")
    say(cast, earlier, "1.2", owner=str(cast.person("colleague").pk))
    assert {title for title, *_ in told(cast, "colleague")} == {"Close the gap in 1.1", "Answer 1 criterion"}
    later = open_assessment(earlier.scope, "ps-3", actor=cast.actor("member"), carried_from=earlier)
    addresses = [one.address for one in tasks_of(cast.actor("colleague"), TODAY)]
    assert not [one for one in addresses if earlier.pk in one]
    assert all(later.pk in one for one in addresses)


def asked(cast: Cast, address: str) -> int:
    with CaptureQueriesContext(connection) as queries:
        assert cast["colleague"].get(address).status_code == 200
    return len(queries)


def test_the_inbox_asks_as_often_for_many_gaps_as_for_one(cast: Cast):
    first, second = make_assessment(cast), make_assessment(cast)
    colleague = str(cast.person("colleague").pk)
    say(cast, first, "5.3", gap="Add scope 3.", gap_due="2027-08-31", gap_owner=colleague, owner=colleague)
    assert cast["colleague"]  # signed in
    few = {address: asked(cast, address) for address in ("/work/", "/work/calendar/")}
    for found in (first, second):
        for number in ("1.1", "1.2", "1.3", "2.1"):
            say(cast, found, number, gap="A plan.", gap_due="2026-11-30", owner=colleague)
    assert {address: asked(cast, address) for address in few} == few
    # A calendar asks each room twice, for its days and for its tasks, and members ask for the pack each time.
    assert (few["/work/"] <= 12, few["/work/calendar/"] <= 16) == (True, True), few
    assert cast["colleague"].get("/work/").content.count(b"data-row") == 11


def test_the_first_day_of_fieldwork_stands_in_the_calendar_of_the_member(cast: Cast):
    make_assessment(cast)
    span = (date(2027, 9, 1), date(2027, 9, 30))
    marked = dates_of(cast.actor("colleague"), *span)
    assert [(one.day, one.title, one.about) for one in marked] == [
        (date(2027, 9, 14), "First day of fieldwork", "Smelter and casthouse")
    ]
    assert cast["colleague"].get(marked[0].address).status_code == 200
    assert dates_of(cast.actor("buyer"), *span) == []
    assert dates_of(cast.actor("colleague"), date(2027, 9, 15), date(2027, 10, 30)) == []
