"""One proposes, another confirms, and then it is done: on the real samples, through actions and pages."""

from __future__ import annotations

import re
from datetime import timedelta
from pathlib import Path

import pytest
from django.core import mail
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from alunite.foundation.accounts.invitations import accept, accept_as_newcomer, invite
from alunite.foundation.accounts.models import Affiliation, Person
from alunite.foundation.accounts.policies import OPERATOR, SYSTEM, Refused, actor_for
from alunite.foundation.decisions import actions
from alunite.foundation.decisions.actions import CannotAnswer, UnfitProposal, confirm_decision, propose_decision
from alunite.foundation.decisions.models import Decision
from alunite.foundation.decisions.queries import decision_visible_to
from alunite.foundation.history.actions import erase
from alunite.foundation.history.models import Entry, Payload
from alunite.foundation.history.verification import verify
from alunite.foundation.importing.models import Statement
from alunite.foundation.keys.signing import ensure_signing_key
from alunite.foundation.publications.models import Publication, PublicationPayload, Redaction
from alunite.foundation.publications.snapshots import write_snapshot
from alunite.front.register.models import Record, Row
from alunite.front.register.search import matching
from alunite.front.register.tests import world
from tests.cast import make_cast


@pytest.fixture
def cast(samples):
    """The cast on the real samples."""
    return make_cast()


WHY = {"ground": "court_order", "note": "The court of Oslo, 22 November."}


def propose(cast, what: str, act: str = "redact", who: str = "office") -> Decision:
    return propose_decision(act, what, actor=cast.actor(who), **WHY)


def confirm(cast, decision: Decision, who: str = "assurance") -> Decision:
    actor = cast.actor(who)
    detail = decision_visible_to(actor, decision.pk)
    return confirm_decision(decision.pk, version=detail.listed.decision.version, seen=detail.seen, actor=actor)


def a_certificate() -> Record:
    return Record.objects.filter(until=None, kind="certificate").order_by("subject").first()


def reasons(raised) -> set[str]:
    return {reason.rule for reason in raised.value.reasons}


def test_a_record_is_redacted_with_all_that_says_the_same(cast):
    record = a_certificate()
    entity = record.title
    events = [event["id"] for event in record.payload["events"]]
    made = propose(cast, f"/certificates/{record.subject}-{record.slug}/?on=2020-01-01")
    assert PublicationPayload.objects.filter(publication__subject=record.subject).exclude(payload=None).exists()
    done = confirm(cast, made)
    assert done.state == "carried_out"
    assert done.outcome["publications"] == 1 + len(events)
    assert done.outcome["entries"] == 1 + len(events)
    record.refresh_from_db()
    assert (record.payload, record.title, record.withdrawal) == (None, "", "redacted")
    assert not Row.objects.filter(publication=record.publication).exists()
    assert not Row.objects.filter(publication__in=matching(entity), publication=record.publication).exists()
    notice = Redaction.objects.get(publication__subject=record.subject)
    assert (notice.decision, notice.ground) == (made.pk, "court_order")
    told = Entry.objects.filter(record_type="decision", record_id=made.pk).order_by("pk")
    assert [entry.kind for entry in told] == ["decision.proposed", "decision.confirmed", "decision.carried_out"]
    assert [entry.actor for entry in told] == [cast.actor(who).label for who in ("office", "assurance", "assurance")]
    found = verify()
    assert found.ok, found.problems
    assert found.erased == {made.pk: 1 + len(events)}
    assert found.emptied["publications"] == {made.pk: 1 + len(events)}
    assert f"{1 + len(events)} publications emptied by decision {made.pk}" in found.notes()


def test_one_publication_is_redacted_alone(cast):
    record = a_certificate()
    done = confirm(cast, propose(cast, str(record.publication)))
    assert done.outcome == {"publications": 1, "entries": 0}


def test_an_entry_of_history_is_erased_and_nothing_accountable_is(cast):
    entry = Entry.objects.filter(kind="member.listed").order_by("pk").first()
    published = Entry.objects.filter(kind="publication.published").order_by("pk").first()
    made = propose(cast, f"entry {entry.pk}", act="erase")
    assert confirm(cast, made).outcome == {"entries": 1}
    assert Payload.objects.get(entry=entry).erased_by == made.pk
    with pytest.raises(UnfitProposal, match="accountable"):
        propose(cast, str(published.pk), act="erase")
    with pytest.raises(UnfitProposal, match="Nothing is left"):
        propose(cast, str(entry.pk), act="erase")


def test_whoever_proposed_cannot_confirm_and_can_take_back(cast):
    made = propose(cast, str(a_certificate().publication))
    with pytest.raises(CannotAnswer) as raised:
        confirm(cast, made, who="office")
    assert reasons(raised) == {"decisions.two_people"}
    assert Publication.objects.get(pk=a_certificate().publication).body.payload
    assert actions.refuse_decision(made.pk, version=1, note="", actor=cast.actor("office")).state == "refused"


def test_the_same_person_under_two_roles_stays_one_person(cast):
    made = propose(cast, str(a_certificate().publication))
    Affiliation.objects.create(person=cast.person("office"), organisation=cast.organisation("office"), role="assurance")
    with pytest.raises(CannotAnswer) as raised:
        confirm(cast, made, who="office")
    assert reasons(raised) == {"decisions.two_people"}


def invited(cast, name: str, role: str, by: str) -> None:
    """Open an account with a role of the Secretariat by an invitation, as its guest would."""
    place = cast.organisation("office")
    actor = OPERATOR if by == OPERATOR.label else actor_for(Person.objects.get(username=by))
    invite(place, f"{name}@example.org", role, actor=actor, origin="http://testserver")
    token = re.search(r"/invitation/(\S+)/", mail.outbox[-1].body)[1]
    if person := Person.objects.filter(username=name).first():
        assert accept(token, person)
    else:
        assert accept_as_newcomer(token, name, name, "a password for tests only")


def test_one_administrator_does_not_make_two_people(cast):
    """`office` administers the Secretariat: neither with an account they invited, nor by two of them, nor by more."""
    invited(cast, "first", "office", by="office")
    invited(cast, "second", "assurance", by="office")
    invited(cast, "deputy", "admin", by="office")
    invited(cast, "third", "assurance", by="deputy")
    invited(cast, "fourth", "admin", by="office")
    invited(cast, "fourth", "assurance", by="fourth")
    publication = str(a_certificate().publication)
    for proposer, confirmer in (
        *(("office", "first"), ("first", "office"), ("first", "second"), ("third", "office"), ("second", "third")),
        ("fourth", "office"),
    ):
        made = propose(cast, publication, who=proposer)
        with pytest.raises(CannotAnswer) as raised:
            confirm(cast, made, who=confirmer)
        assert reasons(raised) == {"decisions.independent_people"}, (proposer, confirmer)
    assert Publication.objects.get(pk=publication).body.payload
    # A colleague the operator gave a role to, or invited, is another person; and so is one vouched for later.
    assert confirm(cast, propose(cast, publication, who="third"), who="assurance").state == "carried_out"
    invited(cast, "second", "office", by=OPERATOR.label)
    fresh = propose(cast, f"certificate {a_certificate().subject}", act="redact", who="second")
    assert confirm(cast, fresh, who="first").state == "carried_out"


def test_a_role_history_does_not_tell_of_makes_nobody_a_second_person(cast):
    made = propose(cast, str(a_certificate().publication))
    Affiliation.objects.create(person=cast.person("stranger"), organisation=cast.organisation("office"), role="office")
    with pytest.raises(CannotAnswer) as raised:
        confirm(cast, made, who="stranger")
    assert reasons(raised) == {"decisions.independent_people"}


def test_what_was_altered_since_it_was_proposed_is_not_confirmed(cast):
    """A row can be written to by whoever reaches the database; what history says of the proposal cannot."""
    first, other = Record.objects.filter(until=None, kind="certificate").order_by("subject")[:2]
    made = propose(cast, f"certificate {first.subject}")
    row = Decision.objects.filter(pk=made.pk)
    as_proposed = row.values("subjects", "act", "ground", "proposed_by").get()
    for altered in (
        {"subjects": [*made.subjects, f"record:certificate:{other.subject}"]},
        {"act": "release"},
        {"ground": "safety"},
        {"proposed_by": cast.person("stranger").pk},
    ):
        row.update(**{**as_proposed, **altered})
        with pytest.raises(CannotAnswer) as raised:
            confirm(cast, made)
        assert "decisions.as_proposed" in reasons(raised), altered
    assert Publication.objects.get(pk=other.publication).body.payload
    row.update(**as_proposed)
    assert confirm(cast, made).state == "carried_out"


def test_a_decision_is_carried_out_once(cast):
    made = propose(cast, str(a_certificate().publication))
    actor = cast.actor("assurance")
    seen = decision_visible_to(actor, made.pk).seen
    confirm_decision(made.pk, version=1, seen=seen, actor=actor)
    with pytest.raises(CannotAnswer) as raised:
        confirm_decision(made.pk, version=1, seen=seen, actor=actor)
    assert reasons(raised) == {"decisions.answered_once"}
    assert Entry.objects.filter(record_id=made.pk, kind="decision.confirmed").count() == 1


def test_a_proposer_who_left_and_a_proposal_that_lapsed_do_not_count(cast):
    made = propose(cast, str(a_certificate().publication))
    Affiliation.objects.filter(person=cast.person("office")).update(until=timezone.now())
    Decision.objects.filter(pk=made.pk).update(expires_at=timezone.now() - timedelta(seconds=1))
    actor = cast.actor("assurance")
    with pytest.raises(CannotAnswer) as raised:
        confirm_decision(made.pk, version=1, seen="", actor=actor)
    assert reasons(raised) == {"decisions.first_person_may", "decisions.lapsed"}
    assert decision_visible_to(actor, made.pk).listed.state == "lapsed"


def test_what_changed_since_it_was_seen_is_not_confirmed(cast):
    record = a_certificate()
    made = propose(cast, f"certificate {record.subject}")
    actor = cast.actor("assurance")
    seen = decision_visible_to(actor, made.pk).seen
    other = propose(cast, str(record.publication), who="assurance")
    confirm(cast, other, who="office")
    with pytest.raises(CannotAnswer) as raised:
        confirm_decision(made.pk, version=1, seen=seen, actor=actor)
    assert reasons(raised) == {"decisions.touches_as_seen"}


@pytest.mark.parametrize("who", ["member", "auditor", "committee", "stranger", "public"])
def test_nobody_outside_the_secretariat_proposes_or_confirms(cast, who):
    made = propose(cast, str(a_certificate().publication))
    with pytest.raises(Refused):
        propose(cast, str(a_certificate().publication), who=who)
    with pytest.raises(Refused):
        confirm_decision(made.pk, version=1, seen="", actor=cast.actor(who))
    assert decision_visible_to(cast.actor(who), made.pk) is None


@pytest.mark.parametrize("machine", [OPERATOR, SYSTEM])
def test_no_machine_is_a_person(cast, machine):
    made = propose(cast, str(a_certificate().publication))
    with pytest.raises(Refused):
        confirm_decision(made.pk, version=1, seen="", actor=machine)


def test_every_fault_of_a_proposal_is_said_at_once(cast):
    with pytest.raises(UnfitProposal) as raised:
        propose_decision(
            "redact",
            "certificate nobody22\n/x\n999999999",
            ground="because",
            note="n" * 2001,
            actor=cast.actor("office"),
        )
    assert [name for name, _ in raised.value.faults] == ["ground", "note", "what", "what", "what"]
    with pytest.raises(UnfitProposal, match="Choose one of the acts"):
        propose_decision("delete", "x", actor=cast.actor("office"), **WHY)
    assert not Decision.objects.exists()


def test_a_failure_while_carrying_out_leaves_the_decision_open(cast, monkeypatch):
    record = a_certificate()
    made = propose(cast, f"certificate {record.subject}")

    def fails(*_arguments, **_more):
        raise RuntimeError("the disk is full")

    monkeypatch.setattr("alunite.foundation.decisions.redaction.erase", fails)
    with pytest.raises(RuntimeError):
        confirm(cast, made)
    made.refresh_from_db()
    assert (made.state, made.version) == ("proposed", 1)
    assert Publication.objects.get(pk=record.publication).body.payload
    assert Entry.objects.filter(record_type="decision").count() == 1


def test_a_redacted_record_is_released_by_two_people(cast):
    record = a_certificate()
    confirm(cast, propose(cast, f"certificate {record.subject}"))
    released = confirm(
        cast, propose(cast, f"certificate {record.subject}", act="release", who="assurance"), who="office"
    )
    assert released.outcome == {"records": 1}
    shown = Record.objects.get(until=None, kind="certificate", subject=record.subject)
    assert shown.withdrawal == "released"
    with pytest.raises(UnfitProposal, match="it is not redacted"):
        propose(cast, f"certificate {record.subject}", act="release")


def test_the_pages_lead_from_a_proposal_to_its_end(cast):
    record = a_certificate()
    office, assurance = cast["office"], cast["assurance"]
    what = f"certificate {record.subject}"
    shown = office.get("/decisions/propose/", {"act": "redact", "what": what}).content.decode()
    assert record.title in shown
    assert "goes" in shown
    assert "stays" in shown
    wrong = office.post("/decisions/propose/", {"act": "redact", "what": "nothing", "ground": "safety"})
    assert wrong.status_code == 422
    assert "expected an address" in wrong.content.decode()
    posted = office.post("/decisions/propose/", {"act": "redact", "what": what, **WHY})
    path = posted["Location"]
    assert "another person has to confirm" in office.get(path).content.decode()
    page = assurance.get(path).content.decode()
    hidden = dict(re.findall(r'name="(version|seen)" value="([^"]*)"', page))
    assert office.post(path, {**hidden, "answer": "confirm"}).status_code == 409
    assert assurance.post(path, {**hidden, "version": "7", "answer": "confirm"}).status_code == 409
    assert assurance.post(path, {**hidden, "answer": "confirm"}).status_code == 302
    again = assurance.post(path, {**hidden, "answer": "confirm"})
    assert again.status_code == 409
    assert "answered already" in again.content.decode()
    assert record.title not in assurance.get(path).content.decode()
    assert "confirmed and carried out" in office.get("/decisions/").content.decode()


def test_a_page_asks_as_often_for_much_as_for_little(cast):
    assurance = cast["assurance"]
    numbers = list(Publication.objects.order_by("pk").values_list("pk", flat=True)[:20])

    def count(what: list[int]) -> int:
        path = f"/decisions/{propose(cast, chr(10).join(map(str, what))).pk}/"
        with CaptureQueriesContext(connection) as captured:
            assert assurance.get(path).status_code == 200
        return len(captured)

    assert count(numbers[:2]) == count(numbers) <= 12
    with CaptureQueriesContext(connection) as few:
        assurance.get("/decisions/")
    for number in numbers[:10]:
        propose(cast, str(number))
    with CaptureQueriesContext(connection) as many:
        assurance.get("/decisions/")
    assert len(few) == len(many) <= 8


def test_without_a_decision_the_lower_rooms_do_nothing(cast):
    entry = Entry.objects.filter(kind="member.listed").first()
    made = propose(cast, str(entry.pk), act="erase")
    for decision in (made.pk, "D-0"):
        with pytest.raises(Exception, match="history knows of nobody who"):
            erase([entry], decision=decision, actor="person:1")


def tables_that_hold(word: str) -> set[str]:
    """Every table with the word in any column of any row; what indexes hold included on SQLite."""
    found = set()
    with connection.cursor() as cursor:
        names = connection.introspection.table_names(cursor)
        if connection.vendor == "sqlite":
            cursor.execute("SELECT name FROM sqlite_master WHERE type = 'table'")
            names = [name for (name,) in cursor.fetchall()]
        for name in names:
            cursor.execute(f'SELECT * FROM "{name}"')
            if any(word in as_text(cell).lower() for row in cursor.fetchall() for cell in row):
                found.add(name)
    return found


def as_text(cell) -> str:
    return bytes(cell).decode("utf-8", "replace") if isinstance(cell, bytes | memoryview) else str(cell)


def test_a_redacted_value_is_found_nowhere_but_where_the_docs_say(committed_db, own_home):
    """docs/explanation/redaction.md, *Where a value stands*: of those in the database, only statements keep it."""
    word = "zyxqwvium"
    world.adopt()
    ensure_signing_key()
    row = {"record_id": "T1", "certificate_number": "T-1", "issue_date": "2024-01-01", "expiry_date": "2026-12-31"}
    world.take_up(own_home, row | {"scope": f"Casting of {word.title()} at night", "entity": f"Works of {word}"})
    world.take_up(own_home, row | {"scope": f"Casting of {word.title()} by day", "entity": f"Works of {word}"})
    (own_home / "certificates.csv").unlink()
    cast = make_cast()
    kept = write_snapshot(actor=OPERATOR).folder
    assert {"publication_payload", "history_payload", "register_record"} <= tables_that_hold(word)
    if connection.vendor == "sqlite":
        assert "register_text_data" in tables_that_hold(word)
    record = Record.objects.get(until=None, kind="certificate")
    confirm(cast, propose(cast, f"certificate {record.subject}"))
    assert tables_that_hold(word) == {"importing_statement"}
    assert not kept.exists()
    gone = f"/certificates/{record.subject}-{record.slug}/"
    answer = Client().get(gone)
    assert answer.status_code == 410
    assert word not in answer.content.decode().replace(gone, "(the address asked for)")
    assert verify().ok
    if connection.vendor == "sqlite":
        with connection.cursor() as cursor:
            cursor.execute("VACUUM")
            cursor.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        stated = sum(str(row.cells).lower().count(word) for row in Statement.objects.all())
        files = [path for path in own_home.rglob("*") if path.is_file()]
        files.append(Path(connection.settings_dict["NAME"]))
        assert sum(path.read_bytes().lower().count(word.encode()) for path in files) == stated == 4
