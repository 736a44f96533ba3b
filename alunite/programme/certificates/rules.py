"""Which state a certificate was in on which days, made out from what sources print.

Sources print dates to the day, the month or the year, or not at all. A certificate is *surely* in date from the latest
day it can have begun to the earliest day it can have ended; on the days it *may* have been, its state is unknown, and
said to be. Every fact only speaks of days from its own first possible day on, so that a later fact changes no earlier
day. Source of the days: the statements themselves; of a term where no last day is printed: the level's years in the
scheme pack. Worked examples: docs/algorithms/timeline.md.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import date, timedelta

from alunite.foundation.core.days import PartialDate, Precision, last_day_of_term
from alunite.foundation.core.judgement import Param, Reason, Trust
from alunite.foundation.core.timeline import Segment, Timeline

ACTIVE = "active"
EXPIRED = "expired"
UNKNOWN = "unknown"

ONE_DAY = timedelta(days=1)

Terms = Mapping[str, Param[int]]


@dataclass(frozen=True, slots=True)
class Facts:
    """What one statement says about when.

    Parameters
    ----------
    record_id : str
        The source's record; breaks ties, so that the order of rows never matters.
    issued, expires, certified_since, announced : PartialDate or None
        As printed; None where the source is silent.
    level : str
        Id of the level, or ``unknown``.
    origin : str
        Who speaks: the scheme's own id or ``third_party``.
    source : str
        Address of the page.
    """

    record_id: str
    issued: PartialDate | None = None
    expires: PartialDate | None = None
    certified_since: PartialDate | None = None
    announced: PartialDate | None = None
    level: str = UNKNOWN
    origin: str = "third_party"
    source: str = ""


@dataclass(frozen=True, slots=True)
class _Span:
    """Facts with the days they speak of: known from, may begin, surely holds, may hold, all inclusive."""

    facts: Facts
    known_from: date
    begins: PartialDate | None
    ends: PartialDate | None
    term: Param[int] | None
    heard_until: date | None = None

    def may_hold(self, day: date) -> bool:
        last = self.ends.latest if self.ends else self.heard_until
        return self.known_from <= day and (last is None or day <= last)

    def surely_holds(self, day: date) -> bool:
        if self.begins is None or self.ends is None:
            return False
        return self.begins.latest <= day <= self.ends.earliest

    def is_over(self, day: date) -> bool:
        return self.ends is not None and self.ends.latest < day

    def turns(self) -> Iterable[date]:
        """Days on which what the facts say changes."""
        yield self.known_from
        if self.begins:
            yield from (self.begins.earliest, self.begins.latest)
        if self.ends:
            yield from (self.ends.earliest + ONE_DAY, self.ends.latest + ONE_DAY)

    def last_day(self) -> str:
        """Return the last day as it is known: as printed, or as the term gives it."""
        if self.ends is None:
            return ""
        if self.term is None or self.ends.precision is Precision.DAY:
            return str(self.ends)
        return f"a day from {self.ends.earliest} to {self.ends.latest}"

    def order(self) -> tuple[date, date, str]:
        begins = self.begins.latest if self.begins else self.known_from
        return (begins, self.known_from, self.facts.record_id)


def is_identified(certificate_number: str, issued: PartialDate | None, expires: PartialDate | None) -> bool:
    """Tell whether a statement makes out a certificate: by its number, or by both its first and its last day."""
    return bool(certificate_number) or (issued is not None and expires is not None)


def computed_end(issued: PartialDate, years: int) -> PartialDate:
    """Return the last day of a term that began on `issued`, to the same precision.

    From a month or year it is a range of days that is no month or year; it has no printed form of its own.

    >>> str(computed_end(PartialDate.parse("2024-11-11"), 3))
    '2027-11-10'
    """
    return PartialDate(
        last_day_of_term(issued.earliest, years), last_day_of_term(issued.latest, years), issued.precision
    )


def timeline(statements: Iterable[Facts], terms: Terms) -> Timeline:
    """Return the states of one certificate or event, day by day, with reasons.

    Parameters
    ----------
    statements : iterable of Facts
        All that is said of it; order is indifferent.
    terms : mapping of level id to years
        How long a certificate of each level lasts, used only where no last day is printed.

    Returns
    -------
    Timeline
        From the first day anything is known; the last segment is open. Empty when no statement has a date. States are
        ``active``, ``expired`` and ``unknown``; the qualifier is the level that holds, or held last.
    """
    heard = [span for facts in statements if (span := _span(facts, terms)) is not None]
    spans = sorted((_in_company(span, heard) for span in heard), key=lambda span: span.order())
    turns = sorted({day for span in spans for day in span.turns()})
    first = min((span.known_from for span in spans), default=None)
    days = [day for day in turns if first is not None and day >= first]
    segments: list[Segment] = []
    for place, day in enumerate(days):
        last = days[place + 1] - ONE_DAY if place + 1 < len(days) else None
        state, level, reasons = _on(day, spans)
        before = segments[-1] if segments else None
        if before and (before.state, before.qualifier, before.reasons) == (state, level, reasons):
            segments[-1] = Segment(state, before.first, last, level, reasons)
        else:
            segments.append(Segment(state, day, last, level, reasons))
    return Timeline(tuple(segments))


def _span(facts: Facts, terms: Terms) -> _Span | None:
    ends, term = facts.expires, None
    if ends is None and facts.issued is not None and facts.level in terms:
        term = terms[facts.level]
        ends = computed_end(facts.issued, term.value)
    if facts.issued is not None and ends is not None:
        # First and last day are known: nothing else tells when the certificate began.
        begins, ends = _possible(facts.issued, ends)
        return _Span(facts, begins.earliest, begins, ends, term)
    starts = [day.earliest for day in (facts.issued, facts.certified_since, facts.announced) if day is not None]
    if ends is not None:
        # Where only a last day is printed, that it existed is sure on that day at the latest, and not known before.
        starts.append(ends.earliest)
    if not starts:
        return None
    return _Span(facts, min(starts), facts.issued, ends, term)


def _in_company(span: _Span, spans: list[_Span]) -> _Span:
    """Let dated statements of the same certificate end an undated one that was made before they began.

    What was announced before a certificate began is told by that certificate's own days and says nothing after them.
    An undated statement made later may tell of a renewal, and stays unknown.
    """
    if span.ends is not None:
        return span
    told = [
        other.ends.latest for other in spans if other.ends and other.begins and other.begins.latest >= span.known_from
    ]
    return replace(span, heard_until=min(told)) if told else span


def _possible(begins: PartialDate, ends: PartialDate) -> tuple[PartialDate, PartialDate]:
    """Return both days without what cannot be: an end before the beginning, a beginning after the end."""
    return (
        replace(begins, latest=min(begins.latest, ends.latest)),
        replace(ends, earliest=max(ends.earliest, begins.earliest)),
    )


def _on(day: date, spans: list[_Span]) -> tuple[str, str, tuple[Reason, ...]]:
    """Return state, level and reasons on a day that is not before the first of `spans`."""
    sure = [span for span in spans if span.surely_holds(day)]
    if sure:
        return ACTIVE, sure[-1].facts.level, _within(sure[-1])
    possible = [span for span in spans if span.may_hold(day)]
    if possible:
        return UNKNOWN, UNKNOWN, tuple(reason for span in possible for reason in _perhaps(span, day))
    over = max((span for span in spans if span.is_over(day)), key=lambda span: (span.ends, span.order()))
    return EXPIRED, over.facts.level, _after(over)


def _reason(span: _Span, rule: str, text: str, **values: str | None) -> Reason:
    shown = {name: value for name, value in values.items() if value}
    return Reason(
        rule, text, shown | {"record_id": span.facts.record_id}, Trust.READ, span.facts.origin, span.facts.source
    )


def _when(day: PartialDate | None) -> str:
    return f"on {day}" if day and day.precision is Precision.DAY else f"in {day}"


def _term_reason(span: _Span) -> tuple[Reason, ...]:
    """Say where a last day that nobody printed comes from: the level's term, with its own trust and source."""
    if span.term is None:
        return ()
    years = f"{span.term.value} years" if span.term.value > 1 else "one year"
    values: dict[str, str | int] = {"level": span.facts.level, "term_years": span.term.value}
    text = f"No last day is printed; its level lasts {years}, which makes {span.last_day()} the last."
    return (Reason("timeline.term", text, values, span.term.trust, span.term.origin, span.term.source),)


def _within(span: _Span) -> tuple[Reason, ...]:
    printed = "" if span.term else f", and {span.last_day()} is printed as its last day"
    text = f"It was issued {_when(span.begins)}{printed}."
    reason = _reason(span, "timeline.within_dates", text, issued=str(span.begins), expires=span.last_day())
    return (reason, *_term_reason(span))


def _after(span: _Span) -> tuple[Reason, ...]:
    how = f"it was issued {_when(span.begins)}" if span.term else f"{span.last_day()} is printed"
    text = f"Its last day has passed: {how}. No later one is known here."
    reason = _reason(span, "timeline.last_day_passed", text, expires=span.last_day())
    return (reason, *_term_reason(span))


def _perhaps(span: _Span, day: date) -> tuple[Reason, ...]:
    if span.ends is not None and span.begins is not None and day > span.ends.earliest:
        text = f"Its last day is known only as {span.last_day()}; it may have passed already."
        reason = _reason(span, "timeline.last_day_inexact", text, expires=span.last_day())
        return (reason, *_term_reason(span))
    if span.begins is not None and day >= span.begins.earliest:
        if span.ends is None:
            text = f"It was issued {_when(span.begins)}; no source gives its last day or its level."
            return (_reason(span, "timeline.no_last_day", text, issued=str(span.begins)),)
        text = f"It was issued some day in {span.begins}; it may not have begun yet."
        return (_reason(span, "timeline.first_day_inexact", text, issued=str(span.begins)),)
    return (_without_first_day(span, day),)


def _without_first_day(span: _Span, day: date) -> Reason:
    if span.begins is not None:
        printed = f"it prints {span.begins} as its first day and no last day"
    elif span.ends is not None:
        printed = f"it prints {span.last_day()} as its last day and no first day"
    else:
        printed = "it prints neither first nor last day"
    since, announced = span.facts.certified_since, span.facts.announced
    if since is not None and day >= since.earliest:
        text = f"A source says certified since {since}; {printed}."
        return _reason(span, "timeline.certified_since", text, certified_since=str(since), expires=span.last_day())
    if announced is not None and day >= announced.earliest:
        text = f"It was announced {_when(announced)}; {printed}."
        return _reason(span, "timeline.announced_only", text, announced=str(announced), expires=span.last_day())
    text = f"Only its last day is printed, {span.last_day()}; when it began is not known."
    return _reason(span, "timeline.only_last_day", text, expires=span.last_day())
