"""Steps that take two people: what lapses, what loses its cause, and what nobody gets past."""

from __future__ import annotations

from datetime import date, timedelta

import pytest

from alunite.foundation.accounts.policies import SYSTEM
from alunite.foundation.core.judgement import Reason
from alunite.programme.members.joining import actions, present, queries
from alunite.programme.members.joining.actions import CannotDo
from alunite.programme.members.joining.models import (
    DatedChange,
    ExtensionRequest,
    Invoice,
    Membership,
    Payment,
    Proposal,
)
from alunite.programme.members.models import Member
from alunite.programme.members.tasks import membership_tasks
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

    monkeypatch.setattr(actions, "_propose", refusing)
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


def test_what_is_settled_is_withdrawn_and_proposed_again_when_it_comes_back(cast: Cast, settings):
    made = owing(cast, settings)
    assert actions.days_of_invoices(OVERDUE, actor=SYSTEM)["proposed"] == 1
    number = Invoice.objects.get(year=2027).number
    assert do(cast, "office", made, "pay", invoice=number, amount="17999", day="2027-03-12") == 302
    assert proposals() == [("suspend", "")]
    assert do(cast, "office", made, "pay", invoice=number, amount="1", day="2027-03-12") == 302
    assert proposals() == [("suspend", "withdrawn")]
    assert do(cast, "assurance", made, "decide", proposal=Proposal.objects.get().pk, answer="confirm") == 400
    made.refresh_from_db()
    assert (made.state, kinds(made)[-1]) == ("active", "step_withdrawn")
    # The money went back: the days go on as if it had never come.
    assert do(cast, "office", made, "give_back", invoice=number, amount="1", day="2027-03-12", note="Bounced.") == 302
    assert actions.days_of_invoices(OVERDUE + timedelta(days=1), actor=SYSTEM)["proposed"] == 1


def test_a_certificate_or_more_time_withdraws_what_was_proposed_for_lack_of_one(cast: Cast, settings):
    made = active(cast)
    settings.ALUNITE_TODAY = late = date(2028, 10, 15)
    assert actions.days_of_certification(late, actor=SYSTEM)["proposed"] == 1
    # What a person proposes for a reason of their own is not the rules' to withdraw.
    assert do(cast, "office", made, "extend", months=1, reason="Flood.") == 302
    assert proposals() == [("suspend", "withdrawn")]
    settings.ALUNITE_TODAY = late = date(2028, 11, 15)
    assert actions.days_of_certification(late, actor=SYSTEM)["proposed"] == 1
    # One day late is late, and certified: nothing runs any more.
    assert do(cast, "office", made, "certified", day="2028-11-15") == 302
    assert proposals() == [("suspend", "withdrawn")] * 2
    assert actions.days_of_certification(date(2030, 1, 1), actor=SYSTEM)["proposed"] == 0
    page = " ".join(cast["member"].get(f"/work/membership/{made.pk}/").content.decode().split())
    assert "certified late" in page
    assert "certified in time" not in page
    assert not [one for one in membership_tasks(cast.actor("member"), late) if "certify" in one.key]


def test_a_confirmation_judges_the_cause_again(cast: Cast, settings):
    made = owing(cast, settings)
    actions.days_of_invoices(OVERDUE, actor=SYSTEM)
    # As if money had been noted by something that withdraws nothing.
    Payment.objects.create(invoice=Invoice.objects.get(year=2027), day=OVERDUE, amount=18000)
    with pytest.raises(CannotDo, match="is gone"):
        actions.decide_step(Proposal.objects.get(), confirms=True, today=OVERDUE, actor=cast.actor("assurance"))
    made.refresh_from_db()
    assert made.state == "active"


def test_a_change_of_state_withdraws_what_was_proposed_of_the_state_before(cast: Cast, settings):
    made = owing(cast, settings)
    actions.days_of_invoices(OVERDUE, actor=SYSTEM)
    assert do(cast, "assurance", made, "decide", proposal=Proposal.objects.get().pk, answer="confirm") == 302
    made.refresh_from_db()
    assert (made.state, made.suspended_for) == ("suspended", "invoice")
    settings.ALUNITE_TODAY = ended = OVERDUE + timedelta(days=90)
    assert actions.days_of_invoices(ended, actor=SYSTEM)["proposed"] == 1
    assert do(cast, "office", made, "step", act="reinstate", reason="Agreed.") == 302
    made.refresh_from_db()
    assert made.suspended_for == ""
    assert proposals() == [("suspend", "confirmed"), ("terminate", "withdrawn")]


def test_an_unpaid_invoice_does_not_end_a_membership_suspended_for_something_else(cast: Cast, settings):
    made = owing(cast, settings)
    do(cast, "office", made, "step", act="suspend", reason="A case at court.")
    do(cast, "assurance", made, "decide", proposal=Proposal.objects.get().pk, answer="confirm")
    made.refresh_from_db()
    assert (made.state, made.suspended_for) == ("suspended", "")
    assert actions.days_of_invoices(OVERDUE + timedelta(days=200), actor=SYSTEM)["proposed"] == 0


def test_money_sent_twice_is_noted_once_can_be_given_back_and_credited_after_it_came(cast: Cast):
    made = approved(cast)
    sent = {"what": "pay", "version": made.version, "invoice": "2026-00001", "amount": "1500", "day": "2026-10-15"}
    page = f"/work/membership/{made.pk}/do/"
    assert [cast["office"].post(page, sent).status_code for _ in range(2)] == [302, 400]
    made.refresh_from_db()
    credit = {"what": "credit", "version": made.version, "invoice": "2026-00001", "amount": "500", "note": "Agreed."}
    assert [cast["office"].post(page, credit).status_code for _ in range(2)] == [302, 400]
    assert Invoice.objects.get().open == 2500
    back = {"invoice": "2026-00001", "day": "2026-10-15"}
    assert do(cast, "office", made, "give_back", **back, amount="1500.01", note="Too much.") == 400
    assert do(cast, "office", made, "give_back", **back, amount="1500", note="") == 400
    assert do(cast, "member", made, "give_back", **back, amount="1500", note="Mine.") == 404
    assert do(cast, "office", made, "give_back", **back, amount="1500", note="Of somebody else.") == 302
    assert (Invoice.objects.get().paid, Invoice.objects.get().open) == (0, 4000)
    assert do(cast, "office", made, "pay", **back, amount="4000") == 302
    # What was paid can be credited, up to what was asked for; then it is to be given back, and pays nothing else.
    assert do(cast, "office", made, "credit", invoice="2026-00001", amount="4000.01", note="All.") == 400
    assert do(cast, "office", made, "credit", invoice="2026-00001", amount="1000", note="Agreed.") == 302
    assert (Invoice.objects.get().open, queries.open_amount(made)) == (-1000, 0)
    pack = queries.pack_with_membership()[0]
    assert present.invoice_paper(Invoice.objects.get(), pack)["due"] == "To be given back: 1,000.00 USD"
    assert do(cast, "office", made, "give_back", **back, amount="1000", note="Sent back.") == 302
    assert Invoice.objects.get().open == 0
    assert ("Given back on 15 October 2026", "+ 1,000.00") in present.invoice_paper(Invoice.objects.get(), pack)["sums"]
    shown = cast["office"].get(f"/work/membership/{made.pk}/").content.decode()
    assert "Note money that went back" in shown


def test_a_member_is_one_from_the_day_of_the_latest_money_whatever_was_noted_first(cast: Cast, settings):
    made = approved(cast)
    settings.ALUNITE_TODAY = date(2026, 12, 1)
    assert do(cast, "office", made, "pay", invoice="2026-00001", amount="1500", day="2026-11-20") == 302
    assert do(cast, "office", made, "pay", invoice="2026-00001", amount="3000", day="2026-10-15") == 302
    made.refresh_from_db()
    assert (made.state, made.joined) == ("active", date(2026, 11, 20))


def test_the_clock_of_a_changed_class_runs_from_the_change(cast: Cast):
    made = active(cast)
    Membership.objects.filter(pk=made.pk).update(joined=date(2021, 1, 1))
    scheme = queries.pack_with_membership()[1]

    def last() -> date | None:
        found = Membership.objects.get(pk=made.pk)
        [shown] = [one for one in membership_tasks(cast.actor("member"), TODAY) if "certify" in one.key] or [None]
        state = queries.light_of(found, scheme, TODAY).result
        assert state.last == (shown.clock.due() if shown else None)
        return state.last

    def became(before: str, after: str, day: date) -> None:
        DatedChange.objects.create(membership=made, what="class", before=before, after=after, day=day, reason="x")
        Membership.objects.filter(pk=made.pk).update(member_class=after)

    assert last() == date(2022, 12, 31)
    became("production_transformation", "downstream_supporters", date(2022, 5, 1))
    assert last() is None
    became("downstream_supporters", "industrial_users", date(2026, 3, 1))
    assert last() == date(2028, 2, 29)
    # From one class that certifies to another the clock goes on.
    became("industrial_users", "production_transformation", date(2026, 9, 1))
    assert last() == date(2028, 2, 29)
    assert actions.days_of_certification(TODAY, actor=SYSTEM)["proposed"] == 0
