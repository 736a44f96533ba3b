"""From read tables to what a template shows: no query, no rule, only words and order."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from math import ceil
from typing import Any
from urllib.parse import urlsplit

from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext

from alunite.foundation.core.judgement import THIRD_PARTY, Reason, Trust
from alunite.foundation.core.text import slugify
from alunite.foundation.core.timeline import Segment, Timeline
from alunite.foundation.publications.kinds import UNKNOWN
from alunite.front.register.countries import country_name
from alunite.front.register.models import Record
from alunite.front.register.site import Site, is_unknown
from alunite.front.register.templatetags.shown import day as show_day
from alunite.front.register.templatetags.shown import days_in, words

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

# Why a record left the register, by the class its withdrawal bears.
WITHDRAWALS = {
    "statement_corrected": gettext_lazy("its source was corrected, and what it says now identifies no certificate"),
}

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
    activities_known: bool
    countries: list[str]
    last_event: str
    last_day: str
    status: Status


@dataclass(frozen=True, slots=True)
class ReasonShown:
    """A reason with the note its trust asks for, that note in one word, and the number of its source on the page."""

    text: str
    note: str
    trusted: bool
    source: str
    word: str = ""
    number: int | None = None


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
    mark: str = ""
    since: str = ""

    @property
    def left(self) -> str:
        """Where it begins, as an SVG length that no locale changes."""
        return _percent(self.x)

    @property
    def across(self) -> str:
        """How long it is, as an SVG length."""
        return _percent(self.width)

    @property
    def right(self) -> str:
        """Where it ends, as an SVG length."""
        return _percent(self.x + self.width)

    @property
    def has_label(self) -> str:
        """Where its label fits above it: `everywhere`, `desk` (not on a phone) or nowhere (empty)."""
        letters = max(len(self.word), len(self.since))
        if self.width >= letters * PHONE_LETTER:
            return "everywhere"
        return "desk" if self.width >= letters * DESK_LETTER else ""


@dataclass(frozen=True, slots=True)
class Tick:
    """The first day of a year; `label` says where the year is written: everywhere, on a desk only, or nowhere."""

    x: float
    year: int
    label: str

    @property
    def left(self) -> str:
        """Where it stands, as an SVG length."""
        return _percent(self.x)


@dataclass(frozen=True, slots=True)
class Drawing:
    """The timeline to scale: bars, year ticks, and where the day asked for stands."""

    bars: list[Bar]
    ticks: list[Tick]
    now: float

    @property
    def today(self) -> str:
        """Where the day asked for stands, as an SVG length."""
        return _percent(self.now)

    @property
    def anchor(self) -> str:
        """Which end of its label the day asked for holds, so that the label stays inside."""
        return "end" if self.now > WIDTH / 2 else "start"


@dataclass(frozen=True, slots=True)
class Source:
    """A numbered source."""

    number: int
    url: str
    host: str
    cited_by: str


@dataclass(frozen=True, slots=True)
class Answer:
    """A question a reader would ask, and what is known: a short answer, or why there is none."""

    asked: str
    answer: str
    detail: str = ""
    known: bool = True


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
    activities_known: bool
    event_label: str
    finding: str
    coming: Answer
    not_known: list[Answer]
    segments: list[SegmentShown]
    drawing: Drawing | None
    sources: list[Source]
    events: list[dict[str, Any]] = field(default_factory=list)
    certificate: Link | None = None

    @property
    def covered(self) -> list[str]:
        """The activities inside the scope, in the scheme's order."""
        return [cell.label for cell in self.activities if cell.inside]


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


def withdrawal(record: Record) -> str:
    """Return in words why a record left the register; a class we have no words for is shown as it is."""
    return str(WITHDRAWALS.get(record.withdrawal, record.withdrawal.replace("_", " ")))


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
        activities_known=knows_activities(row.activities),
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
    return [ActivityCell(label, identifier in activities) for identifier, label in site.labels["activities"].items()]


def knows_activities(activities: Sequence[str]) -> bool:
    """Tell whether the source names activities at all; if not, no cell of the chain may be read as outside."""
    return any(not is_unknown(identifier) for identifier in activities)


TRUST_WORDS = {
    Trust.READ: gettext_lazy("read"),
    Trust.CUT: gettext_lazy("broke off"),
    Trust.KNOWN: gettext_lazy("general knowledge"),
    Trust.DESIGN: gettext_lazy("our default"),
}


def trust_word(trust: str, origin: str) -> str:
    """Return the note of a trust in a word or two, for a row; the note itself stands once beside the rows."""
    return str(_("reported") if trust == Trust.READ and origin == THIRD_PARTY else TRUST_WORDS[Trust(trust)])


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


def _reason(data: Reason, numbers: Mapping[str, int], site: Site) -> ReasonShown:
    note, trusted = trust_note(str(data.trust), data.origin, data.source, site)
    return ReasonShown(
        days_in(data.text),
        note,
        trusted,
        data.source,
        word=trust_word(str(data.trust), data.origin),
        number=numbers.get(data.source),
    )


def page(record: Record, asked: date | None, site: Site) -> Page:
    """Return what the page of a certificate or an event shows on a day."""
    said: dict[str, Any] = record.payload or {}
    today = asked or site.today
    line_of_states = Timeline.from_list(said["timeline"])
    now = line_of_states.segment_on(today)
    sources = _sources(said)
    numbers = {source.url: source.number for source in sources}
    reasons = [_reason(item, numbers, site) for item in now.reasons] if now else [_nothing_known(line_of_states, today)]
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
        sentence=_sentence(now, line_of_states, today, said["expiry_date"]),
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
        activities_known=knows_activities(said["activities"]),
        event_label=event_label(said["event"], site),
        finding=finding(line_of_states, today),
        coming=_coming(now, said),
        not_known=not_known(said),
        segments=[
            SegmentShown(
                first=segment.first.isoformat(),
                last=segment.last.isoformat() if segment.last else "",
                status=status(segment.state, segment.qualifier, site),
                reasons=[_reason(item, numbers, site) for item in segment.reasons],
                is_now=segment is now,
            )
            for segment in line_of_states
        ],
        drawing=draw(line_of_states, today, site),
        sources=sources,
        events=[
            {
                **event,
                "url": record_url("certification_event", event["id"], said["entity"]),
                "label": event_label(event["event"], site),
                "number": numbers[event["source_url"]],
            }
            for event in said.get("events", [])
        ],
        certificate=Link(said["certificate_number"], record_url("certificate", certificate, said["entity"]))
        if certificate
        else None,
    )


def event_label(event: str, site: Site) -> str:
    """Return what happened, in the scheme's words."""
    return _("kind not published") if is_unknown(event) else site.label("events", event)


def _nothing_known(line_of_states: Timeline, today: date) -> ReasonShown:
    if line_of_states.first and today < line_of_states.first:
        text = _("Nothing is known of it before %(day)s.") % {"day": show_day(line_of_states.first)}
    else:
        text = _("No source gives any date for it, so nothing can be said of its state on a day.")
    return ReasonShown(text, _("from the records held here"), trusted=True, source="", word=_("our records"))


def _last_day(expired: Segment, expires: str) -> str:
    """Return the day before it was expired, no more exactly than it is published."""
    if is_unknown(expires) or len(expires) == len("2020-06-30"):
        return show_day(date.fromordinal(expired.first.toordinal() - 1))
    return _("some day of %(month)s") % {"month": show_day(expires)}


def _sentence(now: Segment | None, line_of_states: Timeline, today: date, expires: str) -> str:
    if now is None:
        return _nothing_known(line_of_states, today).text
    span = (today - now.first).days
    since = pgettext("state", "since %(day)s") % {"day": show_day(now.first)}
    until = _(", to %(day)s") % {"day": show_day(now.last)} if now.last else ""
    if now.state == "expired":
        return _("Its last day was %(day)s, %(ago)s.") % {"day": _last_day(now, expires), "ago": _ago(span + 1)}
    if now.state == UNKNOWN:
        return _("What is published does not tell, %(since)s%(until)s.") % {"since": since, "until": until}
    return _("In date %(since)s%(until)s.") % {"since": since, "until": until}


def _ago(days: int) -> str:
    span = _span(days)
    return _("%(span)s ago") % {"span": span} if span else _("less than a month ago")


def _span(days: int) -> str:
    """Return whole years and months; empty for less than a month."""
    years, months = divmod(days * 12 // 365, 12)
    parts = []
    if years:
        parts.append(_("%(n)d years") % {"n": years} if years > 1 else _("one year"))
    if months:
        parts.append(_("%(n)d months") % {"n": months} if months > 1 else _("one month"))
    return _(" and ").join(parts)


def finding(line_of_states: Timeline, today: date) -> str:
    """Return what the timeline shows, in one line for its title."""
    if line_of_states.first is None:
        return _("No day of it is known")
    held = sum(
        (min(segment.last or today, today) - segment.first).days + 1
        for segment in line_of_states
        if segment.state == "active" and segment.first <= today
    )
    last = list(line_of_states)[-1]
    if not held:
        first = show_day(line_of_states.first)
        if all(segment.state == UNKNOWN for segment in line_of_states):
            return _("Known of since %(day)s, its state never published") % {"day": first}
        return _("Nothing is certain of it before %(day)s") % {"day": show_day(last.first)}
    span = _span(held) or _("less than a month")
    now = line_of_states.state_on(today)
    if now == "active":
        return _("In date for %(span)s so far") % {"span": span}
    if now == "expired":
        return _("In date for %(span)s, nothing later known") % {"span": span}
    return _("In date for %(span)s, then %(state)s") % {
        "span": span,
        "state": str(STATE_WORDS.get(now or UNKNOWN, now)).lower(),
    }


def _coming(now: Segment | None, said: Mapping[str, Any]) -> Answer:
    asked = _("What comes next")
    if now is not None and now.state == "active" and not is_unknown(said["expiry_date"]):
        ends = _("Ends %(day)s") % {"day": show_day(said["expiry_date"])}
        return Answer(asked, ends, _("its last day as published; no renewal known"))
    return Answer(asked, _("Unknown"), _("no audit or renewal published"), known=False)


def not_known(said: Mapping[str, Any]) -> list[Answer]:
    """Return what a reader would ask and no page held here answers, with why; never to be read as none or zero."""
    silent = _("No page we hold gives it.")
    asked = [
        ("certificate_number", _("Certificate number"), silent),
        ("issue_date", _("Day of issue"), silent),
        ("expiry_date", _("Last day"), _("No page we hold gives it. It does not mean that it is not valid.")),
        ("level", _("Level"), silent),
        ("version", _("Version of the standard"), silent),
        ("scope", _("Scope in words"), silent),
    ]
    found = [Answer(question, why, known=False) for name, question, why in asked if is_unknown(said[name])]
    if not knows_activities(said["activities"]):
        found.append(Answer(_("Activities in scope"), silent, known=False))
    if not said["firm"]:
        found.append(Answer(_("Audit firm"), silent, known=False))
    return [
        *found,
        Answer(
            _("Suspension or withdrawal"),
            _("Not reported to this register. It does not mean that there was none."),
            known=False,
        ),
        Answer(
            _("Ratings and non-conformances"),
            _("Not held: no audit report was read. This is not a count of zero."),
            known=False,
        ),
        Answer(_("Audits to come"), _("None published."), known=False),
    ]


def _sources(said: dict[str, Any]) -> list[Source]:
    cited: dict[str, list[str]] = {}
    for event in said.get("events") or [said]:
        cited.setdefault(event["source_url"], []).append(event["record_id"])
    return [
        Source(number, url, (urlsplit(url).hostname or "").removeprefix("www."), ", ".join(records))
        for number, (url, records) in enumerate(cited.items(), start=1)
    ]


WIDTH = 1000

# How wide a letter of a label is, in per mille of the drawing: on a desk of 832 px, on a phone of 328.
DESK_LETTER = 8.5
PHONE_LETTER = 21.5
# How many years can be written below the drawing.
MOST_YEARS_DESK = 14
MOST_YEARS_PHONE = 6


def _percent(per_mille: float) -> str:
    return f"{per_mille / 10:.2f}%"


def draw(line_of_states: Timeline, today: date, site: Site) -> Drawing | None:
    """Return the timeline to scale, over whole years that hold every day named and the day asked for.

    What has no known end is drawn up to the day asked for: nothing is said of later days.
    """
    if line_of_states.first is None:
        return None
    named = [segment.last or segment.first for segment in line_of_states]
    first = date(min(line_of_states.first, today).year, 1, 1)
    last = date(max(*named, today).year, 12, 31)
    whole = (last - first).days

    def x(day: date) -> float:
        return round((day - first).days / whole * WIDTH, 2)

    bars = []
    for segment in line_of_states:
        end = segment.last or (today if segment.first <= today else last)
        shown = status(segment.state, segment.qualifier, site)
        since = _("from %(day)s") % {"day": show_day(segment.first)}
        begins = x(segment.first)
        bars.append(Bar(begins, round(x(end) - begins, 2), segment.state, shown.word, shown.mark, since))
    years = range(first.year, last.year + 1)
    ticks = [Tick(x(date(year, 1, 1)), year, _written(year - first.year, len(years))) for year in years]
    return Drawing(bars, ticks, x(today))


def _written(place: int, years: int) -> str:
    """Return where the year at a place of so many is written."""
    if place % ceil(years / MOST_YEARS_PHONE) == 0:
        return "everywhere"
    return "desk" if place % ceil(years / MOST_YEARS_DESK) == 0 else ""


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
                **_version_trust(record.payload["version"], site),
            }
            for record in records
            if record.payload and record.payload["family"] == identifier
        ]
        versions.sort(key=lambda item: str(item["version"]["published"]), reverse=True)
        found.append(FamilyShown(label, versions))
    return found


def _version_trust(version: Mapping[str, Any], site: Site) -> dict[str, Any]:
    """Return how well the version and its day of publication are known."""
    note, trusted = trust_note(version["trust"], version["origin"], (version["sources"] or [""])[0], site)
    return {"version_note": note, "version_trusted": trusted}


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
    triggers = {trigger["id"]: trigger["label"] for trigger in content["triggers"]} if content else {}
    for section in content["sections"] if content else []:
        for principle in section["principles"]:
            for criterion in principle["criteria"]:
                for part in (criterion, *_parts(criterion)):
                    _note_trust(part, site)
                note = criterion["requirement"]["note"]
                counted[note] = counted.get(note, 0) + 1
                criterion["where"] = _where(criterion["applies"], site)
                criterion["conditions"] = [triggers.get(name, name) for name in criterion["applies"]["when"]]
                for threshold in criterion["thresholds"]:
                    threshold["words"] = threshold_words(threshold)
    version_notes = [*said["version"]["notes"], *(content["version_notes"] if content else [])]
    remarks = [*content["reliefs"], *content["applicability_notes"], *content["disclosure_notes"]] if content else []
    for item in (*version_notes, *remarks):
        _note_trust(item, site)
    return {
        "said": said,
        "content": content,
        "notes": sorted(counted.items(), key=lambda item: -item[1]),
        "trust_words": _trust_words(content),
        "criteria": _criteria_count(content),
        "version_notes": version_notes,
        **_version_trust(said["version"], site),
        "principles": [principle for section in content["sections"] for principle in section["principles"]]
        if content
        else [],
    }


def _parts(criterion: dict[str, Any]) -> list[dict[str, Any]]:
    alone = [criterion["requirement"], criterion["applies"], criterion["disclosure"], criterion["review"]]
    return [part for part in (*alone, *criterion["thresholds"], *criterion["sub_criteria"]) if part]


def _note_trust(part: dict[str, Any], site: Site) -> None:
    """Say beside a statement how well it is known; a note of its own it may have is kept as its remark."""
    part["remark"] = part.get("note")
    part["note"], part["trusted"] = trust_note(part["trust"], part["origin"], (part["sources"] or [""])[0], site)
    part["trust_word"] = trust_word(part["trust"], part["origin"])


def _trust_words(content: dict[str, Any] | None) -> list[tuple[str, str]]:
    """Return each trust word that stands on the page, with what it means."""
    found: dict[str, str] = {}
    for section in content["sections"] if content else []:
        for principle in section["principles"]:
            for criterion in principle["criteria"]:
                for part in (criterion, *_parts(criterion)):
                    reported = part["trust"] == Trust.READ and not part["trusted"]
                    found[part["trust_word"]] = _("seen at the third party named") if reported else part["note"]
    return sorted(found.items())


def threshold_words(threshold: Mapping[str, Any]) -> str:
    """Return a number a criterion sets in one line.

    >>> threshold_words({"metric": "share_collected", "operator": "at_least", "value": 95, "unit": "percent"})
    'share collected: at least 95\u202f%'
    """
    value = threshold["value"]
    shown = (_("yes") if value else _("no")) if isinstance(value, bool) else f"{value:,}".replace(",", "\u202f")
    unit = (threshold.get("unit") or "").replace("percent", "%", 1)
    amount = "\u202f".join(part for part in (shown, unit) if part)
    told = " ".join(part for part in (words(threshold.get("operator") or ""), amount) if part)
    year = threshold.get("by_year")
    return f"{words(threshold['metric'])}: {told}" + (_(" by %(year)s") % {"year": year} if year else "")


def _where(applies: dict[str, Any], site: Site) -> str:
    if list(applies["to"]) == ["all"]:
        return _("Every facility")
    return ", ".join(site.label("activities", identifier) for identifier in applies["to"])
