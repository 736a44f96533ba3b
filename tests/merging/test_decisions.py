"""A rule proposes, a person decides, and what was decided can be undone."""

from __future__ import annotations

import threading
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from http import HTTPStatus

import pytest
from django.conf import settings
from django.db import connection, transaction
from django.utils import timezone

from alunite.foundation.accounts.policies import OPERATOR, Refused
from alunite.foundation.adoption.actions import adopt_pack
from alunite.foundation.decisions.actions import confirm_decision, propose_decision
from alunite.foundation.decisions.queries import decision_visible_to
from alunite.foundation.history.models import Entry
from alunite.foundation.merging.actions import (
    CannotDecide,
    Proposed,
    dismiss_proposal,
    merge_records,
    propose_by_hand,
    propose_duplicates,
    undo_merge,
)
from alunite.foundation.merging.checks import check_merges
from alunite.foundation.merging.chores import propose as chore
from alunite.foundation.merging.models import Merge, Proposal, Status
from alunite.foundation.publications.models import Publication
from alunite.foundation.publications.queries import latest_payload
from alunite.programme.audits.actions import firms_named
from alunite.programme.audits.models import Firm
from alunite.programme.members.models import Member
from tests.cast import PLAYERS, make_cast
from tests.decided import erase_by
from tests.merging.rows import merge_pair, take_up

NAMES = ("Check Aurora", "Check Aurora Certification", "Nordlys Audit")


@pytest.fixture
def firms(scheme) -> Proposal:
    """Three firms, two of which a rule takes for one."""
    firms_named(NAMES, actor=OPERATOR)
    propose_duplicates(actor=OPERATOR)
    return Proposal.objects.get()


def firm(name: str) -> str:
    return Firm.objects.get(name=name).pk


def last_of(subject: str) -> Publication:
    found = Publication.objects.filter(kind="firm", subject=subject).order_by("-version").first()
    assert found is not None
    return found


def test_a_second_look_changes_nothing(firms):
    entries = Entry.objects.count()
    assert propose_duplicates(actor=OPERATOR) == Proposed(unchanged=1)
    assert Entry.objects.count() == entries


def test_a_merge_lets_one_speak_for_both_and_undoing_it_leaves_all_as_before(firms, cast):
    stays, gives_way = firm(NAMES[0]), firm(NAMES[1])
    before = {subject: latest_payload("firm", subject) for subject in (stays, gives_way)}
    office = cast.actor("office")
    merge_records(firms.pk, survivor=stays, version=1, note="One firm.", actor=office)
    assert latest_payload("firm", stays)["merged"] == [{"id": gives_way, "name": NAMES[1]}]
    assert (last_of(gives_way).withdrawal, last_of(gives_way).successor) == ("merged", stays)
    assert Firm.objects.count() == 3, "nothing is deleted"
    undo_merge(firms.pk, version=2, note="Two firms.", actor=office)
    assert {subject: latest_payload("firm", subject) for subject in before} == before
    kinds = list(Entry.objects.filter(record_type="firm", record_id=gives_way).values_list("kind", flat=True))
    assert kinds == ["firm.named_in_source", "firm.merged", "firm.parted"]
    assert set(Entry.objects.filter(kind="firm.merged").values_list("actor", flat=True)) == {office.label}


def test_a_merged_record_leads_to_the_one_that_speaks_for_it(firms, cast, client):
    stays, gives_way = firm(NAMES[0]), firm(NAMES[1])
    merge_records(firms.pk, survivor=stays, version=1, note="", actor=cast.actor("office"))
    answer = client.get(f"/firms/{gives_way}-check-aurora-certification/")
    assert (answer.status_code, answer["Location"]) == (301, f"/firms/{stays}-check-aurora/")
    assert NAMES[1] in client.get(answer["Location"]).content.decode()


def test_what_was_dismissed_comes_back_only_when_a_record_changes(firms, cast):
    dismiss_proposal(firms.pk, version=1, note="Two firms.", actor=cast.actor("office"))
    assert propose_duplicates(actor=OPERATOR) == Proposed(unchanged=1)
    Proposal.objects.update(evidence="0" * 64)  # as if one of the two had said something else then
    assert propose_duplicates(actor=OPERATOR) == Proposed(back=1)
    firms.refresh_from_db()
    assert (firms.status, firms.note, firms.version) == (Status.OPEN, "", 3)


def test_a_proposal_that_nothing_speaks_for_any_more_lapses(firms):
    Firm.objects.filter(name=NAMES[1]).update(name="Something Else")
    assert propose_duplicates(actor=OPERATOR) == Proposed(lapsed=1)
    Firm.objects.filter(name="Something Else").update(name=NAMES[1])
    assert propose_duplicates(actor=OPERATOR) == Proposed(back=1)


def test_nobody_but_the_office_decides(firms, cast):
    for name in set(PLAYERS) - {"office"}:
        with pytest.raises(Refused):
            merge_records(firms.pk, survivor=firms.first, version=1, note="", actor=cast.actor(name))
    assert not Merge.objects.exists()


def test_not_even_the_installation_merges_by_itself(firms):
    for act in (merge_records, dismiss_proposal, undo_merge):
        more = {"survivor": firms.first} if act is merge_records else {}
        with pytest.raises(Refused):
            act(firms.pk, version=1, note="", actor=OPERATOR, **more)


@pytest.mark.parametrize(
    ("change", "rule"),
    [
        ({"version": 7}, "merging.stale"),
        ({"survivor": "zzzzzzzz"}, "merging.not_there"),
        ({"note": "x" * 2001}, "merging.long_note"),
    ],
)
def test_what_cannot_be_decided_says_why_and_does_nothing(firms, cast, change, rule):
    entries = Entry.objects.count()
    asked = {"survivor": firms.first, "version": 1, "note": "", "actor": cast.actor("office")} | change
    entries = Entry.objects.count()
    with pytest.raises(CannotDecide) as refusal:
        merge_records(firms.pk, **asked)
    assert rule in {reason.rule for reason in refusal.value.reasons}
    assert Entry.objects.count() == entries
    assert not Merge.objects.exists()


def test_chains_are_made_by_the_records_that_speak_and_taken_apart_in_any_order(scheme, cast):
    names = ("Check Aurora One", "Check Aurora One Two", "Check Aurora One Two Six")
    one, two, six = (firms_named([name], actor=OPERATOR)[name].pk for name in names)
    office = cast.actor("office")

    def pair(*both: str) -> Proposal:
        first, second = sorted(both)
        found, _ = Proposal.objects.get_or_create(
            kind="firm",
            first=first,
            second=second,
            defaults={"score": 60, "reasons": [], "evidence": "", "proposed_at": "2026-01-01T00:00:00Z"},
        )
        return found

    merge_records(pair(one, two).pk, survivor=two, version=1, note="", actor=office)
    with pytest.raises(CannotDecide, match="merged already"):
        merge_records(pair(one, six).pk, survivor=one, version=1, note="", actor=office)
    merge_records(pair(two, six).pk, survivor=six, version=1, note="", actor=office)
    assert [other["id"] for other in latest_payload("firm", six)["merged"]] == sorted([one, two])
    undo_merge(pair(one, two).pk, version=2, note="", actor=office)
    assert latest_payload("firm", one)["merged"] == []
    assert [other["id"] for other in latest_payload("firm", six)["merged"]] == [two]
    undo_merge(pair(two, six).pk, version=2, note="", actor=office)
    assert [latest_payload("firm", subject)["merged"] for subject in (one, two, six)] == [[], [], []]


def test_the_worker_looks_again_only_after_an_import(samples):
    assert chore().endswith(" 0 lapsed, 0 as before")
    assert chore() == "nothing imported since the last time"


# Proposed by hand ---------------------------------------------------------------------------------------------------

# One firm after it changed its name: the rule finds three letters in common (docs/algorithms/duplicates.md).
RENAMED = ("DNV GL", "DNV Business Assurance Services UK Ltd")
BY_HAND = "/duplicates/propose/"


@pytest.fixture
def renamed(scheme) -> list[str]:
    """The ids of two firms that are one, and no rule says so."""
    firms_named(RENAMED, actor=OPERATOR)
    assert propose_duplicates(actor=OPERATOR) == Proposed()
    return [firm(name) for name in RENAMED]


def test_what_the_rule_does_not_find_is_proposed_by_hand_and_decided_on_the_same_page(renamed, cast, client):
    office, (stays, gives_way) = cast["office"], renamed
    asked = {"first": stays, "second": f"http://testserver/firms/{gives_way}-dnv/?on=2024", "why": "Renamed in 2021."}
    answer = office.post(BY_HAND, asked)
    pair = Proposal.objects.get()
    assert (answer.status_code, answer["Location"]) == (HTTPStatus.FOUND, f"/duplicates/{pair.pk}/")
    assert (pair.score, pair.evidence, pair.status) == (None, "", Status.OPEN)
    page = office.get(answer["Location"]).content.decode()
    assert all(text in page for text in (*RENAMED, "Renamed in 2021.", "The rule does not take them for one thing."))
    listed = office.get("/duplicates/").content.decode()
    assert "by hand" in listed
    assert "Renamed in 2021." in listed
    told = Entry.objects.get(kind="duplicates.proposed_by_hand")
    assert (told.record_id, told.actor, told.data["why"]) == (str(pair.pk), cast.actor("office").label, asked["why"])
    assert propose_duplicates(actor=OPERATOR) == Proposed(unchanged=1), "it waits for a person, not for the rule"
    office.post(answer["Location"], {"act": "merge", "survivor": stays, "version": 1, "note": "One firm."})
    assert client.get(f"/firms/{gives_way}-dnv/").status_code == HTTPStatus.MOVED_PERMANENTLY
    assert [other["name"] for other in latest_payload("firm", stays)["merged"]] == [RENAMED[1]]
    assert list(check_merges()) == []


def test_what_is_not_proposed_by_hand_is_refused_with_every_reason(renamed, cast, tmp_path):
    office = cast["office"]
    take_up(tmp_path, members=[{"name": "North Metals"}])
    member = Member.objects.get().pk
    made = propose_decision("redact", f"firm {renamed[1]}", ground="court_order", note="", actor=cast.actor("office"))
    other = cast.actor("assurance")
    confirm_decision(made.pk, version=1, seen=decision_visible_to(other, made.pk).seen, actor=other)
    firms_named(["Aurora One", "Aurora Two", "Aurora Three"], actor=OPERATOR)
    one, two, three = (firm(f"Aurora {word}") for word in ("One", "Two", "Three"))
    pair = propose_by_hand(("firm", one), ("firm", two), why="One.", actor=cast.actor("office"))
    merge_records(pair.pk, survivor=two, version=1, note="", actor=cast.actor("office"))
    open_one = propose_by_hand(("firm", two), ("firm", three), why="One.", actor=cast.actor("office"))
    entries = Entry.objects.count()
    refused = {
        ("nothing", "there", ""): ["Expected an address", "This field is required"],
        (one, member, "One."): ["of different kinds", f"{one} was merged already; take {two}"],
        (one, two, "One."): [f"{one} was merged already; take {two}"],
        (two, two, "One."): ["cannot be merged into itself"],
        (renamed[0], renamed[1], " "): [f"{renamed[1]} was withdrawn", "This field is required"],
        (two, three, "One."): ["waits for a decision", f'href="/duplicates/{open_one.pk}/"'],
        ("scheme asi", three, "One."): ["of different kinds", "Records of the kind scheme are not merged"],
    }
    for (first, second, why), told in refused.items():
        answer = office.post(BY_HAND, {"first": first, "second": second, "why": why})
        page = answer.content.decode()
        assert answer.status_code == HTTPStatus.UNPROCESSABLE_ENTITY
        assert [text for text in told if text not in page] == [], (first, second)
    assert Entry.objects.count() == entries
    for why, rule in (("", "merging.no_reason"), ("x" * 2001, "merging.long_note")):
        with pytest.raises(CannotDecide) as refusal:
            propose_by_hand(("firm", three), ("firm", renamed[0]), why=why, actor=cast.actor("office"))
        assert [reason.rule for reason in refusal.value.reasons] == [rule]
    with pytest.raises(Refused):
        propose_by_hand(("firm", three), ("firm", renamed[0]), why="One.", actor=cast.actor("assurance"))


def test_by_hand_a_pair_comes_back_that_was_dismissed_or_that_nothing_spoke_for_any_more(firms, cast):
    office = cast.actor("office")
    both = [("firm", firms.first), ("firm", firms.second)]
    dismiss_proposal(firms.pk, version=1, note="Two firms.", actor=office)
    back = propose_by_hand(*both, why="Their site says one.", actor=office)
    assert (back.pk, back.status, back.score, back.note, back.version) == (firms.pk, Status.OPEN, firms.score, "", 3)
    Firm.objects.filter(name=NAMES[1]).update(name="Something Else")
    assert propose_duplicates(actor=OPERATOR) == Proposed(changed=1)
    back.refresh_from_db()
    assert (back.status, back.score, back.reasons) == (Status.OPEN, None, []), "it stays, without the rule's score"
    Firm.objects.filter(name="Something Else").update(name=NAMES[1])
    assert propose_duplicates(actor=OPERATOR) == Proposed(changed=1)
    dismiss_proposal(firms.pk, version=5, note="Two firms.", actor=office)
    Proposal.objects.update(evidence="0" * 64)  # as if one of the two had said something else then
    assert propose_duplicates(actor=OPERATOR) == Proposed(back=1)
    back.refresh_from_db()
    assert (back.proposed_by, back.why) == ("", ""), "now it is the rule that asks"
    Proposal.objects.update(status=Status.LAPSED)
    assert propose_by_hand(*both, why="One.", actor=office).score is None


# Pages --------------------------------------------------------------------------------------------------------------


def test_the_office_merges_and_undoes_on_the_page(firms, cast):
    office, path = cast["office"], f"/duplicates/{firms.pk}/"
    page = office.get(path).content.decode()
    assert all(text in page for text in (*NAMES[:2], "aurora", "Which record stays"))
    asked = {"act": "merge", "survivor": firms.second, "version": 1, "note": "One firm."}
    answer = office.post(path, asked)
    assert (answer.status_code, answer["Location"]) == (HTTPStatus.FOUND, path)
    assert "One firm." in office.get(path).content.decode()
    assert Merge.objects.get().survivor == firms.second
    assert office.post(path, {"act": "undo", "version": 2}).status_code == HTTPStatus.FOUND
    assert Merge.objects.get().undone_at is not None


def test_a_stale_form_is_refused_and_shows_what_stands_now(firms, cast):
    dismiss_proposal(firms.pk, version=1, note="Two firms, says their site.", actor=cast.actor("office"))
    answer = cast["office"].post(f"/duplicates/{firms.pk}/", {"act": "merge", "survivor": firms.first, "version": 1})
    page = answer.content.decode()
    assert answer.status_code == HTTPStatus.CONFLICT
    assert "Somebody decided otherwise" in page
    assert "Two firms, says their site." in page


def test_a_form_without_its_words_is_refused_beside_its_fields(firms, cast):
    answer = cast["office"].post(f"/duplicates/{firms.pk}/", {"act": "merge", "version": "x"})
    assert answer.status_code == HTTPStatus.BAD_REQUEST
    assert "Choose the record that stays." in answer.content.decode()
    assert not Merge.objects.exists()


def test_the_list_is_filtered_and_refuses_what_it_does_not_know(firms, cast):
    office = cast["office"]
    assert NAMES[1] in office.get("/duplicates/").content.decode()
    assert NAMES[1] in office.get("/duplicates/?kind=firm&status=").content.decode()
    for query in ("kind=member", "status=dismissed", "after=50"):
        assert NAMES[1] not in office.get(f"/duplicates/?{query}").content.decode()
    assert office.get("/duplicates/?kind=<b>").status_code == HTTPStatus.BAD_REQUEST


def test_a_pair_about_a_merged_record_is_no_longer_asked_about(firms, cast):
    pair = sorted([firm(NAMES[2]), firm(NAMES[1])])
    Proposal.objects.create(
        kind="firm", first=pair[0], second=pair[1], score=55, reasons=[], evidence="", proposed_at=firms.proposed_at
    )
    assert NAMES[2] in cast["office"].get("/duplicates/").content.decode()
    merge_records(firms.pk, survivor=firm(NAMES[0]), version=1, note="", actor=cast.actor("office"))
    assert NAMES[2] not in cast["office"].get("/duplicates/").content.decode()


# Two at once --------------------------------------------------------------------------------------------------------


def test_of_two_people_who_merge_one_pair_at_once_the_second_is_told_why_not(committed_db):
    adopt_pack(settings.REPOSITORY / "schemes" / "asi", actor=OPERATOR)
    with transaction.atomic():
        firms_named(NAMES, actor=OPERATOR)
    propose_duplicates(actor=OPERATOR)
    office = make_cast().actor("office")
    asked = Proposal.objects.get()
    together = threading.Barrier(2)

    def merge(survivor: str) -> str:
        together.wait()
        try:
            merge_records(asked.pk, survivor=survivor, version=1, note="", actor=office)
        except CannotDecide as refusal:
            return refusal.reasons[0].rule
        finally:
            connection.close()
        return "merged"

    with ThreadPoolExecutor(2) as pool:
        said = list(pool.map(merge, (asked.first, asked.second)))
    assert sorted(said) == ["merged", "merging.decided"]
    assert Merge.objects.count() == 1


# Two clocks, and verification ---------------------------------------------------------------------------------------


def test_on_a_day_before_the_merge_the_record_that_gave_way_is_shown_as_it_was(firms, cast, client, monkeypatch):
    stays, gives_way = firm(NAMES[0]), firm(NAMES[1])
    path = f"/firms/{gives_way}-check-aurora-certification/"
    now = timezone.now() + timedelta(days=3)
    monkeypatch.setattr(timezone, "now", lambda: now)
    merge_records(firms.pk, survivor=stays, version=1, note="", actor=cast.actor("office"))
    assert client.get(path).status_code == HTTPStatus.MOVED_PERMANENTLY
    answer = client.get(f"{path}?as_of={now.date() - timedelta(days=2)}")
    assert answer.status_code == HTTPStatus.OK
    assert NAMES[1] in answer.content.decode()


def test_merges_are_as_history_tells(firms, cast):
    office = cast.actor("office")
    merge_records(firms.pk, survivor=firms.first, version=1, note="", actor=office)
    assert list(check_merges()) == []
    undo_merge(firms.pk, version=2, note="", actor=office)
    assert list(check_merges()) == []
    merge_records(firms.pk, survivor=firms.first, version=3, note="", actor=office)
    undone, standing = Merge.objects.order_by("pk")

    def found() -> list[tuple[str, str]]:
        return [(problem.kind, problem.where) for problem in check_merges()]

    Merge.objects.filter(pk=standing.pk).update(undone_at=timezone.now())
    assert found() == [("altered", f"merge {standing.pk}")]
    Merge.objects.filter(pk=standing.pk).update(survivor="zzzzzzzz")
    assert found() == [("altered", f"merge {standing.pk}")]
    Merge.objects.filter(pk=standing.pk).delete()
    assert found() == [("missing", f"merge {standing.pk}")]
    Merge.objects.filter(pk=undone.pk).update(id=77)
    assert ("inserted", "merge 77") in found()


@pytest.mark.parametrize("erased", ["firm.merged", "firm.parted"])
def test_an_erased_entry_of_one_merge_hides_nothing_of_another(scheme, cast, erased):
    office = cast.actor("office")
    names = ("Check One", "Check Two", "Check Three", "Check Four")
    one, two, three, four = (firms_named([name], actor=OPERATOR)[name].pk for name in names)
    for loser, survivor in ((one, two), (three, four)):
        pair = merge_pair("firm", loser, survivor, office)
        undo_merge(pair.pk, version=2, note="", actor=office)
    of_one, of_three = Merge.objects.order_by("pk")
    erase_by("D-1", [Entry.objects.get(kind=erased, record_id=one)])
    assert list(check_merges()) == []

    def found(**change: object) -> list[tuple[str, str]]:
        """What is found where somebody changes the merges of one of them, or of the other."""
        told = []
        for merge in (of_one, of_three):
            with transaction.atomic():
                rows = Merge.objects.filter(pk=merge.pk)
                rows.update(**change) if change else rows.delete()
                told += [(problem.kind, problem.where) for problem in check_merges()]
                transaction.set_rollback(True)
        return told

    def where(record: str, merge: Merge, what: str) -> str:
        return f"firm {record}" if what == erased else f"merge {merge.pk}"

    assert found(undone_at=None) == [
        ("altered", where(one, of_one, "firm.parted")),
        ("altered", f"merge {of_three.pk}"),
    ]
    assert found() == [
        ("missing", f"merge {of_one.pk}"),
        *([("altered", f"firm {one}")] if erased == "firm.parted" else []),
        ("missing", f"merge {of_three.pk}"),
    ]
    with transaction.atomic():
        Merge.objects.create(
            kind="firm", loser=one, survivor=two, proposal=of_one.proposal, actor="", at=timezone.now()
        )
        assert [problem.kind for problem in check_merges()] == ["inserted"]
        transaction.set_rollback(True)
