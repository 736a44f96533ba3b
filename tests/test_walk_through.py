"""The made-up members of a demonstration come about by the real actions, and say wherever they stand what they are."""

from __future__ import annotations

import shutil
from datetime import date

import pytest

from alunite.config.commands import serving
from alunite.config.walkthrough.answering import answer_all
from alunite.config.walkthrough.joining import join_all
from alunite.foundation.history.models import Entry
from alunite.foundation.messages.tasks import tasks_of
from alunite.programme.assessments.models import Assessment, Evidence
from alunite.programme.members.joining.models import Document, Invoice, Membership
from alunite.programme.members.models import Entity, OwnFacility
from tests.cast import Cast, cast

__all__ = ["cast"]

pytestmark = pytest.mark.usefixtures("adopted_scheme")
TODAY = date(2026, 11, 23)


def mine(cast: Cast, name: str) -> list[str]:
    return sorted(one.title for one in tasks_of(cast.actor(name), TODAY) if one.is_mine and one.room == "membership")


def test_two_made_up_members_join_by_the_real_actions_once(cast: Cast, settings):
    settings.ALUNITE_TODAY = TODAY
    assert join_all(TODAY) == 2
    count = Entry.objects.count()
    assert join_all(TODAY) == 0
    assert Entry.objects.count() == count

    metals = Membership.objects.get(organisation=cast.organisation("member"))
    assert (metals.state, metals.member_class) == ("active", "production_transformation")
    # 626 days before 23 Nov 2026.
    assert metals.joined == date(2025, 3, 7)
    assert Membership.objects.get(organisation=cast.organisation("buyer")).state == "submitted"
    first, renewed = Invoice.objects.order_by("number")
    # 18,000 a year for the size: eleven months begun from 23 Feb 2025, then a whole year.
    assert (first.total, first.open, renewed.total, renewed.open) == (16500, 0, 18000, 18000)
    assert mine(cast, "member") == ["Pay the membership invoice", "Reach the first certificate"]
    assert mine(cast, "office") == ["Answer a request for more time", "Review the application"]
    assert "waits for the office" in cast["member"].get(f"/work/membership/{metals.pk}/").content.decode()

    # Labelled everywhere: in the names of what is listed, in the files, and in the register.
    for listed in (*Entity.objects.all(), *OwnFacility.objects.all()):
        assert "(made up)" in listed.name
    for document in Document.objects.select_related("membership"):
        page = f"/work/membership/{document.membership_id}/documents/{document.pk}/"
        assert b"Made up" in cast["office"].get(page).getvalue()
    assert (
        "Made up for the walk-through."
        in cast["public"].get(f"/members/{metals.member_id}/", follow=True).content.decode()
    )
    told = Entry.objects.filter(record_type="membership", record_id=str(metals.pk)).order_by("pk")
    assert [one.kind.removeprefix("membership.") for one in told] == [
        *("begun", "document_added", "document_added", "submitted", "queried", "answered", *["looked_into"] * 3),
        *("approved", "invoiced", "activated", "owner_changed", "extension_asked"),
    ]
    # Each step by whoever takes it, never by the installation.
    actors = {cast.actor(name).label for name in ("member", "office")}
    assert set(told.values_list("actor", flat=True)) == actors


def test_their_self_assessments_come_about_once_too(cast: Cast, settings):
    settings.ALUNITE_TODAY = TODAY
    join_all(TODAY)
    assert answer_all(TODAY) == 2
    count = Entry.objects.count()
    assert answer_all(TODAY) == 0
    assert Entry.objects.count() == count

    earlier, later = Assessment.objects.order_by("opened_at")
    assert (later.carried_from, later.scope) == (earlier, earlier.scope)
    # 540 and 35 days before 23 Nov 2026, and each answer on its own day.
    assert [one.opened_at.date() for one in (earlier, later)] == [date(2025, 6, 1), date(2026, 10, 19)]
    plan = later.answers.get(number="5.3")
    assert (plan.level, plan.saved_at.date(), plan.gap_due) == ("minor_nc", date(2026, 11, 11), date(2027, 2, 21))
    assert later.answers.exclude(checked_at=None).count() == 4
    apart = later.site_answers.get(number="6.2")
    assert (apart.facility.name, apart.level) == ("Fjordvik Casthouse (made up)", "minor_nc")
    assert later.answers.get(number="10.6").saved_by == cast.person("colleague")
    assert {one.title for one in tasks_of(cast.actor("colleague"), TODAY) if one.is_mine} >= {
        "Answer 3 criteria",
        "Close the gap in 2.6",
        "Look at the comment on 5.3",
    }
    assert "Answer the question on 8.1" in [one.title for one in tasks_of(cast.actor("office"), TODAY)]

    # Labelled wherever it is seen.
    assert "(made up)" in later.scope.title
    for words in (
        *later.answers.exclude(text=""),
        *earlier.answers.exclude(text=""),
        *later.site_answers.exclude(text=""),
    ):
        assert "Made up." in words.text
    for shown in Evidence.objects.all():
        assert "(made up)" in shown.title
        assert b"Made up" in cast["member"].get(f"/work/evidence/{shown.pk}/file/").getvalue()


def test_a_scheme_that_asks_for_something_else_leaves_them_out_and_says_so(cast: Cast, settings, tmp_path, capsys):
    settings.ALUNITE_TODAY = TODAY
    stories = shutil.copytree(settings.REPOSITORY / "samples" / "walkthrough", tmp_path / "samples" / "walkthrough")
    said = (stories / "members.yaml").read_text(encoding="utf-8")
    (stories / "members.yaml").write_text(said.replace("question: documents", "question: minutes"), encoding="utf-8")
    settings.REPOSITORY = tmp_path
    serving._walk_through()
    assert "the made-up members were left out" in capsys.readouterr().err
    assert not Membership.objects.exists()
