"""What pages of evidence show. No query, no rule: only words and order."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any
from urllib.parse import urlencode

from django.utils.translation import gettext_lazy, pgettext_lazy

from alunite.foundation.files.media_types import MEDIA_TYPES
from alunite.foundation.files.models import Content
from alunite.foundation.history.editing import Difference, Stale
from alunite.foundation.scheme.pack import Pack
from alunite.programme.assessments.evidence.forms import EvidenceForm, note_of, scheme_said
from alunite.programme.assessments.evidence.queries import (
    ALL,
    CERTIFICATES,
    EXPIRED,
    UNDATED,
    UNUSED,
    VIEWS,
    WITHDRAWN,
    Page,
)
from alunite.programme.assessments.evidence.rules import number_key
from alunite.programme.assessments.forms import version_label
from alunite.programme.assessments.models import Assessment, Evidence
from alunite.programme.assessments.queries import Now

VIEW_WORDS = {
    ALL: pgettext_lazy("evidence", "All"),
    EXPIRED: pgettext_lazy("evidence", "Expired"),
    UNUSED: gettext_lazy("Of no criterion"),
    UNDATED: gettext_lazy("Without date"),
    CERTIFICATES: gettext_lazy("Certificates"),
    WITHDRAWN: pgettext_lazy("evidence", "Withdrawn"),
}
LONGEST_WORDS = 100
MOST_NUMBERS = 6


@dataclass(frozen=True, slots=True)
class Asked:
    """Which part of the list somebody asks for; what cannot be read asks for the beginning of all of it."""

    view: str
    words: str
    page: int

    @classmethod
    def of(cls, sent: Mapping[str, str]) -> Asked:
        """Return what stands in an address."""
        view, page = sent.get("view", ALL), sent.get("page", "")
        words = sent.get("q", "").replace("\x00", "").strip()[:LONGEST_WORDS]
        number = int(page) if page.isascii() and page.isdigit() and len(page) < 6 else 1
        return cls(view if view in VIEWS else ALL, words, number)

    def query(self, **other: Any) -> str:
        """Return the address of another part of the list, from the question mark on."""
        said = {"view": self.view, "q": self.words, "page": self.page} | other
        kept = {name: value for name, value in said.items() if value and not (name == "page" and value == 1)}
        return f"?{urlencode(kept)}" if kept else "?"


@dataclass(frozen=True, slots=True)
class Line:
    """A piece of evidence in the list."""

    evidence: Evidence
    kind: str
    is_expired: bool
    numbers: tuple[str, ...]
    further: int


def listed(page: Page, asked: Asked, now: Now) -> dict[str, Any]:
    """Return what the list shows."""
    organisations = {one.organisation_id for one in page.items}
    return {
        "lines": [_line(one, now.today) for one in page.items],
        "views": [
            (asked.query(view=view, page=1), VIEW_WORDS[view], page.counts[view], view == asked.view) for view in VIEWS
        ],
        "asked": asked,
        "several": len(organisations) > 1,
        "page": page,
        "previous": asked.query(page=page.number - 1) if page.number > 1 else "",
        "following": asked.query(page=page.number + 1) if page.number < page.pages else "",
    }


def _line(evidence: Evidence, today: date) -> Line:
    links = evidence.shown_links  # type: ignore[attr-defined]  # by the query of the list
    numbers = tuple(sorted({link.number for link in links}, key=number_key))
    return Line(
        evidence, kind_of(evidence), is_expired(evidence, today), numbers[:MOST_NUMBERS], len(numbers[MOST_NUMBERS:])
    )


def kind_of(evidence: Evidence) -> str:
    """Return what kind of file it is; empty where it is a page elsewhere."""
    return MEDIA_TYPES[evidence.content.media_type].label if evidence.content else ""


def is_expired(evidence: Evidence, today: date) -> bool:
    """Tell whether its last good day is over."""
    return evidence.valid_until is not None and evidence.valid_until < today


def one(
    evidence: Evidence, assessments: Sequence[Assessment], criteria: Mapping[str, Sequence[str]], now: Now
) -> dict[str, Any]:
    """Return what the page of one piece of evidence shows."""
    linked = [
        (assessment, version_label(now.pack, assessment.standard), criteria[assessment.pk])
        for assessment in assessments
        if criteria.get(assessment.pk)
    ]
    return {
        "evidence": evidence,
        "files": list(_files(evidence)),
        "is_expired": is_expired(evidence, now.today),
        "linked": linked,
        "recognised": _recognised(evidence, now.pack),
        "remarks": [(one, note_of(now.pack, one)) for one in now.pack.recognition.remarks]
        if evidence.recognised and now.pack.recognition
        else [],
    }


def _files(evidence: Evidence) -> Iterator[tuple[str, str, Content, str]]:
    for name, address, content in (
        (evidence.file_name, "evidence_file", evidence.content),
        (evidence.public_file_name, "evidence_public_copy", evidence.public_content),
    ):
        if content:
            yield name, address, content, MEDIA_TYPES[content.media_type].label


def _recognised(evidence: Evidence, pack: Pack) -> str:
    schemes = pack.recognition.schemes if pack.recognition else ()
    found = {scheme.id: scheme_said(pack, scheme) for scheme in schemes}
    # One the pack named when it was sent, and names no more, is called by its id.
    return found.get(evidence.recognised, evidence.recognised)


CRITERIA_WORDS = gettext_lazy("Criteria")


def differences(form: EvidenceForm, stale: Stale) -> list[tuple[Any, Difference]]:
    """Return what somebody else changed, each with the label of its field."""
    return [
        (form.fields[item.field].label if item.field in form.fields else CRITERIA_WORDS, item)
        for item in stale.differences
    ]
