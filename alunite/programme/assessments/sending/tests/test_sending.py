"""A firm reads what it was sent, with its evidence, from then until it is withdrawn; nobody else does."""

from __future__ import annotations

import re
from datetime import date
from http import HTTPStatus

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from alunite.foundation.accounts.policies import Refused
from alunite.foundation.history.models import Entry
from alunite.foundation.messages.tasks import tasks_of
from alunite.foundation.messages.threads.actions import begin_thread
from alunite.programme.assessments.actions import Faulty, open_assessment
from alunite.programme.assessments.evidence.actions import Given, add_evidence
from alunite.programme.assessments.evidence.rules import Words
from alunite.programme.assessments.models import Assessment, Sending
from alunite.programme.assessments.sending.actions import confirm_receipt, send_to_firm, withdraw_sending
from alunite.programme.assessments.talking.queries import about
from alunite.programme.assessments.tests.made import make_assessment, say
from tests.cast import PLAYERS, Cast

pytestmark = pytest.mark.usefixtures("adopted_scheme")
TODAY = date(2026, 11, 23)
MOST_QUERIES = 12
FIRM = {"auditor", "junior"}


def text_of(client, address: str) -> str:
    answer = client.get(address)
    assert answer.status_code == HTTPStatus.OK, address
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", answer.content.decode()))


def told(cast: Cast, name: str) -> set[tuple[str, bool, str]]:
    return {(one.title, one.is_mine, one.who) for one in tasks_of(cast.actor(name), TODAY) if "sending" in one.key}


def test_a_firm_reads_what_it_was_sent_and_nothing_else_until_it_is_withdrawn(cast: Cast, assessment: Assessment):
    base, place = f"/work/assessments/{assessment.pk}/", cast.organisation("member")
    other = open_assessment(assessment.scope, "ps-3", actor=cast.actor("member"))
    say(cast, assessment, "5.3", level="minor_nc", text="A plan to 2030.")
    given = Given(
        Words("Board minutes", link="https://example.org/", sharing="audit"),
        {assessment.pk: ("5.3",), other.pk: ("1.1",)},
    )
    shown = add_evidence(place, given, actor=cast.actor("member"))
    hidden = add_evidence(place, Given(Words("Of another", link="https://example.org/")), actor=cast.actor("member"))
    begin_thread(about(assessment, "5.3"), "comment", "Between us.", actor=cast.actor("member"))
    pages = (
        base,
        f"{base}?open=5.3",
        f"/work/scopes/{assessment.scope_id}/",
        f"/work/evidence/{shown.pk}/",
        f"/api/v1{base[:-1]}",
    )

    def readers(page: str) -> set[str]:
        return {name for name in PLAYERS if cast[name].get(page).status_code == HTTPStatus.OK}

    before = {page: readers(page) for page in pages}
    assert cast["member"].post(f"{base}presence/", {"number": "5.3"}).status_code == HTTPStatus.OK
    assert all(not names & FIRM for names in before.values())
    form = text_of(cast["member"], f"{base}send/")
    assert "Not yet ready for an audit." in form
    assert "Clearview Assurance (made up)" in form
    sent = cast["member"].post(f"{base}send/", {"firm": str(cast.organisation("auditor").pk)})
    assert sent.status_code == HTTPStatus.FOUND
    assert {page: readers(page) for page in pages} == {page: names | FIRM for page, names in before.items()}
    row = text_of(cast["auditor"], f"{base}?open=5.3")
    for words in ("A plan to 2030.", "Board minutes", "Confirm that we have it"):
        assert words in row
    assert "Between us." not in row
    assert "Marit Made-up is" not in row
    for page in (f"/work/assessments/{other.pk}/", f"/work/evidence/{hidden.pk}/", "/work/questions/", f"{base}send/"):
        assert not readers(page) & FIRM, page
    assert other.pk not in cast["auditor"].get(f"/work/scopes/{assessment.scope_id}/").content.decode()
    assert other.pk not in cast["auditor"].get(f"/work/evidence/{shown.pk}/").content.decode()
    for end, said in (("5.3/", {"version": 1, "text": "Mine."}), ("presence/", {}), ("send/withdraw/", {})):
        assert cast["auditor"].post(f"{base}{end}", said).status_code == HTTPStatus.NOT_FOUND
    assert cast["member"].post(f"{base}send/withdraw/").status_code == HTTPStatus.FOUND
    assert {page: readers(page) for page in pages} == before
    assert cast["auditor"].post(f"{base}received/").status_code == HTTPStatus.NOT_FOUND
    assert "withdrawn on" in text_of(cast["member"], f"{base}send/")


def test_a_firm_is_not_shown_the_answers_of_an_earlier_one_that_it_was_not_sent(cast: Cast):
    earlier = make_assessment(cast, "ps-2")
    say(cast, earlier, "1.1", level="conformance", text="Said of V2 alone.")
    later = open_assessment(earlier.scope, "ps-3", actor=cast.actor("member"), carried_from=earlier)
    say(cast, later, "1.1", version=1, text="Said anew.")
    send_to_firm(later, cast.organisation("auditor").pk, actor=cast.actor("member"))
    page = f"/work/assessments/{later.pk}/?open=1.1"
    assert "Said of V2 alone." in text_of(cast["member"], page)
    row = text_of(cast["auditor"], page)
    assert "Said anew." in row
    assert "Said of V2 alone." not in row
    send_to_firm(earlier, cast.organisation("auditor").pk, actor=cast.actor("member"))
    assert "Said of V2 alone." in text_of(cast["auditor"], page)


def test_the_firm_confirms_it_and_both_see_who_has_the_ball(cast: Cast, assessment: Assessment):
    sending = send_to_firm(assessment, cast.organisation("auditor").pk, actor=cast.actor("member"))
    title, firm = "Confirm that you have the self assessment", "Clearview Assurance (made up)"
    for name in PLAYERS:
        expected = (
            {(title, True, "")}
            if name in FIRM
            else {(title, False, firm)}
            if name in {"member", "colleague"}
            else set()
        )
        assert told(cast, name) == expected, name
    assert cast["junior"].post(f"/work/assessments/{assessment.pk}/received/").status_code == HTTPStatus.FOUND
    assert told(cast, "auditor") == told(cast, "member") == set()
    assert "Confirmed on" in text_of(cast["member"], f"/work/assessments/{assessment.pk}/send/")
    confirm_receipt(sending, actor=cast.actor("auditor"))  # once is enough
    kinds = Entry.objects.filter(record_type="assessment", record_id=assessment.pk).order_by("record_version")
    assert list(kinds.values_list("kind", flat=True)) == ["assessment.opened", "assessment.sent", "assessment.received"]


def test_it_goes_to_one_firm_at_a_time_and_only_by_the_member(cast: Cast, assessment: Assessment):
    firm, member = cast.organisation("auditor").pk, cast.actor("member")
    for wrong in (cast.organisation("buyer").pk, "nobody"):
        with pytest.raises(Faulty):
            send_to_firm(assessment, wrong, actor=member)
    for name in set(PLAYERS) - {"member", "colleague"}:
        with pytest.raises(Refused):
            send_to_firm(assessment, firm, actor=cast.actor(name))
    sending = send_to_firm(assessment, firm, actor=member)
    with pytest.raises(Faulty, match="one firm at a time"):
        send_to_firm(assessment, firm, actor=member)
    for name in set(PLAYERS) - FIRM:
        with pytest.raises(Refused):
            confirm_receipt(sending, actor=cast.actor(name))
    for name in set(PLAYERS) - {"member", "colleague"}:
        with pytest.raises(Refused):
            withdraw_sending(sending, actor=cast.actor(name))
    withdraw_sending(sending, actor=member)
    send_to_firm(assessment, firm, actor=member)
    assert Sending.objects.filter(withdrawn_at=None).count() == 1


def test_a_firm_is_asked_as_few_queries_for_many_as_for_one(cast: Cast, assessment: Assessment):
    firm = cast.organisation("auditor").pk
    send_to_firm(assessment, firm, actor=cast.actor("member"))
    base = f"/work/assessments/{assessment.pk}/"
    pages = (base, f"{base}?open=5.3", "/work/assessments/", "/work/scopes/", "/work/")
    cast["auditor"].get(base)

    def asked() -> dict[str, int]:
        found = {}
        for page in pages:
            with CaptureQueriesContext(connection) as queries:
                assert cast["auditor"].get(page).status_code == HTTPStatus.OK, page
            found[page] = len(queries)
        return found

    few = asked()
    for _ in range(3):
        send_to_firm(make_assessment(cast), firm, actor=cast.actor("member"))
    assert asked() == few
    assert max(few.values()) <= MOST_QUERIES, few
