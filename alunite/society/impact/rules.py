"""What figures say in common terms, which of them speak of the same thing, and which of these a page uses.

Rows of three kinds of file come here. Each keeps its own columns in its statement; `Said` is what they have in common.
Worked examples: docs/algorithms/preferred-values.md.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from types import MappingProxyType
from typing import Any

from alunite.foundation.core.canonical import digest
from alunite.foundation.core.days import PartialDate
from alunite.foundation.core.judgement import THIRD_PARTY, Judgement
from alunite.foundation.core.preference import Precedence
from alunite.foundation.core.preference import preferred as prefer
from alunite.foundation.core.text import fold

PROGRAMME = "programme"
LEVELS = ("world", "region", "country", "other countries", "company", "facility", "product")
# Where the products of one place add up. Above a place, the column says how the whole was counted.
PLACES = frozenset({"company", "facility"})

OVER_A_PERIOD = "period"

SUBJECT_LENGTH = 16

# What a collection of other people's figures calls itself.
_SECOND_HAND = ("compilation", "compiled", "wikipedia")
_YEAR = re.compile(r"(?<!\d)(?:19|20)\d{2}(?!\d)")


@dataclass(frozen=True, slots=True)
class Said:
    """A figure in common terms; an empty text is what the source does not say.

    Parameters
    ----------
    record_id : str
        The key of its statement; breaks ties, so that the order of figures never matters.
    level : str
        Of what it speaks: ``programme`` or one of `LEVELS`.
    metric, measure : str
        What is counted (such as members, or a commodity), and what of it (such as its production).
    indicator : str
        Id of the scheme's indicator the metric is a name of, or empty.
    counts : str
        Whether that indicator counts at a ``moment`` or over a ``period``; empty where nobody says.
    dimension : str
        The part of the whole that is meant, such as a class or a product.
    period : PartialDate
        The year it speaks of.
    as_of : PartialDate or None
        Until when it counts, where the source says so.
    value : Decimal
        Exactly as printed, in `unit`.
    share : Decimal or None
        The reporting owner's share of the whole, 0 to 1; the value is that share.
    """

    record_id: str
    level: str
    metric: str
    unit: str
    period: PartialDate
    value: Decimal
    name: str = ""
    country: str = ""
    part: str = ""
    measure: str = ""
    dimension: str = ""
    basis: str = ""
    boundary: str = ""
    as_of: PartialDate | None = None
    share: Decimal | None = None
    is_estimated: bool = False
    source: str = ""
    origin: str = THIRD_PARTY
    indicator: str = ""
    counts: str = ""


def of_programme(key: str, values: Mapping[str, Any]) -> Said:
    """Return what a row about the programme itself says."""
    return Said(
        key,
        PROGRAMME,
        values["metric"],
        values["unit"],
        values["year"],
        values["value"],
        dimension=values["dimension"],
        as_of=values["as_of"] or None,
    )


def of_production(key: str, values: Mapping[str, Any]) -> Said:
    """Return what a row about a quantity made, mined or held says."""
    return Said(
        key,
        values["level"],
        values["commodity"],
        "t",
        values["year"],
        values["value_t"],
        name=values["name"],
        country=values["country"],
        part=values["sub_site"],
        measure=values["measure"],
        dimension=values["product"],
        basis=values["basis"],
        share=None if values["production_share"] == "" else values["production_share"],
        is_estimated=values["estimated"] == "yes",
        source=values["source"],
    )


def of_emissions(key: str, values: Mapping[str, Any]) -> Said:
    """Return what a row about emissions says."""
    return Said(
        key,
        values["scope"],
        values["metric"],
        values["unit"],
        values["year"],
        values["value"],
        name=values["name"],
        country=values["country"],
        boundary=values["boundary"],
    )


# How rows of each kind of file are read in common terms.
TERMS: Mapping[str, Callable[[str, Mapping[str, Any]], Said]] = MappingProxyType(
    {"yearly": of_programme, "production": of_production, "ghg": of_emissions}
)


def subject(said: Said) -> str:
    """Return what is the same for all figures that speak of the same thing, and different for others.

    Value, cut-off, share, estimate and source do not count: by these, figures of one thing differ.
    """
    return digest([*_what_and_where(said), str(said.period)])[:SUBJECT_LENGTH]


def series(said: Said) -> str:
    """Return what is the same for all figures that speak of the same thing in whatever year."""
    return digest(_what_and_where(said))[:SUBJECT_LENGTH]


def _what_and_where(said: Said) -> list[str]:
    dimension = said.dimension if said.level in PLACES or said.level == PROGRAMME else ""
    what = (said.indicator or fold(said.metric), said.measure, dimension, said.basis, said.boundary, said.unit)
    where = (said.level, said.country, said.name, said.part)
    return [fold(word) for word in (*what, *where)]


def title(said: Said) -> str:
    """Return a line that names the figure."""
    words = (said.measure, said.metric, said.dimension, said.basis, said.boundary, said.name, said.part)
    return ", ".join(word for word in (*dict.fromkeys(words), str(said.period)) if word)


_PRECEDENCES: tuple[Precedence[Said], ...] = (
    Precedence(
        "figure.whole_over_share",
        "A figure of the whole goes before an owner's share of it.",
        lambda said: said.share is None or said.share == 1,
    ),
    Precedence(
        "figure.final_over_estimate",
        "A final figure goes before an estimate.",
        lambda said: not said.is_estimated,
    ),
    Precedence(
        "figure.whole_period",
        "What is counted over a period is used for the whole of it, before a count that was cut off sooner.",
        lambda said: said.counts != OVER_A_PERIOD or said.as_of is None or said.as_of.earliest >= said.period.latest,
    ),
    Precedence(
        "figure.cut_off_stated",
        "A figure that says until when it counts goes before one that does not.",
        lambda said: said.counts == OVER_A_PERIOD or said.as_of is not None,
    ),
    Precedence(
        "figure.newest_cut_off",
        "The latest cut-off goes before earlier ones.",
        lambda said: said.as_of.earliest.toordinal() if said.as_of else 0,
    ),
    Precedence(
        "figure.owner_speaks",
        "What the owner of the scheme says of the programme goes before what others report.",
        lambda said: said.level != PROGRAMME or said.origin != THIRD_PARTY,
    ),
    Precedence(
        "figure.first_hand",
        "A report by whoever made the figure goes before a compilation of such figures.",
        lambda said: not any(word in fold(said.source) for word in _SECOND_HAND),
    ),
    Precedence(
        "figure.latest_edition",
        "Of dated sources the one published last goes before earlier ones: it may hold a revision.",
        lambda said: max((int(year) for year in _YEAR.findall(said.source)), default=0),
    ),
)


def preferred(figures: Sequence[Said]) -> Judgement[Said]:
    """Return which of the figures that speak of the same thing a page uses, and why.

    Parameters
    ----------
    figures : sequence of Said
        All of one `subject`, in any order.

    Raises
    ------
    ValueError
        If there is none, or they speak of different things: that is a fault of the caller.
    """
    if len({subject(said) for said in figures}) > 1:
        raise ValueError("these figures speak of different things")
    return prefer(figures, _PRECEDENCES, name="figure")


def with_indicator(said: Said, indicator: str, counts: str) -> Said:
    """Return a figure as one of an indicator of the scheme."""
    return replace(said, indicator=indicator, counts=counts)
