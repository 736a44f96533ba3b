"""Where a place of the earth lies on the small map: Equal Earth, so that areas stay true to each other.

Also used by `scripts/world.py`, which draws the outline of the world once, so that both agree.
"""

from __future__ import annotations

from math import asin, cos, radians, sin, sqrt

# In pixels, and the degrees of latitude that are drawn: nobody works further south or north.
WIDTH, HEIGHT = 832, 384
NORTH, SOUTH = 80.0, -56.0

# Šavrič, Patterson and Jenny, The Equal Earth map projection, 2018.
_A1, _A2, _A3, _A4 = 1.340264, -0.081106, 0.000893, 0.003796
_ROOT = sqrt(3) / 2


def _flat(longitude: float, latitude: float) -> tuple[float, float]:
    theta = asin(_ROOT * sin(radians(latitude)))
    squared = theta * theta
    sixth = squared**3
    across = 3 * (9 * _A4 * squared * sixth + 7 * _A3 * sixth + 3 * _A2 * squared + _A1)
    return (
        2 * sqrt(3) * radians(longitude) * cos(theta) / across,
        theta * (_A4 * squared * sixth + _A3 * sixth + _A2 * squared + _A1),
    )


_EAST = _flat(180, 0)[0]
_TOP, _BOTTOM = _flat(0, NORTH)[1], _flat(0, SOUTH)[1]
_ZOOM = min(WIDTH / (2 * _EAST), HEIGHT / (_TOP - _BOTTOM))


def on_paper(longitude: float, latitude: float) -> tuple[float, float]:
    """Return where a place lies, in pixels from the upper left corner.

    >>> on_paper(0, NORTH), on_paper(0, SOUTH)[1] <= HEIGHT
    ((416.0, 0.0), True)
    """
    x, y = _flat(longitude, latitude)
    return WIDTH / 2 + x * _ZOOM, (_TOP - y) * _ZOOM
