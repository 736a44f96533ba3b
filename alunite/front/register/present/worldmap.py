"""Facilities on a small map of the world drawn by the server; the outline is a file of its own. No query."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

from django.utils.translation import gettext as _

from alunite.front.register.home_queries import Facilities, Placed
from alunite.front.register.projection import HEIGHT, WIDTH, on_paper
from alunite.front.register.site import Site, is_unknown
from alunite.front.register.templatetags.shown import counted

# Kinds that have a mark of their own; the others share one.
MOST_KINDS = 5
OTHER = "other"
# Of the key that a drawing by itself has.
KEY_LINE = 18

# A mark as a path drawn from its middle: triangle, square, round, diamond, cross, and a small square for all others.
SHAPES = (
    "m0-4.6 4.4 7.8h-8.8z",
    "m-3.4-3.4h6.8v6.8h-6.8z",
    "m0-3.7a3.7 3.7 0 1 1-.01 0z",
    "m0-4.8 4.8 4.8-4.8 4.8-4.8-4.8z",
    "m-1.3-4.2h2.6v2.9h2.9v2.6h-2.9v2.9h-2.6v-2.9h-2.9v-2.6h2.9z",
)
OTHER_SHAPE = "m-2-2h4v4h-4z"


@dataclass(frozen=True, slots=True)
class Kind:
    """Facilities of one activity: how many, their marks in one path, and the shape and place of one in the key."""

    label: str
    count: int
    path: str
    shape: str
    mark: str
    key_at: int


@dataclass(frozen=True, slots=True)
class WorldMap:
    """The map: what it shows, and of whom it cannot show anything."""

    finding: str
    kinds: list[Kind]
    total: int
    with_place: int
    without: int
    drawn: int
    width: int = WIDTH
    height: int = HEIGHT


def world_map(found: Facilities, site: Site) -> WorldMap | None:
    """Return the map of facilities, None where no facility is known."""
    total = found.with_place + found.without
    if not total:
        return None
    order = {activity: place for place, activity in enumerate(site.labels["activities"])}
    first = [_first(item.activities, order) for item in found.placed]
    most = [kind for kind, _count in Counter(kind for kind in first if kind in order).most_common(MOST_KINDS)]
    named = sorted(most, key=lambda kind: order[kind])
    chosen = [(site.label("activities", kind), SHAPES[number], kind) for number, kind in enumerate(named)]
    if any(kind not in named for kind in first):
        chosen.append((_("Others"), OTHER_SHAPE, OTHER))
    kinds = []
    for number, (label, shape, kind) in enumerate(chosen):
        items = [
            item
            for item, one in zip(found.placed, first, strict=True)
            if one == kind or (kind == OTHER and one not in named)
        ]
        kinds.append(
            Kind(
                label=label,
                count=len(items),
                path=_marks(items, shape),
                shape=shape,
                mark="others" if kind == OTHER else f"m{number}",
                key_at=HEIGHT - KEY_LINE * (len(chosen) - number),
            )
        )
    finding = _("%(n)s of %(total)s known facilities have a published place") % {
        "n": counted(found.with_place),
        "total": counted(total),
    }
    return WorldMap(finding, kinds, total, found.with_place, found.without, len(found.placed))


def _first(activities: Sequence[str], order: dict[str, int]) -> str:
    known = [activity for activity in activities if not is_unknown(activity) and activity in order]
    return min(known, key=lambda activity: order[activity], default=OTHER)


def _marks(items: Sequence[Placed], shape: str) -> str:
    """Return the marks of facilities in one path; two that no eye could tell apart are drawn once."""
    places = (on_paper(item.longitude, item.latitude) for item in items)
    return "".join(f"M{point}{shape}" for point in dict.fromkeys(f"{x:.0f} {y:.0f}" for x, y in places))
