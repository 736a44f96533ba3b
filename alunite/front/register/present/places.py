"""What the pages of countries and activities show. No query, no rule, only words and order."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from urllib.parse import urlencode

from django.urls import reverse
from django.utils.translation import gettext as _

from alunite.foundation.scheme.notes import host
from alunite.front.register.models import Record
from alunite.front.register.places import Counts, Summary
from alunite.front.register.present.figures import amount, is_undecided
from alunite.front.register.present.words import STATE_WORDS, Status, record_url, status, version_label
from alunite.front.register.queries import STATE_ORDER
from alunite.front.register.site import Site, is_unknown

PER_MILLE = 1000


@dataclass(frozen=True, slots=True)
class PlaceShown:
    """A line of a list of countries or activities; `share` is its length in per mille of the longest."""

    name: str
    url: str
    lines: int
    in_date: int
    members: int
    facilities: int
    share: int
    in_date_share: int


@dataclass(frozen=True, slots=True)
class Part:
    """A part of what is counted, with its address in the register."""

    name: str
    url: str
    count: int
    share: int
    status: Status | None = None


@dataclass(frozen=True, slots=True)
class Made:
    """The latest figure published of one thing made or mined there."""

    what: str
    url: str
    amount: str
    period: str
    host: str
    others: int
    is_undecided: bool


def overview(
    places: Iterable[Summary], kind: str, name_of: Callable[[str], str], site: Site, order: Sequence[str] = ()
) -> list[PlaceShown]:
    """Return the lines of a list: in the scheme's order where there is one, else most lines first; the unknown last."""
    known = [place for place in places if not is_unknown(place.value)]
    most = max((place.lines for place in known), default=0) or 1
    shown = [
        PlaceShown(
            name=name_of(place.value),
            url=reverse(kind, args=[place.value]) + site.query,
            lines=place.lines,
            in_date=place.in_date,
            members=place.kinds.get("member", 0),
            facilities=place.kinds.get("facility", 0),
            share=round(place.lines * PER_MILLE / most),
            in_date_share=round(place.in_date * PER_MILLE / most),
        )
        for place in known
    ]
    if order:
        names = [name_of(value) for value in order]
        return sorted(shown, key=lambda item: names.index(item.name) if item.name in names else len(names))
    return sorted(shown, key=lambda item: (-item.lines, item.name))


def states(counts: Counts, chosen: Mapping[str, str], site: Site) -> list[Part]:
    """Return how many lines have each state on the day, those in date first."""
    return [
        Part(
            name=str(STATE_WORDS.get(state, state)),
            url=_register({**chosen, "state": state}, site),
            count=counts.states[state],
            share=_share(counts.states[state], counts.lines),
            status=status(state, "", site),
        )
        for state in STATE_ORDER
        if counts.states.get(state)
    ]


def versions(counts: Counts, chosen: Mapping[str, str], site: Site) -> list[Part]:
    """Return how many lines stand under each version of a standard."""
    family = {item["id"]: item["family"] for item in site.vocabulary.get("versions", [])}
    return [
        Part(
            name=f"{site.label('families', family[version])}, {version_label(version, site)}"
            if version in family
            else version_label(version, site),
            url=_register({**chosen, "version": version}, site),
            count=count,
            share=_share(count, counts.lines),
        )
        for version, count in counts.values.get("version", [])
    ]


def divided(
    counts: Counts, facet: str, name_of: Callable[[str], str], chosen: Mapping[str, str], site: Site
) -> list[Part]:
    """Return how many lines have each value of a facet."""
    return [
        Part(
            name=_("not published") if is_unknown(value) else name_of(value),
            url=_register({**chosen, facet: value}, site),
            count=count,
            share=_share(count, counts.lines),
        )
        for value, count in counts.values.get(facet, [])
    ]


def _share(count: int, whole: int) -> int:
    return round(count * PER_MILLE / whole) if whole else 0


def _register(chosen: Mapping[str, str], site: Site) -> str:
    return f"{reverse('register')}?{urlencode(chosen)}{site.query.replace('?', '&')}"


def made(records: Sequence[Record], site: Site) -> list[Made]:
    """Return of each thing that is counted the figure used for the latest year."""
    latest: dict[tuple[str, str, str], Record] = {}
    for record in records:
        said = record.payload or {}
        key = (said["metric"], said["measure"], said["dimension"])
        if key not in latest or said["period"] > (latest[key].payload or {})["period"]:
            latest[key] = record
    return [_made(record, site) for _key, record in sorted(latest.items())]


def _made(record: Record, site: Site) -> Made:
    said = record.payload or {}
    parts = [said["metric"], *(said[name] for name in ("measure", "dimension") if not is_unknown(said[name]))]
    return Made(
        what=", ".join(parts),
        url=record_url("figure", record.subject, record.title, site.query),
        amount=amount(said),
        period=said["period"],
        host=host(said["source_url"]),
        others=len(said["beside"]),
        is_undecided=is_undecided(said),
    )
