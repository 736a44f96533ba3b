"""What the API reads: a fixed number of queries, however much there is."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from functools import lru_cache, reduce
from operator import or_
from typing import Any

import msgspec
from django.db import connection
from django.db.models import ExpressionWrapper, F, IntegerField, Max, Q, QuerySet
from django.urls import reverse

from alunite.foundation.adoption.queries import NoScheme, pack_by
from alunite.foundation.core.text import slugify
from alunite.foundation.core.timeline import Timeline
from alunite.foundation.publications.dictionary import plural
from alunite.foundation.publications.models import REDACTED, Publication
from alunite.foundation.publications.opendata import Clocks, Run, Spoken, batches, instant, state_on
from alunite.foundation.scheme.pack import Pack
from alunite.foundation.scheme.rules import applicability, trigger_ids
from alunite.front.api.addresses import page_of
from alunite.front.api.asking import ApplicabilityAsked, ChangesAsked, FeedAsked, RecordsAsked
from alunite.front.api.sitemap import FIRST_PART, PART
from alunite.front.register import queries as lists
from alunite.front.register.models import Facet, Record, shown_at
from alunite.front.register.problems import Fault, Problem
from alunite.front.register.queries import Asked

Audit = tuple[str, datetime, Mapping[str, Any], str]


UNKNOWN_JSON = msgspec.Raw(b'"unknown"')
FILTERS = ("standard", "version", "activity", "country", "level", "member", "firm")


# The page is found in an index alone. What is said comes from the publication to the letter; a redacted one says nothing and counts all the same.
_ROWS = """
    SELECT spoken.id, spoken.subject, spoken.version, CAST(spoken.published_at AS text), said.payload FROM (
        SELECT publication FROM register_record
        WHERE kind = %s AND withdrawal = '' AND publication > %s AND publication <= %s
        AND (until IS NULL OR until > %s) {chosen} ORDER BY publication LIMIT %s
    ) page JOIN publication spoken ON spoken.id = page.publication
    JOIN publication_payload said ON said.publication_id = page.publication ORDER BY page.publication
"""
_HAVING = """
    AND publication IN (SELECT publication FROM register_facet WHERE kind = %s AND name = %s AND value = %s)
"""


@dataclass(frozen=True, slots=True)
class Lines:
    """Some lines of the register as JSON, and the place the next page begins after, None on the last."""

    items: list[bytes]
    next: list[Any] | None


@dataclass(frozen=True, slots=True)
class Rows:
    """Some rows of a kind, and the place the next page begins after, None on the last."""

    rows: list[Spoken]
    next: list[Any] | None


@dataclass(frozen=True, slots=True)
class Page:
    """Some publications, and the place the next page begins after, None on the last."""

    rows: list[Publication]
    next: list[Any] | None


def rows_of(
    kind_name: str, clocks: Clocks, *, after: list[Any] | None, limit: int, chosen: Mapping[str, str] | None = None
) -> Rows:
    """Return a page of the rows of a kind that have all facets chosen, in the order of publishing. One query.

    Written by hand: for Django to compose the same statement takes a third of what the whole answer takes.
    """
    facets = [part for choice in (chosen or {}).items() for part in (kind_name, *choice)]
    statement = _ROWS.format(chosen=_HAVING * len(chosen or {}))
    published = clocks.publication
    with connection.cursor() as cursor:
        cursor.execute(statement, [kind_name, after[0] if after else 0, published, published, *facets, limit + 1])
        found = cursor.fetchall()
    following = [found[limit - 1][0]] if len(found) > limit else None
    rows = [
        Spoken(number, kind_name, subject, version, _at(moment), payload)
        for number, subject, version, moment, payload in found[:limit]
        if payload
    ]
    return Rows(rows, following)


@lru_cache(maxsize=1024)
def _at(moment: str) -> datetime:
    """Return an instant from the database's text; connections speak UTC, and SQLite does not say so."""
    return datetime.fromisoformat(moment).replace(tzinfo=UTC)


class _Line(msgspec.Struct):
    """What a list tells of a record, each value as it was published."""

    entity: msgspec.Raw
    members: msgspec.Raw
    countries: msgspec.Raw
    family: msgspec.Raw
    version: msgspec.Raw
    level: msgspec.Raw
    activities: msgspec.Raw
    firm: msgspec.Raw
    certificate_number: msgspec.Raw
    issue_date: msgspec.Raw
    expiry_date: msgspec.Raw
    certified_since: msgspec.Raw
    announced_date: msgspec.Raw
    source_url: msgspec.Raw
    timeline: list[Run]
    licence: msgspec.Raw = UNKNOWN_JSON
    attribution: msgspec.Raw = UNKNOWN_JSON


LINE_FIELDS = tuple(name for name in _Line.__struct_fields__ if name != "timeline")
_line = msgspec.json.Decoder(_Line)


def lines(asked: RecordsAsked, clocks: Clocks, *, after: list[Any] | None, limit: int, newest: int) -> Lines:
    """Return a page of the register's list: certificates, and events whose certificate is not identified.

    Two queries. Lines as they are shown now are found faster than those as of a publication; both are the same while
    nothing is published between the two queries, and that is seen.
    """
    question, place = _question(asked, clocks), after[0] if after else None
    found: list[tuple[int, int, int]] = []
    is_now = clocks.publication == newest
    if is_now:
        found = lists.places(question, limit + 1, after=place)
        is_now = not found or found[0][2] == newest
    if not is_now:
        found = lists.places(replace(question, at=clocks.publication), limit + 1, after=place)
    page = found[:limit]
    said = Publication.objects.filter(pk__in=[publication for publication, _, _ in page])
    rows = {row[0]: row for row in said.values_list("pk", "kind", "subject", "published_at", "body__payload")}
    items = [_line_json(rows[publication], clocks) for publication, _, _ in page if rows[publication][4]]
    return Lines(items, [page[-1][1]] if len(found) > limit else None)


def _question(asked: RecordsAsked, clocks: Clocks) -> Asked:
    return Asked(
        text=asked.q,
        chosen={name: [value] for name in FILTERS if (value := getattr(asked, name))},
        states=[asked.state] if asked.state else [],
        on=None if asked.on is None else clocks.on,
        today=clocks.on,
    )


def changes_of_lines(asked: RecordsAsked, clocks: Clocks, *, after: list[Any] | None) -> Page:
    """Return a page of the publications of lines that a question of the register fits, newest first. One query.

    A publication counts when what it says fits, or what it took the place of did: whoever follows it learns of lines
    that come in, change within, and go out by a change or a withdrawal.
    """
    question = replace(_question(asked, clocks), at=clocks.publication)
    fits = lists.ever_matching(question).order_by()
    found = Publication.objects.filter(pk__lte=clocks.publication).select_related("body")
    found = found.filter(
        Q(pk__in=fits.values("publication")) | Q(pk__in=fits.filter(until__isnull=False).values("until"))
    )
    if after:
        found = found.filter(pk__lt=after[0])
    rows = list(found.order_by("-pk")[: asked.limit + 1])
    return Page(rows[: asked.limit], [rows[asked.limit - 1].pk] if len(rows) > asked.limit else None)


def _line_json(row: tuple[int, str, str, datetime, str | None], clocks: Clocks) -> bytes:
    publication, kind, subject, at, payload = row
    line = _line.decode(payload or "")
    told: dict[str, Any] = {
        "kind": kind,
        "subject": subject,
        "publication": publication,
        "published_at": instant(at),
        "address": f"/api/v1/public/{plural(kind)}/{subject}",
        "state": state_on(line.timeline, clocks.on),
    }
    for name in LINE_FIELDS:
        told[name] = getattr(line, name)
    return msgspec.json.encode(told)


def said_of(kind_name: str, subject: str, clocks: Clocks) -> Publication:
    """Return the publication that speaks of a subject; `Problem` when there is none or it was withdrawn. One query."""
    # No id has a NUL, and PostgreSQL takes none.
    found = None if "\0" in subject else _latest(kind_name, subject, clocks)
    if found is None:
        expected = "the public id of a record" + (f" published by {clocks.as_of}" if clocks.as_of else "")
        raise Problem(404, faults=[Fault("path", "subject", subject, expected)])
    if found.withdrawal or found.body.redacted_by:
        raise _gone(found)
    return found


def _gone(found: Publication) -> Problem:
    """Return what is said of a withdrawn record: why, by which publication, and who speaks for one that was merged.

    Not a redirection: a client that follows it unseen would hold the survivor twice, under both ids.
    """
    reason = REDACTED if found.body.redacted_by else found.withdrawal
    told: dict[str, Any] = {"reason": reason, "publication": found.pk}
    if not found.successor:
        return Problem(410, f"Withdrawn: {reason}.", **told)
    address = f"/api/v1/public/{plural(found.kind)}/{found.successor}"
    told |= {"successor": found.successor, "successor_address": address}
    headers = {"Link": f'<{address}>; rel="successor-version"'}
    return Problem(410, f"Withdrawn: {reason}; {found.successor} speaks for it.", headers=headers, **told)


def _latest(kind_name: str, subject: str, clocks: Clocks) -> Publication | None:
    found = Publication.objects.filter(kind=kind_name, subject=subject, pk__lte=clocks.publication)
    return found.select_related("body").order_by("-version").first()


def changes(
    asked: ChangesAsked | FeedAsked, clocks: Clocks, *, since: int | None = None, after: list[Any] | None = None
) -> Page:
    """Return a page of publications: newest first, or oldest first after `since`. One query."""
    found: QuerySet[Publication] = Publication.objects.filter(pk__lte=clocks.publication).select_related("body")
    if asked.kind:
        found = found.filter(kind=asked.kind)
    if asked.subject:
        found = found.filter(subject=asked.subject)
    if asked.member:
        named = Facet.objects.filter(name="member", value=asked.member).values("publication")
        found = found.filter(Q(pk__in=named) | Q(kind="member", subject=asked.member))
    if since is None:
        found = found.order_by("-pk") if not after else found.filter(pk__lt=after[0]).order_by("-pk")
    else:
        found = found.filter(pk__gt=after[0] if after else since).order_by("pk")
    rows = list(found[: asked.limit + 1])
    return Page(rows[: asked.limit], [rows[asked.limit - 1].pk] if len(rows) > asked.limit else None)


def before(publications: Sequence[Publication]) -> list[Publication]:
    """Return what was said of each subject just before. One query."""
    earlier = [Q(kind=item.kind, subject=item.subject, version=item.version - 1) for item in publications]
    if not earlier:
        return []
    return list(Publication.objects.filter(reduce(or_, earlier)).select_related("body"))


def counts(clocks: Clocks) -> dict[str, int]:
    """Return how many rows there are of each kind. One query."""
    return lists.counts(clocks.publication)


def next_audits(clocks: Clocks, address: Callable[[str, str], str]) -> Iterator[Audit]:
    """Yield the audits that say when the next one is: subject, when published, what is said, address of its page."""
    for batch in batches("audit", clocks.publication):
        for spoken in batch:
            said = msgspec.json.decode(spoken.payload)
            name = str(said.get("entity") or spoken.subject)
            yield spoken.subject, spoken.published_at, said, address(spoken.subject, slugify(name))


def site_parts() -> list[tuple[int, str]]:
    """Return the parts of the site map: number, and when a publication of it was last made. One query."""
    part = ExpressionWrapper(F("pk") / PART, output_field=IntegerField())
    found = Publication.objects.annotate(part=part).values_list("part").annotate(last=Max("published_at"))
    changed = {int(number): instant(last) for number, last in found.order_by("part")}
    return sorted((changed or {0: ""}).items())


def site_pages(number: int, clocks: Clocks) -> Iterator[tuple[str, str]]:
    """Yield path and last change of the pages whose latest publication is of a part of the site map.

    One query, and in the first part one more, for the countries and activities that lines name.
    """
    if number == 0:
        yield from ((path, "") for path in FIRST_PART)
        for name, value in lists.places_with_lines():
            yield reverse(name, args=[value]), ""
    first = number * PART
    found = Record.objects.filter(shown_at(clocks.publication), withdrawal="")
    found = found.filter(publication__gte=first, publication__lt=first + PART)
    for kind, subject, slug, at in found.order_by("publication").values_list("kind", "subject", "slug", "published_at"):
        if path := page_of(kind, subject, slug):
            yield path, instant(at)


def change(publication: Publication) -> dict[str, Any]:
    """Return a publication as a change: what happened to which record, JSON-ready."""
    return {
        "publication": publication.pk,
        "published_at": instant(publication.published_at),
        "kind": publication.kind,
        "subject": publication.subject,
        "version": publication.version,
        "what": what_happened(publication),
        "reason": REDACTED if publication.body.redacted_by else publication.withdrawal,
        "successor": publication.successor or "",
        "digest": publication.digest,
    }


def what_happened(publication: Publication) -> str:
    """Return in a word what a publication did."""
    if publication.body.redacted_by:
        return "redacted"
    if publication.withdrawal:
        return "withdrawn"
    return "published" if publication.version == 1 else "changed"


def timeline(publication: Publication, clocks: Clocks) -> dict[str, Any]:
    """Return the states of a record over time and the segment that holds on the day, JSON-ready."""
    said = msgspec.json.decode(publication.body.payload or "")
    line = Timeline.from_list(said["timeline"])
    on_day = line.segment_on(clocks.on)
    return {
        **clocks.as_dict(),
        "kind": publication.kind,
        "subject": publication.subject,
        "said_by": publication.pk,
        "on_day": None if on_day is None else said["timeline"][line.segments.index(on_day)],
        "timeline": said["timeline"],
    }


def criteria(publication: Publication, clocks: Clocks) -> dict[str, Any]:
    """Return the criteria of a version of a standard in order, each with the number and title of its principle."""
    said = msgspec.json.decode(publication.body.payload or "")
    sections = (said["standard"] or {}).get("sections", [])
    return {
        **clocks.as_dict(),
        "subject": publication.subject,
        "said_by": publication.pk,
        "name": said["name"],
        "held": said["standard"] is not None,
        "criteria": [
            {"principle": principle["number"], "principle_title": principle["title"], **criterion}
            for section in sections
            for principle in section["principles"]
            for criterion in principle["criteria"]
        ],
    }


def judged(asked: ApplicabilityAsked, clocks: Clocks) -> dict[str, Any]:
    """Return for each criterion whether it applies to a scope, with reasons; `Problem` for what the pack has not."""
    pack = _pack(clocks)
    standard = pack.standard(asked.standard)
    if standard is None:
        expected = f"a version whose criteria are held: {', '.join(item.id for item in pack.standards)}"
        raise Problem(422, faults=[Fault("query", "standard", asked.standard, expected)])
    known = trigger_ids(standard)
    faults = [
        Fault("query", "trigger", text, f"one of {', '.join(known) or 'none: this version has no conditions'}")
        for text in asked.trigger
        if text not in known
    ]
    # A word of today's vocabulary may be missing from a pack of an earlier day.
    faults += [
        Fault("query", "activity", text, f"one of {', '.join(item.id for item in pack.activities)}")
        for text in asked.activity
        if text not in {item.id for item in pack.activities}
    ]
    if asked.member_class and asked.member_class not in {item.id for item in pack.classes}:
        expected = f"one of {', '.join(item.id for item in pack.classes)}"
        faults.append(Fault("query", "member_class", asked.member_class, expected))
    if faults:
        raise Problem(422, faults=faults)
    answers = applicability(
        standard,
        pack,
        activities=list(dict.fromkeys(asked.activity)),
        member_class=asked.member_class,
        cycle=asked.cycle,
        triggers=asked.trigger,
        day=clocks.on,
    )
    return {
        **clocks.as_dict(),
        "standard": asked.standard,
        "pack": pack.digest,
        "criteria": [answer.as_dict() for answer in answers],
    }


def _pack(clocks: Clocks) -> Pack:
    """Return the pack that was in force when the last publication that counts was made."""
    at = Publication.objects.filter(pk=clocks.publication).values_list("published_at", flat=True).first()
    try:
        return pack_by(at)
    except NoScheme as error:
        raise Problem(404, "No scheme had been adopted by then.") from error
