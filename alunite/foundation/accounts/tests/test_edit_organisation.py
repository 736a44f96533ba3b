"""Two people editing one organisation: the stale one is refused with the difference, and nothing is lost."""

from __future__ import annotations

import re

import pytest

from alunite.foundation.accounts.actions import edit_organisation, values_of
from alunite.foundation.accounts.policies import Refused
from alunite.foundation.history import editing
from alunite.foundation.history.models import Entry
from tests.cast import Cast, make_cast

pytestmark = pytest.mark.django_db


@pytest.fixture
def cast() -> Cast:
    return make_cast()


def opened(page) -> str:
    return re.search(r'name="mark" value="([^"]+)"', page.content.decode())[1]


def test_the_second_of_two_is_shown_what_the_first_changed_and_may_insist(cast):
    organisation = cast.organisation("member")
    before = organisation.name
    address = f"/organisations/{organisation.pk}/edit/"
    first, second = opened(cast["member"].get(address)), opened(cast["office"].get(address))
    assert cast["member"].post(address, {"name": "Fjordvik North", "mark": first}).status_code == 302
    answer = cast["office"].post(address, {"name": "Fjordvik South", "mark": second})
    page = answer.content.decode()
    assert answer.status_code == 409
    row = re.search(r"<tbody>(.*?)</tbody>", page, re.DOTALL)[1]
    assert [text for text in (before, "Fjordvik North", "Fjordvik South", "both changed it") if text not in row] == []
    assert 'value="Fjordvik South"' in page
    organisation.refresh_from_db()
    assert organisation.name == "Fjordvik North"
    assert cast["office"].post(address, {"name": "Fjordvik South", "mark": opened(answer)}).status_code == 302
    organisation.refresh_from_db()
    assert organisation.name == "Fjordvik South"
    entries = Entry.objects.filter(kind="organisation.edited", record_id=str(organisation.pk)).order_by("pk")
    assert [entry.data["after"] for entry in entries] == [{"name": "Fjordvik North"}, {"name": "Fjordvik South"}]
    assert entries[0].data["before"] == {"name": before}


def test_a_mark_is_of_one_record_and_made_here(cast):
    address = f"/organisations/{cast.organisation('member').pk}/edit/"
    other = opened(cast["office"].get(f"/organisations/{cast.organisation('buyer').pk}/edit/"))
    for mark in ("", "x", other, other[:-1]):
        answer = cast["office"].post(address, {"name": "Another", "mark": mark})
        assert answer.status_code == 400, mark
        assert 'role="alert"' in answer.content.decode()
    assert cast.organisation("member").name != "Another"


def test_what_is_not_a_name_is_told_and_what_changes_nothing_leaves_no_trace(cast):
    organisation = cast.organisation("member")
    address = f"/organisations/{organisation.pk}/edit/"
    mark = opened(cast["member"].get(address))
    for name in ("", "x" * 301):
        assert cast["member"].post(address, {"name": name, "mark": mark}).status_code == 400
    assert cast["member"].post(address, {"name": organisation.name, "mark": mark}).status_code == 302
    assert not Entry.objects.filter(kind="organisation.edited").exists()


def test_the_action_itself_refuses_whoever_may_not(cast):
    organisation = cast.organisation("member")
    mark = editing.mark("organisation", organisation.pk, values_of(organisation))
    for name in ("assurance", "buyer", "stranger", "public"):
        with pytest.raises(Refused):
            edit_organisation(organisation, {"name": "x"}, mark=mark, actor=cast.actor(name))


def test_only_what_both_changed_differently_is_a_conflict():
    assert editing.Difference("name", "a", "b", "c").is_conflict
    assert not editing.Difference("name", "a", "b", "b").is_conflict
    assert not editing.Difference("name", "a", "b", "a").is_conflict
    assert not editing.Difference("name", "a", "a", "c").is_conflict
