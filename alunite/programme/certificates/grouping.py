"""Which events speak of one certificate. Pure.

A row with a number, or with both days, identifies its certificate by itself. Of other rows a rule says which likely speak
of one, and a person confirms it. Worked examples: docs/algorithms/duplicates.md.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import combinations
from typing import Any

from alunite.foundation.core.days import PartialDate
from alunite.foundation.core.judgement import Judgement, Reason
from alunite.foundation.merging.likeness import Corpus, Described, Weights, likeness
from alunite.foundation.merging.rules import Merges

# What the names of what was certified, its countries and activities count; the rest is below.
ENTITIES = Weights(names=0.5, longer_name=0.5, other_activities=-0.1, other_countries=-0.4, at_least=0.6)
ONE_NUMBER, OTHER_NUMBERS = 0.6, -0.6
ONE_HOLDER, OTHER_HOLDERS = 0.15, -0.3
ONE_VERSION, OTHER_VERSIONS = 0.1, -0.4
IN_SEQUENCE, OUT_OF_SEQUENCE = 0.15, -0.3
# A member that certifies two sites often announces both in one month: little speaks for one certificate.
ONE_DAY, TWO_BEGINNINGS = 0.05, -0.3

LARGEST_BLOCK = 200


@dataclass(frozen=True, slots=True)
class Told:
    """What one event tells of its certificate; empty where its source is silent.

    Parameters
    ----------
    entity : Described
        What was certified: its name, countries and activities, under the event's id.
    holders : frozenset of str
        Ids of the members that speak for those named.
    family, version, number : str
        Of the standard; of the certificate.
    day : PartialDate or None
        The first day the event names: of issue, else of its announcement, else since when.
    begins, continues : bool
        Whether the kind of event begins a certification, or goes on from one. Neither where it is not known.
    stands_under : str
        Id of the certificate it stands under now.
    """

    entity: Described
    holders: frozenset[str]
    family: str
    version: str = ""
    number: str = ""
    day: PartialDate | None = None
    begins: bool = False
    continues: bool = False
    stands_under: str = ""

    @property
    def id(self) -> str:
        """The event."""
        return self.entity.id


def likely_one(events: Sequence[Told]) -> dict[tuple[str, str], Judgement[float]]:
    """Return the pairs of events that likely speak of one certificate and do not stand under one yet, by their ids.

    Only events of one family that share a holder or a number are compared.
    """
    corpus = Corpus.of([event.entity for event in events])
    judged = {(one.id, other.id): judge(one, other, corpus) for one, other in _candidates(events)}
    return {pair: judged[pair] for pair in sorted(judged) if judged[pair].result >= ENTITIES.at_least}


def _candidates(events: Sequence[Told]) -> Iterator[tuple[Told, Told]]:
    blocks: dict[tuple[str, str, str], list[Told]] = defaultdict(list)
    for event in sorted(events, key=lambda each: each.id):
        for holder in event.holders:
            blocks[event.family, "holder", holder].append(event)
        if event.number:
            blocks[event.family, "number", event.number].append(event)
    for _, block in sorted(blocks.items()):
        for one, other in combinations(block, 2) if len(block) <= LARGEST_BLOCK else ():
            if not one.stands_under or one.stands_under != other.stands_under:
                yield one, other


def judge(one: Told, other: Told, corpus: Corpus) -> Judgement[float]:
    """Return how likely two events of one family speak of one certificate, 0 to 1 in hundredths, with the evidence."""
    entities = likeness(one.entity, other.entity, corpus, ENTITIES)
    told = tuple(reason for rule in (_numbers, _holders, _versions, _sequence) for reason in rule(one, other))
    reasons = (*entities.reasons, *told)
    score = sum(reason.values["share"] for reason in reasons)
    return Judgement(round(min(1.0, max(0.0, score)), 2), reasons)


def _reason(rule: str, text: str, share: float, **values: Any) -> Reason:
    return Reason(f"grouping.{rule}", text, {"share": share, **values})


def _numbers(one: Told, other: Told) -> Iterator[Reason]:
    if one.number and one.number == other.number:
        yield _reason("one_number", "Both bear one number.", ONE_NUMBER, number=one.number)
    elif one.number and other.number:
        text = "They bear different numbers."
        yield _reason("other_numbers", text, OTHER_NUMBERS, numbers=sorted([one.number, other.number]))


def _holders(one: Told, other: Told) -> Iterator[Reason]:
    if one.holders & other.holders:
        yield _reason("one_holder", "One member is named by both.", ONE_HOLDER)
    else:
        yield _reason("other_holders", "They name different members.", OTHER_HOLDERS)


def _versions(one: Told, other: Told) -> Iterator[Reason]:
    if not one.version or not other.version:
        return
    versions = sorted([one.version, other.version])
    if one.version == other.version:
        yield _reason("one_version", "Both are against one version.", ONE_VERSION, version=one.version)
    elif not one.continues and not other.continues:
        text = "They are against different versions, and neither says that it goes on from the other."
        yield _reason("other_versions", text, OTHER_VERSIONS, versions=versions)


def _sequence(one: Told, other: Told) -> Iterator[Reason]:
    begins = [event for event in (one, other) if event.begins]
    follows = [event for event in (one, other) if event.continues]
    days = [str(event.day or "") for event in (one, other)]
    if len(begins) == 1 and len(follows) == 1:
        first, later = begins[0].day, follows[0].day
        if first and later and later.latest < first.earliest:
            text = "What goes on from a certification is dated before what begins one."
            yield _reason("out_of_sequence", text, OUT_OF_SEQUENCE, days=days)
        else:
            text = "One begins a certification, and the other goes on from one."
            yield _reason("in_sequence", text, IN_SEQUENCE, days=days)
    elif len(begins) > 1 and one.day and other.day:
        if one.day.earliest <= other.day.latest and other.day.earliest <= one.day.latest:
            yield _reason("one_day", "Both tell of a beginning at one time.", ONE_DAY, days=days)
        else:
            yield _reason("two_beginnings", "Each begins a certification, at another time.", TWO_BEGINNINGS, days=days)


def groups(identified: Mapping[str, str], joins: Merges) -> dict[str, list[str]]:
    """Return the events that stand together, in order, by the one that speaks for them.

    Parameters
    ----------
    identified : mapping of event to certificate
        What each row identifies by itself, empty for nothing. Events outside it do not count.
    joins : mapping of event to event
        What people put together.

    >>> groups({"a": "", "b": "C1", "c": "C1", "d": ""}, {"a": "b"})
    {'b': ['a', 'b', 'c'], 'd': ['d']}
    """
    root = {event: event for event in identified}

    def find(event: str) -> str:
        while root[event] != event:
            event = root[event]
        return event

    by_certificate: dict[str, str] = {}
    for event in sorted(identified):
        if identified[event]:
            root[find(event)] = find(by_certificate.setdefault(identified[event], event))
    for loser, survivor in sorted(joins.items()):
        if loser in root and survivor in root:
            root[find(loser)] = find(survivor)
    together: dict[str, list[str]] = defaultdict(list)
    for event in sorted(identified):
        together[find(event)].append(event)
    # Who speaks: not one that gave way; better one whose row identifies a certificate; the first of those.
    return {
        min(members, key=lambda event: (event in joins, not identified[event], event)): members
        for members in together.values()
    }
