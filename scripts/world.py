"""Draw the outline of the world for the small map of the first page, from the countries of Natural Earth.

Called by scripts/frontend.py. The big map reads the same countries as they are.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterable
from itertools import accumulate, pairwise
from math import hypot
from pathlib import Path
from typing import Any

from alunite.front.register.projection import HEIGHT, SOUTH, WIDTH, on_paper

# What the outline may be off, in pixels.
TOLERANCE = 0.35

Point = tuple[float, float]


def draw(countries: Path, target: Path) -> None:
    """Write land and borders as two paths; what is drawn with them says their colours."""
    topology = json.loads(countries.read_text("utf-8"))
    arcs = [unpacked(arc, topology["transform"]) for arc in topology["arcs"]]
    south = {number for number, arc in enumerate(arcs) if max(latitude for _, latitude in arc) < SOUTH}
    lines = [thinned([on_paper(*point) for point in arc]) for arc in arcs]
    rings = list(rings_of(topology["objects"]["land"]))
    land = [joined(ring, lines) for ring in rings if not any((arc if arc >= 0 else ~arc) in south for arc in ring)]
    used = Counter(arc if arc >= 0 else ~arc for ring in rings_of(topology["objects"]["countries"]) for arc in ring)
    borders = [lines[arc] for arc, times in sorted(used.items()) if times > 1]
    target.write_text(
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {HEIGHT}"><g id="world">'
        f'<path class="land" stroke="none" d="{path(land, "z")}"/>'
        f'<path class="borders" fill="none" d="{path(borders)}"/></g></svg>\n',
        "utf-8",
    )


def unpacked(arc: Iterable[tuple[int, int]], transform: dict[str, Any]) -> list[Point]:
    """Return an arc in degrees."""
    (wide, high), (left, low) = transform["scale"], transform["translate"]
    across, up = zip(*arc, strict=True)
    return [(x * wide + left, y * high + low) for x, y in zip(accumulate(across), accumulate(up), strict=True)]


def rings_of(geometry: dict[str, Any]) -> Iterable[list[int]]:
    """Yield every ring of a geometry as numbers of arcs."""
    if geometry["type"] == "GeometryCollection":
        for part in geometry["geometries"]:
            yield from rings_of(part)
    elif geometry["type"] == "Polygon":
        yield from geometry["arcs"]
    elif geometry["type"] == "MultiPolygon":
        for polygon in geometry["arcs"]:
            yield from polygon


def joined(ring: list[int], lines: list[list[Point]]) -> list[Point]:
    """Return the points of a ring; an arc the other way round is written as its complement.

    One that goes round the back of the world begins there, so that each of its pieces closes along the edge.
    """
    points = [point for arc in ring for point in (lines[arc] if arc >= 0 else lines[~arc][::-1])]
    jumps = [number for number, (one, two) in enumerate(pairwise(points), 1) if abs(one[0] - two[0]) > WIDTH / 2]
    return points[jumps[0] :] + points[1 : jumps[0]] if jumps else points


def thinned(points: list[Point]) -> list[Point]:
    """Leave out points that no eye would miss (Ramer, Douglas and Peucker)."""
    if len(points) < 3:
        return points
    (x1, y1), (x2, y2) = points[0], points[-1]
    length = hypot(x2 - x1, y2 - y1)

    def off(point: Point) -> float:
        x, y = point
        if not length:
            return hypot(x - x1, y - y1)
        return abs((x2 - x1) * (y1 - y) - (x1 - x) * (y2 - y1)) / length

    furthest = max(range(1, len(points) - 1), key=lambda number: off(points[number]))
    if off(points[furthest]) <= TOLERANCE:
        return [points[0], points[-1]]
    return thinned(points[: furthest + 1])[:-1] + thinned(points[furthest:])


def path(lines: Iterable[list[Point]], end: str = "") -> str:
    """Return lines as one path, in tenths of a pixel, each step from the one before; one round the back is lifted."""
    parts = []
    for points in lines:
        tenths = [(round(x * 10), round(y * 10)) for x, y in points]
        parts.append(f"M{tenths[0][0] / 10:g},{tenths[0][1] / 10:g}")
        for (before_x, before_y), (x, y) in pairwise(tenths):
            if abs(x - before_x) > WIDTH * 5:
                parts.append(f"{end}M{x / 10:g},{y / 10:g}")
            elif (x, y) != (before_x, before_y):
                parts.append(f"l{(x - before_x) / 10:g},{(y - before_y) / 10:g}")
        parts.append(end)
    return "".join(parts).replace("l-0,", "l0,")
