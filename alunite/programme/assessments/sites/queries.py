"""Reading what sites say otherwise, in one query however many sites and departures there are."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from django.db.models import (
    BooleanField,
    CharField,
    DateField,
    FilteredRelation,
    IntegerField,
    Q,
    QuerySet,
    TextField,
    UUIDField,
    Value,
)

from alunite.programme.assessments.models import Answer, Assessment, Override, ScopeFacility, SiteAnswer, SiteEvidence
from alunite.programme.assessments.rules import AtSite, Objection, Said
from alunite.programme.assessments.sites.rules import at_site, fields_said, for_all

_REST = ("level", "gap", "gap_due", "gap_owner_id", "version", "gap_owner__display_name", "gap_owner__username")


@dataclass(frozen=True, slots=True)
class Site:
    """A facility that a scope covers."""

    pk: str
    name: str


@dataclass(frozen=True, slots=True)
class Departure:
    """What a site says of a criterion otherwise than the answer for all.

    Parameters
    ----------
    values : dict of str to str
        Of `SITE_FIELDS`, each as text; what is empty is as the answer for all says it.
    gap_owner : str
        Name of whoever sees to the gap there.
    version : int
        Of its history; 0 where nothing was ever said.
    """

    site: Site
    number: str
    values: dict[str, str] = field(default_factory=dict)
    gap_owner: str = ""
    version: int = 0

    @property
    def fields(self) -> tuple[str, ...]:
        """The fields that are said otherwise; none where it was taken back."""
        return fields_said(self.values)

    @property
    def gap_due(self) -> date | None:
        """By when the gap is to be closed there, where that is said."""
        return date.fromisoformat(self.values["gap_due"]) if self.values.get("gap_due") else None


@dataclass(frozen=True, slots=True)
class Sites:
    """What a self assessment says apart from its answers.

    Parameters
    ----------
    covered : tuple of Site
        The sites of its scope, by name.
    told : dict of str to tuple of Departure
        What was ever said of single ones, by the number of the criterion.
    objections : dict of str to Objection
        What the member says against rules, by number.
    """

    covered: tuple[Site, ...]
    told: dict[str, tuple[Departure, ...]]
    objections: dict[str, Objection]

    @property
    def names(self) -> tuple[str, ...]:
        """Their names."""
        return tuple(one.name for one in self.covered)


def sites_of(assessment: Assessment, evidence: Iterable[tuple[str, str, Sequence[str]]]) -> Sites:
    """Return the sites of a self assessment's scope with what is said of them, and what is said against rules. One query.

    `evidence` are number, id of the piece, and ids of the facilities it speaks for alone. What was said of a facility that
    the scope covers no more is left out.
    """
    own: dict[tuple[str, str], list[str]] = {}
    for number, piece, facilities in evidence:
        for one in facilities:
            own.setdefault((number, one), []).append(piece)
    objections: dict[str, Objection] = {}
    covered: dict[str, Site] = {}
    told: dict[str, list[Departure]] = {}
    for name, facility, number, text, applies, *said in _rows(assessment):
        if facility is None:
            objections[number] = Objection(applies, text)
            continue
        site = covered.setdefault(str(facility), Site(str(facility), name))
        if number is not None:
            found = _departure(site, number, text, said, own.get((number, site.pk), ()))
            told.setdefault(number, []).append(found)
    return Sites(tuple(covered.values()), {number: tuple(found) for number, found in told.items()}, objections)


def _rows(assessment: Assessment) -> QuerySet[ScopeFacility, Any]:
    """Return name, id of the facility, number, text, whether it applies, and the rest of what a site says.

    A row without a facility is what the member says of the number against its rule: both are asked for at once, because
    pages of a self assessment ask for much else.
    """
    at_sites = (
        ScopeFacility.objects.filter(scope=assessment.scope_id, left_out_because="")
        .annotate(
            said=FilteredRelation("facility__site_answers", condition=Q(facility__site_answers__assessment=assessment))
        )
        .values_list(
            "facility__name",
            "facility_id",
            "said__number",
            "said__text",
            Value(None, output_field=BooleanField()),
            *(f"said__{name}" for name in _REST),
        )
    )
    kinds = (CharField(), TextField(), DateField(), UUIDField(), IntegerField(), CharField(), CharField())
    against = Override.objects.filter(scope=assessment.scope_id, standard=assessment.standard).values_list(
        Value("", output_field=CharField()),
        Value(None, output_field=UUIDField()),
        "number",
        "reason",
        "applies",
        *(Value(None, output_field=kind) for kind in kinds),
    )
    return at_sites.union(against, all=True).order_by("facility__name", "facility_id", "said__number")


def _departure(site: Site, number: str, text: str, said: Sequence[Any], evidence: Sequence[str]) -> Departure:
    level, gap, due, owner, version, display_name, username = said
    values = {
        "level": level,
        "text": text,
        "gap": gap,
        "gap_due": due.isoformat() if due else "",
        "gap_owner": str(owner or ""),
        "evidence": ", ".join(sorted(evidence)),
    }
    return Departure(site, number, values, display_name or username or "", version)


def said_with_sites(said: Said, answer: Answer | None, sites: Sites, number: str) -> Said:
    """Return what is said of a criterion for all, with what holds where sites say otherwise."""
    found = [one for one in sites.told.get(number, ()) if one.fields]
    if not found:
        return said
    common = {
        "level": said.level,
        "text": answer.text if answer else "",
        "gap": answer.gap if answer else "",
        "gap_due": answer.gap_due.isoformat() if answer and answer.gap_due else "",
        "gap_owner": str(answer.gap_owner_id or "") if answer else "",
    }
    return for_all(said, sites.names, [_holds(one, common, said.evidence) for one in found])


def _holds(one: Departure, common: dict[str, str], for_all_of_them: int) -> AtSite:
    own = one.values["evidence"].count(",") + 1 if one.values["evidence"] else 0
    return at_site(one.site.name, one.values, common, own + for_all_of_them)


def evidence_of(assessment: Assessment, pairs: Iterable[tuple[str, str]]) -> dict[tuple[str, str], list[str]]:
    """Return the ids of the evidence that speaks for single sites, by number and facility. One query."""
    wanted = set(pairs)
    links = SiteEvidence.objects.filter(
        link__assessment=assessment,
        link__number__in={number for number, _ in wanted},
        facility__in={facility for _, facility in wanted},
    )
    found: dict[tuple[str, str], list[str]] = {pair: [] for pair in wanted}
    for number, facility, piece in links.values_list("link__number", "facility_id", "link__evidence_id"):
        if (number, str(facility)) in found:
            found[number, str(facility)].append(piece)
    return {pair: sorted(pieces) for pair, pieces in found.items()}


def values_of(answer: SiteAnswer | None, evidence: Sequence[str]) -> dict[str, str]:
    """Return what a site says otherwise, each field as text."""
    said = {"evidence": ", ".join(sorted(evidence))}
    if answer is None:
        return {"level": "", "text": "", "gap": "", "gap_due": "", "gap_owner": ""} | said
    return {
        "level": answer.level,
        "text": answer.text,
        "gap": answer.gap,
        "gap_due": answer.gap_due.isoformat() if answer.gap_due else "",
        "gap_owner": str(answer.gap_owner_id or ""),
    } | said
