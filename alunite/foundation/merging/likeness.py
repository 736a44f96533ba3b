"""How likely two records speak of one thing, with every reason for and against. Pure.

Every piece of evidence adds or takes a share of one; their sum, kept between 0 and 1, is the score. Which words say
much is counted in the records themselves: a word that many bear says little. Worked examples, and what is known to be
missed: docs/algorithms/duplicates.md.
"""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from itertools import chain, combinations
from math import asin, cos, floor, log, radians, sin, sqrt
from typing import Any

from alunite.foundation.core.judgement import Judgement, Reason, Trust
from alunite.foundation.core.text import words

EARTH_KM = 6371.0088

# Words that say of which legal form a company is, and nothing of which one. Single letters (S.p.A.) never count.
LEGAL_FORMS = frozenset(
    {
        *("ab", "ad", "ag", "aktiengesellschaft", "aps", "as", "asa", "berhad", "bhd", "bv", "co", "company"),
        *("corp", "corporation", "cv", "dd", "doo", "foundation", "gesellschaft", "gmbh", "holding", "holdings"),
        *("inc", "incorporated", "jsc", "kft", "kg", "kgaa", "limited", "llc", "llp", "lp", "ltd", "ltda", "mbh"),
        *("nv", "ojsc", "oy", "oyj", "pjsc", "plc", "private", "pt", "pte", "pty", "pvt", "sa", "sab", "sae"),
        *("saoc", "saog", "sarl", "sas", "sdn", "se", "shpk", "sia", "sl", "societe", "spa", "spzoo", "srl", "sro"),
        *("the", "tic", "ve", "zrt"),
    }
)

# In a small set of records how often a word stands says nothing yet; it is weighed as if there were so many.
SMALLEST_CORPUS = 50
SHORT_WORD = 2
SHORT_WORD_COUNTS = 0.5
REGION_WORD_COUNTS = 0.5

# A block of records that share a word, or lie in one cell, is compared pair by pair only up to this size.
LARGEST_BLOCK = 60
CELL_DEGREES = 0.05
CELLS_AROUND_EARTH = round(360 / CELL_DEGREES)

SAME_SPOT_KM = 1.0
NEARBY_KM = 5.0
ELSEWHERE_KM = 20.0
CAPACITIES_AGREE = 0.1

# Two records that are each likely the same as a third: this much of the weaker likeness, beside what is seen of the two.
THROUGH_A_THIRD = 0.8

# A name says enough from two words that half as many bear as could; a word tells holders apart from half on.
ENOUGH_SAID = 0.7
TELLING = 0.5

_APOSTROPHES = re.compile("['’‘`´]")
_ASIDE = re.compile(r"\s*\(([^()]*)\)")


@dataclass(frozen=True, slots=True)
class Described:
    """What is known of a record that could be another's double; empty where nothing is.

    Parameters
    ----------
    id : str
        The record; pairs are ordered by it.
    names : tuple of str
        As printed, all that it is called by.
    countries, activities : frozenset of str
        Ids or codes.
    region : str
        As printed.
    holders : tuple of str
        Names of operators and owners, as printed.
    place : (latitude, longitude) or None
        In degrees.
    capacities : mapping of product to tonnes a year
        By the folded name of the product.
    origins : frozenset of str
        The lists it was taken from; one list rarely has a thing twice.
    """

    id: str
    names: tuple[str, ...]
    countries: frozenset[str] = frozenset()
    region: str = ""
    holders: tuple[str, ...] = ()
    activities: frozenset[str] = frozenset()
    place: tuple[float, float] | None = None
    capacities: Mapping[str, float] = field(default_factory=dict)
    origins: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class Weights:
    """What each piece of evidence counts, as a share of one, for one sort of record.

    Parameters
    ----------
    names : float
        Names that are word for word the same; less the less they share.
    longer_name : float
        How much the words count that only the longer of two names has, against those that only the shorter has.
    same_spot, elsewhere : float
        At most 1 km apart (falling to nothing at 5 km), and more than 20 km.
    holders, other_holders : float
        An operator or owner in common, and none in common though both are known: they change hands.
    activities, other_activities : float
        Some in common, and none though both are known.
    capacities : float
        Capacities of one product that differ by at most a tenth.
    other_countries, one_origin : float
        Countries both known and none in common; taken from the same list.
    at_least : float
        The score from which on a person is asked.
    """

    names: float
    longer_name: float
    same_spot: float = 0.0
    elsewhere: float = 0.0
    holders: float = 0.0
    other_holders: float = 0.0
    activities: float = 0.0
    other_activities: float = 0.0
    capacities: float = 0.0
    other_countries: float = -1.0
    one_origin: float = 0.0
    at_least: float = 0.5


# A place is where it is: its name may be the town's, its firm's or a list's own.
PLACES = Weights(
    names=0.6,
    longer_name=0.25,
    same_spot=0.45,
    elsewhere=-0.7,
    holders=0.1,
    other_holders=-0.05,
    activities=0.1,
    other_activities=-0.35,
    capacities=0.05,
    one_origin=-0.5,
)
# An organisation is its name; what it does, half of the others do too.
ORGANISATIONS = Weights(
    names=0.7, longer_name=0.6, activities=0.02, other_activities=-0.1, other_countries=-0.4, one_origin=-0.1
)


@lru_cache(maxsize=50_000)
def name_words(name: str) -> frozenset[str]:
    """Return the words of a name that tell it from others, folded.

    >>> sorted(name_words("Ma'aden Rolling Company, Ltd"))
    ['maaden', 'rolling']
    """
    found = frozenset(word for word in words(_APOSTROPHES.sub("", name)) if len(word) > 1)
    return found - LEGAL_FORMS or found


@lru_cache(maxsize=50_000)
def readings(names: tuple[str, ...]) -> tuple[frozenset[str], ...]:
    """Return the sets of words these names can be read as: whole, without an aside, and a one-word aside alone.

    >>> [sorted(reading) for reading in readings(("Northern Works (Norwo)",))]
    [['northern', 'norwo', 'works'], ['northern', 'works'], ['norwo']]
    """
    found: dict[frozenset[str], None] = {}
    for name in names:
        asides = [aside for aside in _ASIDE.findall(name) if len(aside.split()) == 1]
        for text in (name, _ASIDE.sub("", name), *asides):
            if read := name_words(text):
                found[read] = None
    return tuple(found)


def kilometres(one: tuple[float, float], other: tuple[float, float]) -> float:
    """Return the distance between two places given in degrees, on a sphere.

    >>> round(kilometres((0, 0), (90, 0)))  # a quarter of a meridian
    10008
    """
    lat1, lon1, lat2, lon2 = map(radians, (*one, *other))
    half = sin((lat2 - lat1) / 2) ** 2 + cos(lat1) * cos(lat2) * sin((lon2 - lon1) / 2) ** 2
    return 2 * EARTH_KM * asin(min(1.0, sqrt(half)))


@dataclass(frozen=True, slots=True)
class Corpus:
    """How much each word says, counted in the records that are compared.

    Parameters
    ----------
    size : int
        How many records there are.
    bearers : mapping of word to int
        How many of them bear it in a name.
    regions : frozenset of str
        Words that stand in the region of some record: many things are called after one region.
    """

    size: int
    bearers: Mapping[str, int]
    regions: frozenset[str]

    @classmethod
    def of(cls, records: Sequence[Described]) -> Corpus:
        """Count the words of `records`."""
        bearers = Counter(word for record in records for word in frozenset().union(*readings(record.names)))
        regions = frozenset(word for record in records for word in name_words(record.region))
        return cls(len(records), bearers, regions)

    def weight(self, word: str) -> float:
        """Return how much a word says, from 0 (everybody bears it) to 1 (one record does)."""
        size = max(self.size, SMALLEST_CORPUS)
        rarity = log(size / min(self.bearers.get(word, 1), size)) / log(size)
        if len(word) <= SHORT_WORD:
            rarity *= SHORT_WORD_COUNTS
        return rarity * REGION_WORD_COUNTS if word in self.regions else rarity

    def weigh(self, among: Iterable[str]) -> float:
        """Return how much several words say together; summed in one order, so that the result is one to the bit."""
        return sum(self.weight(word) for word in sorted(among))


def likeness(one: Described, other: Described, corpus: Corpus, weights: Weights) -> Judgement[float]:
    """Return how likely two records speak of one thing, 0 to 1 in hundredths, with each piece of evidence.

    The order of the two never matters. `values` of each reason hold what was looked at, and its `share` of the score.
    """
    one, other = sorted((one, other), key=lambda record: record.id)
    reasons = tuple(
        reason
        for rule in (_names, _places, _holders, _activities, _capacities, _countries, _origins)
        for reason in rule(one, other, corpus, weights)
    )
    score = sum(reason.values["share"] for reason in reasons)
    return Judgement(round(min(1.0, max(0.0, score)), 2), reasons)


def pairs(records: Sequence[Described], weights: Weights) -> dict[tuple[str, str], Judgement[float]]:
    """Return the pairs worth asking a person about, by their ids in order, in the order of ids.

    Only records that share a telling word, or lie near each other, are compared: the work grows with the records, not
    with their square.
    """
    corpus = Corpus.of(records)
    judged = {(one.id, other.id): likeness(one, other, corpus, weights) for one, other in _candidates(records)}
    likely = {pair: judgement for pair, judgement in judged.items() if judgement.result >= weights.at_least}
    likely |= dict(_through_a_third(likely, {record.id: record for record in records}, corpus, weights))
    return {pair: likely[pair] for pair in sorted(likely)}


def _candidates(records: Sequence[Described]) -> Iterator[tuple[Described, Described]]:
    """Yield the pairs that share a telling word, or lie in one cell or in two that touch; each once, in order."""
    blocks: dict[tuple[str, ...], list[Described]] = defaultdict(list)
    cells: dict[tuple[int, int], list[Described]] = defaultdict(list)
    for record in sorted(records, key=lambda each: each.id):
        for word in frozenset().union(*readings(record.names)):
            blocks[(word,)].append(record)
            for country in record.countries:
                blocks[word, country].append(record)
        if record.place:
            cells[_cell(record.place)].append(record)
    near = [_around(cells, cell) for cell in sorted(cells)]
    seen: set[tuple[str, str]] = set()
    for block in chain((blocks[key] for key in sorted(blocks)), near):
        if len(block) > LARGEST_BLOCK:
            continue
        for one, other in combinations(block, 2):
            if (one.id, other.id) not in seen and not _lie_in_other_countries(one, other):
                seen.add((one.id, other.id))
                yield one, other


def _cell(place: tuple[float, float]) -> tuple[int, int]:
    return floor(place[0] / CELL_DEGREES), floor(place[1] / CELL_DEGREES) % CELLS_AROUND_EARTH


def _around(cells: Mapping[tuple[int, int], list[Described]], cell: tuple[int, int]) -> list[Described]:
    """Return what lies in a cell and the four that follow it; the four before it have it among theirs."""
    north, east = cell
    touching = ((north, east), (north, east + 1), (north + 1, east - 1), (north + 1, east), (north + 1, east + 1))
    found = [record for row, column in touching for record in cells.get((row, column % CELLS_AROUND_EARTH), ())]
    return sorted(found, key=lambda record: record.id)


def _lie_in_other_countries(one: Described, other: Described) -> bool:
    return bool(one.countries and other.countries) and not one.countries & other.countries


def _through_a_third(
    likely: Mapping[tuple[str, str], Judgement[float]],
    by_id: Mapping[str, Described],
    corpus: Corpus,
    weights: Weights,
) -> Iterator[tuple[tuple[str, str], Judgement[float]]]:
    """Yield the pairs that are likely the same because each is likely the same as a third."""
    links: dict[str, dict[str, float]] = defaultdict(dict)
    for (one, other), judgement in likely.items():
        links[one][other] = links[other][one] = judgement.result
    best: dict[tuple[str, str], tuple[float, str]] = {}
    for third in sorted(links):
        for one, other in combinations(sorted(links[third]), 2):
            weaker = min(links[third][one], links[third][other])
            if (one, other) not in likely and weaker > best.get((one, other), (0.0, ""))[0]:
                best[one, other] = (weaker, third)
    for (one, other), (weaker, third) in sorted(best.items()):
        direct = likeness(by_id[one], by_id[other], corpus, weights)
        reason = _reason(
            "through_a_third",
            "Each of the two is likely the same as a third record.",
            weaker * THROUGH_A_THIRD,
            third=third,
            third_name=by_id[third].names[0],
            weaker_score=weaker,
        )
        score = round(min(1.0, sum(each.values["share"] for each in (*direct.reasons, reason))), 2)
        if score >= weights.at_least:
            yield (one, other), Judgement(score, (*direct.reasons, reason))


def _reason(rule: str, text: str, share: float, **values: Any) -> Reason:
    return Reason(f"duplicates.{rule}", text, {"share": round(share, 2), **values}, Trust.DESIGN)


def _names(one: Described, other: Described, corpus: Corpus, weights: Weights) -> Iterator[Reason]:
    among = (
        (_agreement(mine, its, corpus, weights), mine, its)
        for mine in readings(one.names)
        for its in readings(other.names)
    )
    best = max(among, key=lambda found: (found[0], sorted(found[1]), sorted(found[2])), default=(0.0, (), ()))
    share = best[0] * weights.names
    if share < 0.005:
        return
    shared = sorted(set(best[1]) & set(best[2]))
    yield _reason(
        "names",
        "Their names share words that few others bear.",
        share,
        shared=shared,
        weights=[round(corpus.weight(word), 2) for word in shared],
        others=[sorted(set(best[1]) - set(shared)), sorted(set(best[2]) - set(shared))],
    )


def _agreement(mine: frozenset[str], its: frozenset[str], corpus: Corpus, weights: Weights) -> float:
    """Return how far two names agree, 0 to 1: what they share against that and what each has alone."""
    shared = corpus.weigh(mine & its)
    shorter, longer = sorted((corpus.weigh(mine - its), corpus.weigh(its - mine)))
    said = shared + shorter + weights.longer_name * longer
    # Words that nearly all bear make no two names one, even where they are all there is.
    return shared / max(said, ENOUGH_SAID) if said else 0.0


def _places(one: Described, other: Described, _corpus: Corpus, weights: Weights) -> Iterator[Reason]:
    if not one.place or not other.place or not weights.same_spot:
        return
    apart = kilometres(one.place, other.place)
    share, text = 0.0, ""
    if apart <= SAME_SPOT_KM:
        share, text = weights.same_spot, "They lie on the same spot."
    elif apart < NEARBY_KM:
        share = weights.same_spot * (NEARBY_KM - apart) / (NEARBY_KM - SAME_SPOT_KM)
        text = "They lie near each other."
    elif apart > ELSEWHERE_KM:
        share, text = weights.elsewhere, "They lie far apart."
    if text:
        yield _reason("places", text, share, kilometres=round(apart, 2))


def _holders(one: Described, other: Described, corpus: Corpus, weights: Weights) -> Iterator[Reason]:
    if not weights.holders:
        return
    # What one record calls itself may be the operator the other names.
    mine, its = _words_of((*one.holders, one.names[0])), _words_of((*other.holders, other.names[0]))
    held, hers = _words_of(one.holders), _words_of(other.holders)
    shared = sorted(word for word in (held & its) | (mine & hers) if corpus.weight(word) >= TELLING)
    if shared:
        yield _reason("holders", "An operator or owner is named by both.", weights.holders, shared=shared)
    elif held and hers:
        text = "No operator or owner is named by both; they may have changed hands."
        yield _reason("other_holders", text, weights.other_holders, named=[list(one.holders), list(other.holders)])


def _words_of(names: Iterable[str]) -> frozenset[str]:
    return frozenset(word for name in names for word in name_words(name))


def _activities(one: Described, other: Described, _corpus: Corpus, weights: Weights) -> Iterator[Reason]:
    shared = sorted(one.activities & other.activities)
    if shared and weights.activities:
        yield _reason("activities", "They have activities in common.", weights.activities, shared=shared)
    elif one.activities and other.activities and not shared:
        named = [sorted(one.activities), sorted(other.activities)]
        yield _reason("other_activities", "They have no activity in common.", weights.other_activities, named=named)


def _capacities(one: Described, other: Described, _corpus: Corpus, weights: Weights) -> Iterator[Reason]:
    if not weights.capacities:
        return
    for product in sorted(one.capacities.keys() & other.capacities.keys()):
        mine, its = one.capacities[product], other.capacities[product]
        if abs(mine - its) <= CAPACITIES_AGREE * max(mine, its):
            text = "Their capacities differ by a tenth at most."
            yield _reason("capacities", text, weights.capacities, product=product, tonnes=[mine, its])
            return


def _countries(one: Described, other: Described, _corpus: Corpus, weights: Weights) -> Iterator[Reason]:
    if _lie_in_other_countries(one, other):
        named = [sorted(one.countries), sorted(other.countries)]
        yield _reason("other_countries", "They are of different countries.", weights.other_countries, named=named)


def _origins(one: Described, other: Described, _corpus: Corpus, weights: Weights) -> Iterator[Reason]:
    if shared := sorted(one.origins & other.origins):
        text = "One list has both, and a list rarely has a thing twice."
        yield _reason("one_origin", text, weights.one_origin, lists=shared)
