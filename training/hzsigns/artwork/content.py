"""Small helpers shared by the modules that fill the shells."""

from __future__ import annotations

import random
from collections.abc import Callable

from .pictograms import pictogram
from .style import Style

#: A sign: takes the look and the random source, returns SVG in sign units.
Sign = Callable[[Style, random.Random], str]


def picture(
    style: Style, rng: random.Random, names: str, cx: float, cy: float, width: float,
    height: float, fill: str | None = None, *, mirror: bool = False,
) -> str:
    """Places one of several pictograms in a box.

    Args:
        style: The look; gives the ink and the boldness.
        rng: Chooses the pictogram.
        names: Pictogram names separated by spaces; repeats weigh more.
        cx: Centre of the box, sign units.
        cy: Centre of the box, sign units.
        width: Width of the box.
        height: Height of the box.
        fill: Colour; ink by default.
        mirror: Swap left and right.
    """
    shape = pictogram(rng.choice(names.split()))
    wide = width * rng.uniform(0.94, 1.06)
    tall = height * rng.uniform(0.94, 1.06)
    return shape.place(
        cx, cy, wide, tall, fill or style.ink, mirror=mirror,
        bold=style.bold * min(wide, tall) / 90, rotate=rng.uniform(-1.5, 1.5),
    )
