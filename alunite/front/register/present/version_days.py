"""Which version of a standard may be used when: a timeline, and every date with who says it. No query, no rule."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from alunite.foundation.core.days import PartialDate
from alunite.foundation.scheme.models import Family, Milestone, Stated, Version, VersionChange
from alunite.foundation.scheme.pack import Pack
from alunite.foundation.scheme.versions import RUN_TO_EXPIRY, Life, Use, VersionUse, best_known, life, usable
from alunite.front.register.clocks import Clocks
from alunite.front.register.present.drawing import WIDTH, Stretch, Tick, percent, written
from alunite.front.register.present.reasons import either, listed, why_it_is_used
from alunite.front.register.present.words import trust_note, trust_word
from alunite.front.register.site import Site
from alunite.front.register.templatetags.shown import day as show_day

USE_WORDS = {
    Use.NOT_PUBLISHED: gettext_lazy("not published yet"),
    Use.NOT_OPEN: gettext_lazy("not to be chosen yet"),
    Use.DISPUTED: gettext_lazy("pages differ"),
    Use.MAY: gettext_lazy("may be used"),
    Use.ONLY: gettext_lazy("the one to use"),
    Use.CLOSED: gettext_lazy("no longer to be used"),
    Use.NOT_HELD: gettext_lazy("not known"),
}
USE_MARKS = {
    Use.NOT_PUBLISHED: "draft",
    Use.NOT_OPEN: "draft",
    Use.DISPUTED: "unknown",
    Use.MAY: "condition",
    Use.ONLY: "full",
    Use.CLOSED: "expired",
    Use.NOT_HELD: "unknown",
}
DAY_WORDS = {
    "free_choice_from": gettext_lazy("%(version)s may be chosen from this day"),
    "free_choice_until": gettext_lazy("last day on which a version before %(version)s may be chosen"),
    "required_from": gettext_lazy("%(version)s has to be used from this day, for: %(events)s"),
}
OLD_CERTIFICATES = {RUN_TO_EXPIRY: gettext_lazy("Certificates under an earlier version run to their expiry.")}


@dataclass(frozen=True, slots=True)
class UseShown:
    """A version on the day asked for."""

    label: str
    url: str
    word: str
    mark: str
    why: str
    note: str
    trusted: bool
    source: str


@dataclass(frozen=True, slots=True)
class Piece(Stretch):
    """Part of a version's bar."""

    kind: str


@dataclass(frozen=True, slots=True)
class BarShown:
    """A version's line of the drawing."""

    label: str
    y: int
    pieces: list[Piece]

    @property
    def left(self) -> str:
        return self.pieces[0].left


@dataclass(frozen=True, slots=True)
class Mark:
    """A numbered date on the axis."""

    number: int
    x: float

    @property
    def left(self) -> str:
        return percent(self.x)


@dataclass(frozen=True, slots=True)
class DateShown:
    """A date of the table: when, what, and who says so."""

    number: int
    start: str
    end: str
    what: str
    note: str
    trust_word: str
    trusted: bool
    sources: list[str]
    remark: str
    is_disputed: bool


@dataclass(frozen=True, slots=True)
class TimelineShown:
    """The life of a family of standards."""

    family: str
    title: str
    uses: list[UseShown]
    bars: list[BarShown]
    ticks: list[Tick]
    marks: list[Mark]
    now: float
    height: int
    dates: list[DateShown]
    disputed: int
    old_certificates: list[str]

    @property
    def today(self) -> str:
        return percent(self.now)

    @property
    def anchor(self) -> str:
        return "end" if self.now > WIDTH / 2 else "start"

    @property
    def axis(self) -> int:
        """Where the axis lies."""
        return self.height - 40


FIRST_BAR, BAR_STEP = 44, 48


def timelines(pack: Pack, clocks: Clocks, site: Site) -> list[TimelineShown]:
    """Return the life of each family with versions, in the scheme's order."""
    return [_timeline(pack, family, clocks, site) for family in pack.families if pack.versions_of(family.id)]


def in_use(pack: Pack, day: date, site: Site) -> dict[str, str]:
    """Return, for each family, which version may be used on a day, in a sentence."""
    return {family.id: finding(usable(pack, family.id, day), day, site) for family in pack.families}


def finding(uses: Sequence[VersionUse], day: date, site: Site) -> str:
    """Return in a sentence which version may be used."""
    named = {use: [_label(item.version, site) for item in uses if item.use is use] for use in Use}
    told = {"day": show_day(day)}
    sure = named[Use.ONLY] or named[Use.MAY]
    perhaps = named[Use.DISPUTED] + named[Use.NOT_HELD]
    if named[Use.ONLY]:
        return _("On %(day)s %(version)s is the one to use") % (told | {"version": named[Use.ONLY][0]})
    if sure and perhaps:
        return _("On %(day)s %(sure)s may be used; of %(perhaps)s pages say different things or nothing") % (
            told | {"sure": either(sure), "perhaps": listed(perhaps)}
        )
    if sure:
        return _("On %(day)s %(sure)s may be used") % (told | {"sure": either(sure)})
    if perhaps:
        return _("Whether %(perhaps)s may be used on %(day)s is not known") % (told | {"perhaps": either(perhaps)})
    return _("On %(day)s no version had been published") % told


def _timeline(pack: Pack, family: Family, clocks: Clocks, site: Site) -> TimelineShown:
    day = clocks.day
    until = max(day, clocks.today)
    versions = pack.versions_of(family.id)
    uses = usable(pack, family.id, day)
    changes = [change for change in pack.version_changes if {version.id for version in versions} & set(change.versions)]
    dates = _dates(versions, changes, [one for one in pack.milestones if one.family == family.id], site)
    lives = [life(pack, version) for version in versions]
    known = [version.published_day.earliest for version in versions]
    known += [_day_of(item.end or item.start) for item in dates] + [one.runs_to for one in lives if one.runs_to]
    first, last = date(min(*known, day).year, 1, 1), date(max(*known, until).year, 12, 31)
    scale = _Scale(first, (last - first).days)
    years = range(first.year, last.year + 1)
    bars = [
        BarShown(version.label, FIRST_BAR + BAR_STEP * at, _pieces(lives[at], until, scale))
        for at, version in enumerate(versions)
    ]
    return TimelineShown(
        family=site.label("families", family.id),
        title=finding(uses, day, site),
        uses=[_use(item, site) for item in uses],
        bars=bars,
        ticks=[Tick(scale.x(date(year, 1, 1)), year, written(year - first.year, len(years))) for year in years],
        marks=[Mark(item.number, scale.x(_day_of(item.start))) for item in dates],
        now=scale.x(day),
        height=FIRST_BAR + BAR_STEP * len(versions) + 48,
        dates=dates,
        disputed=len({item.what for item in dates if item.is_disputed}),
        old_certificates=[
            str(OLD_CERTIFICATES[change.old_certificates])
            for change in changes
            if change.old_certificates in OLD_CERTIFICATES
        ],
    )


def _label(version: Version, site: Site) -> str:
    return site.label("versions", version.id)


def _day_of(text: str) -> date:
    return PartialDate.parse(text).earliest


@dataclass(frozen=True, slots=True)
class _Scale:
    first: date
    days: int

    def x(self, day: date) -> float:
        return round((day - self.first).days / self.days * WIDTH, 2)

    def piece(self, begins: date, ends: date, kind: str) -> Piece:
        return Piece(self.x(begins), round(self.x(ends) - self.x(begins), 2), kind)


def _pieces(life: Life, until: date, scale: _Scale) -> list[Piece]:
    """Return a version's bar: when it may be used, when pages differ, and how long certificates under it can run."""
    ends = max(until, life.surely_open)
    runs = [
        (life.opens, life.surely_open, "disputed"),
        (life.surely_open, life.closes or ends, "open"),
        (life.closes or ends, life.surely_closed or ends, "disputed"),
    ]
    if life.surely_closed and life.runs_to:
        runs.append((life.surely_closed, life.runs_to, "runs"))
    return [scale.piece(first, last, kind) for first, last, kind in runs if first < last or kind == "open"]


def _use(item: VersionUse, site: Site) -> UseShown:
    reason = item.reason
    note, trusted = trust_note(reason.trust, reason.origin, reason.source, site)
    return UseShown(
        _label(item.version, site),
        reverse("standard", args=[item.version.id]) + site.query,
        str(USE_WORDS[item.use]),
        USE_MARKS[item.use],
        why_it_is_used(reason, site),
        note,
        trusted,
        reason.source,
    )


@dataclass(frozen=True, slots=True)
class _Dated:
    start: str
    end: str
    what: str
    stated: Stated
    remark: str = ""
    is_disputed: bool = False


def _dates(
    versions: Sequence[Version], changes: Sequence[VersionChange], milestones: Sequence[Milestone], site: Site
) -> list[DateShown]:
    """Return every date, earliest first; dates of one thing that differ stand together and say so."""
    found: list[_Dated] = []
    for version in versions:
        found.append(
            _Dated(version.published, "", _("%(version)s published") % {"version": _label(version, site)}, version)
        )
        found += [_Dated(note.date, "", f"{note.version}: {note.text}", note) for note in version.notes]
    for change in changes:
        found += _of_change(change, versions, site)
    found += [_Dated(one.start, one.end or "", f"{one.version}: {one.text}", one) for one in milestones]
    found.sort(key=lambda one: (_day_of(one.start), one.what))
    return [_date(number, one, site) for number, one in enumerate(found, 1)]


def _of_change(change: VersionChange, versions: Sequence[Version], site: Site) -> list[_Dated]:
    told = {
        "version": listed(_label(version, site) for version in versions if version.id in change.versions),
        "events": listed(site.label("events", event) for event in change.events),
    }
    found = []
    for name, words in DAY_WORDS.items():
        what, day = str(words) % told, getattr(change, name)
        others = [other for other in change.other_days if other.of == name and other.day != day]
        found.append(_Dated(day, "", what, best_known(change, name), "", bool(others)))
        found += [_Dated(other.day, "", what, other, other.note or "", is_disputed=True) for other in others]
    return found


def _date(number: int, one: _Dated, site: Site) -> DateShown:
    stated = one.stated
    note, trusted = trust_note(stated.trust, stated.origin, stated.source, site)
    return DateShown(
        number,
        one.start,
        one.end,
        one.what,
        note,
        trust_word(stated.trust, stated.origin, site),
        trusted,
        list(stated.sources or ()),
        one.remark,
        one.is_disputed,
    )
