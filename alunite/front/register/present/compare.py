"""Two versions of a standard side by side: numbers, a table, and two rows of squares joined by curves. No query, no rule."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from django.http import QueryDict
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext, pgettext_lazy

from alunite.foundation.core.judgement import Trust
from alunite.front.register.models import Record
from alunite.front.register.present.choices import Choice, MovedNumber, choices
from alunite.front.register.present.words import trust_note, trust_word
from alunite.front.register.site import Site

KEPT, MOVED, CHANGED, NEW, DROPPED = KINDS = ("kept", "moved", "changed", "new", "dropped")
RELATION_WORDS = {
    "kept": gettext_lazy("Hardly changes"),
    "moved": gettext_lazy("Only moves"),
    "renamed": gettext_lazy("Renamed"),
    "strengthened": gettext_lazy("Asks more"),
    "replaced": gettext_lazy("Replaced"),
    "split": gettext_lazy("Split"),
    "merged": gettext_lazy("Merged"),
    "new": pgettext_lazy("criterion", "New"),
    "dropped": gettext_lazy("Dropped"),
}
SHOWN_WORDS = {
    "": gettext_lazy("all %(n)d links"),
    KEPT: gettext_lazy("%(n)d that hardly change"),
    MOVED: gettext_lazy("%(n)d that only move"),
    CHANGED: gettext_lazy("%(n)d that change"),
    NEW: gettext_lazy("%(n)d new"),
    DROPPED: gettext_lazy("%(n)d dropped"),
}


def kind_of(relation: str) -> str:
    """Return which of the five kinds of change a relation is."""
    return relation if relation in KINDS else CHANGED


@dataclass(frozen=True, slots=True)
class Named:
    """A criterion by its number and title, with its page."""

    number: str
    title: str
    url: str


@dataclass(frozen=True, slots=True)
class LinkShown:
    """What became of some criteria: a row of the table."""

    kind: str
    word: str
    before: list[Named]
    after: list[Named]
    draws_on: list[Named]
    change: str
    note: str
    trust_word: str
    trusted: bool
    sources: list[str]


@dataclass(frozen=True, slots=True)
class Square:
    """A criterion in the picture."""

    x: float
    y: float
    size: float
    kind: str
    title: str


@dataclass(frozen=True, slots=True)
class Curve:
    """A link in the picture."""

    path: str
    kind: str


@dataclass(frozen=True, slots=True)
class Label:
    """Words in the picture; a leader leads from a square to them."""

    x: float
    y: float
    text: str
    anchor: str = "start"
    leader: str = ""
    is_new: bool = False


@dataclass(slots=True)
class Picture:
    """Two rows of squares joined by curves, in units of its own."""

    width: int
    height: float = 0
    squares: list[Square] = field(default_factory=list)
    curves: list[Curve] = field(default_factory=list)
    labels: list[Label] = field(default_factory=list)
    named: list[Label] = field(default_factory=list)

    @property
    def full_height(self) -> float:
        """Its height with a line of words above it."""
        return self.height + HEAD


@dataclass(frozen=True, slots=True)
class Side:
    """One of the two versions: its label, its page, and the numbers of its criteria by principle, in order."""

    label: str
    url: str
    principles: list[tuple[int, list[Named]]]

    @property
    def count(self) -> int:
        return sum(len(criteria) for _, criteria in self.principles)

    @property
    def by_number(self) -> dict[str, Named]:
        return {one.number: one for _, criteria in self.principles for one in criteria}


@dataclass(frozen=True, slots=True)
class CompareShown:
    """What the page of a mapping shows."""

    name: str
    title: str
    before: Side
    after: Side
    counts: dict[str, int]
    links: list[LinkShown]
    every: int
    seen: int
    basis: str
    choices: list[Choice]
    wide: Picture
    narrow: Picture


def side(record: Record, site: Site) -> Side:
    """Return a version as one side of a comparison."""
    said: dict[str, Any] = record.payload or {}
    sections = (said["standard"] or {}).get("sections", [])
    principles = [
        (
            principle["number"],
            [
                Named(
                    one["number"],
                    one["title"],
                    reverse("criterion", args=[record.subject, one["number"]]) + site.query,
                )
                for one in principle["criteria"]
            ],
        )
        for section in sections
        for principle in section["principles"]
    ]
    label = site.label("versions", record.subject)
    return Side(label, reverse("standard", args=[record.subject]) + site.query, principles)


def compare(mapping: Record, before: Side, after: Side, *, kind: str, asked: QueryDict, site: Site) -> CompareShown:
    """Return two versions side by side; `kind` is the kind of change whose rows are shown, empty for all."""
    said: dict[str, Any] = mapping.payload or {}
    every = [link_shown(link, before.by_number, after.by_number, site) for link in said["links"]]
    counts = count(said["links"])
    links = Counter(link.kind for link in every)
    return CompareShown(
        name=site.mapping_name(said),
        title=title(before.label, after.label, counts),
        before=before,
        after=after,
        counts=counts,
        links=[link for link in every if not kind or link.kind == kind],
        every=len(every),
        seen=sum(link["trust"] == Trust.READ for link in said["links"]),
        basis=said["basis"] or "",
        choices=choices(
            {"": len(every), **{name: links[name] for name in KINDS if links[name]}}, SHOWN_WORDS, kind, asked, "kind"
        ),
        wide=_draw_wide(before, after, said["links"]),
        narrow=_draw_narrow(before, after, said["links"]),
    )


def count(links: Sequence[Mapping[str, Any]]) -> dict[str, int]:
    """Return how many criteria of the later version are of each kind, and how many of the earlier one are dropped."""
    counts = dict.fromkeys(KINDS, 0)
    for link in links:
        kind = kind_of(link["relation"])
        counts[kind] += len(link["before"] if kind == DROPPED else link["after"])
    return counts


def title(before: str, after: str, counts: Mapping[str, int]) -> str:
    """Return the finding in a sentence."""
    said = [
        ngettext("%(n)d criterion hardly changes", "%(n)d criteria hardly change", counts[KEPT]) % {"n": counts[KEPT]},
        ngettext("%(n)d only moves", "%(n)d only move", counts[MOVED]) % {"n": counts[MOVED]},
        ngettext("%(n)d changes", "%(n)d change", counts[CHANGED]) % {"n": counts[CHANGED]},
        ngettext("%(n)d is new", "%(n)d are new", counts[NEW]) % {"n": counts[NEW]},
    ]
    if counts[DROPPED]:
        said.append(ngettext("%(n)d is gone", "%(n)d are gone", counts[DROPPED]) % {"n": counts[DROPPED]})
    return _("From %(before)s to %(after)s: %(said)s") % {"before": before, "after": after, "said": ", ".join(said)}


def link_shown(
    link: Mapping[str, Any], before: Mapping[str, Named], after: Mapping[str, Named], site: Site
) -> LinkShown:
    """Return a link with titles, and how well it is known."""
    note, trusted = trust_note(link["trust"], link["origin"], (link["sources"] or [""])[0], site)
    return LinkShown(
        kind=kind_of(link["relation"]),
        word=str(RELATION_WORDS[link["relation"]]),
        before=[_named(number, before) for number in link["before"]],
        after=[_named(number, after) for number in link["after"]],
        draws_on=[_named(number, before) for number in link.get("draws_on", ())],
        change=link["change"],
        note=note,
        trust_word=trust_word(link["trust"], link["origin"], site),
        trusted=trusted,
        sources=list(link["sources"] or ()),
    )


def _named(number: str, known: Mapping[str, Named]) -> Named:
    return known.get(number) or Named(number, "", "")


def moved_numbers(mapping: Record, before: Side, after: Side) -> dict[str, MovedNumber]:
    """Return, for each number that both versions have for different criteria, what it was and where that went."""
    said: dict[str, Any] = mapping.payload or {}
    went = {number: link for link in said["links"] for number in link["before"]}
    came = {number: link for link in said["links"] for number in link["after"]}
    titles = before.by_number
    return {
        number: MovedNumber(titles[number].title, ", ".join(went[number]["after"]))
        for number in after.by_number
        if number in came and number in went and number in titles and went[number] is not came[number]
    }


# --- the picture ---

WIDTH = 1152
ASIDE = 84
BETWEEN = 14
TOP, BOTTOM = 24, 168
SQUARE = 13
LETTER = 7.2
LINE_HEIGHT = 18

NARROW = 352
HEAD = 24
LEFT, RIGHT = 112, 240
PITCH, GROUP_GAP = 15, 9


def _places(
    sides: Side, length: float, start: float, between: float
) -> tuple[dict[str, float], list[tuple[int, float]]]:
    """Return where each criterion stands along its row, and where each principle begins, the row being as long as asked."""
    step = (length - between * (len(sides.principles) - 1)) / max(sides.count, 1)
    at, places, heads = start, {}, []
    for number, criteria in sides.principles:
        heads.append((number, round(at, 1)))
        for one in criteria:
            places[one.number] = round(at + (step - SQUARE) / 2, 1)
            at += step
        at += between
    return places, heads


def _kinds(links: Sequence[Mapping[str, Any]], which: str) -> dict[str, str]:
    return {number: kind_of(link["relation"]) for link in links for number in link[which]}


def _order(link: Mapping[str, Any]) -> int:
    """Draw what hardly changes first, so that what does lies above it."""
    return (KEPT, MOVED, DROPPED, CHANGED, NEW).index(kind_of(link["relation"]))


def _draw_wide(before: Side, after: Side, links: Sequence[Mapping[str, Any]]) -> Picture:
    """Draw the versions as two rows, the earlier above the later."""
    picture = Picture(WIDTH)
    above, heads_above = _places(before, WIDTH - ASIDE, ASIDE, BETWEEN)
    below, heads_below = _places(after, WIDTH - ASIDE, ASIDE, BETWEEN)
    kinds = _kinds(links, "before"), _kinds(links, "after")
    for places, y, of, side_of in ((above, TOP, kinds[0], before), (below, BOTTOM, kinds[1], after)):
        for number, x in places.items():
            # Of the earlier version only what is gone stands out: what became of the rest the later one says.
            kind = of.get(number, KEPT) if side_of is after or of.get(number) == DROPPED else KEPT
            picture.squares.append(Square(x, y, SQUARE, kind, f"{number} {side_of.by_number[number].title}"))
    half = SQUARE / 2
    for link in sorted(links, key=_order):
        for joined, kind in ((link["before"], kind_of(link["relation"])), (link.get("draws_on", ()), NEW)):
            for one in joined:
                for other in link["after"]:
                    start, end = above[one] + half, below[other] + half
                    middle = (TOP + SQUARE + BOTTOM) / 2
                    path = f"M{start:.1f} {TOP + SQUARE}C{start:.1f} {middle:.0f} {end:.1f} {middle:.0f} {end:.1f} {BOTTOM}"
                    picture.curves.append(Curve(path, kind))
    picture.labels += [Label(x, TOP - 8, str(number)) for number, x in heads_above]
    picture.labels += [Label(x, BOTTOM + SQUARE + 14, str(number)) for number, x in heads_below]
    fresh = [(below[number] + half, after.by_number[number]) for number in below if kinds[1].get(number) == NEW]
    picture.named = _named_below(fresh)
    rows = max((label.y for label in picture.named), default=BOTTOM + SQUARE + 14)
    picture.height = rows + 8
    return picture


def _named_below(fresh: Sequence[tuple[float, Named]]) -> list[Label]:
    """Name what is new below its square, in as few lines as no two names overlap in.

    From the right, so that no name lies across the line that leads to another.
    """
    taken: list[list[tuple[float, float]]] = []
    labels = []
    for x, one in reversed(fresh):
        text = f"{one.number} {one.title}"
        width = len(text) * LETTER
        fits_right = x + width <= WIDTH
        ends = (x, x + width) if fits_right else (x - width, x)
        line = next(
            (at for at, spans in enumerate(taken) if all(ends[1] + 12 < a or ends[0] - 12 > b for a, b in spans)),
            len(taken),
        )
        if line == len(taken):
            taken.append([])
        taken[line].append(ends)
        y = BOTTOM + SQUARE + 38 + line * LINE_HEIGHT
        leader = f"M{x:.1f} {BOTTOM + SQUARE + 2}V{y - 11}"
        labels.append(Label(round(x, 1), y, text, "start" if fits_right else "end", leader, is_new=True))
    return labels


def _draw_narrow(before: Side, after: Side, links: Sequence[Mapping[str, Any]]) -> Picture:
    """Draw the versions as two columns, the earlier left of the later, for a phone."""
    picture = Picture(NARROW)
    length = max(side_of.count * PITCH + (len(side_of.principles) - 1) * GROUP_GAP for side_of in (before, after))
    left, heads_left = _places(before, length, 4, GROUP_GAP)
    right, heads_right = _places(after, length, 4, GROUP_GAP)
    kinds = _kinds(links, "before"), _kinds(links, "after")
    for places, x, of, side_of in ((left, LEFT, kinds[0], before), (right, RIGHT, kinds[1], after)):
        for number, y in places.items():
            kind = of.get(number, KEPT) if side_of is after or of.get(number) == DROPPED else KEPT
            picture.squares.append(Square(x, y, SQUARE, kind, f"{number} {side_of.by_number[number].title}"))
            edge = (x - 6, "end") if side_of is before else (x + SQUARE + 6, "start")
            words = f"{number} {_('new')}" if kind == NEW else number
            picture.named.append(Label(edge[0], y + 11, words, edge[1], is_new=kind == NEW))
    half = SQUARE / 2
    start, end = LEFT + SQUARE, RIGHT
    middle = (start + end) / 2
    for link in sorted(links, key=_order):
        for joined, kind in ((link["before"], kind_of(link["relation"])), (link.get("draws_on", ()), NEW)):
            for one in joined:
                for other in link["after"]:
                    y, to = left[one] + half, right[other] + half
                    path = f"M{start} {y:.1f}C{middle:.0f} {y:.1f} {middle:.0f} {to:.1f} {end} {to:.1f}"
                    picture.curves.append(Curve(path, kind))
    picture.labels = [Label(4, y + 11, str(number)) for number, y in heads_left]
    picture.labels += [Label(NARROW - 4, y + 11, str(number), "end") for number, y in heads_right]
    picture.height = length + 8
    return picture


def csv_rows(mapping: Record, before: Side, after: Side, kind: str) -> list[list[Any]]:
    """Return a row for each link of a kind of change, or for all, for programs."""
    said: dict[str, Any] = mapping.payload or {}
    return [
        [
            link["relation"],
            link["before"],
            [_named(number, before.by_number).title for number in link["before"]],
            link["after"],
            [_named(number, after.by_number).title for number in link["after"]],
            link.get("draws_on", []),
            link["change"],
            link["trust"],
            link["origin"],
            list(link["sources"] or ()),
        ]
        for link in said["links"]
        if not kind or kind_of(link["relation"]) == kind
    ]


CSV_COLUMNS = (
    "relation",
    "before",
    "before_titles",
    "after",
    "after_titles",
    "draws_on",
    "change",
    "trust",
    "origin",
    "sources",
)
