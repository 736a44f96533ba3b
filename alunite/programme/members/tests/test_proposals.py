"""Steps that take two people: what lapses, what loses its cause, and what nobody gets past."""

from __future__ import annotations

from datetime import date, timedelta

import pytest

from alunite.foundation.accounts.policies import SYSTEM
from alunite.foundation.core.judgement import Reason
from alunite.programme.members.joining import actions
from alunite.programme.members.joining.actions import CannotDo
from alunite.programme.members.joining.models import ExtensionRequest, Membership, Payment, Proposal
from alunite.programme.members.models import Member
from alunite.programme.members.tests.test_joining import TODAY, active, approved, do, kinds, today
from tests.cast import Cast, cast

__all__ = ["cast", "today"]

pytestmark = pytest.mark.usefixtures("adopted_scheme")

RENEWED = date(2027, 1, 10)
# The day after the last of 60 days.
OVERDUE = date(2027, 3, 12)


def owing(cast: Cast, settings) -> Membership:
    made = active(cast)
    settings.ALUNITE_TODAY = RENEWED
    assert do(cast, "office", made, "renew") == 302
    settings.ALUNITE_TODAY = OVERDUE
    return made


def proposals() -> list[tuple[str, str]]:
    return list(Proposal.objects.order_by("pk").values_list("act", "outcome"))


def test_what_nobody_answers_lapses_and_is_proposed_again_and_the_days_go_on(cast: Cast, settings):
    made = owing(cast, settings)
    brought = {
        day: actions.days_of_invoices(OVERDUE + timedelta(days=day), actor=SYSTEM)["proposed"]
        for day in (0, 1, 89, 90, 91, 179, 180)
    }
    assert brought == {0: 1, 1: 0, 89: 0, 90: 1, 91: 0, 179: 0, 180: 1}
    assert proposals() == [("suspend", "lapsed"), ("suspend", "lapsed"), ("suspend", "")]
    assert kinds(made).count("step_lapsed") == 2
    settings.ALUNITE_TODAY = OVERDUE + timedelta(days=270)
    # On the day it lapses nobody confirms it any more; to refuse it is never too late.
    assert do(cast, "assurance", made, "decide", proposal=Proposal.objects.latest("pk").pk, answer="confirm") == 400
    assert do(cast, "assurance", made, "decide", proposal=Proposal.objects.latest("pk").pk, answer="refuse") == 302
    assert proposals()[-1] == ("suspend", "refused")


def test_a_proposal_lapses_by_the_calendar_it_was_made_by(cast: Cast, settings):
    made = owing(cast, settings)
    # By the clock of the machine this lies years ahead, or far back: neither counts.
    for year, expected in ((2040, 302), (2010, 302)):
        day = date(year, 3, 12)
        Proposal.objects.all().delete()
        Membership.objects.filter(pk=made.pk).update(state="active")
        settings.ALUNITE_TODAY = day
        assert do(cast, "office", made, "step", act="suspend", reason="Not paid.") == 302
        settings.ALUNITE_TODAY = day + timedelta(days=90)
        waiting = Proposal.objects.get()
        assert do(cast, "assurance", made, "decide", proposal=waiting.pk, answer="confirm") == 400
        settings.ALUNITE_TODAY = day + timedelta(days=89)
        assert do(cast, "assurance", made, "decide", proposal=waiting.pk, answer="confirm") == expected


def test_what_stands_against_a_proposal_in_one_membership_stops_no_other(cast: Cast, settings, monkeypatch, caplog):
    owing(cast, settings)

    def refusing(*_args: object, **_named: object) -> None:
        raise CannotDo((Reason("membership.stale", "It was changed since you opened the page."),))

    monkeypatch.setattr(actions, "propose_step", refusing)
    assert actions.days_of_invoices(OVERDUE, actor=SYSTEM) == {"reminded": 0, "proposed": 0}
    assert "was not proposed" in caplog.text


def test_two_people_are_needed_by_what_stands_not_by_what_was_read(cast: Cast):
    stale = active(cast)
    Membership.objects.filter(pk=stale.pk).update(state="suspended", suspended=TODAY)
    done = actions.take_step(
        stale, "terminate", version=stale.version, today=TODAY, actor=cast.actor("office"), reason="Not paid."
    )
    assert isinstance(done, Proposal)
    assert Membership.objects.get().state == "suspended"
    with pytest.raises(CannotDo, match="takes two people"):
        actions._do(actions.locked(stale), "terminate", reason="x", today=TODAY, actor=cast.actor("office"))
    # A confirmed proposal of something else does not do either.
    other = Proposal(membership=stale, act="suspend", outcome="confirmed")
    with pytest.raises(CannotDo, match="takes two people"):
        actions._do(
            actions.locked(stale), "terminate", reason="x", today=TODAY, actor=cast.actor("office"), decided=other
        )


def test_whoever_is_not_of_the_office_learns_nothing_of_what_it_does(cast: Cast):
    made = approved(cast)
    waiting = Proposal.objects.create(
        membership=made, act="decline", reason="Sanctions.", proposed_by="x", proposed_on=TODAY
    )
    asked = ExtensionRequest.objects.create(membership=made, months=1, reason="Ill.", asked_on=TODAY)
    money = {"amount": "1", "day": "2026-10-15", "note": "x"}
    for what, field, pk, fields in (
        ("decide", "proposal", waiting.pk, {"answer": "refuse"}),
        ("grant", "request", asked.pk, {"answer": "refuse", "words": "No."}),
        ("pay", "invoice", "2026-00001", money),
        ("credit", "invoice", "2026-00001", money),
    ):
        there, not_there = (do(cast, "member", made, what, **{field: one}, **fields) for one in (pk, 987654))
        assert (there, not_there) == (404, 404), what


def test_a_record_that_came_between_approval_and_payment_is_not_taken_over(cast: Cast):
    made = approved(cast)
    Member.objects.create(pk="2345wxzz", name=made.organisation.name)
    assert do(cast, "office", made, "pay", invoice="2026-00001", amount="4500", day="2026-10-15") == 400
    assert not Payment.objects.exists()
    assert do(cast, "office", made, "match", member="2345wxzz") == 302
    assert do(cast, "office", made, "pay", invoice="2026-00001", amount="4500", day="2026-10-15") == 302
    made.refresh_from_db()
    assert (made.state, made.member_id) == ("active", "2345wxzz")
