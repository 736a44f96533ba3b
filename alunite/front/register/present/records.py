"""What the page of a certificate or an event shows. No query, no rule, only words and order."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from alunite.foundation.core.judgement import Reason
from alunite.foundation.core.text import fold
from alunite.foundation.core.timeline import Segment, Timeline
from alunite.foundation.publications.kinds import UNKNOWN
from alunite.foundation.scheme.notes import host
from alunite.foundation.scheme.standing import was_set_aside
from alunite.front.register.facets import last_event
from alunite.front.register.models import Record
from alunite.front.register.present.drawing import Drawing, draw
from alunite.front.register.present.life import Moment, exact, life
from alunite.front.register.present.spans import ago, in_days_or_longer, span
from alunite.front.register.present.words import (
    STATE_MEANS,
    STATE_WORDS,
    ActivityCell,
    Line,
    Link,
    Status,
    chain,
    countries,
    event_label,
    knows_activities,
    level_status,
    line,
    record_url,
    sentence,
    status,
    to_be_named,
    trust_note,
    trust_word,
    version_label,
)
from alunite.front.register.site import Site, is_unknown
from alunite.front.register.templatetags.shown import day as show_day

# The rule that speaks from the day after a last day on.
LAST_DAY_PASSED = "timeline.last_day_passed"
# How many other records of its first member stand beside a record.
OTHERS_SHOWN = 5
AUDIT_DAYS = ("audit_start", "audit_end", "report_date")


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
    """A numbered source: what was read there, for which records, and on what terms it may be used."""

    number: int
    url: str
    host: str
    document: str
    cited_by: str
    licence: str
    attribution: str


@dataclass(frozen=True, slots=True)
class Answer:
    """A question a reader would ask, and what is known: a short answer, or why there is none."""

    asked: str
    answer: str
    detail: str = ""
    known: bool = True


@dataclass(frozen=True, slots=True)
class Counted:
    """What was announced of non-conformances in an audit; a text that is empty is what nobody told."""

    audit: str
    anchor: str
    day: str
    major: str
    minor: str
    maturity: str
    number: int | None


@dataclass(frozen=True, slots=True)
class Beside:
    """What is told of beside a record: audits, lines of its name and of its first member, and facilities its members run."""

    audits: Sequence[Record] = ()
    lines: Sequence[Record] = ()
    facilities: Sequence[Record] = ()


NOTHING_BESIDE = Beside()


@dataclass(frozen=True, slots=True)
class Page:
    """What a certificate's or an event's page shows."""

    record: Record
    said: dict[str, Any]
    day: date
    asked: date | None
    status: Status
    headline: str
    sentence: str
    means: str
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
    moments: list[Moment]
    coming: Answer
    says: Answer
    not_known: list[Answer]
    counted: list[Counted]
    others: list[Line]
    has_more_others: bool
    later: Link | None
    segments: list[SegmentShown]
    drawing: Drawing | None
    sources: list[Source]
    events: list[dict[str, Any]] = field(default_factory=list)
    certificate: Link | None = None

    @property
    def covered(self) -> list[str]:
        """The activities inside the scope, in the scheme's order."""
        return [cell.label for cell in self.activities if cell.inside]

    @property
    def unanswered(self) -> str:
        """The questions nothing answers, for one sentence."""
        return " · ".join(item.asked for item in self.not_known)

    @property
    def usual(self) -> list[Moment]:
        """What usually happens and no page tells of."""
        return [moment for moment in self.moments if not moment.is_told]


def _reason(data: Reason, numbers: Mapping[str, int], site: Site, *, is_ahead: bool = False) -> ReasonShown:
    note, trusted = trust_note(str(data.trust), data.origin, data.source, site)
    text = sentence(data.text)
    if is_ahead and data.rule == LAST_DAY_PASSED:
        # The sentence was made for readers of a day after it; seen from before, nothing has passed.
        text = _("Its last day as published is %(day)s, and no later one is known here.") % {
            "day": show_day(data.values["expires"])
        }
    return ReasonShown(
        text,
        note,
        trusted,
        data.source,
        word=trust_word(str(data.trust), data.origin, site),
        number=numbers.get(data.source),
    )


def page(record: Record, asked: date | None, site: Site, beside: Beside = NOTHING_BESIDE) -> Page:
    """Return what the page of a certificate or an event shows on a day, with what is told of beside it."""
    said: dict[str, Any] = record.payload or {}
    today = asked or site.today
    line_of_states = Timeline.from_list(said["timeline"])
    now = line_of_states.segment_on(today)
    audits = [audit.payload for audit in beside.audits if audit.payload]
    sources = _sources(said, audits, site)
    numbers = {source.url: source.number for source in sources}
    moments = life(said, audits, line_of_states, numbers, site)
    others = [other for other in beside.lines if not _is_of(other, record)]
    of_member = [other for other in others if _names_same_member(other, said)]
    later = _later(said, others, site)
    certificate = said.get("certificate")
    shown = status(
        now.state if now else None,
        now.qualifier if now else "",
        site,
        begins=line_of_states.first if not is_unknown(said["issue_date"]) else None,
    )
    return Page(
        record=record,
        said=said,
        day=today,
        asked=asked,
        status=shown,
        headline=_headline(shown, now, line_of_states, said),
        sentence=_sentence(now, line_of_states, today, said, is_last=later is None),
        means=str(STATE_MEANS.get(now.state, "")) if now else "",
        reasons=[_reason(item, numbers, site) for item in now.reasons]
        + _looked_at(now, line_of_states, said, others, is_last=later is None)
        if now
        else [_nothing_known(line_of_states, today, said)],
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
        finding=_with_audit(finding(line_of_states, today), moments),
        moments=moments,
        coming=_coming(now, said, audits, today),
        says=_says(line_of_states, sources, site),
        not_known=not_known(said, audits, moments, line_of_states),
        counted=_counted(audits, numbers),
        others=[line(other, today, site) for other in of_member[:OTHERS_SHOWN]],
        has_more_others=len(of_member) > OTHERS_SHOWN,
        later=later,
        segments=[
            SegmentShown(
                first=segment.first.isoformat(),
                last=segment.last.isoformat() if segment.last else "",
                status=status(segment.state, segment.qualifier, site),
                reasons=[_reason(item, numbers, site, is_ahead=segment.first > today) for item in segment.reasons],
                is_now=segment is now,
            )
            for segment in line_of_states
        ],
        drawing=draw(line_of_states, moments, today, site, is_today=asked is None),
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


def described(page: Page) -> str:
    """Return what a record is, in one sentence for whoever finds it elsewhere."""
    whom = [member.name for member in page.members if member.name != page.said["entity"]]
    where = ", ".join([*whom, *(name for name in page.countries if not is_unknown(name))])
    return _("%(entity)s%(where)s: %(standard)s, %(version)s. %(state)s. %(sentence)s") % {
        "entity": page.said["entity"],
        "where": f" ({where})" if where else "",
        "standard": page.standard,
        "version": page.version,
        "state": page.headline,
        "sentence": page.sentence,
    }


def _is_of(other: Record, record: Record) -> bool:
    """Tell whether one is the record itself, the certificate an event belongs to, or an event of a certificate.

    An event under another certificate is told by that certificate, which bears its name too or stands by itself.
    """
    said = record.payload or {}
    itself = {(record.kind, record.subject), ("certificate", said.get("certificate"))}
    return (other.kind, other.subject) in itself or bool((other.payload or {}).get("certificate"))


def _bears_same_name(other: Record, said: Mapping[str, Any]) -> bool:
    return bool(other.payload) and fold(other.title) == fold(said["entity"])


def _names_same_member(other: Record, said: Mapping[str, Any]) -> bool:
    own = {member["id"] for member in said["members"]}
    return any(member["id"] in own for member in (other.payload or {}).get("members", []))


def _later(said: Mapping[str, Any], others: Sequence[Record], site: Site) -> Link | None:
    """Return the latest other line that names the same part of the member under the same standard, and is later."""
    own = last_event(said)[1]
    later = [
        (last_event(other.payload)[1], other.subject, other)
        for other in others
        if other.payload
        and other.payload["family"] == said["family"]
        and _bears_same_name(other, said)
        and last_event(other.payload)[1] > own
    ]
    if not (own and later):
        return None
    day, _subject, found = max(later, key=lambda item: item[:2])
    return Link(show_day(day), record_url(found.kind, found.subject, found.title, site.query))


def _looked_at(
    now: Segment, line_of_states: Timeline, said: Mapping[str, Any], others: Sequence[Record], *, is_last: bool
) -> list[ReasonShown]:
    """Return what else was looked at before a state was said, and what could not be."""
    found = []
    if now.state == "expired" and is_last:
        same = len([other for other in others if _bears_same_name(other, said)])
        text = _("No other record here bears this name.")
        if same:
            text = ngettext(
                "%(n)d other record here bears this name; it is no later one under this standard.",
                "%(n)d other records here bear this name; none is a later one under this standard.",
                same,
            ) % {"n": same}
        note = _("from the records held here")
        found.append(ReasonShown(text, note, trusted=True, source="", word=_("our records")))
    if now.state in {"active", "expired", UNKNOWN} and not was_set_aside(line_of_states):
        text = _("Suspension and withdrawal are published on no page held here. They were not used.")
        found.append(ReasonShown(text, _("? unknown"), trusted=True, source="", word=_("? unknown")))
    return found


def _with_audit(found: str, moments: Sequence[Moment]) -> str:
    """Say before the finding how long it took from the audit to the certificate, where both days are known."""
    audited = next((exact(moment.day) for moment in moments if moment.kind == "audit"), None)
    issued = next((exact(moment.day) for moment in moments if moment.kind == "issued"), None)
    if not audited or not issued or audited >= issued:
        return found
    return _("%(span)s from audit to certificate. %(finding)s") % {
        "span": in_days_or_longer((issued - audited).days),
        "finding": found,
    }


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


def _last_day(line_of_states: Timeline, expired: Segment, expires: str) -> tuple[str, bool]:
    """Return the day before it was expired, no more exactly than it is known, and whether it may have been earlier."""
    day = date.fromordinal(expired.first.toordinal() - 1)
    if not is_unknown(expires) and len(expires) < len("2020-06-30"):
        return _("some day of %(month)s") % {"month": show_day(expires)}, False
    before = line_of_states.segment_on(day)
    return show_day(day), before is not None and before.state == UNKNOWN


def _headline(shown: Status, now: Segment | None, line_of_states: Timeline, said: Mapping[str, Any]) -> str:
    """Return the state in words, with the day that matters most of it."""
    if now is None:
        return shown.in_full
    if now.state == "expired":
        day, is_latest = _last_day(line_of_states, now, said["expiry_date"])
        how = _("Expired after %(day)s at the latest") if is_latest else _("Expired after %(day)s")
        return how % {"day": day}
    if now.state == "active":
        said_of_it = {"level": shown.level, "day": show_day(now.last) if now.last else ""}
        if shown.level:
            return (_("%(level)s, in date to %(day)s") if now.last else _("%(level)s, in date")) % said_of_it
        return (_("In date to %(day)s") if now.last else _("In date")) % said_of_it
    if now.state == UNKNOWN:
        return shown.word
    return _("%(state)s since %(day)s") % {"state": shown.word, "day": show_day(now.first)}


def _sentence(
    now: Segment | None, line_of_states: Timeline, today: date, said: Mapping[str, Any], *, is_last: bool
) -> str:
    if now is None:
        return _nothing_known(line_of_states, today, said).text
    days = {"first": show_day(now.first), "last": show_day(now.last) if now.last else ""}
    if now.state == "expired":
        long_ago = ago((today - now.first).days + 1)
        text = _("%(ago)s, by the last day published for it.") % {"ago": long_ago[:1].upper() + long_ago[1:]}
        later = _("No later record of the same name is known to this register.")
        return f"{text} {later}" if is_last else text
    if now.state == UNKNOWN:
        if now.last:
            text = _("What is published does not tell, since %(first)s, to %(last)s. Unknown does not mean not valid.")
        else:
            text = _("What is published does not tell, since %(first)s. Unknown does not mean not valid.")
        return text % days
    if now.state == "active" and now.last:
        left = in_days_or_longer((now.last - today).days + 1)
        return _("By the dates published for it, since %(first)s; %(left)s left.") % (days | {"left": left})
    text = (
        _("By what is published, since %(first)s, to %(last)s.")
        if now.last
        else _("By what is published, since %(first)s.")
    )
    return text % days


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
    length = span(held) or _("less than a month")
    now = line_of_states.state_on(today)
    if now == "active":
        return _("In date for %(span)s so far") % {"span": length}
    if now == "expired":
        return _("In date for %(span)s, nothing later known") % {"span": length}
    return _("In date for %(span)s, then %(state)s") % {
        "span": length,
        "state": str(STATE_WORDS.get(now or UNKNOWN, now)).lower(),
    }


def _coming(now: Segment | None, said: Mapping[str, Any], audits: Sequence[Mapping[str, Any]], today: date) -> Answer:
    asked = _("What comes next")
    announced = sorted(audit["next_audit"] for audit in audits if not is_unknown(audit["next_audit"]))
    ahead = [day for day in announced if day >= today.isoformat()[: len(day)]]
    if ahead:
        return Answer(asked, _("Audit, %(day)s") % {"day": show_day(ahead[0])}, _("as announced"))
    if now is not None and now.state == "active" and not is_unknown(said["expiry_date"]):
        ends = _("Ends %(day)s") % {"day": show_day(said["expiry_date"])}
        return Answer(asked, ends, _("its last day as published; no renewal known"))
    return Answer(asked, _("Unknown"), _("no audit or renewal published"), known=False)


def _says(line_of_states: Timeline, sources: Sequence[Source], site: Site) -> Answer:
    """Return who is answerable for what is shown: the page read first, and whether the scheme's owner speaks there."""
    first = sources[0]
    origins = {reason.origin for segment in line_of_states for reason in segment.reasons if reason.source == first.url}
    owner = site.scheme.get("id", "")
    detail = _("the scheme’s own page") if owner and owner in origins else _("a third party’s page")
    return Answer(_("Who says so"), first.host, detail)


def _counted(audits: Sequence[Mapping[str, Any]], numbers: Mapping[str, int]) -> list[Counted]:
    """Return what was announced of non-conformances and ratings, audit by audit; nothing that would follow from it."""
    told = [audit for audit in audits if _is_counted(audit) or not is_unknown(audit["overall_maturity_rating"])]
    shown = [
        Counted(
            audit=_("Audit") if is_unknown(audit["audit_type"]) else audit["audit_type"],
            anchor=f"audit-{audit['id']}",
            day=next((audit[name] for name in AUDIT_DAYS if not is_unknown(audit[name])), ""),
            major=_stated(audit["nc_major"]),
            minor=_stated(audit["nc_minor"]),
            maturity=_stated(audit["overall_maturity_rating"]),
            number=numbers.get(audit["source_url"]),
        )
        for audit in told
    ]
    return sorted(shown, key=lambda one: one.day, reverse=True)


def _stated(value: Any) -> str:
    return "" if is_unknown(value) else str(value)


def not_known(
    said: Mapping[str, Any],
    audits: Sequence[Mapping[str, Any]] = (),
    moments: Sequence[Moment] = (),
    line_of_states: Iterable[Segment] = (),
) -> list[Answer]:
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
    if not any(audit["findings"] or _is_counted(audit) for audit in audits):
        read = ", ".join(
            dict.fromkeys(audit["detail_level"] for audit in audits if not is_unknown(audit["detail_level"]))
        )
        silent_on_ratings = (
            _("What could be read does not tell: %(what)s. This is not a count of zero.") % {"what": read}
            if read
            else _("No audit report was read. This is not a count of zero.")
        )
        found.append(Answer(_("Ratings and non-conformances"), silent_on_ratings, known=False))
    for moment in moments:
        if not moment.is_told:
            usual = _("None published. There usually is one; that is no proof that there was.")
            found.append(Answer(_("Surveillance audit"), usual, known=False))
    if all(is_unknown(audit["next_audit"]) for audit in audits):
        found.append(Answer(_("Audits to come"), _("None published."), known=False))
    found.append(
        Answer(_("Facilities it covers"), _("No page we hold lists them. None is guessed from names."), known=False)
    )
    if not was_set_aside(line_of_states):
        silent = _("Not reported to this register. It does not mean that there was none.")
        found.append(Answer(_("Suspension or withdrawal"), silent, known=False))
    return found


def _is_counted(audit: Mapping[str, Any]) -> bool:
    return not (is_unknown(audit["nc_major"]) and is_unknown(audit["nc_minor"]))


def _sources(said: Mapping[str, Any], audits: Sequence[Mapping[str, Any]], site: Site) -> list[Source]:
    """Return the pages that events and audits were read on, numbered as they are first cited."""
    cited: dict[str, list[tuple[str, Mapping[str, Any], str]]] = {}
    for event in said.get("events") or [said]:
        what = _("Announcement") if is_unknown(event["event"]) else event_label(event["event"], site)
        cited.setdefault(event["source_url"], []).append((event["record_id"], event, what))
    for audit in audits:
        what = "" if is_unknown(audit["detail_level"]) else audit["detail_level"]
        cited.setdefault(audit["source_url"], []).append((audit["record_id"], audit, what))
    return [
        Source(
            number=number,
            url=url,
            host=host(url),
            # What could be read there says more of a page than what it was read for.
            document=_capital(next((what for _row, _said, what in reversed(told) if what), "")),
            cited_by=", ".join(row for row, _said, _what in told),
            licence=_first(told, "licence"),
            attribution=to_be_named(_first(told, "attribution"), url),
        )
        for number, (url, told) in enumerate(cited.items(), start=1)
    ]


def _first(told: Sequence[tuple[str, Mapping[str, Any], str]], field_name: str) -> str:
    # What was published before its kind had the field does not tell.
    stated = (said.get(field_name, UNKNOWN) for _row, said, _what in told)
    return next((text for text in stated if not is_unknown(text)), "")


def _capital(text: str) -> str:
    return text[:1].upper() + text[1:]
