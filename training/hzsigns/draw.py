"""`python -m hzsigns.draw FOLDER`: draws every sign that the project can draw, many times, each a little different.

The classes called "other" get, besides the signs that have no class of their own, plausible signs that do not exist.
`--icons` adds flawless pictures of somebody else, CODE.png.
"""

from __future__ import annotations

import argparse
import random
from collections.abc import Iterator
from pathlib import Path

import cv2
import numpy as np

from .artwork import codes, draw, draw_random
from .corpus import Picture, Sign, write
from .labels import CATEGORY_OF, LABEL_INDEX, label_of

OTHERS = {"prohibitory": "po", "mandatory": "io", "warning": "wo"}
UNKNOWN_SHARE = 4
"""How many more unknown signs are drawn than signs of one code."""
ICON_SIDE = 160


def drawn_pictures(rng: random.Random, per_code: int) -> Iterator[tuple[Picture, np.ndarray]]:
    for code in codes():
        label = label_of(code)
        if label is not None:
            for _ in range(per_code):
                yield _picture("artwork", code, label, True), draw(code, rng)
    for category, code in OTHERS.items():
        for _ in range(per_code * UNKNOWN_SHARE):
            yield _picture("artwork", f"unknown {category}", LABEL_INDEX[code], True), draw_random(category, rng, ICON_SIDE)


def icon_pictures(folder: Path) -> Iterator[tuple[Picture, np.ndarray]]:
    for path in sorted(folder.glob("*.png")):
        label, pixels = label_of(path.stem), cv2.imread(str(path), cv2.IMREAD_UNCHANGED)
        if label is None or pixels is None or pixels.ndim != 3 or pixels.shape[2] != 4:
            continue
        ys, xs = np.where(pixels[..., 3] > 20)
        cut = pixels[ys.min() : ys.max() + 1, xs.min() : xs.max() + 1]
        size = ICON_SIDE * cut.shape[1] // cut.shape[0], ICON_SIDE
        yield _picture("icons", path.stem, label, False), cv2.resize(cut, size, interpolation=cv2.INTER_AREA)


def _picture(source: str, code: str, label: int, is_open: bool) -> Picture:
    sign = Sign((0.0, 0.0, float(ICON_SIDE), float(ICON_SIDE)), label, CATEGORY_OF[label])
    return Picture(source, "drawn", code, (sign,), open_licence=is_open)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--per-code", type=int, default=40)
    parser.add_argument("--icons", type=Path)
    arguments = parser.parse_args()

    def everything() -> Iterator[tuple[Picture, np.ndarray]]:
        yield from drawn_pictures(random.Random(11), arguments.per_code)
        if arguments.icons:
            yield from icon_pictures(arguments.icons)

    print(f"{write(arguments.folder, everything())} drawn signs in {arguments.folder}")


if __name__ == "__main__":
    main()
