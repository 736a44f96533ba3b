"""Words, marks and links that every page shares: states, levels, lines, countries, notes of trust. No query, no rule, only words and order."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.urls import reverse
from django.utils.html import escape, format_html
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext_lazy

from alunite.foundation.core.text import slugify
from alunite.foundation.core.timeline import Timeline
from alunite.foundation.publications.countries import country_name
from alunite.foundation.publications.kinds import UNKNOWN
from alunite.foundation.publications.sentences import is_foreign, spoken
from alunite.foundation.scheme import notes
from alunite.foundation.scheme.notes import host
from alunite.front.register.facets import last_event
from alunite.front.register.models import Record
from alunite.front.register.site import Site, is_unknown
from alunite.front.register.templatetags.shown import day as show_day
from alunite.front.register.templatetags.shown import days_in

STATE_WORDS = {
    "draft": gettext_lazy("Draft"),
    "active": gettext_lazy("In date"),
    "suspended": gettext_lazy("Suspended"),
    "expired": gettext_lazy("Expired"),
    "withdrawn": pgettext_lazy("state of a certificate", "Withdrawn"),
    "revoked": gettext_lazy("Revoked"),
    "annulled": gettext_lazy("Annulled"),
    "superseded": gettext_lazy("Superseded"),
    UNKNOWN: gettext_lazy("Unknown"),
}


# What a state means for whoever relies on a certificate, and what it does not.
STATE_MEANS = {
    "draft": gettext_lazy("It was not issued yet."),
    "active": gettext_lazy(
        "The dates published for it include this day. That is no inspection of today, and it speaks for the scope only."
    ),
    "suspended": gettext_lazy("It was set aside for a time. Nothing may be claimed with it until that is lifted."),
    "expired": gettext_lazy(
        "Its last day lies before this day, and no renewal is held here. It tells nothing of how the place is run since."
    ),
    "withdrawn": gettext_lazy("Its holder gave it back."),
    "revoked": gettext_lazy("It was taken away."),
    "annulled": gettext_lazy("It counts as if it had not been issued."),
    "superseded": gettext_lazy("Another certificate stands in its place."),
    UNKNOWN: gettext_lazy("No page held here gives the dates that would tell. It may be in date or not."),
}


# Whether a place is known. What is said of it has its own words: in French they go by the gender of what they speak of.
PLACED_WORDS = {
    "yes": pgettext_lazy("place on the map", "known"),
    "no": pgettext_lazy("place on the map", "not published"),
}
STATE_MARKS = {"active": "in-date", "annulled": "revoked"}


LEVEL_MARKS = {"●": "full", "◐": "provisional"}


# Why a record left the register, by the class its withdrawal bears.
WITHDRAWALS = {
    "statement_corrected": gettext_lazy("its source was corrected, and what it says now identifies no certificate"),
    "merged": gettext_lazy("it speaks of the same as another record, and was merged with it"),
    "released": gettext_lazy("it was redacted and may be published again; nothing has been published of it since"),
    "suspended": gettext_lazy("its membership is suspended"),
    "ended": gettext_lazy("its membership has ended"),
    "regrouped": gettext_lazy("the events it was made out from stand under another certificate, or none, again"),
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

    @property
    def in_full(self) -> str:
        """The state with what is told of it besides."""
        return _("%(state)s, %(detail)s") % {"state": self.word, "detail": self.detail} if self.detail else self.word


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

    @property
    def spoken(self) -> SafeString:
        """The activity, and, for who hears it, on which side of the scope it is."""
        if self.inside:
            told = _('%(activity)s<span class="visually-hidden">, in the scope</span>')
        else:
            told = _('%(activity)s<span class="visually-hidden">, not in the scope</span>')
        return mark_safe(told % {"activity": escape(self.label)})  # noqa: S308, the label is escaped


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


def record_url(kind: str, subject: str, name: str, query: str = "") -> str:
    """Return the public address of a record: id and slug, and what keeps the clocks of the page that links to it."""
    return reverse(kind, args=[subject, slugify(name)]) + query


def status(state: str | None, level: str, site: Site, *, begins: date | None = None) -> Status:
    """Return how a state is shown; None is a day the timeline says nothing of."""
    if state is None:
        detail = _("not before %(day)s") % {"day": show_day(begins)} if begins else ""
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


def line(record: Record, day: date, site: Site) -> Line:
    """Return a line of the list with its state on a day."""
    said: dict[str, Any] = record.payload or {}
    line_of_states = Timeline.from_list(said["timeline"])
    now = line_of_states.segment_on(day)
    event, event_day = last_event(said)
    # What was only announced has no first day that it could be before.
    begins = line_of_states.first if event == "issued" else None
    shown = status(now.state if now else None, now.qualifier if now else "", site, begins=begins)
    detail = shown.detail
    if now and now.state == "active" and now.last:
        detail = _("to %(day)s") % {"day": show_day(now.last)}
    elif now and now.state == "expired":
        detail = _("from %(day)s") % {"day": show_day(now.first)}
    elif (now is None or now.state == UNKNOWN) and not is_unknown(said["level"]):
        detail = _("issued as %(level)s") % {"level": site.label("levels", said["level"])}
    return Line(
        url=record_url(record.kind, record.subject, said["entity"], site.query),
        is_certificate=record.kind == "certificate",
        number="" if is_unknown(said["certificate_number"]) else said["certificate_number"],
        entity=said["entity"],
        members=[
            Link(item["name"], record_url("member", item["id"], item["name"], site.query)) for item in said["members"]
        ],
        standard=site.label("families", said["family"]),
        version=version_label(said["version"], site),
        activities=chain(said["activities"], site),
        activities_known=knows_activities(said["activities"]),
        countries=countries(said["countries"]),
        last_event=str(LAST_EVENTS[event]),
        last_day=event_day,
        status=Status(shown.state, shown.mark, shown.word, shown.level, detail),
    )


def version_label(version: str, site: Site) -> str:
    return _("version not published") if is_unknown(version) else site.label("versions", version)


def event_label(event: str, site: Site) -> str:
    """Return what happened, in the scheme's words."""
    return _("kind not published") if is_unknown(event) else site.label("events", event)


def countries(codes: Sequence[str]) -> list[str]:
    """Return the names of countries; an unknown country is the word."""
    return [_("unknown") if is_unknown(code) else country_name(code) for code in codes]


def chain(activities: Sequence[str], site: Site) -> list[ActivityCell]:
    """Return the scheme's activities in order, each in the scope or not; an unknown scope has none inside."""
    return [ActivityCell(label, identifier in activities) for identifier, label in site.labels["activities"].items()]


def knows_activities(activities: Sequence[str]) -> bool:
    """Tell whether the source names activities at all; if not, no cell of the chain may be read as outside."""
    return any(not is_unknown(identifier) for identifier in activities)


def sentence(text: str, end: str = ".") -> str:
    """Return what a rule said, in the language of the page with its days as all others; English where it stays so."""
    told = days_in(spoken(text).removesuffix(".")) + end
    return format_html('<span lang="en">{}</span>', told) if is_foreign(text) else told


def to_be_named(attribution: str, url: str) -> str:
    """Return who is to be named; a sentence that points to the column of addresses names the page's host instead."""
    return host(url) if "source_url" in attribution else attribution


def says_owner(origin: str, site: Site) -> bool:
    """Tell whether it is the scheme's owner who says something; nobody else's word is shown as the owner's."""
    return bool(origin) and origin == site.scheme.get("id")


def trust_word(trust: str, origin: str, site: Site) -> str:
    """Return the note of a trust in a word or two, for a row; the note itself stands once beside the rows."""
    return notes.trust_word(trust, origin, site.scheme.get("id", ""))


def trust_note(trust: str, origin: str, source: str, site: Site) -> tuple[str, bool]:
    """Return the note a value's trust asks for, and whether it may be shown as the scheme's own."""
    scheme = site.scheme
    return notes.trust_note(trust, origin, source, scheme_id=scheme.get("id", ""), owner=scheme.get("owner", ""))
