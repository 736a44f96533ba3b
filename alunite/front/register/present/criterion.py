"""The page of one criterion: what it asks, where it applies, what it was and became, what was found. No query, no rule."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django.urls import reverse

from alunite.front.register.models import Record
from alunite.front.register.present.audits import FindingShown, SumsShown, finding, sums
from alunite.front.register.present.cited import known
from alunite.front.register.present.compare import LinkShown, link_shown, side
from alunite.front.register.present.standards import note_criterion
from alunite.front.register.present.words import ActivityCell, record_url
from alunite.front.register.site import Site


@dataclass(frozen=True, slots=True)
class Neighbour:
    """The criterion before or after."""

    number: str
    title: str
    url: str


@dataclass(frozen=True, slots=True)
class MappedShown:
    """A link of a mapping, seen from one of its criteria."""

    version: str
    is_back: bool
    link: LinkShown
    basis: str


@dataclass(frozen=True, slots=True)
class FoundShown:
    """What was announced of this criterion in one audit."""

    entity: str
    url: str
    day: str
    finding: FindingShown


def criterion(
    record: Record,
    number: str,
    *,
    mappings: Sequence[Record],
    versions: Sequence[Record],
    findings: Sequence[Record],
    site: Site,
) -> dict[str, Any] | None:
    """Return what the page shows; None where the version has no such criterion."""
    content = (record.payload or {}).get("standard")
    listed = [
        (principle, one, section)
        for section in (content["sections"] if content else [])
        for principle in section["principles"]
        for one in principle["criteria"]
    ]
    at = next((index for index, (_p, one, _s) in enumerate(listed) if one["number"] == number), None)
    if at is None or not content:
        return None
    principle, shown, section = listed[at]
    note_criterion(shown, content, site)
    of_one, of_many = _found(record.subject, findings, site)
    return {
        "criterion": shown,
        "principle": principle,
        "section": section,
        "parts": content["head"].get("parts", "principles"),
        "chain": _chain(shown, content, site),
        "before": _neighbour(listed, at - 1, record, site),
        "after": _neighbour(listed, at + 1, record, site),
        "mapped": _mapped(record.subject, number, mappings, versions, site),
        "found": of_one,
        "sums": of_many,
        "questions": [one["question"] for one in content["open_questions"] if number in one["criteria"]],
    }


def _chain(shown: dict[str, Any], content: dict[str, Any], site: Site) -> list[ActivityCell]:
    """Return the activities its source speaks of, each bound by the criterion or not."""
    covered = list(content["covers"]["activities"])
    to = list(shown["applies"]["to"])
    bound = covered if to == ["all"] else to
    named = {*covered, *bound}
    return [
        ActivityCell(label, identifier in bound)
        for identifier, label in site.labels["activities"].items()
        if identifier in named
    ]


def _neighbour(listed: Sequence[Any], at: int, record: Record, site: Site) -> Neighbour | None:
    if not 0 <= at < len(listed):
        return None
    one = listed[at][1]
    return Neighbour(
        one["number"], one["title"], reverse("criterion", args=[record.subject, one["number"]]) + site.query
    )


def _mapped(
    subject: str, number: str, mappings: Sequence[Record], versions: Sequence[Record], site: Site
) -> list[MappedShown]:
    """Return what the criterion was before, and what became of it."""
    held = {one.subject: one for one in versions}
    found = []
    for mapping in mappings:
        said: dict[str, Any] = mapping.payload or {}
        joined = [held.get(said[which]) for which in ("before", "after")]
        if subject not in {said["before"], said["after"]} or not all(joined):
            continue
        sides = [side(one, site) for one in joined if one]
        is_back = said["after"] == subject
        which = "after" if is_back else "before"
        found += [
            MappedShown(
                sides[0 if is_back else 1].label,
                is_back,
                link_shown(link, sides[0].by_number, sides[1].by_number, site),
                said["basis"] or "",
            )
            for link in said["links"]
            if number in link[which] or (not is_back and number in link.get("draws_on", ()))
        ]
    return found


def _found(version: str, findings: Sequence[Record], site: Site) -> tuple[list[FoundShown], list[SumsShown]]:
    """Return what was announced of the criterion under this version: audit by audit, and in sums over many."""
    told = [record for record in findings if record.payload and record.payload["version"] == version]
    of_one = [
        FoundShown(
            record.payload["entity"],
            next((record_url("member", one["id"], one["name"], site.query) for one in record.payload["members"]), ""),
            known(record.payload["period"]),
            finding(record.payload, site),
        )
        for record in told
        if record.payload and record.payload["audit"]
    ]
    of_one.sort(key=lambda one: one.entity.casefold())
    return of_one, sums([record for record in told if record.payload and not record.payload["audit"]], site)
