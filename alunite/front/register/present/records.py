"""What the page of a certificate or an event shows. No query, no rule, only words and order."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any
from urllib.parse import urlsplit

from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from alunite.foundation.core.judgement import Reason
from alunite.foundation.core.timeline import Segment, Timeline
from alunite.foundation.publications.kinds import UNKNOWN
from alunite.front.register.models import Record
from alunite.front.register.present.drawing import Drawing, draw
from alunite.front.register.present.words import (
    STATE_WORDS,
    ActivityCell,
    Link,
    Status,
    chain,
    countries,
    knows_activities,
    level_status,
    record_url,
    sentence,
    status,
    trust_note,
    trust_word,
    version_label,
)
from alunite.front.register.site import Site, is_unknown
from alunite.front.register.templatetags.shown import day as show_day


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


def _reason(data: Reason, numbers: Mapping[str, int], site: Site) -> ReasonShown:
    note, trusted = trust_note(str(data.trust), data.origin, data.source, site)
    return ReasonShown(
        sentence(data.text),
        note,
        trusted,
        data.source,
        word=trust_word(str(data.trust), data.origin),
        number=numbers.get(data.source),
    )


def page(record: Record, asked: date | None, site: Site, audits: Sequence[Record] = ()) -> Page:
    """Return what the page of a certificate or an event shows on a day; `audits` are those told of under it."""
    said: dict[str, Any] = record.payload or {}
    today = asked or site.today
    line_of_states = Timeline.from_list(said["timeline"])
    now = line_of_states.segment_on(today)
    sources = _sources(said)
    numbers = {source.url: source.number for source in sources}
    reasons = (
        [_reason(item, numbers, site) for item in now.reasons] if now else [_nothing_known(line_of_states, today, said)]
    )
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
            begins=line_of_states.first if not is_unknown(said["issue_date"]) else None,
        ),
        sentence=_sentence(now, line_of_states, today, said),
        reasons=reasons,
        members=[
            Link(item["name"], record_url("member", item["id"], item["name"], site.query)) for item in said["members"]
        ],
        firm=Link(said["firm"]["name"], record_url("firm", said["firm"]["id"], said["firm"]["name"], site.query))
        if said["firm"]
        else None,
        countries=countries(said["countries"]),
        standard=site.label("families", said["family"]),
        version=version_label(said["version"], site),
        version_printed="" if is_unknown(said["version_printed"]) else said["version_printed"],
        level=level_status(said["level"], site),
        activities=chain(said["activities"], site),
        activities_known=knows_activities(said["activities"]),
        event_label=event_label(said["event"], site),
        finding=finding(line_of_states, today),
        coming=_coming(now, said),
        not_known=not_known(said, audits),
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
                "url": record_url("certification_event", event["id"], event["entity"], site.query),
                "label": event_label(event["event"], site),
                "number": numbers[event["source_url"]],
            }
            for event in said.get("events", [])
        ],
        certificate=Link(said["certificate_number"], record_url("certificate", certificate, said["entity"], site.query))
        if certificate
        else None,
    )


def event_label(event: str, site: Site) -> str:
    """Return what happened, in the scheme's words."""
    return _("kind not published") if is_unknown(event) else site.label("events", event)


def _nothing_known(line_of_states: Timeline, today: date, said: Mapping[str, Any]) -> ReasonShown:
    issued, since = said["issue_date"], said["certified_since"]
    if not line_of_states.first or today >= line_of_states.first:
        text = _("No source gives any date for it, so nothing can be said of its state on a day.")
    elif is_unknown(issued):
        text = _("Nothing is known of it before %(day)s.") % {"day": show_day(line_of_states.first)}
    elif not is_unknown(since) and since < issued:
        text = _(
            "It was issued later: %(issued)s. Certified since %(since)s, by an earlier certificate not known here."
        ) % {
            "issued": show_day(issued),
            "since": show_day(since),
        }
    else:
        text = _("It was issued %(issued)s, after the day asked for.") % {"issued": show_day(issued)}
    return ReasonShown(text, _("from the records held here"), trusted=True, source="", word=_("our records"))


def _last_day(line_of_states: Timeline, expired: Segment, expires: str) -> str:
    """Return the day before it was expired, no more exactly than it is known."""
    day = date.fromordinal(expired.first.toordinal() - 1)
    if not is_unknown(expires) and len(expires) < len("2020-06-30"):
        return _("some day of %(month)s") % {"month": show_day(expires)}
    before = line_of_states.segment_on(day)
    if before is not None and before.state == UNKNOWN:
        return _("%(day)s at the latest") % {"day": show_day(day)}
    return show_day(day)


def _sentence(now: Segment | None, line_of_states: Timeline, today: date, said: Mapping[str, Any]) -> str:
    if now is None:
        return _nothing_known(line_of_states, today, said).text
    span = (today - now.first).days
    since = pgettext("state", "since %(day)s") % {"day": show_day(now.first)}
    until = _(", to %(day)s") % {"day": show_day(now.last)} if now.last else ""
    if now.state == "expired":
        last = _last_day(line_of_states, now, said["expiry_date"])
        return _("Its last day was %(day)s, %(ago)s.") % {"day": last, "ago": _ago(span + 1)}
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
    if not held:
        first = show_day(line_of_states.first)
        if all(segment.state == UNKNOWN for segment in line_of_states):
            return _("Nothing known before %(day)s, and its state never published") % {"day": first}
        certain = next(segment.first for segment in line_of_states if segment.state != UNKNOWN)
        return _("Nothing is certain of it before %(day)s") % {"day": show_day(certain)}
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


def not_known(said: Mapping[str, Any], audits: Sequence[Record] = ()) -> list[Answer]:
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
    told = [audit.payload for audit in audits if audit.payload]
    if not any(audit["findings"] or _is_counted(audit) for audit in told):
        silent_on_ratings = _("Not held: no audit report was read. This is not a count of zero.")
        found.append(Answer(_("Ratings and non-conformances"), silent_on_ratings, known=False))
    if all(is_unknown(audit["next_audit"]) for audit in told):
        found.append(Answer(_("Audits to come"), _("None published."), known=False))
    return [
        *found,
        Answer(
            _("Suspension or withdrawal"),
            _("Not reported to this register. It does not mean that there was none."),
            known=False,
        ),
    ]


def _is_counted(audit: Mapping[str, Any]) -> bool:
    return not (is_unknown(audit["nc_major"]) and is_unknown(audit["nc_minor"]))


def _sources(said: dict[str, Any]) -> list[Source]:
    cited: dict[str, list[str]] = {}
    for event in said.get("events") or [said]:
        cited.setdefault(event["source_url"], []).append(event["record_id"])
    return [
        Source(number, url, (urlsplit(url).hostname or "").removeprefix("www."), ", ".join(records))
        for number, (url, records) in enumerate(cited.items(), start=1)
    ]
