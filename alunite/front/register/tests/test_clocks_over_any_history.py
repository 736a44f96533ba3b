"""Whatever was published, corrected, redacted, merged, parted, withdrawn and said again: read tables, as-of pages and
paging agree.

Some subjects are published as they come; others are records that were imported, which people merge and part.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import date

import pytest
from django.conf import settings as installed
from django.db.models import QuerySet
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from alunite.foundation.accounts.policies import OPERATOR
from alunite.foundation.merging.actions import undo_merge
from alunite.foundation.merging.models import Merge
from alunite.foundation.merging.queries import standing_merges
from alunite.foundation.publications import queries as published
from alunite.foundation.publications.actions import ToPublish, publish
from alunite.foundation.publications.models import Publication, PublicationPayload
from alunite.front.register import home_queries, projector, queries
from alunite.front.register.checks import check_read_tables
from alunite.front.register.lines import lines
from alunite.front.register.models import Record
from alunite.front.register.projector import CERTIFICATE, EVENT, rebuild
from alunite.front.register.queries import Asked, Listing
from alunite.front.register.tests.world import SOAK, read_tables, stated, take_up, undone
from alunite.programme.audits.models import Firm
from alunite.programme.certificates.models import CertificationEvent
from alunite.programme.members.models import Member
from tests import rows
from tests.decided import OFFICE, redact_by
from tests.merging.rows import merge_pair

SUBJECTS = [f"2222222{digit}" for digit in "23456"]
DAYS = [date(2020, 1, 1), date(2021, 6, 30), date(2023, 1, 1)]
MEMBERS = ["North Metals", "South Metals", "East Metals"]
MERGED = {"member": (Member, "name"), "firm": (Firm, "name"), "certification_event": (CertificationEvent, "record_id")}
STATES = ("active", "suspended", "expired", "unknown")
OURS = settings(
    max_examples=max(12, int(120 * SOAK)),
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)


@pytest.fixture
def imported(scheme, tmp_path):
    """Records that can be merged: members, firms, events with and without a certificate; an audit names some."""
    of_events = [
        {"record_id": f"T{place}", "member": name, "audit_firm": f"Check {place}", "announced_date": "2022-05"}
        for place, name in enumerate(MEMBERS)
    ]
    audit = {"member": "North Metals;South Metals", "audit_firm": "Check 1"}
    finding = {"member": "South Metals"}
    done = rows.importer(tmp_path)(
        members=[{"name": name} for name in MEMBERS], certificates=of_events, audits=[audit], findings=[finding]
    )
    rows.taken_up(done)


@dataclass
class Step:
    """One thing that happens; `number` makes decisions distinct."""

    name: str
    kind: str
    subject: str
    state: str
    day: date
    country: str
    which: int
    number: int = field(default=0)


def say(step: Step) -> None:
    """Publish what is new of a subject: said first, corrected, or said again after it was withdrawn."""
    begins = {"state": step.state, "first": step.day.isoformat(), "last": None, "qualifier": "unknown", "reasons": []}
    told = {
        "countries": [step.country],
        "announced_date": step.day.isoformat(),
        "entity": f"Works of {step.state}",
        "timeline": [begins] if step.which % 3 else [],
    }
    publish(step.kind, [stated(step.subject, step.kind, **told)], actor=OPERATOR)


def say_twice_at_once(step: Step) -> None:
    first, second = (stated(step.subject, step.kind, scope=f"{step.state} {number}") for number in (1, 2))
    publish(step.kind, [first, second], actor=OPERATOR)


def withdraw(step: Step) -> None:
    publish(step.kind, [ToPublish(step.subject, None, "owner_request")], actor=OPERATOR)


def withdraw_imported(step: Step) -> None:
    shown = published.current_publications().filter(kind__in=MERGED, withdrawal="")
    if found := list(shown.values_list("kind", "subject")):
        kind, subject = found[step.which % len(found)]
        publish(kind, [ToPublish(subject, None, "owner_request")], actor=OPERATOR)


def correct(step: Step) -> None:
    """State another thing in the row of an imported event; it may stand under another certificate then."""
    told = {"record_id": f"T{step.which % 3}", "member": MEMBERS[step.which % 3], "entity": f"Works of {step.state}"}
    number = {"certificate_number": "7"} if step.which % 2 else {}
    take_up(installed.ALUNITE_HOME, told | number | {"announced_date": step.day.isoformat()})


def merge(step: Step) -> None:
    """Let a person merge two records that speak for themselves, if there are two."""
    kind = sorted(MERGED)[step.which % len(MERGED)]
    model, name = MERGED[kind]
    gone = standing_merges(kind)
    free = [pk for pk in model.objects.order_by(name).values_list("pk", flat=True) if pk not in gone]
    if len(free) > 1:
        loser = free.pop(step.which % len(free))
        merge_pair(kind, loser, free[step.which % len(free)], OFFICE)


def part(step: Step) -> None:
    """Let a person undo one of the merges that stand."""
    if standing := list(Merge.objects.filter(undone_at=None).order_by("pk")):
        pair = standing[step.which % len(standing)].proposal
        undo_merge(pair.pk, version=pair.version, note="", actor=OFFICE)


def redact(step: Step) -> None:
    left = PublicationPayload.objects.filter(payload__isnull=False).order_by("pk").values_list("pk", flat=True)
    if ids := list(left):
        redact_by(f"D-{step.number}", [ids[step.which % len(ids)]])


# What can happen; a slice that brings an action of its own adds it here.
STEPS: dict[str, Callable[[Step], None]] = {
    "say": say,
    "say twice at once": say_twice_at_once,
    "correct": correct,
    "withdraw": withdraw,
    "withdraw imported": withdraw_imported,
    "merge": merge,
    "part": part,
    "redact": redact,
}

STEP = st.builds(
    Step,
    name=st.sampled_from(["say", "merge", *STEPS]),
    kind=st.sampled_from([EVENT, CERTIFICATE]),
    subject=st.sampled_from(SUBJECTS),
    state=st.sampled_from(STATES),
    day=st.sampled_from(DAYS),
    country=st.sampled_from(["NO", "SE", "unknown"]),
    which=st.integers(0, 50),
)


def take(steps: list[Step]) -> None:
    for number, step in enumerate(steps):
        STEPS[step.name](replace(step, number=number + step.which * 1000))


def asked(at: int | None, **more) -> Asked:
    return Asked(**{"text": "", "chosen": {}, "on": None, "today": DAYS[-1], "at": at} | more)


def listing(question: Asked) -> Listing:
    return queries.listing(question, lines())


def seen(at: int | None) -> list[object]:
    """What pages show, on either clock and with filters."""
    questions = [
        asked(at),
        *(asked(at, on=day, states=states) for day in DAYS for states in ([], ["active"])),
        asked(at, states=["unknown", "suspended"]),
        *(asked(at, sort=sort) for sort in queries.SORTS),
        asked(at, text="works suspended"),
        asked(at, chosen={"country": ["NO", "SE"]}),
        asked(at, text="works", chosen={"country": ["SE"]}, states=["active"]),
    ]
    lists = [_shown(listing(question)) for question in questions]
    spoken_of = sorted(set(Publication.objects.values_list("kind", "subject")))
    pages = [_said(queries.record(kind, subject, at)) for kind, subject in spoken_of]
    return [lists, pages, queries.counts(at), home_queries.counts(lines(), None, at)]


def _shown(page: Listing) -> object:
    counts = {name: {value: n for value, n in values.items() if n} for name, values in page.facets.items()}
    return [_said(record) for record in page.records], page.certificates, page.events, page.dateless, counts


def _said(record: Record | None) -> object:
    return record and (record.publication, record.payload, record.withdrawal, record.successor, record.redacted_by)


@OURS
@given(steps=st.lists(STEP, min_size=1, max_size=12))
def test_read_tables_lived_are_those_rebuilt(imported, steps):
    with undone():
        take(steps)
        lived = read_tables()
        assert list(check_read_tables()) == []
        rebuild()
        assert read_tables() == lived


@OURS
@given(steps=st.lists(STEP, min_size=1, max_size=12), share=st.floats(0, 1))
def test_as_of_a_publication_is_a_rebuild_from_all_up_to_it(imported, steps, share):
    with undone():
        take(steps)
        ids = list(Publication.objects.order_by("pk").values_list("pk", flat=True)) or [0]
        at = ids[round(share * (len(ids) - 1))]
        then = seen(at)
        everything: Callable[[], QuerySet[Publication]] = published.publications
        projector.publications = lambda: everything().filter(pk__lte=at)
        try:
            rebuild()
        finally:
            projector.publications = everything
        assert seen(None) == then


SAME_ID = [Step("say", kind, "22222222", "active", DAYS[0], "NO", 1) for kind in ("certificate", "certification_event")]


@OURS
@example(before=SAME_ID, meanwhile=SAME_ID[:1])
@given(before=st.lists(STEP, min_size=4, max_size=10), meanwhile=st.lists(STEP, min_size=1, max_size=6))
def test_pages_read_while_others_publish_are_those_of_the_list_as_it_was(imported, before, meanwhile):
    with undone():
        take(before)
        whole = [record.publication for record in listing(asked(None)).records]
        length, queries.PAGE_LENGTH = queries.PAGE_LENGTH, 1
        try:
            page = listing(asked(None))
            walked = [record.publication for record in page.records]
            for step in (step for step in meanwhile if step.name != "redact"):
                if page.next is None:
                    break
                take([step])
                page = listing(asked(page.at, after=page.next))
                walked += [record.publication for record in page.records]
            while page.next is not None:
                page = listing(asked(page.at, after=page.next))
                walked += [record.publication for record in page.records]
        finally:
            queries.PAGE_LENGTH = length
        assert walked == whole
