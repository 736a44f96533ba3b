"""Lists of records by name, and records found by what they say: a fixed number of queries, each on either clock.

`at` is the publication a question is asked as of; None for what is shown now.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import reduce
from operator import or_
from typing import Any

from django.db.models import Count, Q, QuerySet
from django.db.models.expressions import RawSQL

from alunite.foundation.core.text import words
from alunite.front.register.models import Facet, Record, shown_at
from alunite.front.register.projector import LINES
from alunite.front.register.queries import PAGE_LENGTH

# What one page shows of a subject; more is said to be more, and is found in the list.
MOST = 500
# How many publications of each kind that name a member are looked at for what a record's page shows beside it.
LATEST = 16
LAST_PUBLICATION = 2**63 - 1
# Each part ends in an index after a few steps; no database finds as short a way to the whole by itself.
_BY_MEMBER = f"""
    SELECT publication FROM (
        SELECT publication FROM register_facet
        WHERE kind = %s AND name = 'member' AND value = %s AND publication <= %s
        ORDER BY publication DESC LIMIT {LATEST}
    ) latest
"""  # noqa: S608, made of constants
_BESIDE = f"""
    {_BY_MEMBER} UNION {_BY_MEMBER}
    UNION SELECT publication FROM register_record WHERE kind IN (%s, %s) AND slug = %s
"""  # noqa: S608, as above

# Slug and subject of the last record of a page.
Bookmark = tuple[str, str]


@dataclass(frozen=True, slots=True)
class AskedNames:
    """What a reader asks of a list by name.

    Parameters
    ----------
    kind : str
        Kind of the records.
    chosen : mapping of facet to value
        All of which a record must have.
    text : str
        Words that must all begin a word a record is found by.
    at : int or None
        The publication the list is read as of; None for what is shown now.
    after : Bookmark or None
        What the page begins after, from `Names.next`.
    """

    kind: str
    chosen: Mapping[str, str] = field(default_factory=dict)
    text: str = ""
    at: int | None = None
    after: Bookmark | None = None


@dataclass(frozen=True, slots=True)
class Names:
    """A page of a list by name.

    Parameters
    ----------
    records : list of Record
        Those of the page.
    count : int
        How many there are over all pages.
    unplaced : int
        How many of these have no place on the map; 0 for kinds that have none anyway.
    at : int
        The publication the page was read as of; 0 when there is none.
    next : Bookmark or None
        What the following page begins after; None on the last.
    """

    records: list[Record]
    count: int
    unplaced: int
    at: int
    next: Bookmark | None


def listing(asked: AskedNames) -> Names:
    """Return one page of a list by name. Three queries, two as of a publication."""
    newest = Record.objects.order_by("-publication").values_list("publication", flat=True)
    at = (newest.first() or 0) if asked.at is None else asked.at
    found = _matching(asked, at)
    unplaced = Q(pk__in=_having(asked.kind, "placed", ["no"]))
    counted = found.aggregate(all=Count("pk"), unplaced=Count("pk", filter=unplaced))
    if asked.after:
        slug, subject = asked.after
        found = found.filter(Q(slug__gt=slug) | Q(slug=slug, subject__gt=subject))
    records = list(found.order_by("slug", "subject")[: PAGE_LENGTH + 1])
    page = records[:PAGE_LENGTH]
    following = (page[-1].slug, page[-1].subject) if len(records) > PAGE_LENGTH else None
    return Names(page, counted["all"], counted["unplaced"], at, following)


def _matching(asked: AskedNames, at: int) -> QuerySet[Record]:
    found = Record.objects.filter(shown_at(at), kind=asked.kind, withdrawal="")
    for name, value in asked.chosen.items():
        found = found.filter(pk__in=_having(asked.kind, name, [value]))
    typed = words(asked.text)
    if asked.text and not typed:
        return found.none()
    for word in typed:
        begun = Facet.objects.filter(kind=asked.kind, name="word", value__startswith=word)
        found = found.filter(pk__in=begun.values("publication"))
    return found


def _having(kind: str, name: str, values: Sequence[str]) -> QuerySet[Facet, Any]:
    return Facet.objects.filter(kind=kind, name=name, value__in=values).values("publication")


def having(kind: str, name: str, values: Iterable[str], at: int | None) -> list[Record]:
    """Return the records of a kind that have one of these values of a facet, by name; at most `MOST`. One query."""
    return having_any([(kind, name, values)], at)


def having_all(kind: str, chosen: Mapping[str, str], at: int | None) -> list[Record]:
    """Return the records of a kind that have each of these values of a facet, by name; at most `MOST`. One query."""
    shown = Record.objects.filter(shown_at(at), kind=kind, withdrawal="")
    for name, value in chosen.items():
        shown = shown.filter(pk__in=_having(kind, name, [value]))
    return list(shown.order_by("slug", "subject")[:MOST])


def having_any(asked: Iterable[tuple[str, str, Iterable[str]]], at: int | None) -> list[Record]:
    """Return the records that have one of the values of a facet, each asked for by kind, facet and values; at most `MOST` of all. One query."""
    facets = Q()
    for kind, name, values in asked:
        facets |= Q(kind=kind, name=name, value__in=list(values))
    shown = Record.objects.filter(
        shown_at(at), withdrawal="", pk__in=Facet.objects.filter(facets).values("publication")
    )
    return list(shown.order_by("kind", "slug", "subject")[:MOST])


def audited_and_run(rows: Iterable[str], operators: Iterable[str], at: int | None) -> tuple[list[Record], list[Record]]:
    """Return the audits of certificates, by the rows these were imported as, and the facilities of operators.

    At most `MOST` of both together, audits first. One query.
    """
    found = having_any([("audit", "certificate_record", rows), ("facility", "operator", operators)], at)
    audits, facilities = ([one for one in found if one.kind == kind] for kind in ("audit", "facility"))
    return audits, facilities


def beside(record: Record, member: str, at: int | None) -> list[Record]:
    """Return the lines that bear the name of a line, and some of the newest that name a member. One query.

    Never more than a few, however many there are: whoever wants all of a member's looks into the list.
    """
    newest = LAST_PUBLICATION if at is None else at
    asked = [part for kind in LINES for part in (kind, member, newest)]
    found = RawSQL(_BESIDE, [*asked, *LINES, record.slug])  # noqa: S611, made of constants
    shown = Record.objects.filter(shown_at(at), pk__in=found, withdrawal="")
    return sorted(shown, key=lambda item: -item.publication)


def ever_had(kind: str, asked: Mapping[str, Iterable[str]]) -> dict[str, set[str]]:
    """Return which of these values of facets any record of a kind had at any time. One query, none where none is asked."""
    # No value has a NUL, and PostgreSQL takes none.
    among = {name: [value for value in values if "\0" not in value] for name, values in asked.items()}
    found: dict[str, set[str]] = {name: set() for name in asked}
    facets = [Q(name=name, value__in=values) for name, values in among.items() if values]
    if facets:
        held = Facet.objects.filter(reduce(or_, facets), kind=kind).values_list("name", "value")
        for name, value in held.distinct():
            found[name].add(value)
    return found


def values_of(
    kind: str, names: Sequence[str], at: int | None, always: Mapping[str, str]
) -> dict[str, list[tuple[str, int]]]:
    """Return, for each facet, the values records of a kind have with how many have each. One query.

    `always` is what the records counted all have.
    """
    shown = Record.objects.filter(shown_at(at), kind=kind, withdrawal="")
    for name, value in always.items():
        shown = shown.filter(pk__in=_having(kind, name, [value]))
    held = Facet.objects.filter(kind=kind, name__in=names, publication__in=shown.values("publication"))
    found: dict[str, list[tuple[str, int]]] = defaultdict(list)
    for name, value, count in held.values_list("name", "value").annotate(n=Count("pk")).order_by("name", "value"):
        found[name].append((value, count))
    return found
