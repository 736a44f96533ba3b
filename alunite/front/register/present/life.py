"""What happened to a certificate, day by day: the line of its life as a table. No query, no rule, only words and order."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import Any

from django.utils.translation import gettext as _

from alunite.foundation.core.days import PartialDate, Precision
from alunite.foundation.core.timeline import Timeline
from alunite.foundation.publications.kinds import UNKNOWN
from alunite.foundation.scheme.models import Sourced
from alunite.foundation.scheme.surveillance import usual_audit
from alunite.foundation.scheme.values import PositiveInt
from alunite.front.register.present.spans import in_days_or_longer, span
from alunite.front.register.present.words import STATE_WORDS, event_label, trust_note
from alunite.front.register.site import Site, is_unknown
from alunite.front.register.templatetags.shown import day as show_day

# States that what is told of days cannot show by itself.
TOLD_BY_DATES = frozenset({"active", "expired", UNKNOWN})
# Between them an audit is usual.
DATES = ("issue_date", "expiry_date")


@dataclass(frozen=True, slots=True)
class Moment:
    """Something that is told of with its day; or that usually happens, and no page tells of it.

    Parameters
    ----------
    kind : str
        audit, issued, announced, since, ends, state or usual.
    day, until : str
        ISO day, month or year; `until` is empty unless it took longer.
    text, word : str
        In a sentence, and in a word or two for the drawing.
    number : int or None
        Of its source on the page.
    interval : str
        How long after what stands before it, empty where that is not known to the day.
    note : str
        How far to trust what is only usual; empty for what is told of.
    """

    kind: str
    day: str
    text: str
    word: str
    until: str = ""
    number: int | None = None
    interval: str = ""
    note: str = ""

    @property
    def days(self) -> str:
        """The day as shown; of several days the first and the last."""
        return f"{_up_to(self.day, self.until)}{show_day(self.until)}" if self.until else show_day(self.day)

    @property
    def is_told(self) -> bool:
        """Whether a page tells of it."""
        return not self.note


def life(
    said: Mapping[str, Any],
    audits: Sequence[Mapping[str, Any]],
    line_of_states: Timeline,
    numbers: Mapping[str, int],
    site: Site,
) -> list[Moment]:
    """Return all that is told of with a day, in order, and what is usual and is told of by nobody."""
    events = said.get("events") or [said]
    told = [
        *(moment for audit in audits for moment in _of_audit(audit, numbers)),
        *(moment for event in events for moment in _of_event(event, said, numbers, site)),
        *_of_states(line_of_states, numbers),
    ]
    once: dict[tuple[str, str, str], Moment] = {}
    for moment in told:
        once.setdefault((moment.kind, moment.day, moment.text), moment)
    ordered = sorted(once.values(), key=_in_order)
    return _usual(_with_intervals(ordered), said, site)


def _in_order(moment: Moment) -> tuple[date, date, str]:
    day = PartialDate.parse(moment.day)
    return (day.latest, day.earliest, moment.kind)


def _of_audit(audit: Mapping[str, Any], numbers: Mapping[str, int]) -> list[Moment]:
    kind = _("Audit") if is_unknown(audit["audit_type"]) else audit["audit_type"]
    firm = audit["firm"]
    text = _("%(audit)s by %(firm)s") % {"audit": kind, "firm": firm["name"]} if firm else kind
    number = numbers.get(audit["source_url"])
    start, end = (("" if is_unknown(audit[name]) else audit[name]) for name in ("audit_start", "audit_end"))
    found = []
    if start or end:
        until = end if start and end and end != start else ""
        found.append(Moment("audit", start or end, text, _("Audit"), until, number))
    if not is_unknown(audit["report_date"]):
        found.append(Moment("report", audit["report_date"], _("Report of the audit"), _("Report"), number=number))
    if not is_unknown(audit["next_audit"]):
        found.append(Moment("next", audit["next_audit"], _("Next audit, as announced"), _("Next audit"), number=number))
    return found


def _of_event(
    event: Mapping[str, Any], said: Mapping[str, Any], numbers: Mapping[str, int], site: Site
) -> list[Moment]:
    name = event_label(event["event"], site)
    number = numbers.get(event["source_url"])
    issued = _("%(event)s: certificate issued") % {"event": name}
    if event["issue_date"] == said["issue_date"] and not is_unknown(said["level"]):
        issued = _("%(event)s: certificate issued as %(level)s") % {
            "event": name,
            "level": site.label("levels", said["level"]),
        }
    told = [
        ("issued", "issue_date", issued, _("Issued")),
        ("announced", "announced_date", _("%(event)s announced") % {"event": name}, _("Announced")),
        ("since", "certified_since", _("Certified since this day, as its source calls it"), _("Certified since")),
        ("ends", "expiry_date", _("Last day published for it"), _("Last day")),
    ]
    return [
        Moment(kind, event[field], text, word, number=number)
        for kind, field, text, word in told
        if not is_unknown(event[field]) and not (kind == "since" and event[field] == event["issue_date"])
    ]


def _of_states(line_of_states: Timeline, numbers: Mapping[str, int]) -> list[Moment]:
    """Return the beginnings of states that no date of a certificate tells of, such as a suspension."""
    return [
        Moment(
            "state",
            segment.first.isoformat(),
            str(STATE_WORDS.get(segment.state, segment.state)),
            str(STATE_WORDS.get(segment.state, segment.state)),
            number=next((numbers[reason.source] for reason in segment.reasons if reason.source in numbers), None),
        )
        for segment in line_of_states
        if segment.state not in TOLD_BY_DATES
    ]


def _with_intervals(moments: Sequence[Moment]) -> list[Moment]:
    """Tell of each day how long it is after the one before; of the last day, how long after the issue."""
    found: list[Moment] = []
    before: date | None = None
    issued: date | None = None
    for moment in moments:
        day = exact(moment.until or moment.day)
        begins = exact(moment.day)
        interval = ""
        if moment.kind == "ends" and issued and day and day > issued:
            interval = _("%(span)s after issue") % {"span": span((day - issued).days + 1) or _("less than a month")}
        elif before and begins and begins > before:
            interval = _("%(span)s later") % {"span": in_days_or_longer((begins - before).days)}
        found.append(replace(moment, interval=interval))
        if moment.kind == "issued":
            issued = begins or issued
        before = day or before
    return found


def exact(day: str) -> date | None:
    """Return a day that is known to the day, None for any other."""
    parsed = PartialDate.parse(day)
    return parsed.earliest if parsed.precision is Precision.DAY else None


def _usual(moments: list[Moment], said: Mapping[str, Any], site: Site) -> list[Moment]:
    """Add the audit that usually is made while a certificate runs, where the rule asks after one."""
    levels: Sequence[Mapping[str, Any]] = site.vocabulary.get("levels", [])
    level: Mapping[str, Any] = next((one for one in levels if one["id"] == said["level"]), {})
    months = level.get("surveillance_months")
    issued, ends = (None if is_unknown(said[name]) else PartialDate.parse(said[name]) for name in DATES)
    judged = usual_audit(
        Sourced[PositiveInt].model_validate(months) if months else None,
        issued=issued,
        ends=ends,
        told=[PartialDate.parse(moment.day) for moment in moments if moment.kind in {"audit", "next"}],
    )
    if judged.result is None:
        return moments
    (reason,) = judged.reasons
    note, _is_trusted = trust_note(reason.trust, reason.origin or site.scheme.get("id", ""), reason.source, site)
    moment = Moment(
        "usual",
        str(judged.result),
        _("Surveillance audit: none published. There usually is one, about %(months)d months after issue")
        % reason.values,
        _("Surveillance"),
        note=note,
    )
    return sorted([*moments, moment], key=_in_order)


def _up_to(first: str, last: str) -> str:
    """Return a first day with a dash, without what it shares with the last one: 14–, or 14 Oct – ."""
    if len(first) == len(last) and first[:7] == last[:7] and exact(first):
        return f"{int(first[8:])}\u2013"
    return f"{show_day(first)} \u2013 "
