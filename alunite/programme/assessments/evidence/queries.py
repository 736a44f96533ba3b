"""Reading evidence, in a fixed number of queries however much there is."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import NamedTuple
from uuid import UUID

from django.db.models import Count, Exists, OuterRef, Prefetch, Q, QuerySet

from alunite.foundation.accounts.policies import Actor, scoped
from alunite.foundation.files.models import Content
from alunite.programme.assessments.evidence.rules import number_key
from alunite.programme.assessments.models import Assessment, Evidence, EvidenceLink

PAGE_LENGTH = 50
MOST_ASSESSMENTS = 20
SHORT = 12

ALL, EXPIRED, UNUSED, UNDATED, CERTIFICATES, WITHDRAWN = "", "expired", "unused", "undated", "certificates", "withdrawn"
VIEWS = (ALL, EXPIRED, UNUSED, UNDATED, CERTIFICATES, WITHDRAWN)

# What of a piece of evidence a form changes, its files and criteria apart.
WORDS = (
    *("title", "link", "sharing", "evidence_date", "valid_until"),
    *("recognised", "certificate_number", "certificate_body", "certificate_scope"),
)


@dataclass(frozen=True, slots=True)
class Page:
    """Some of the evidence one may see, newest first.

    Parameters
    ----------
    items : sequence of Evidence
        With their links, `numbers` of criteria and files.
    counts : mapping of str to int
        How many each view has.
    number, pages : int
        Which page this is, from 1, and how many there are.
    """

    items: Sequence[Evidence]
    counts: Mapping[str, int]
    number: int
    pages: int


def evidence_seen_by(actor: Actor) -> QuerySet[Evidence]:
    """Return the evidence an actor may see, with its organisation and files."""
    found = Evidence.objects.select_related("organisation", "content", "public_content", "added_by")
    return scoped(actor, "evidence.view", found)


def page_of_evidence(actor: Actor, view: str, words: str, number: int, today: date) -> Page:
    """Return a page of one view of the evidence an actor may see. Three queries."""
    linked = EvidenceLink.objects.filter(evidence=OuterRef("pk"))
    found = evidence_seen_by(actor).annotate(is_used=Exists(linked))
    if words:
        found = found.filter(Q(title__icontains=words) | Q(file_name__icontains=words))
    views = _views(today)
    counts = found.order_by().aggregate(**{f"n_{name}": Count("pk", filter=kept) for name, kept in views.items()})
    total = counts[f"n_{view}"]
    pages = max(1, -(-total // PAGE_LENGTH))
    number = min(max(number, 1), pages)
    links = Prefetch("links", EvidenceLink.objects.order_by("pk"), to_attr="shown_links")
    listed = found.filter(views[view]).prefetch_related(links).order_by("-added_at", "-pk")
    items = list(listed[(number - 1) * PAGE_LENGTH : number * PAGE_LENGTH])
    return Page(items, {name: counts[f"n_{name}"] for name in VIEWS}, number, pages)


def _views(today: date) -> dict[str, Q]:
    """Return what each view shows: all but the last of what stands."""
    stands = Q(withdrawn_at=None)
    return {
        ALL: stands,
        EXPIRED: stands & Q(valid_until__lt=today),
        UNUSED: stands & Q(is_used=False),
        UNDATED: stands & Q(evidence_date=None),
        CERTIFICATES: stands & ~Q(recognised=""),
        WITHDRAWN: ~stands,
    }


def assessments_for(evidence: Evidence, among: QuerySet[Assessment] | None = None) -> list[Assessment]:
    """Return the self assessments, of all or `among` some, whose criteria a piece of evidence may speak to, newest first.

    Those that were carried on to a later version are left out, unless it speaks to them already. One query.
    """
    found = Assessment.objects.all() if among is None else among
    found = found.filter(organisation_id=evidence.organisation_id).select_related("scope")
    linked = Exists(EvidenceLink.objects.filter(assessment=OuterRef("pk"), evidence=evidence.pk or ""))
    carried_on = Exists(Assessment.objects.filter(carried_from=OuterRef("pk")))
    return list(found.filter(linked | ~carried_on).order_by("-opened_at", "-pk")[:MOST_ASSESSMENTS])


def criteria_of(evidence: Evidence) -> dict[str, tuple[str, ...]]:
    """Return the numbers of the criteria a piece of evidence speaks to, by the id of the assessment. One query."""
    found: dict[str, list[str]] = {}
    links = EvidenceLink.objects.filter(evidence=evidence.pk or "").values_list("assessment_id", "number")
    for assessment, number in links:
        found.setdefault(assessment, []).append(number)
    return {assessment: tuple(sorted(numbers, key=number_key)) for assessment, numbers in found.items()}


class Piece(NamedTuple):
    """What a criterion shows of a piece of evidence: a whole self assessment names hundreds."""

    pk: str
    title: str
    sharing: str
    organisation_id: UUID
    # Ids of the facilities it speaks for alone; none where it speaks for all.
    facilities: tuple[str, ...] = ()


def evidence_by_criterion(assessment: Assessment) -> dict[str, list[Piece]]:
    """Return the evidence of each criterion of a self assessment, by its number. One query."""
    found: dict[str, dict[str, Piece]] = {}
    links = EvidenceLink.objects.filter(assessment=assessment).order_by("evidence__title", "pk", "at_sites__pk")
    names = (f"evidence__{name}" for name in ("pk", "title", "sharing", "organisation_id"))
    for number, facility, *named in links.values_list("number", "at_sites__facility_id", *names):
        pieces = found.setdefault(number, {})
        piece = pieces.get(named[0]) or Piece(*named)
        pieces[piece.pk] = piece._replace(facilities=(*piece.facilities, str(facility))) if facility else piece
    return {number: list(pieces.values()) for number, pieces in found.items()}


def values_of(evidence: Evidence, criteria: Mapping[str, Sequence[str]]) -> dict[str, str]:
    """Return what can be changed of a piece of evidence, each as text."""
    said = {name: getattr(evidence, name) for name in WORDS}
    return {
        **{name: value.isoformat() if isinstance(value, date) else str(value or "") for name, value in said.items()},
        "file": file_said(evidence.file_name, evidence.content),
        "public_file": file_said(evidence.public_file_name, evidence.public_content),
        "criteria": criteria_said(criteria),
    }


def file_said(name: str, content: Content | None) -> str:
    """Return a file as text that tells it from another of its name."""
    return f"{name} ({content.sha256[:SHORT]})" if content else ""


def criteria_said(criteria: Mapping[str, Sequence[str]]) -> str:
    """Return the criteria of all assessments as text, in one order."""
    filled = {assessment: sorted(numbers, key=number_key) for assessment, numbers in criteria.items() if numbers}
    return "; ".join(f"{assessment}: {', '.join(numbers)}" for assessment, numbers in sorted(filled.items()))
