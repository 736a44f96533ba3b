"""Which version of a standard may be used on a day, and why. Pure: values in, values out.

What is judged are the certification events that a change of versions names; certificates there already are not asked about.
Where pages give other days than the one taken, the days between them are `disputed`, never decided.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from typing import Any

from alunite.foundation.core.days import last_day_of_term
from alunite.foundation.core.judgement import OURS, THIRD_PARTY, Reason, lowest_origin, lowest_trust
from alunite.foundation.scheme.models import OtherDay, Stated, Version, VersionChange
from alunite.foundation.scheme.pack import Pack

# What a change of versions says of certificates under the old one: each holds to its last day.
RUN_TO_EXPIRY = "run_to_expiry"


class Use(StrEnum):
    """Whether a version may be used."""

    NOT_PUBLISHED = "not_published"
    NOT_OPEN = "not_open"
    DISPUTED = "disputed"
    MAY = "may"
    ONLY = "only"
    CLOSED = "closed"
    NOT_HELD = "not_held"

    @property
    def is_open(self) -> bool:
        """Whether it may surely be used."""
        return self in {Use.MAY, Use.ONLY}


@dataclass(frozen=True, slots=True)
class VersionUse:
    """What holds for one version on a day.

    Parameters
    ----------
    version : Version
        The version.
    use : Use
        Whether it may be used.
    reason : Reason
        Why, in one sentence, with what it rests on.
    """

    version: Version
    use: Use
    reason: Reason


@dataclass(frozen=True, slots=True)
class _Days:
    """A day of a change with the days other pages give for it, earliest and latest of all."""

    first: date
    last: date
    others: tuple[OtherDay, ...]

    def is_after(self, day: date) -> bool:
        return day < self.first

    def is_disputed(self, day: date) -> bool:
        return self.first <= day < self.last


def usable(pack: Pack, family: str, day: date) -> list[VersionUse]:
    """Say for each version of a family whether it may be used for a certification on a day.

    Parameters
    ----------
    pack : Pack
        The pack.
    family : str
        Id of the family.
    day : date
        The day asked about, in the scheme's zone.

    Returns
    -------
    list of VersionUse
        One for each version of the family, oldest first; empty for a family without versions.
    """
    versions = pack.versions_of(family)
    told = [_opening(pack, version, day) for version in versions]
    for index, version in enumerate(versions):
        if told[index][0] in {Use.NOT_PUBLISHED, Use.NOT_OPEN}:
            continue
        for at in range(index + 1, len(versions)):
            use, reason = _closing(pack, version, versions[at], told[at][0], day) or told[index]
            if use is not told[index][0]:
                told[index] = (use, reason)
    left = [index for index, (use, _) in enumerate(told) if use in {Use.MAY, Use.DISPUTED, Use.NOT_HELD}]
    if len(left) == 1 and told[left[0]][0] is Use.MAY:
        told[left[0]] = (Use.ONLY, told[left[0]][1])
    return [VersionUse(version, use, reason) for version, (use, reason) in zip(versions, told, strict=True)]


@dataclass(frozen=True, slots=True)
class Life:
    """The days between which a version may be used; where pages give several, the earliest and the latest.

    Parameters
    ----------
    opens, surely_open : date
        The first day it may perhaps be chosen, and the first it surely may.
    closes, surely_closed : date or None
        The first day it perhaps may not be used any more, and the first it surely may not; None while nothing replaces it.
    runs_to : date or None
        The last day of a certificate issued on the last day of choice, where those under it run to their expiry.
    """

    opens: date
    surely_open: date
    closes: date | None
    surely_closed: date | None
    runs_to: date | None


def life(pack: Pack, version: Version) -> Life:
    """Return the days between which a version may be used, by the same changes that `usable` judges by."""
    versions = pack.versions_of(version.family)
    own = _change_to(pack, version)
    published = version.published_day.earliest
    begins = _days(own, "free_choice_from") if own else None
    after = [change for one in versions[versions.index(version) + 1 :] if (change := _change_to(pack, one))]
    required = [_days(change, "required_from") for change in after]
    longest = max((level.validity_years.value for level in pack.levels), default=0)
    ends = [date.fromisoformat(one.free_choice_until) for one in after[:1] if one.old_certificates == RUN_TO_EXPIRY]
    return Life(
        opens=max(published, begins.first) if begins else published,
        surely_open=max(published, begins.last) if begins else published,
        closes=min((days.first for days in required), default=None),
        surely_closed=min((days.last for days in required), default=None),
        runs_to=last_day_of_term(ends[0], longest) if ends else None,
    )


def taken(uses: Sequence[VersionUse]) -> Version | None:
    """Return the latest version that may surely be used, else the latest that may perhaps be; None where there is none."""
    sure = [item.version for item in uses if item.use.is_open]
    perhaps = [item.version for item in uses if item.use in {Use.DISPUTED, Use.NOT_HELD}]
    return next(iter(reversed(sure or perhaps)), None)


def _opening(pack: Pack, version: Version, day: date) -> tuple[Use, Reason]:
    """Judge whether a version is open yet."""
    values: dict[str, Any] = {"version": version.id, "published": version.published, "day": day.isoformat()}
    if day < version.published_day.earliest:
        text = f"{version.label} was not published until {version.published}."
        return Use.NOT_PUBLISHED, _reason("version_not_published", text, values, [version])
    change = _change_to(pack, version)
    if change is None:
        text = f"{version.label} was published in {version.published}; from when on it may be used is not held here."
        return Use.MAY, _reason("version_published", text, values, [version])
    begins = _days(change, "free_choice_from")
    values |= _said_of(change)
    if begins.is_after(day):
        text = f"{version.label} is published, but may only be chosen from {begins.first} on."
        return Use.NOT_OPEN, _reason("version_not_open", text, values, [change, *begins.others])
    if begins.is_disputed(day):
        text = f"One page lets {version.label} be chosen from {begins.first} on, another from {begins.last}."
        values["days"] = [begins.first.isoformat(), begins.last.isoformat()]
        return Use.DISPUTED, _reason("version_opening_disputed", text, values, [change, *begins.others])
    required = _days(change, "required_from")
    if day < required.first:
        text = f"From {change.free_choice_from} to {change.free_choice_until} {version.label} or an earlier version may be chosen."
        return Use.MAY, _reason("version_choice", text, values, [change])
    text = f"From {change.required_from} on {version.label} is used for every event this change of versions binds."
    return Use.MAY, _reason("version_required", text, values, [best_known(change, "required_from")])


def _closing(pack: Pack, version: Version, later: Version, use_of_later: Use, day: date) -> tuple[Use, Reason] | None:
    """Judge what a later version does to an open one; None for nothing."""
    if use_of_later is Use.NOT_PUBLISHED:
        return None
    change = _change_to(pack, later)
    values: dict[str, Any] = {"version": version.id, "later": later.id, "day": day.isoformat()}
    if change is None:
        text = f"{later.label} came later; since when it has to be used in place of {version.label} is not held here."
        return Use.NOT_HELD, _reason("version_change_not_held", text, values, [later])
    required = _days(change, "required_from")
    values |= _said_of(change)
    if required.is_after(day):
        return None
    if required.is_disputed(day):
        text = f"One page asks for {later.label} from {required.first} on, another from {required.last}."
        values["days"] = [required.first.isoformat(), required.last.isoformat()]
        return Use.DISPUTED, _reason("version_closing_disputed", text, values, [change, *required.others])
    text = f"From {change.required_from} on {later.label} is used in place of {version.label}."
    return Use.CLOSED, _reason("version_replaced", text, values, [best_known(change, "required_from")])


def best_known(change: VersionChange, name: str) -> Stated:
    """Return what says best that a day of a change is the day taken: the change itself, or a page that gives it too."""
    same = [other for other in change.other_days if other.of == name and other.day == getattr(change, name)]
    return min([change, *same], key=lambda one: (one.trust.rank, one.origin == OURS, one.origin == THIRD_PARTY))


def _change_to(pack: Pack, version: Version) -> VersionChange | None:
    return next((change for change in pack.version_changes if version.id in change.versions), None)


def _said_of(change: VersionChange) -> dict[str, Any]:
    return {
        "change": change.id,
        "events": list(change.events),
        "free_choice_from": change.free_choice_from,
        "free_choice_until": change.free_choice_until,
        "required_from": change.required_from,
    }


def _days(change: VersionChange, name: str) -> _Days:
    others = tuple(other for other in change.other_days if other.of == name)
    days = [date.fromisoformat(text) for text in (getattr(change, name), *(other.day for other in others))]
    return _Days(min(days), max(days), others)


def _reason(rule: str, text: str, values: Mapping[str, Any], basis: Iterable[Stated]) -> Reason:
    """Return a reason that is as weak as the weakest thing it rests on."""
    stated = list(basis)
    return Reason(
        rule=rule,
        text=text,
        values=dict(values),
        trust=lowest_trust(one.trust for one in stated),
        origin=lowest_origin(one.origin for one in stated),
        source=next((one.source for one in stated if one.source), ""),
    )
