"""Publishing is an act: said once, checked before it is written, and never said again in the same words."""

from __future__ import annotations

import json
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from alunite.foundation.accounts.policies import IMPORTER, OPERATOR, PUBLIC, SYSTEM, Actor, Refused
from alunite.foundation.history.decided import NotDecided
from alunite.foundation.history.models import Entry
from alunite.foundation.publications import actions
from alunite.foundation.publications.actions import ToPublish, projector, publish, redact, release
from alunite.foundation.publications.kinds import UnfitPayload, UnknownKind, kind, publication_digest, publication_kind
from alunite.foundation.publications.models import Publication, PublicationPayload
from alunite.foundation.publications.queries import (
    current_publications,
    first_published,
    latest_payload,
    publications,
    published_by,
    read,
)
from alunite.foundation.publications.tests.kinds import KIND, Notice, notice, withdrawn
from tests.decided import decide

OFFICE = Actor("person:1", "1", frozenset({("org", "secretariat", "office")}))
STRANGER = Actor("person:2", "2")
MEMBER = Actor("person:3", "3", frozenset({("org", "member", "manager")}))


def said(*statements: ToPublish, actor=OPERATOR):
    return publish(KIND, statements, actor=actor)


def versions() -> list[tuple[str, int]]:
    return list(Publication.objects.order_by("pk").values_list("subject", "version"))


def nothing_written() -> bool:
    return not (Publication.objects.exists() or PublicationPayload.objects.exists() or Entry.objects.exists())


def test_what_is_published_is_kept_with_its_digest_and_its_entry(db):
    [published] = said(notice("a1", "first"))
    row = Publication.objects.get()
    assert (row.kind, row.subject, row.version, row.withdrawal) == (KIND, "a1", 1, "")
    assert json.loads(row.body.payload) == {"by": None, "id": "a1", "number": 0, "text": "first"}
    assert row.digest == publication_digest(KIND, "a1", 1, published.payload)
    entry = Entry.objects.get()
    assert (entry.kind, entry.record_id, entry.actor) == ("publication.published", f"{KIND}:a1", "operator")
    assert entry.data["digest"] == row.digest


@pytest.mark.parametrize(
    ("payload", "where"),
    [
        ({"id": "a2", "text": "x", "phone": "+47"}, "phone"),
        ({"id": "a2", "text": "x", "by": {"id": "p", "name": "P", "email": "p@example.org"}}, "by.email"),
        ({"id": "a2"}, "text"),
        ({"id": "a2", "text": None}, "text"),
    ],
)
def test_a_payload_with_an_unknown_or_missing_field_is_refused_before_anything_is_written(db, payload, where):
    """The fault stands last, behind more statements than one batch holds."""
    good = [notice(f"s{number}") for number in range(actions.BATCH + 1)]
    with pytest.raises(UnfitPayload, match=where):
        said(*good, ToPublish("a2", payload))
    assert nothing_written()


@pytest.mark.parametrize(
    "statement",
    [
        ToPublish("a1", None),
        ToPublish("a1", None, "Mr Smith asked for it"),
        ToPublish("a1", None, "x" * 41),
        ToPublish("a1", {"id": "a1", "text": "x"}, "merged"),
        ToPublish("", {"id": "", "text": "x"}),
        ToPublish("x" * 65, {"id": "x", "text": "x"}),
        ToPublish("a1", {"id": "a1", "text": "x"}, successor="a2"),
        ToPublish("a1", None, "merged", successor="a1"),
        ToPublish("a1", None, "merged", successor="x" * 65),
    ],
)
def test_a_withdrawal_needs_a_class_of_reason_and_a_subject_its_id(db, statement):
    """Otherwise a page would say neither what is held nor why nothing is."""
    with pytest.raises(UnfitPayload):
        said(notice("a0"), statement)
    assert nothing_written()


def test_a_kind_nobody_registered_is_refused(db):
    with pytest.raises(UnknownKind):
        publish("gossip", [notice("a1")], actor=OPERATOR)


def test_a_kind_is_registered_once(db):
    with pytest.raises(ValueError, match="twice"):
        publication_kind(KIND)(Notice)


def test_the_same_words_again_make_no_publication(db):
    said(notice("a1"), notice("a2"))
    assert said(notice("a1"), notice("a2")) == []
    # Left out is the same as its default, and the order of keys says nothing.
    assert said(ToPublish("a1", {"number": 0, "text": "said", "id": "a1", "by": None})) == []
    assert versions() == [("a1", 1), ("a2", 1)]
    assert Entry.objects.count() == 2


def test_other_words_make_the_next_version_of_that_subject_alone(db):
    said(notice("a1"), notice("a2"))
    published = said(notice("a1", "changed"), notice("a2"))
    assert [(item.subject, item.version) for item in published] == [("a1", 2)]
    assert latest_payload(KIND, "a1")["text"] == "changed"
    assert latest_payload(KIND, "a2")["text"] == "said"


def test_words_said_before_and_then_changed_can_be_said_again(db):
    for text in ("one", "two", "one"):
        said(notice("a1", text))
    assert versions() == [("a1", 1), ("a1", 2), ("a1", 3)]
    assert latest_payload(KIND, "a1")["text"] == "one"


def test_a_subject_said_twice_in_one_call_is_said_twice_in_order(db):
    published = said(notice("a1", "one"), notice("a2"), notice("a1", "two"), notice("a1", "two"))
    assert [(item.subject, item.version) for item in published] == [("a1", 1), ("a2", 1), ("a1", 2)]
    assert latest_payload(KIND, "a1")["text"] == "two"


def test_subjects_of_two_kinds_may_bear_one_id(db):
    publication_kind("other_notice")(type("Other", (Notice,), {}))
    said(notice("a1"))
    publish("other_notice", [notice("a1", "other")], actor=OPERATOR)
    assert Publication.objects.count() == 2
    assert latest_payload(KIND, "a1")["text"] == "said"
    assert latest_payload("other_notice", "a1")["text"] == "other"


def test_a_withdrawal_is_a_version_of_its_own_and_keeps_what_was_said(db):
    said(notice("a1"))
    [published] = said(withdrawn("a1"))
    assert (published.version, published.payload, published.withdrawal) == (2, None, "merged")
    assert latest_payload(KIND, "a1") is None
    assert Publication.objects.get(version=1).body.payload is not None
    assert said(withdrawn("a1")) == [], "withdrawn once is withdrawn"
    said(notice("a1"))
    assert versions() == [("a1", 1), ("a1", 2), ("a1", 3)]


def test_what_was_never_said_cannot_be_withdrawn(db):
    assert said(withdrawn("a1")) == []
    assert nothing_written()


@pytest.mark.parametrize("actor", [PUBLIC, STRANGER, MEMBER])
def test_who_may_not_publish_is_refused_and_nothing_is_written(db, actor):
    with pytest.raises(Refused):
        said(notice("a1"), actor=actor)
    assert nothing_written()


@pytest.mark.parametrize("actor", [OPERATOR, IMPORTER, SYSTEM, OFFICE])
def test_the_installation_and_the_secretariat_publish_under_their_own_name(db, actor):
    said(notice("a1"), actor=actor)
    assert Entry.objects.get().actor == actor.label


def test_every_publication_has_one_entry_of_history(db):
    said(*(notice(f"s{number}") for number in range(7)))
    said(notice("s3", "changed"), withdrawn("s4"))
    recorded = Entry.objects.order_by("pk").values_list("record_id", "record_version")
    assert list(recorded) == [(f"{KIND}:{subject}", version) for subject, version in versions()]


def test_queries_grow_with_batches_not_with_statements(db):
    def asked(count: int, prefix: str) -> int:
        with CaptureQueriesContext(
            connection,
        ) as queries:
            said(*(notice(f"{prefix}{number}") for number in range(count)))
        return len(queries)

    asked(1, "warm")
    few = asked(2, "a")
    assert few <= 12
    assert asked(20, "b") == asked(80, "c") == few
    # Beyond that SQLite asks by at most 999 values a statement; PostgreSQL still takes the batch at once.
    many = asked(actions.BATCH, "d")
    assert many <= (20 if connection.vendor == "sqlite" else few)
    assert asked(actions.BATCH * 2, "e") <= 2 * many


def test_restating_as_many_again_asks_as_little(db):
    statements = [notice(f"s{number}") for number in range(300)]
    said(*statements)
    with CaptureQueriesContext(connection) as queries:
        said(*statements)
    assert len(queries) <= 4


def test_projectors_get_what_was_said_in_the_same_transaction(db):
    seen = []

    @projector
    def watch(published):
        assert connection.in_atomic_block
        seen.extend((item.subject, item.version, item.payload and item.payload["text"]) for item in published)

    said(notice("a1"), notice("a2"))
    said(notice("a1"), notice("a2", "changed"))
    said(notice("a1"), withdrawn("a2"))
    assert seen == [("a1", 1, "said"), ("a2", 1, "said"), ("a2", 2, "changed"), ("a2", 3, None)]


def test_a_failing_projector_undoes_publication_and_history(db):
    said(notice("a1"))
    done = []

    @projector
    def works(published):
        done.append(len(published))

    @projector
    def fails(published):
        raise RuntimeError("the disk is full")

    before = list(Entry.objects.values())
    with pytest.raises(RuntimeError, match="the disk is full"):
        said(notice("a1", "changed"), notice("a2"))
    assert done == [2]
    assert versions() == [("a1", 1)]
    assert list(Entry.objects.values()) == before
    assert latest_payload(KIND, "a1")["text"] == "said"


def test_a_failing_projector_undoes_a_redaction(db):
    [published] = said(notice("a1"))

    @projector
    def fails(found):
        raise RuntimeError("the disk is full")

    decide("D-1", publication=[published.id])
    with pytest.raises(RuntimeError):
        redact([published.id], decision="D-1", actor=OFFICE)
    assert latest_payload(KIND, "a1")["text"] == "said"


def test_a_redaction_empties_a_payload_once_and_names_its_decision(db):
    seen = []
    projector(seen.extend)
    first, second = said(notice("a1"), notice("a2"))
    seen.clear()
    decide("D-1", publication=[first.id])
    assert redact([first.id], decision="D-1", actor=OFFICE) == 1
    decide("D-2", publication=[first.id])
    assert redact([first.id], decision="D-2", actor=OFFICE) == 0
    body = PublicationPayload.objects.get(publication=first.id)
    assert (body.payload, body.redacted_by) == (None, "D-1")
    assert latest_payload(KIND, "a1") is None
    assert latest_payload(KIND, "a2") == second.payload
    assert Publication.objects.get(pk=first.id).digest, "the digest stays"
    assert [(item.subject, item.payload, item.withdrawal) for item in seen] == [("a1", None, "redacted")]
    again = {item.subject: (item.payload, item.withdrawal) for item in read(current_publications())}
    assert again == {"a1": (None, "redacted"), "a2": (second.payload, "")}


def test_redacting_an_old_version_tells_the_projectors_and_leaves_what_is_shown(db):
    """Read tables hold all versions: what had to go must go from them as well."""
    seen = []
    [old] = said(notice("a1", "a name that had to go"))
    said(notice("a1", "without the name"))
    projector(seen.extend)
    decide("D-1", publication=[old.id])
    redact([old.id], decision="D-1", actor=OFFICE)
    [told] = seen
    assert (told.id, told.version, told.payload, told.digest) == (old.id, 1, None, old.digest)
    assert told.redaction.decision == "D-1"
    assert latest_payload(KIND, "a1")["text"] == "without the name"
    assert [item for item in read(publications()) if item.id == old.id] == [told]


@pytest.mark.parametrize("actor", [PUBLIC, STRANGER, MEMBER, OPERATOR, IMPORTER, SYSTEM])
def test_nobody_else_carries_out_a_decision_to_redact(db, actor):
    [published] = said(notice("a1"))
    decide("D-1", publication=[published.id])
    with pytest.raises(Refused):
        redact([published.id], decision="D-1", actor=actor)
    assert latest_payload(KIND, "a1") is not None


@pytest.mark.parametrize("decision", ["", "D-0", "D-another", "D-one-person"])
def test_a_redaction_takes_the_decision_of_two_people_about_just_that(db, decision):
    [published] = said(notice("a1"))
    decide("D-another", publication=[published.id + 1], entry=[published.id])
    decide("D-one-person", publication=[published.id], confirmer="person:7")
    with pytest.raises(NotDecided, match="decision"):
        redact([published.id], decision=decision, actor=OFFICE)
    assert latest_payload(KIND, "a1") is not None


def test_what_was_redacted_is_published_again_only_once_released(db):
    seen = []
    [first] = said(notice("a1"))
    decide("D-1", publication=[first.id], ground="court_order")
    redact([first.id], decision="D-1", actor=OFFICE)
    projector(seen.extend)
    assert said(notice("a1", "changed")) == said(withdrawn("a1")) == []
    [shown] = read(current_publications())
    assert (shown.redaction.decision, shown.redaction.ground) == ("D-1", "court_order")
    with pytest.raises(NotDecided):
        release([(KIND, "a1")], decision="D-1", actor=OFFICE)
    decide("D-2", subject=[f"{KIND}:a1"], ground="ground_gone")
    assert [
        (item.version, item.payload, item.withdrawal) for item in release([(KIND, "a1")], decision="D-2", actor=OFFICE)
    ] == [(2, None, "released")]
    assert [item.payload["text"] for item in said(notice("a1", "changed"))] == ["changed"]
    assert [(item.version, item.withdrawal) for item in seen] == [(2, "released"), (3, "")]


def test_what_was_redacted_after_it_had_left_does_not_come_back_by_itself(db):
    [first] = said(notice("a1"))
    said(notice("b1"), ToPublish("a1", None, "merged", "b1"))
    decide("D-1", publication=[first.id])
    redact([first.id], decision="D-1", actor=OFFICE)
    assert said(notice("a1")) == []
    decide("D-2", subject=[f"{KIND}:a1"])
    assert [item.withdrawal for item in release([(KIND, "a1")], decision="D-2", actor=OFFICE)] == ["released"]
    assert [item.payload["text"] for item in said(notice("a1"))] == ["said"]


def test_another_reason_or_another_successor_is_something_new(db):
    said(notice("a1"), notice("b1"), notice("c1"))
    said(ToPublish("a1", None, "merged", "b1"))
    assert said(ToPublish("a1", None, "merged", "b1")) == []
    [other] = said(ToPublish("a1", None, "merged", "c1"))
    assert (other.version, other.successor) == (3, "c1")
    assert [(item.version, item.withdrawal) for item in said(withdrawn("a1", "regrouped"))] == [(4, "regrouped")]


def test_current_publications_are_the_latest_of_each_subject_in_order(db):
    said(notice("a1"), notice("a2"), notice("a3"))
    said(notice("a1", "changed"), withdrawn("a2"))
    found = [(item.subject, item.version) for item in read(current_publications())]
    assert found == [("a3", 1), ("a1", 2), ("a2", 2)]


def test_what_was_current_by_a_publication_is_the_latest_of_each_subject_up_to_it(db):
    first, second = said(notice("a1"), notice("a2"))
    changed, gone = said(notice("a1", "changed"), withdrawn("a2"))
    for by, current in (
        (0, []),
        (first.id, [first.id]),
        (second.id, [first.id, second.id]),
        (changed.id, [second.id, changed.id]),
        (gone.id, [changed.id, gone.id]),
    ):
        assert [row.pk for row in current_publications(by=by)] == current


def test_by_the_end_of_a_day_is_by_its_midnight_in_the_zone(db, monkeypatch):
    """Oslo is one hour ahead of UTC in winter (IANA: Europe/Oslo, +01)."""
    ids = []
    for number, at in enumerate(("2026-01-10T22:59:59.999999", "2026-01-10T23:00", "2026-01-11T23:30")):
        monkeypatch.setattr(timezone, "now", lambda at=at: datetime.fromisoformat(f"{at}+00:00"))
        ids += [item.id for item in said(notice(f"a{number}"))]
    oslo, utc = ZoneInfo("Europe/Oslo"), ZoneInfo("UTC")
    days = [date(2026, 1, day) for day in (9, 10, 11, 12)]
    assert [published_by(day, oslo) for day in days] == [0, ids[0], ids[1], ids[2]]
    assert [published_by(day, utc) for day in days] == [0, ids[1], ids[2], ids[2]]
    assert first_published() == datetime.fromisoformat("2026-01-10T22:59:59.999999+00:00")


def test_before_anything_was_published_nothing_was(db):
    assert published_by(date(2026, 1, 1), ZoneInfo("UTC")) == 0
    assert first_published() is None


def test_a_clock_set_back_puts_nothing_before_what_was_said(db, monkeypatch):
    [first] = said(notice("a1"))
    monkeypatch.setattr(timezone, "now", lambda: first.published_at - timedelta(days=2))
    [second] = said(notice("a2"))
    assert second.published_at == first.published_at
    assert published_by(first.published_at.date(), ZoneInfo("UTC")) == second.id


def test_a_schema_says_its_dialect_and_that_nothing_else_may_be_said(db):
    schema = kind(KIND).schema()
    assert schema["$schema"] == "https://json-schema.org/draft/2020-12/schema"
    assert schema["additionalProperties"] is False
