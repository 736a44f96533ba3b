"""Which figures speak of one thing, and which of them is used. Cases are real rows; see preferred-values.md."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal
from itertools import permutations

import pytest

from alunite.foundation.core.days import PartialDate
from alunite.society.impact.rules import Said, preferred, subject, title


def bauxite(key: str, year: str, tonnes: int, source: str, *, product: str = "", estimated: bool = False) -> Said:
    return Said(
        key,
        "world",
        "bauxite",
        "t",
        PartialDate.parse(year),
        Decimal(tonnes),
        name="World",
        measure="Production",
        dimension=product,
        is_estimated=estimated,
        source=source,
    )


def members(key: str, year: str, count: int, as_of: str = "", *, own: bool = True, metric: str = "members") -> Said:
    return Said(
        key,
        "programme",
        metric,
        "count",
        PartialDate.parse(year),
        Decimal(count),
        as_of=PartialDate.parse(as_of) if as_of else None,
        origin="asi" if own else "third_party",
    )


def audits(key: str, count: int, as_of: str, metric: str) -> Said:
    return replace(members(key, "2021", count, as_of, metric=metric), indicator="audits", counts="period")


HILLSIDE = replace(
    bauxite("H1", "2014", 715000, "BHP Billiton (2015) Operational Review", product="Aluminium"),
    level="facility",
    name="Hillside",
    country="ZA",
    metric="primary aluminium",
    share=Decimal("1.0"),
)

CASES = {
    "bauxite 2011: the yearbook goes before the compilation": (
        [
            bauxite("a", "2011", 248_500_000, "Our World in Data compilation of Clio-Infra and USGS"),
            bauxite("b", "2011", 259_000_000, "USGS Minerals Yearbook 2011"),
        ],
        259_000_000,
        ["figure.first_hand"],
    ),
    "bauxite 2017: two estimates, the yearbook goes before the list": (
        [
            bauxite("a", "2017", 300_000_000, "Wikipedia list", product="mine production", estimated=True),
            bauxite("b", "2017", 308_000_000, "USGS Minerals Yearbook 2017, estimate", estimated=True),
        ],
        308_000_000,
        ["figure.first_hand"],
    ),
    "members 2021: the latest cut-off": (
        [members("a", "2021", 161, "2021-03-23"), members("b", "2021", 200, "2021-11")],
        200,
        ["figure.newest_cut_off"],
    ),
    "members 2019: a year as cut-off is not taken for its last day; the owner speaks for itself": (
        [
            members("a", "2019", 70, "2019", own=False),
            members("b", "2019", 98, "2019-09", own=False),
            members("c", "2019", 100, "2019-09"),
        ],
        100,
        ["figure.newest_cut_off", "figure.owner_speaks"],
    ),
    "members 2022: an undated page comes last": (
        [members("a", "2022", 251, "2022-08"), members("b", "2022", 206, own=False)],
        251,
        ["figure.cut_off_stated"],
    ),
    "audits 2021: 117 by 13 December, 121 in the whole year": (
        [
            audits("a", 117, "2021-12-13", "audit reports submitted"),
            audits("b", 121, "", "audits conducted"),
        ],
        121,
        ["figure.whole_period"],
    ),
    "Hillside 2014: one source gives both": (
        [HILLSIDE, replace(HILLSIDE, record_id="H2", value=Decimal(89000))],
        715000,
        ["figure.undecided"],
    ),
    "an owner's share is not the whole": (
        [HILLSIDE, replace(HILLSIDE, record_id="H2", share=Decimal("0.86"), value=Decimal(999999))],
        715000,
        ["figure.whole_over_share"],
    ),
    "a final figure goes before an estimate": (
        [HILLSIDE, replace(HILLSIDE, record_id="H2", is_estimated=True, value=Decimal(999999))],
        715000,
        ["figure.final_over_estimate"],
    ),
    "a later report may hold a revision": (
        [HILLSIDE, replace(HILLSIDE, record_id="H2", source="BHP Billiton (2016) Review", value=Decimal(714000))],
        714000,
        ["figure.latest_edition"],
    ),
    "two sources agree": (
        [HILLSIDE, replace(HILLSIDE, record_id="H2")],
        715000,
        ["figure.agree"],
    ),
    "one figure alone needs no reason": ([HILLSIDE], 715000, []),
}


@pytest.mark.parametrize(("figures", "value", "reasons"), CASES.values(), ids=CASES)
def test_which_figure_is_used_and_why_whatever_their_order(figures, value, reasons):
    for order in permutations(figures):
        judged = preferred(order)
        assert judged.result.value == value
        assert [reason.rule for reason in judged.reasons] == reasons


def test_every_figure_that_is_not_used_is_named_in_a_reason():
    for figures, value, _ in CASES.values():
        named = {text for reason in preferred(figures).reasons for texts in reason.values.values() for text in texts}
        assert {str(said.value) for said in figures if said.value != value} <= named


@pytest.mark.parametrize(
    "other",
    [
        replace(HILLSIDE, dimension="Aluminium ingots"),
        replace(HILLSIDE, measure="Reserves"),
        replace(HILLSIDE, part="Potline 1"),
        replace(HILLSIDE, period=PartialDate.parse("2013")),
        replace(HILLSIDE, unit="percent"),
        replace(HILLSIDE, basis="wet"),
        replace(HILLSIDE, boundary="scope 1"),
        replace(HILLSIDE, country="MZ"),
        replace(HILLSIDE, level="company"),
        replace(HILLSIDE, name="Bayside"),
    ],
)
def test_figures_of_different_things_are_never_compared(other):
    assert subject(other) != subject(HILLSIDE)
    with pytest.raises(ValueError, match="different things"):
        preferred([HILLSIDE, other])


def test_spelling_does_not_part_figures_of_one_thing():
    assert subject(replace(HILLSIDE, name="HILLSIDE ", measure="production")) == subject(HILLSIDE)


def test_a_title_says_each_word_once():
    assert title(HILLSIDE) == "Production, primary aluminium, Aluminium, Hillside, 2014"
