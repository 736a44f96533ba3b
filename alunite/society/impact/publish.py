"""What is said in public of figures: each with its source, and which of those that conflict is used."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

from alunite.foundation.adoption.sources import Sourced, sourced
from alunite.foundation.publications.kinds import UNKNOWN, Payload, ReasonPayload, publication_kind, said
from alunite.foundation.scheme.pack import Pack
from alunite.society.impact import rules
from alunite.society.impact.models import Figure


class FigureBeside(Payload):
    """Another figure that speaks of the same thing."""

    id: str = said("Public id of the other figure.")
    value: str = said("Its value, in the unit of this one.")
    as_of: str = said("Until when it counts.", unknown="The source does not say.")
    source: str = said("Its source as printed.", unknown="The source does not say.")
    source_url: str = said("Address of the page it was read on.")


@publication_kind("figure", tells_of=("beside",))
class FigurePayload(Sourced):
    """A number as one source states it, exactly; `unknown` where the source is silent.

    Figures of one `thing` speak of the same thing. One of them is used; `reasons` say why, and are the same for all.
    """

    id: str = said("Public id of the figure.")
    record_id: str = said("Key of the row that states it.")
    name: str = said("A line that names it.")
    row_kind: str = said("Kind of file it came with: yearly, production or ghg.")
    thing: str = said("The same for all figures that speak of the same thing.")
    series: str = said("The same for all figures that speak of the same thing in whatever year.")
    level: str = said(
        "Of what it speaks: programme, world, region, country, other countries, company, facility or product."
    )
    place: str = said("Of whom or which place, as printed.", unknown="It speaks of the programme as a whole.")
    part: str = said("Part of the place.", unknown="It speaks of the whole place.")
    countries: list[str] = said(
        "Country, ISO 3166-1 alpha-2.", unknown="It speaks of none, or the source does not say."
    )
    indicator: str = said("Indicator of the scheme, by its id.", unknown="The scheme lists none of that name.")
    metric: str = said("What is counted, as printed.")
    measure: str = said("What of it, such as its production, as printed.", unknown="The source does not say.")
    dimension: str = said(
        "Part of the whole that is meant, such as a class or a product.",
        unknown="It speaks of the whole, or the source does not say.",
    )
    basis: str = said("Whether wet or dry.", unknown="The source does not say.")
    boundary: str = said("What emissions are counted in, as printed.", unknown="The source does not say.")
    period: str = said("The year it speaks of.")
    as_of: str = said("Until when it counts.", unknown="The source does not say.")
    value: str = said("The number, exactly as stated.")
    unit: str = said("Its unit, as printed.")
    share: str = said(
        "The reporting owner's share of the whole, 0 to 1; the value is that share.", unknown="The source does not say."
    )
    is_estimated: bool = said("Whether the source marks it as an estimate.")
    note: str = said("A remark of the collectors; empty when there is none.")
    source: str = said("Its source as printed.", unknown="The source does not say.")
    is_used: bool = said("Whether it is the one used, of those that speak of the same thing.")
    reasons: list[ReasonPayload] = said(
        "Why that one is used; the same for all of a thing, empty where a figure stands alone."
    )
    beside: list[FigureBeside] = said("The other figures that speak of the same thing.")
    statement_version: int = said("How often the row was stated, this time included.")


@dataclass(frozen=True, slots=True)
class ReadFigure:
    """A figure with the values of its statement, and what they say in common terms."""

    figure: Figure
    values: dict[str, Any]
    said: rules.Said


def read_figure(figure: Figure, pack: Pack) -> ReadFigure:
    """Return a figure in common terms."""
    values = figure.values(pack)
    said = in_common_terms(figure.statement.kind, figure.statement.key, values, pack)
    return ReadFigure(figure, values, said)


def in_common_terms(kind: str, key: str, values: dict[str, Any], pack: Pack) -> rules.Said:
    """Return what a row of a kind of file says, under the scheme's indicator where its metric is a name of one."""
    said = replace(rules.TERMS[kind](key, values), origin=pack.origin_of(values["source_url"]))
    found = pack.find_indicator(said.metric) if said.level == rules.PROGRAMME else None
    return rules.with_indicator(said, found.id, found.counts) if found else said


def figure_payloads(figures: Sequence[ReadFigure], pack: Pack) -> dict[str, dict[str, Any]]:
    """Return the payloads of all figures of one subject, by their ids."""
    judged = rules.preferred([read.said for read in figures])
    reasons = [reason.as_dict() for reason in judged.reasons]
    ordered = sorted(figures, key=lambda read: read.said.record_id)
    return {
        read.figure.pk: _payload(read, pack)
        | {
            "is_used": read.said is judged.result,
            "reasons": reasons,
            "beside": [_beside(other) for other in ordered if other is not read],
        }
        for read in ordered
    }


def _payload(read: ReadFigure, pack: Pack) -> dict[str, Any]:
    said = read.said
    as_printed = ("metric", "measure", "dimension", "basis", "boundary", "part", "unit", "source")
    return {
        "id": read.figure.pk,
        "record_id": said.record_id,
        "name": rules.title(said),
        "row_kind": read.figure.statement.kind,
        "thing": read.figure.subject,
        "series": rules.series(said),
        "level": said.level,
        "place": said.name or UNKNOWN,
        "countries": [said.country] if said.country else [UNKNOWN],
        "indicator": said.indicator or UNKNOWN,
        **{name: getattr(said, name) or UNKNOWN for name in as_printed},
        "period": str(said.period),
        "as_of": str(said.as_of or UNKNOWN),
        "value": format(said.value, "f"),
        "share": UNKNOWN if said.share is None else format(said.share, "f"),
        "is_estimated": said.is_estimated,
        "note": read.values["note"],
        **sourced(read.values, pack),
        "statement_version": read.figure.statement.version,
    }


def _beside(read: ReadFigure) -> dict[str, str]:
    return {
        "id": read.figure.pk,
        "value": format(read.said.value, "f"),
        "as_of": str(read.said.as_of or UNKNOWN),
        "source": read.said.source or UNKNOWN,
        "source_url": read.values["source_url"],
    }
