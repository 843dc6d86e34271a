"""Turns a raster mask into one even-odd SVG path.

Glyphs (from fonts) and pictograms (from SVG) both end as a :class:`Shape`, so
the sign modules place them in the same way and holes stay real holes.
"""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np


@dataclass(frozen=True)
class Shape:
    """A path with its bounding box at the origin.

    Attributes:
        path: SVG path data, to be filled by the even-odd rule.
        width: Width of the bounding box, in path units.
        height: Height of the bounding box, in path units.
    """

    path: str
    width: float
    height: float

    def place(
        self,
        cx: float,
        cy: float,
        width: float,
        height: float,
        fill: str,
        *,
        mirror: bool = False,
        stretch: bool = False,
        bold: float = 0.0,
        rotate: float = 0.0,
    ) -> str:
        """Returns the SVG of the shape centred in a box.

        Args:
            cx: Centre of the box, sign units (a sign spans -100..100).
            cy: Centre of the box, sign units.
            width: Width of the box, sign units.
            height: Height of the box, sign units.
            fill: Colour.
            mirror: Swap left and right.
            stretch: Fill the box exactly instead of keeping the proportions.
            bold: Width of an added outline in the same colour, sign units.
            rotate: Degrees clockwise.
        """
        sx, sy = width / self.width, height / self.height
        if not stretch:
            sx = sy = min(sx, sy)
        stroke = ""
        if bold > 0:
            stroke = (
                f' stroke="{fill}" stroke-width="{2 * bold / (sx + sy):.2f}"'
                ' stroke-linejoin="round"'
            )
        flip = -1 if mirror else 1
        return (
            f'<path transform="translate({cx:.2f} {cy:.2f}) rotate({rotate:.2f})'
            f" scale({flip * sx:.5f} {sy:.5f})"
            f' translate({-self.width / 2:.2f} {-self.height / 2:.2f})"'
            f' fill="{fill}" fill-rule="evenodd"{stroke} d="{self.path}"/>'
        )


def trace(mask: np.ndarray, tolerance: float = 0.7, smallest: float = 12.0) -> Shape:
    """Traces the ink of a mask.

    Args:
        mask: uint8 [h, w]; ink is above 127.
        tolerance: How far the outline may stray, in pixels.
        smallest: Areas below this many pixels are dropped.

    Raises:
        ValueError: If the mask holds no ink.
    """
    padded = cv2.copyMakeBorder(mask, 2, 2, 2, 2, cv2.BORDER_CONSTANT, value=0)
    contours, _ = cv2.findContours(
        (padded > 127).astype(np.uint8), cv2.RETR_CCOMP, cv2.CHAIN_APPROX_NONE
    )
    loops = [
        cv2.approxPolyDP(contour, tolerance, True)[:, 0, :]
        for contour in contours
        if cv2.contourArea(contour) >= smallest
    ]
    loops = [loop for loop in loops if len(loop) >= 3]
    if not loops:
        raise ValueError("nothing to trace")
    points = np.concatenate(loops)
    left, top = points.min(axis=0)
    right, bottom = points.max(axis=0)
    path = "".join(
        "M" + "L".join(f"{x - left} {y - top}" for x, y in loop) + "Z"
        for loop in loops
    )
    return Shape(path, float(max(1, right - left)), float(max(1, bottom - top)))
