"""Where the words of a drawing fit: beside what they name, off other words and marks, at the width of a desk and a phone."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

# The widths a drawing is laid out for, in pixels, and what a letter and a line of its words take.
DESK, PHONE = 832, 328
LETTER = 6.7
BOLD_LETTER = 7.1
LINE = 13
GAP = 2

Box = tuple[float, float, float, float]
Spot = tuple[int, int, str]

# Where a label can stand beside its point: shift right, shift down, and which end of it is held there; one held by the
# `edge` ends where the drawing does: that is for names.
PLACES: tuple[Spot, ...] = (
    (0, -11, "middle"),
    (-8, -8, "end"),
    (8, 14, "start"),
    (10, 4, "start"),
    (-10, 4, "end"),
    (0, 21, "middle"),
    (8, -9, "start"),
    (-8, 18, "end"),
    (0, -24, "middle"),
    (0, 34, "middle"),
    (0, -28, "edge"),
    (0, 22, "edge"),
)


@dataclass(frozen=True, slots=True)
class Wish:
    """Words to be written beside a point; `x` in per mille of the width, `y` in pixels. First come, first served."""

    x: float
    y: float
    text: str
    group: int
    is_name: bool = False


@dataclass(frozen=True, slots=True)
class Label:
    """Words with their place; `where` is `everywhere`, `desk` or `phone`."""

    x: str
    dx: int
    y: str
    anchor: str
    text: str
    group: int
    is_name: bool
    where: str


@dataclass(slots=True)
class _Paper:
    """A drawing of one width: what is taken, and the lines it is better not to write upon."""

    width: int
    height: float
    taken: list[Box] = field(default_factory=list)
    lines: list[tuple[float, float, float, float]] = field(default_factory=list)

    def _box(self, wish: Wish, spot: Spot) -> Box:
        dx, dy, anchor = spot
        width = len(wish.text) * (BOLD_LETTER if wish.is_name else LETTER)
        x = self.width if anchor == "edge" else wish.x / 1000 * self.width + dx
        left = x - {"start": 0.0, "middle": width / 2, "end": width, "edge": width}[anchor]
        bottom = wish.y + dy + 3
        return left - GAP, bottom - LINE, left + width + GAP, bottom

    def put(self, wish: Wish) -> Spot | None:
        """Write words where they fit best, and return where; None where they fit nowhere."""
        best: tuple[float, int] | None = None
        for rank, spot in enumerate(PLACES):
            if spot[2] == "edge" and not wish.is_name:
                continue  # its hue says what a name belongs to; a number has to stand beside its point
            cost = self._cost(self._box(wish, spot))
            if cost is not None and (best is None or (cost, rank) < best):
                best = (cost, rank)
        if best is None:
            return None
        self.taken.append(self._box(wish, PLACES[best[1]]))
        return PLACES[best[1]]

    def _cost(self, box: Box) -> float | None:
        """Return what it costs to write there, None where it is not possible."""
        if box[0] < -GAP or box[2] > self.width + GAP or box[1] < 0 or box[3] > self.height:
            return None
        if any(_touch(box, other) for other in self.taken):
            return None
        return float(sum(_crosses(box, line) for line in self.lines))


def place(
    wishes: Sequence[Wish],
    marks: Sequence[tuple[float, float]],
    bars: Sequence[tuple[float, float, float]],
    runs: Sequence[tuple[float, float, float, float]],
    height: float,
) -> list[Label]:
    """Return the labels that fit, in the order they are wished for; what fits nowhere is left to the table.

    Parameters
    ----------
    wishes : sequence of Wish
    marks : sequence of x and y
    bars : sequence of x1, x2 and y
    runs : sequence of x1, y1, x2 and y2
        All x in per mille of the width, all y in pixels.
    height : float
        Down to where words may stand.
    """
    papers = [_Paper(DESK, height), _Paper(PHONE, height)]
    for paper in papers:
        scale = paper.width / 1000
        paper.taken += [(x * scale - 5, y - 5, x * scale + 5, y + 5) for x, y in marks]
        paper.taken += [(x1 * scale - 2, y - 4, x2 * scale + 2, y + 4) for x1, x2, y in bars]
        paper.lines += [(x1 * scale, y1, x2 * scale, y2) for x1, y1, x2, y2 in runs]
    found = []
    for wish in wishes:
        desk, phone = (paper.put(wish) for paper in papers)
        if desk == phone and desk is not None:
            found.append(_label(wish, desk, "everywhere"))
        else:
            found += [
                _label(wish, spot, where) for spot, where in ((desk, "desk"), (phone, "phone")) if spot is not None
            ]
    return found


def _label(wish: Wish, spot: Spot, where: str) -> Label:
    dx, dy, anchor = spot
    return Label(
        x="100%" if anchor == "edge" else f"{wish.x / 10:.2f}%",
        dx=dx,
        y=f"{wish.y + dy:.1f}",
        anchor="end" if anchor == "edge" else anchor,
        text=wish.text,
        group=wish.group,
        is_name=wish.is_name,
        where=where,
    )


def _touch(one: Box, two: Box) -> bool:
    return one[0] < two[2] and two[0] < one[2] and one[1] < two[3] and two[1] < one[3]


def _crosses(box: Box, line: tuple[float, float, float, float]) -> bool:
    """Tell whether a line runs through a box (clipped side by side, after Liang and Barsky)."""
    x1, y1, x2, y2 = line
    begin, end = 0.0, 1.0
    for step, inside in (
        (x1 - x2, x1 - box[0]),
        (x2 - x1, box[2] - x1),
        (y1 - y2, y1 - box[1]),
        (y2 - y1, box[3] - y1),
    ):
        if step == 0:
            if inside < 0:
                return False
            continue
        at = inside / step
        if step < 0:
            begin = max(begin, at)
        else:
            end = min(end, at)
    return begin <= end
