"""The rule finds what a person found in the real rows, and proposes little else; each piece of evidence by itself."""

from __future__ import annotations

import random
import time
from dataclasses import replace

import pytest

from alunite.foundation.merging.likeness import ORGANISATIONS, PLACES, Corpus, Described, likeness, name_words, pairs
from alunite.foundation.merging.tests.facilities import DOUBTFUL, NEIGHBOURS, SAME_PLACE, described_rows

ALFA = Described(
    "a1",
    ("Alfa Works",),
    countries=frozenset({"NO"}),
    holders=("Metals ASA",),
    activities=frozenset({"melting"}),
    place=(60.0, 10.0),
    capacities={"ingot": 100_000.0},
    origins=frozenset({"list one"}),
)
BESIDE = replace(ALFA, id="a2", names=("Alfa plant",), place=(60.0, 10.01), origins=frozenset({"list two"}))


def score(one: Described, other: Described, weights=PLACES) -> float:
    return likeness(one, other, Corpus.of([one, other]), weights).result


def rules(one: Described, other: Described, weights=PLACES) -> dict[str, float]:
    found = likeness(one, other, Corpus.of([one, other]), weights).reasons
    return {reason.rule.removeprefix("duplicates."): reason.values["share"] for reason in found}


def test_the_pairs_a_person_found_are_found_and_little_else():
    found = set(pairs(described_rows(), PLACES))
    assert len(described_rows()) == 253
    assert SAME_PLACE - found == set(), "recall of the list is whole"
    wrong = found - SAME_PLACE - DOUBTFUL
    precision = len(found & SAME_PLACE) / (len(found & SAME_PLACE) + len(wrong))
    # The issue asks for 0.5; what was reached is held.
    assert precision == 1.0, sorted(wrong)


@pytest.mark.parametrize(
    ("pair", "shares"),
    [
        (("S083", "S188"), {"places": 0.45, "activities": 0.1}),
        (("S083", "S232"), {"names": 0.4, "activities": 0.1}),
        (("S188", "S232"), {"holders": 0.1, "activities": 0.1, "through_a_third": 0.4}),
    ],
)
def test_the_worked_example_of_the_docs(pair, shares):
    """docs/algorithms/duplicates.md, three rows of one smelter."""
    judged = pairs(described_rows(), PLACES)[pair]
    assert {reason.rule.removeprefix("duplicates."): reason.values["share"] for reason in judged.reasons} == shares
    assert judged.result == pytest.approx(sum(shares.values()))


@pytest.mark.parametrize("pair", NEIGHBOURS)
def test_neighbours_are_two_places(pair):
    assert pair not in pairs(described_rows(), PLACES)


def test_the_order_of_rows_changes_nothing():
    rows = described_rows()
    before = pairs(rows, PLACES)
    random.Random(1).shuffle(rows)
    again = pairs(rows, PLACES)
    assert list(again.items()) == list(before.items())


@pytest.mark.parametrize(
    ("change", "rule", "share"),
    [
        ({}, "places", 0.45),
        ({"place": (60.0, 10.055)}, "places", 0.22),  # 3.06 km: (5 − 3.06) / 4 of 0.45
        ({"place": (60.0, 10.5)}, "places", -0.7),
        ({"holders": ("Other AB",)}, "other_holders", -0.05),
        ({"holders": ("Metals ASA",)}, "holders", 0.1),
        ({"activities": frozenset({"rolling"})}, "other_activities", -0.35),
        ({"activities": frozenset({"rolling", "melting"})}, "activities", 0.1),
        ({"capacities": {"ingot": 91_000.0}}, "capacities", 0.05),
        ({"countries": frozenset({"SE"})}, "other_countries", -1.0),
        ({"origins": frozenset({"list one"})}, "one_origin", -0.5),
    ],
)
def test_each_piece_of_evidence_counts_what_the_table_says(change, rule, share):
    assert rules(ALFA, replace(BESIDE, **change))[rule] == share


@pytest.mark.parametrize("gone", ["place", "holders", "activities", "capacities", "origins", "countries", "region"])
def test_what_is_unknown_speaks_neither_for_nor_against(gone):
    empty = type(getattr(ALFA, gone))() if gone != "place" else None
    before, after = rules(ALFA, BESIDE), rules(ALFA, replace(BESIDE, **{gone: empty}))
    assert after.items() <= before.items()


@pytest.mark.parametrize("change", [{"capacities": {"ingot": 89_000.0}}, {"capacities": {"billet": 100_000.0}}])
def test_capacities_that_differ_or_are_of_another_product_say_nothing(change):
    assert "capacities" not in rules(ALFA, replace(BESIDE, **change))


def test_more_against_never_raises_the_score():
    assert score(ALFA, BESIDE) > score(ALFA, replace(BESIDE, activities=frozenset({"rolling"})))
    assert score(ALFA, BESIDE) > score(ALFA, replace(BESIDE, origins=ALFA.origins))
    assert score(ALFA, replace(BESIDE, countries=frozenset({"SE"}))) == 0


def test_a_word_that_all_bear_joins_nothing_and_a_rare_one_does():
    crowd = [Described(f"c{number}", (f"Common {number}th",)) for number in range(60)]
    pair = [Described("x1", ("Common Rarity",)), Described("x2", ("Rarity",))]
    found = pairs([*crowd, *pair], PLACES)
    assert list(found) == [("x1", "x2")]
    assert found["x1", "x2"].reasons[0].values["shared"] == ["rarity"]


@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("Raffmetal S.p.A.", {"raffmetal"}),
        ("Ma’aden Aluminium", {"maaden", "aluminium"}),
        ("Gränges Finspång AB", {"granges", "finspang"}),
        ("Shangqiu Yangguang Co., Ltd", {"shangqiu", "yangguang"}),
        ("Holding SA", {"holding", "sa"}),  # nothing else is left, so these are the name
    ],
)
def test_legal_forms_and_accents_make_no_two_names(name, words):
    assert name_words(name) == words


def test_an_organisation_under_a_longer_name_is_proposed_and_another_of_its_region_is_not():
    """Names as printed by real pages."""
    names = ["Bureau Veritas", "Bureau Veritas Certification", "TÜV Nord Cert GmbH", "TÜV Rheinland Cert GmbH"]
    names += ["DNV GL", "DNV Business Assurance Services UK Ltd", "Dekra Certification", "ERM CVS"]
    found = pairs([Described(name, (name,)) for name in names], ORGANISATIONS)
    # DNV changed its name; three letters in common are too little for the rule. A person has to know it.
    assert list(found) == [("Bureau Veritas", "Bureau Veritas Certification")]


def test_two_that_are_like_a_third_are_like_each_other():
    town = Described("t1", ("Sandvika",), countries=frozenset({"NO"}), place=(60.0, 10.0))
    firm = Described("t2", ("Metals ASA",), countries=frozenset({"NO"}), place=(60.0, 10.0), activities=frozenset("m"))
    press = Described("t3", ("Sandvika (statement)",), countries=frozenset({"NO"}), activities=frozenset("m"))
    town = replace(town, activities=frozenset("m"))
    found = pairs([town, firm, press], PLACES)
    assert set(found) == {("t1", "t2"), ("t1", "t3"), ("t2", "t3")}
    assert found["t2", "t3"].reasons[-1].values["third"] == "t1"


def test_twenty_thousand_facilities_are_compared_in_seconds(soak):
    count = int(20_000 * soak)
    draw = random.Random(3)
    words = [f"word{number}" for number in range(count // 3)]
    rows = [
        Described(
            f"f{number:05}",
            (f"{draw.choice(words)} {draw.choice(words[:60])} works",),
            countries=frozenset({f"c{draw.randrange(60)}"}),
            place=(draw.uniform(-60, 70), draw.uniform(-180, 180)),
            activities=frozenset({draw.choice("abcdef")}),
        )
        for number in range(count)
    ]
    began = time.perf_counter()
    pairs(rows, PLACES)
    assert time.perf_counter() - began < 60 * max(soak, 0.2)
