"""A made-up programme to measure self assessments with: a standard of any length, and as many answers as are asked for.

.venv/bin/python benchmarks/assessing.py pack FOLDER --criteria 106
.venv/bin/python benchmarks/assessing.py build --scheme FOLDER --answers 137000 [--assessments 10000] [--members 300]

The second fills the installation ALUNITE_HOME and DATABASE_URL name, which must not exist yet, and prints who signs in and
what there is to ask for. Each answer has its entry of history, written as the action writes it. Of ten answers, three have
evidence and one is commented on.
"""

from __future__ import annotations

import argparse
import json
import os
import shutil
import sys
import time
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from uuid import UUID

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "alunite.config.settings")

import django

django.setup()

from django.db import transaction  # noqa: E402, after django.setup()

from alunite.config.commands.setting_up import initialise  # noqa: E402
from alunite.foundation.accounts.actions import add_organisation, add_person, affiliate  # noqa: E402
from alunite.foundation.accounts.models import Organisation, Person  # noqa: E402
from alunite.foundation.accounts.policies import OPERATOR, actor_for  # noqa: E402
from alunite.foundation.accounts.roles import OrganisationKind, Role  # noqa: E402
from alunite.foundation.history.actions import Change, record_many  # noqa: E402
from alunite.foundation.messages.threads.models import Post, Thread, ThreadKind  # noqa: E402
from alunite.foundation.publications.identifiers import unused_ids  # noqa: E402
from alunite.foundation.scheme.checks import release_digest  # noqa: E402
from alunite.foundation.scheme.tests.where import TEA  # noqa: E402
from alunite.foundation.tables.bulk import insert_new  # noqa: E402
from alunite.programme.assessments.actions import FIELDS, ScopeGiven, create_scope  # noqa: E402
from alunite.programme.assessments.models import Answer, Assessment, Evidence, EvidenceLink  # noqa: E402
from alunite.programme.assessments.talking.policies import ASSESSMENT  # noqa: E402

NAME, NAME_OF_ALL, PASSWORD = "measurer", "measurer-of-all", "correct horse battery staple"
VERSION = "leaf-1"
FIRST = datetime(2026, 1, 1, tzinfo=UTC)
TEXT = "What is done, by whom, since when, and where it is written down. " * 6
BATCH = 20_000
PIECES = 10  # of evidence a member has
WITH_EVIDENCE, WITH_COMMENT = (0, 3, 6), 5  # of ten answers
SELF_LEVELS = (("met", "full", False), ("partly_met", "minor", True), ("not_met", "major", True))
ANSWER_COLUMNS = (
    *("assessment_id", "number", "level", "text", "gap", "version", "saved_at", "carried", "carried_numbers"),
)


def number_of(place: int) -> str:
    """Return the number of a criterion by its place: twenty to a principle."""
    return f"{place // 20 + 1}.{place % 20 + 1}"


def write_pack(folder: Path, criteria: int) -> None:
    """Write the made-up scheme of the tests with a standard of so many criteria."""
    shutil.rmtree(folder, ignore_errors=True)
    shutil.copytree(TEA, folder)
    stated = {"trust": "design"}
    listed = [
        {
            "number": number_of(place),
            "title": f"Made-up criterion {place}",
            "requirement": {"text": "Something is done, written down and looked at each year.", **stated},
            "applies": {"to": ["growing", "withering", "blending"], **stated},
            **stated,
        }
        for place in range(criteria)
    ]
    principles = [
        {
            "number": at // 20 + 1,
            "title": f"Made-up principle {at // 20 + 1}",
            "criteria": listed[at : at + 20],
            **stated,
        }
        for at in range(0, criteria, 20)
    ]
    standard = {
        "format": 1,
        "standard": {"id": VERSION, "release": 1, "title": "A made-up standard", **stated},
        "counts": {"sections": 1, "principles": len(principles), "criteria": criteria, **stated},
        "covers": {"activities": ["growing", "withering", "blending"], **stated},
        "sections": [{"id": "whole", "title": "All of it", "principles": principles, **stated}],
    }
    release = {"number": 1, "released": "2026-11-22", "sha256": release_digest(standard)}
    assessments = {
        "format": 1,
        "scope_types": [{"id": "garden", "label": "Garden", **stated}],
        "levels": [
            {"id": level, "label": level.replace("_", " ").capitalize(), "mark": mark, "is_gap": is_gap, **stated}
            for level, mark, is_gap in SELF_LEVELS
        ],
        "readiness": [
            {"id": one, "blocks": True, "text": "It is there.", **stated}
            for one in ("every_criterion_answered", "gaps_planned")
        ],
    }
    # JSON is YAML.
    for name, data in (
        (f"standards/{VERSION}.yaml", standard),
        ("releases.yaml", {"format": 1, "standards": [{"standard": VERSION, "releases": [release]}]}),
        ("assessments.yaml", assessments),
    ):
        (folder / name).write_text(json.dumps(data, indent=1), encoding="utf-8")


def build(scheme: Path, answers: int, assessments: int, members: int, criteria: int) -> dict[str, str]:
    """Make the installation with its scopes, self assessments and answers; return what there is to ask for.

    One person manages for the first member, whose scope and self assessment are asked for, another for all of them.
    """
    initialise(samples=(), directory=scheme)
    for name in (NAME, NAME_OF_ALL):
        add_person(name, actor=OPERATOR, password=PASSWORD, made_up=True)
    for place in range(members):
        one = add_organisation(f"Works {place} (made up)", OrganisationKind.MEMBER, actor=OPERATOR, made_up=True)
        affiliate(NAME_OF_ALL, one, Role.MANAGER, actor=OPERATOR)
        if place == 0:
            affiliate(NAME, one, Role.MANAGER, actor=OPERATOR)
    actor = actor_for(Person.objects.get(username=NAME_OF_ALL))
    given = ScopeGiven(
        *(
            "Garden",
            "garden",
            "All of it.",
            ("growing",),
            "",
            "",
            "",
            "gardens",
            False,
            (),
            (),
            date(2027, 9, 1),
            (),
            {},
        )
    )
    owners = list(Organisation.objects.filter(kind=OrganisationKind.MEMBER).order_by("pk"))
    owners.sort(key=lambda one: int(one.name.split()[1]))
    scopes = [create_scope(one, given, actor=actor) for one in owners]
    ids = unused_ids(Assessment, assessments)
    with transaction.atomic():
        Assessment.objects.bulk_create(
            [
                Assessment(
                    id=pk,
                    scope=scopes[at % members],
                    organisation=owners[at % members],
                    standard=VERSION,
                    opened_at=FIRST + timedelta(minutes=at),
                )
                for at, pk in enumerate(ids)
            ],
            batch_size=500,
        )
    pieces = [
        Evidence(organisation=one, title=f"Record {at} (made up)", link=f"https://works.example/{at}", added_at=FIRST)
        for one in owners
        for at in range(PIECES)
    ]
    Evidence.objects.bulk_create(pieces, batch_size=500)
    desk = Desk(
        {pk: owners[at % members] for at, pk in enumerate(ids)},
        {one.pk: [piece.pk for piece in pieces if piece.organisation_id == one.pk] for one in owners},
        Person.objects.get(username=NAME),
    )
    # All criteria of the first are answered, whatever the others have: what is opened and exported is whole.
    fill(desk, ids[:1], criteria)
    fill(desk, ids[1:], answers - criteria)
    return {"whole": ids[0], "scope": scopes[0].pk}


@dataclass(frozen=True)
class Desk:
    """Whose assessments there are, the ids of each organisation's evidence, and who comments."""

    owners: dict[str, Organisation]
    evidence: dict[UUID, list[str]]
    person: Person


def fill(desk: Desk, ids: list[str], answers: int) -> None:
    """Write answers, spread evenly; beyond the criteria there are, under numbers of their own."""
    each = -(-answers // len(ids))
    pairs = [(pk, number_of(place)) for pk in ids for place in range(each)][:answers]
    for start in range(0, len(pairs), BATCH):
        some = pairs[start : start + BATCH]
        write(some)
        write_around(desk, some)


def write_around(desk: Desk, pairs: list[tuple[str, str]]) -> None:
    """Write the evidence and the comments of answers."""
    links = [
        (desk.evidence[desk.owners[pk].pk][at % PIECES], pk, number)
        for at, (pk, number) in enumerate(pairs)
        if at % 10 in WITH_EVIDENCE
    ]
    threads = [
        Thread(
            organisation=desk.owners[pk],
            subject_type=ASSESSMENT,
            subject_id=pk,
            place=number,
            kind=ThreadKind.COMMENT,
            begun_at=FIRST,
            begun_by=desk.person,
            last_at=FIRST,
        )
        for pk, number in pairs[WITH_COMMENT::10]
    ]
    with transaction.atomic():
        insert_new(EvidenceLink, ("evidence_id", "assessment_id", "number"), links)
        Thread.objects.bulk_create(threads, batch_size=500)
        Post.objects.bulk_create(
            [Post(thread=one, by=desk.person, text=TEXT, at=FIRST) for one in threads], batch_size=500
        )


def write(pairs: list[tuple[str, str]]) -> None:
    """Write answers with their entries of history."""
    values = dict.fromkeys(FIELDS, "") | {"level": "met", "text": TEXT}
    with transaction.atomic():
        insert_new(
            Answer,
            ANSWER_COLUMNS,
            [(pk, number, "met", TEXT, "", 1, FIRST, "", []) for pk, number in pairs],
        )
        changes = [
            Change("answer", f"{pk}/{number}", {"values": values, "changed": ["level", "text"]}) for pk, number in pairs
        ]
        record_many("answer.saved", changes, actor="system", at=FIRST)


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("what", choices=("pack", "build"))
    parser.add_argument("folder", nargs="?", type=Path)
    parser.add_argument("--scheme", type=Path)
    parser.add_argument("--criteria", type=int, default=106)
    parser.add_argument("--answers", type=int, default=1_000)
    parser.add_argument("--assessments", type=int, default=10_000)
    parser.add_argument("--members", type=int, default=300)
    asked = parser.parse_args()
    if asked.what == "pack":
        write_pack(asked.folder, asked.criteria)
        return 0
    started = time.perf_counter()
    told = build(asked.scheme, asked.answers, asked.assessments, asked.members, asked.criteria)
    print(json.dumps(told | {"seconds": f"{time.perf_counter() - started:.0f}"}))
    return 0


if __name__ == "__main__":
    sys.exit(main())
