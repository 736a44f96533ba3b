"""Figures of the scheme's indicators in common terms: when each may hold, what its source leaves open. No query."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from typing import Any

from django.utils.translation import gettext as _

from alunite.foundation.core.days import PartialDate, Precision
from alunite.foundation.core.text import fold
from alunite.front.register.models import Record
from alunite.front.register.present.cited import Cited, cited, known
from alunite.front.register.present.figures import amount as in_full
from alunite.front.register.present.words import record_url
from alunite.front.register.site import Site
from alunite.front.register.templatetags.shown import day as show_day
from alunite.front.register.templatetags.shown import within_year

MORE, NEARLY, ABOUT, LESS = "more", "nearly", "about", "less"

# How the collectors' note begins where the page does not give the very number: words of the note, kept as they are.
_SAYS = re.compile(r"(?:page says )?(more than|over|at least|nearly|almost|around|about|approximately|less than)\b")
_LEAVES_OPEN = {
    **dict.fromkeys(("more than", "over", "at least"), MORE),
    **dict.fromkeys(("nearly", "almost"), NEARLY),
    **dict.fromkeys(("around", "about", "approximately"), ABOUT),
    "less than": LESS,
}
SIGNS = {MORE: ">\u202f", NEARLY: "≈\u202f", ABOUT: "≈\u202f", LESS: "<\u202f"}

MOMENT = "moment"


@dataclass(frozen=True, slots=True)
class Value:
    """A published value of an indicator.

    Parameters
    ----------
    number : Decimal
        As stated.
    text : str
        The same as it is written, with its unit.
    open : str
        What its source leaves open: `MORE` than that, `NEARLY`, `ABOUT`, `LESS`; empty where it says the very number.
    first, last : date
        The days between which it may hold.
    is_dated : bool
        Whether its source says the day or the month.
    when, within : str
        Until when it counts as stated, else its year; and the same where its year stands already.
    as_of : str
        Until when it counts in ISO 8601; empty where its source does not say.
    is_whole_year : bool
        Whether it may count all of its year.
    """

    number: Decimal
    text: str
    open: str
    year: int
    first: date
    last: date
    is_dated: bool
    when: str
    within: str
    as_of: str
    is_whole_year: bool
    is_used: bool
    metric: str
    part: str
    note: str
    url: str
    cited: Cited

    @property
    def short(self) -> str:
        """The value with a sign for what is left open."""
        return SIGNS.get(self.open, "") + self.text

    @property
    def word(self) -> str:
        """What the source leaves open, in a word before the value."""
        return {MORE: _("more than"), NEARLY: _("nearly"), ABOUT: _("about"), LESS: _("less than")}.get(self.open, "")

    @property
    def said(self) -> str:
        """The value in words."""
        return f"{self.word} {self.text}".strip()

    def meets(self, other: Value) -> bool:
        """Tell whether both may hold on one day."""
        return self.first <= other.last and other.first <= self.last

    def differs(self, other: Value) -> bool:
        """Tell whether both may hold on one day and do not say the same."""
        return self.meets(other) and (self.number, self.open) != (other.number, other.open)


@dataclass(frozen=True, slots=True)
class Measure:
    """An indicator with its values, those of its whole under an empty part; within each by time."""

    id: str
    label: str
    is_moment: bool
    is_key: bool
    is_growth: bool
    own_count: str
    parts: Mapping[str, list[Value]] = field(default_factory=dict)

    def label_of(self, part: str) -> str:
        """Return what is counted, of which part."""
        return f"{self.label}, {part}" if part else self.label

    @property
    def whole(self) -> list[Value]:
        """The values that speak of the whole."""
        return self.parts.get("", [])


def indicators(site: Site) -> list[Mapping[str, Any]]:
    """Return the scheme's indicators as published by then."""
    found: list[Mapping[str, Any]] = list(site.vocabulary.get("indicators", ()))
    return found


def measures(records: Iterable[Record], day: date, site: Site) -> list[Measure]:
    """Return the scheme's indicators in its order, with the values that may have held by a day.

    Those of which nothing is published are left out.
    """
    listed = indicators(site)
    # A vocabulary of before these words were chosen does not choose: then each is shown.
    chooses = any(item.get("is_key") for item in listed)
    by_indicator: dict[str, list[Record]] = defaultdict(list)
    for record in records:
        by_indicator[(record.payload or {}).get("indicator", "")].append(record)
    found = []
    for item in listed:
        parts: dict[str, list[Value]] = defaultdict(list)
        whole = {fold(word) for word in item.get("whole", ())}
        for record in by_indicator[item["id"]]:
            value = _value(record, whole, site)
            if value.first <= day:
                parts[value.part].append(value)
        for values in parts.values():
            values.sort(key=lambda value: (value.first, value.last, value.number, value.url))
        if parts:
            found.append(
                Measure(
                    id=item["id"],
                    label=site.label("indicators", item["id"]),
                    is_moment=item["counts"] == MOMENT,
                    is_key=item.get("is_key", not chooses),
                    is_growth=item.get("is_growth", not chooses),
                    own_count=item.get("own_count") or "",
                    parts=parts,
                )
            )
    return found


def _value(record: Record, whole: Iterable[str], site: Site) -> Value:
    said: dict[str, Any] = record.payload or {}
    stated = known(said["as_of"])
    period = PartialDate.parse(said["period"])
    counted = PartialDate.parse(stated) if stated else period
    part = known(said["dimension"])
    return Value(
        number=Decimal(said["value"]),
        text=in_full(said),
        open=left_open(said["note"]),
        year=period.earliest.year,
        first=counted.earliest,
        last=counted.latest,
        is_dated=bool(stated) and counted.precision is not Precision.YEAR,
        when=show_day(counted),
        within=within_year(counted) if counted.earliest.year == period.earliest.year else show_day(counted),
        as_of=stated,
        is_whole_year=not stated or counted.latest >= period.latest,
        is_used=said["is_used"],
        metric=said["metric"],
        part="" if fold(part) in whole else part,
        note=said["note"],
        url=record_url("figure", record.subject, record.title, site.query),
        cited=cited(said, site),
    )


def left_open(note: str) -> str:
    """Return what the collectors' note says that the page leaves open.

    >>> left_open("page says more than 70"), left_open("page says nearly 250"), left_open("at incorporation")
    ('more', 'nearly', '')
    """
    found = _SAYS.match(note)
    return _LEAVES_OPEN[found[1]] if found else ""


def undisputed(values: Sequence[Value]) -> list[Value]:
    """Return the values with a day or a month that no other such value differs from."""
    dated = [value for value in values if value.is_dated]
    return [value for value in dated if not any(value.differs(other) for other in dated)]
