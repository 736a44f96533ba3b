"""What pages show of sites: in the open row of a criterion, and all differences at once. Only words, order and marks."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import pgettext_lazy

from alunite.foundation.history.editing import Difference
from alunite.foundation.scheme.models import SelfLevel
from alunite.foundation.scheme.pack import Pack
from alunite.programme.assessments.actions import Faulty, StaleAnswer
from alunite.programme.assessments.evidence.queries import Piece
from alunite.programme.assessments.forms import label_of, version_label
from alunite.programme.assessments.present import FIELD_WORDS, anchor, fault_text
from alunite.programme.assessments.queries import Row, Whole
from alunite.programme.assessments.sites.queries import Departure, Site
from alunite.programme.assessments.sites.rules import SITE_FIELDS

SITE_FIELD_WORDS = {**FIELD_WORDS, "evidence": pgettext_lazy("of criteria", "Evidence")}
Reads = Callable[[Piece], bool]


@dataclass(frozen=True, slots=True)
class SiteShown:
    """A site below the open row of a criterion.

    Parameters
    ----------
    mark, word : str
        Its own level with shape and word; empty where it says no other.
    values : dict of field to text
        What its form holds: what was sent where that could not be kept, else what stands.
    evidence : list of (Piece, bool)
        Pieces of the criterion the reader may read, and whether each speaks for this site alone.
    """

    departure: Departure
    number: str
    is_open: bool
    mark: str
    word: str
    values: dict[str, str]
    evidence: list[tuple[Piece, bool]]
    faults: list[str] = field(default_factory=list)
    differences: list[tuple[Any, Difference]] = field(default_factory=list)

    @property
    def site(self) -> Site:
        """The site itself."""
        return self.departure.site

    @property
    def anchor(self) -> str:
        """The name of its place within the page."""
        return f"{anchor(self.number)}-{self.site.pk}"

    @property
    def said(self) -> list[str]:
        """Which fields are said otherwise, in words."""
        return [str(SITE_FIELD_WORDS[name]) for name in self.departure.fields if name != "level"]


def opened(
    whole: Whole, number: str, site: str, *, reads: Reads, trouble: Faulty | StaleAnswer | None = None
) -> dict[str, Any]:
    """Return what the open row shows of its sites, one of them open, with what was wrong with what was sent of it.

    A scope of one site has none to show, unless it once had more and something was said of this one.
    """
    row = whole.row(number)
    shown = list(_sites(whole, row, site, reads, trouble)) if row else []
    if len(shown) < 2 and not any(one.departure.version for one in shown):
        shown = []
    return {"sites": shown, "opened_site": next((one for one in shown if one.is_open), None)}


def _sites(
    whole: Whole, row: Row, site: str, reads: Reads, trouble: Faulty | StaleAnswer | None
) -> Iterator[SiteShown]:
    told = {one.site.pk: one for one in row.departures}
    for one in whole.sites:
        departure = told.get(one.pk) or Departure(one, row.number)
        is_open = one.pk == site
        values = dict.fromkeys(SITE_FIELDS, "") | departure.values
        mark, word = _level(whole, values["level"])
        faults: list[str] = []
        differences: list[tuple[Any, Difference]] = []
        if is_open and isinstance(trouble, Faulty):
            faults = [fault_text(fault) for fault in trouble.faults]
        if is_open and isinstance(trouble, StaleAnswer):
            found = trouble.differences.get(f"{row.number}/{one.pk}", ())
            differences = [(SITE_FIELD_WORDS[item.field], _named(item, row.evidence, reads)) for item in found]
            values |= {item.field: item.yours for item in found}
        own = values["evidence"].split(", ")
        pieces = [(piece, piece.pk in own) for piece in row.evidence if reads(piece)] if is_open else []
        yield SiteShown(departure, row.number, is_open, mark, word, values, pieces, faults, differences)


def _named(item: Difference, evidence: Sequence[Piece], reads: Reads) -> Difference:
    """Return a difference whose pieces of evidence are told by their titles."""
    if item.field != "evidence":
        return item
    return Difference(item.field, *(titles(text, evidence, reads) for text in (item.before, item.theirs, item.yours)))


def titles(ids: str, evidence: Sequence[Piece], reads: Reads) -> str:
    """Return the titles of pieces of evidence by their ids; of one the reader may not read, that there is one."""
    named = {piece.pk: piece.title if reads(piece) else _("not for you to read") for piece in evidence}
    return ", ".join(named.get(one, one) for one in ids.split(", ") if one)


def _level(whole: Whole, level: str) -> tuple[str, str]:
    found: SelfLevel | None = next((one for one in whole.wanted.levels if one.id == level), None)
    return (found.mark, label_of(found)) if found else ("", "")


@dataclass(frozen=True, slots=True)
class Otherwise:
    """What one site says otherwise of a criterion: its level with shape and word, and the other fields with their labels."""

    departure: Departure
    mark: str
    word: str
    fields: list[tuple[str, Any, str]]


@dataclass(frozen=True, slots=True)
class CriterionOfSites:
    """A criterion of which sites say something otherwise, with the answer for all beside it."""

    row: Row
    anchor: str
    mark: str
    word: str
    sites: list[Otherwise]


def differences(whole: Whole, site: str, pack: Pack, *, reads: Reads) -> dict[str, Any]:
    """Return what the page of all differences shows: of one site where that is asked for, else of all."""
    levels = {one.id: one for one in whole.wanted.levels}
    rows = [row for row in whole.rows if row.asked.is_asked and any(one.fields for one in row.departures)]
    told = [one for row in rows for one in row.departures if one.fields]
    counted = [
        (
            one,
            sum(said.site == one for said in told),
            sum(
                said.site == one and said.values["level"] in levels and levels[said.values["level"]].is_gap
                for said in told
            ),
        )
        for one in whole.sites
    ]
    chosen = next((one for one in whole.sites if one.pk == site), None)
    shown = [_criterion(whole, row, chosen, reads) for row in rows]
    return {
        "assessment": whole.assessment,
        "scope": whole.assessment.scope,
        "label": version_label(pack, whole.assessment.standard),
        "counted": counted,
        "chosen": chosen,
        "criteria": [one for one in shown if one.sites],
    }


def _criterion(whole: Whole, row: Row, chosen: Site | None, reads: Reads) -> CriterionOfSites:
    mark, word = _level(whole, row.said.level)
    found = [one for one in row.departures if one.fields and chosen in {None, one.site}]
    return CriterionOfSites(
        row,
        anchor(row.number),
        mark or "unknown",
        word or _("Not answered"),
        [_otherwise(whole, row, one, reads) for one in found],
    )


def _otherwise(whole: Whole, row: Row, one: Departure, reads: Reads) -> Otherwise:
    shown = one.values | {"gap_owner": one.gap_owner, "evidence": titles(one.values["evidence"], row.evidence, reads)}
    said = [(name, SITE_FIELD_WORDS[name], shown[name]) for name in one.fields if name not in {"level", "gap_due"}]
    return Otherwise(one, *_level(whole, one.values["level"]), said)
