"""From read tables to what a template shows: no query, no rule, only words and order."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any
from urllib.parse import urlsplit

from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext

from alunite.foundation.core.judgement import THIRD_PARTY, Trust
from alunite.foundation.core.text import slugify
from alunite.foundation.core.timeline import Segment, Timeline
from alunite.foundation.publications.kinds import UNKNOWN
from alunite.front.register.countries import country_name
from alunite.front.register.models import Record
from alunite.front.register.site import Site, is_unknown
from alunite.front.register.templatetags.shown import day as show_day

STATE_WORDS = {
    "draft": gettext_lazy("Draft"),
    "active": gettext_lazy("In date"),
    "suspended": gettext_lazy("Suspended"),
    "expired": gettext_lazy("Expired"),
    "withdrawn": gettext_lazy("Withdrawn"),
    "revoked": gettext_lazy("Revoked"),
    "annulled": gettext_lazy("Annulled"),
    "superseded": gettext_lazy("Superseded"),
    "unknown": gettext_lazy("Unknown"),
}
STATE_MARKS = {"active": "in-date", "annulled": "revoked"}
LEVEL_MARKS = {"●": "full", "◐": "provisional"}

LAST_EVENTS = {
    "issued": gettext_lazy("issued"),
    "announced": gettext_lazy("announced"),
    "certified_since": gettext_lazy("certified since"),
    UNKNOWN: gettext_lazy("no date known"),
}


@dataclass(frozen=True, slots=True)
class Status:
    """A state as shown: mark (id of a drawn shape), word, and what the level adds."""

    state: str
    mark: str
    word: str
    level: str = ""
    detail: str = ""


@dataclass(frozen=True, slots=True)
class Link:
    """A name with its address."""

    name: str
    url: str


@dataclass(frozen=True, slots=True)
class ActivityCell:
    """One activity of the chain, in scope or not."""

    label: str
    inside: bool


@dataclass(frozen=True, slots=True)
class Line:
    """A line of the register."""

    url: str
    is_certificate: bool
    number: str
    entity: str
    members: list[Link]
    standard: str
    version: str
    activities: list[ActivityCell]
    countries: list[str]
    last_event: str
    last_day: str
    status: Status


@dataclass(frozen=True, slots=True)
class ReasonShown:
    """A reason with the note its trust asks for."""

    text: str
    note: str
    trusted: bool
    source: str


@dataclass(frozen=True, slots=True)
class SegmentShown:
    """A run of days in the timeline table."""

    first: str
    last: str
    status: Status
    reasons: list[ReasonShown]
    is_now: bool


@dataclass(frozen=True, slots=True)
class Bar:
    """One segment of the drawn timeline, in per mille of its width."""

    x: float
    width: float
    state: str
    word: str


@dataclass(frozen=True, slots=True)
class Drawing:
    """The timeline to scale: bars, year ticks, and where the day asked for stands."""

    bars: list[Bar]
    years: list[tuple[float, int]]
    now: float


@dataclass(frozen=True, slots=True)
class Source:
    """A numbered source."""

    number: int
    url: str
    host: str
    cited_by: str


@dataclass(frozen=True, slots=True)
class Page:
    """What a certificate's or an event's page shows."""

    record: Record
    said: dict[str, Any]
    day: date
    asked: date | None
    status: Status
    sentence: str
    reasons: list[ReasonShown]
    members: list[Link]
    firm: Link | None
    countries: list[str]
    standard: str
    version: str
    version_printed: str
    level: Status
    activities: list[ActivityCell]
    segments: list[SegmentShown]
    drawing: Drawing | None
    sources: list[Source]
    events: list[dict[str, Any]] = field(default_factory=list)
    certificate: Link | None = None


def record_url(kind: str, subject: str, name: str) -> str:
    """Return the public address of a record: id and slug."""
    return reverse(kind, args=[subject, slugify(name)])


def status(state: str | None, level: str, site: Site, *, begins: date | None = None) -> Status:
    """Return how a state is shown; None is a day the timeline says nothing of."""
    if state is None:
        detail = _("first day %(day)s") % {"day": show_day(begins)} if begins else ""
        return Status("none", "unknown", str(_("Not begun") if begins else STATE_WORDS[UNKNOWN]), detail=detail)
    named = "" if is_unknown(level) else site.label("levels", level)
    mark = STATE_MARKS.get(state, state)
    if state == "active" and named:
        return Status(state, LEVEL_MARKS.get(site.marks.get(level, ""), "in-date"), named, named, _("in date"))
    if state == "active":
        return Status(state, mark, str(STATE_WORDS[state]), "", _("level not published"))
    return Status(state, mark, str(STATE_WORDS.get(state, state)), named)


def level_status(level: str, site: Site) -> Status:
    """Return how the level at issue is shown; it is not a state today."""
    if is_unknown(level):
        return Status(UNKNOWN, UNKNOWN, _("Not published"))
    return Status(level, LEVEL_MARKS.get(site.marks.get(level, ""), "in-date"), site.label("levels", level))


def line(row: Any, site: Site) -> Line:
    """Return a line of the list; `row` carries its state on the day asked for."""
    shown = status(row.state, row.state_level or "", site, begins=row.first_day if row.state is None else None)
    detail = shown.detail
    if row.state == "active" and row.held_to:
        detail = _("to %(day)s") % {"day": show_day(row.held_to)}
    elif row.state == "expired":
        detail = _("from %(day)s") % {"day": show_day(row.held_from)}
    elif row.state in (None, UNKNOWN) and not is_unknown(row.level):
        detail = _("issued as %(level)s") % {"level": site.label("levels", row.level)}
    return Line(
        url=record_url(row.kind, row.id, row.entity),
        is_certificate=row.kind == "certificate",
        number=row.number,
        entity=row.entity,
        members=[Link(item["name"], record_url("member", item["id"], item["name"])) for item in row.members],
        standard=site.label("families", row.family),
        version=_version(row.version, site),
        activities=chain(row.activities, site),
        countries=countries(row.countries),
        last_event=str(LAST_EVENTS[row.last_event]),
        last_day=row.last_day,
        status=Status(shown.state, shown.mark, shown.word, shown.level, detail),
    )


def _version(version: str, site: Site) -> str:
    return _("version not published") if is_unknown(version) else site.label("versions", version)


def countries(codes: Sequence[str]) -> list[str]:
    """Return the names of countries; an unknown country is the word."""
    return [_("unknown") if is_unknown(code) else country_name(code) for code in codes]


def chain(activities: Sequence[str], site: Site) -> list[ActivityCell]:
    """Return the scheme's activities in order, each in the scope or not; an unknown scope has none inside."""
    return [
        ActivityCell(label, identifier in activities)
        for identifier, label in site.labels["activities"].items()
    ]


def trust_note(trust: str, origin: str, source: str, site: Site) -> tuple[str, bool]:
    """Return the note a value's trust asks for, and whether it may be shown as the scheme's own."""
    owner = site.scheme.get("owner", "")
    short = str(site.scheme.get("id", "")).upper()
    if trust == Trust.READ and origin == THIRD_PARTY:
        host = urlsplit(source).hostname or _("a third party")
        return _("reported by %(source)s") % {"source": host.removeprefix("www.")}, False
    if trust == Trust.READ:
        return _("read at %(owner)s") % {"owner": short or owner}, True
    if trust == Trust.CUT:
        return _("source broke off; completed by us"), False
    if trust == Trust.KNOWN:
        return _("general knowledge, not checked against %(owner)s’s text") % {"owner": short or owner}, False
    return _("our default, not %(owner)s’s") % {"owner": short or owner}, False


def _reason(data: dict[str, Any] | Any, site: Site) -> ReasonShown:
    note, trusted = trust_note(str(data.trust), data.origin, data.source, site)
    return ReasonShown(data.text, note, trusted, data.source)


def page(record: Record, asked: date | None, site: Site) -> Page:
    """Return what the page of a certificate or an event shows on a day."""
    said: dict[str, Any] = record.payload or {}
    today = asked or site.today
    line_of_states = Timeline.from_list(said["timeline"])
    now = line_of_states.segment_on(today)
    reasons = [_reason(item, site) for item in now.reasons] if now else [_nothing_known(line_of_states, today)]
    certificate = said.get("certificate")
    return Page(
        record=record,
        said=said,
        day=today,
        asked=asked,
        status=status(
            now.state if now else None,
            now.qualifier if now else "",
            site,
            begins=line_of_states.first if line_of_states.first and today < line_of_states.first else None,
        ),
        sentence=_sentence(now, line_of_states, today),
        reasons=reasons,
        members=[Link(item["name"], record_url("member", item["id"], item["name"])) for item in said["members"]],
        firm=Link(said["firm"]["name"], record_url("firm", said["firm"]["id"], said["firm"]["name"]))
        if said["firm"]
        else None,
        countries=countries(said["countries"]),
        standard=site.label("families", said["family"]),
        version=_version(said["version"], site),
        version_printed="" if is_unknown(said["version_printed"]) else said["version_printed"],
        level=level_status(said["level"], site),
        activities=chain(said["activities"], site),
        segments=[
            SegmentShown(
                first=segment.first.isoformat(),
                last=segment.last.isoformat() if segment.last else "",
                status=status(segment.state, segment.qualifier, site),
                reasons=[_reason(item, site) for item in segment.reasons],
                is_now=segment is now,
            )
            for segment in line_of_states
        ],
        drawing=draw(line_of_states, today),
        sources=_sources(said),
        events=[
            {**event, "url": record_url("certification_event", event["id"], said["entity"])}
            for event in said.get("events", [])
        ],
        certificate=Link(said["certificate_number"], record_url("certificate", certificate, said["entity"]))
        if certificate
        else None,
    )


def _nothing_known(line_of_states: Timeline, today: date) -> ReasonShown:
    if line_of_states.first and today < line_of_states.first:
        text = _("Nothing is known of it before %(day)s.") % {"day": show_day(line_of_states.first)}
    else:
        text = _("No source gives any date for it, so nothing can be said of its state on a day.")
    return ReasonShown(text, _("from the records held here"), trusted=False, source="")


def _sentence(now: Segment | None, line_of_states: Timeline, today: date) -> str:
    if now is None:
        return _nothing_known(line_of_states, today).text
    span = (today - now.first).days
    since = pgettext("state", "since %(day)s") % {"day": show_day(now.first)}
    until = _(", to %(day)s") % {"day": show_day(now.last)} if now.last else ""
    if now.state == "expired":
        return _("Its last day was %(day)s, %(ago)s.") % {
            "day": show_day(date.fromordinal(now.first.toordinal() - 1)),
            "ago": _ago(span + 1),
        }
    if now.state == UNKNOWN:
        return _("What is published does not tell, %(since)s%(until)s.") % {"since": since, "until": until}
    return _("In date %(since)s%(until)s.") % {"since": since, "until": until}


def _ago(days: int) -> str:
    years, months = divmod(days * 12 // 365, 12)
    parts = []
    if years:
        parts.append(_("%(n)d years") % {"n": years} if years > 1 else _("one year"))
    if months:
        parts.append(_("%(n)d months") % {"n": months} if months > 1 else _("one month"))
    return _("%(span)s ago") % {"span": _(" and ").join(parts)} if parts else _("less than a month ago")


def _sources(said: dict[str, Any]) -> list[Source]:
    cited: dict[str, list[str]] = {}
    for event in said.get("events") or [said]:
        cited.setdefault(event["source_url"], []).append(event["record_id"])
    return [
        Source(number, url, (urlsplit(url).hostname or "").removeprefix("www."), ", ".join(records))
        for number, (url, records) in enumerate(cited.items(), start=1)
    ]


WIDTH = 1000


def draw(line_of_states: Timeline, today: date) -> Drawing | None:
    """Return the timeline to scale, from the year it begins to the year after the last day named or asked for."""
    if line_of_states.first is None:
        return None
    named = [segment.last or segment.first for segment in line_of_states]
    first = date(min(line_of_states.first, today).year, 1, 1)
    last = date(max(*named, today).year + 1, 12, 31) if len(named) > 1 else date(max(named[0], today).year + 1, 12, 31)
    whole = (last - first).days

    def x(day: date) -> float:
        return round((day - first).days / whole * WIDTH, 2)

    bars = [
        Bar(x(segment.first), round(x(segment.last or last) - x(segment.first), 2), segment.state,
            str(STATE_WORDS.get(segment.state, segment.state)))
        for segment in line_of_states
    ]
    return Drawing(bars, [(x(date(year, 1, 1)), year) for year in range(first.year, last.year + 1)], x(today))


@dataclass(frozen=True, slots=True)
class FamilyShown:
    """A family of standards with its versions, newest first."""

    label: str
    versions: list[dict[str, Any]]


def families(records: Sequence[Record], site: Site) -> list[FamilyShown]:
    """Return the families in the scheme's order."""
    found: list[FamilyShown] = []
    for identifier, label in site.labels["families"].items():
        versions = [
            {
                "url": reverse("standard", args=[record.subject]),
                "name": record.title,
                "version": record.payload["version"],
                "criteria": _criteria_count(record.payload["standard"]),
            }
            for record in records
            if record.payload and record.payload["family"] == identifier
        ]
        versions.sort(key=lambda item: str(item["version"]["published"]), reverse=True)
        found.append(FamilyShown(label, versions))
    return found


def _criteria_count(standard_said: dict[str, Any] | None) -> int:
    if not standard_said:
        return 0
    return sum(
        len(principle["criteria"]) for section in standard_said["sections"] for principle in section["principles"]
    )


def standard(record: Record, site: Site) -> dict[str, Any]:
    """Return what a standard's page shows: its parts, and how well each is known, counted once at the head."""
    said: dict[str, Any] = record.payload or {}
    content = said.get("standard")
    counted: dict[str, int] = {}
    for section in content["sections"] if content else []:
        for principle in section["principles"]:
            for criterion in principle["criteria"]:
                for part in (criterion, criterion["requirement"], criterion["applies"]):
                    part["note"], part["trusted"] = trust_note(
                        part["trust"], part["origin"], (part["sources"] or [""])[0], site
                    )
                note = criterion["requirement"]["note"]
                counted[note] = counted.get(note, 0) + 1
                criterion["where"] = _where(criterion["applies"], site)
    return {
        "said": said,
        "content": content,
        "notes": sorted(counted.items(), key=lambda item: -item[1]),
        "criteria": _criteria_count(content),
    }


def _where(applies: dict[str, Any], site: Site) -> str:
    if list(applies["to"]) == ["all"]:
        return _("every facility")
    return ", ".join(site.label("activities", identifier) for identifier in applies["to"])
