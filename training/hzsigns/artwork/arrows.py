"""Arrows: a thick line along a path with a head at its end."""

from __future__ import annotations

import math


def head(x: float, y: float, angle: float, width: float, shaft: float, fill: str,
         barbed: bool = True) -> str:
    """Returns an arrow head whose back centre is at a point.

    Args:
        x: Point where the shaft ends, sign units.
        y: Point where the shaft ends, sign units.
        angle: Direction, degrees clockwise from up.
        width: Width across the wings.
        shaft: Width of the shaft.
        fill: Colour.
        barbed: Wings swept back (GB style) or a plain triangle.
    """
    half, thick = width / 2, shaft / 2
    if barbed:
        reach, wing = half * 0.95, shaft * 1.05
        inner = wing - half * 0.95 + thick * 0.95
        points = [(0, -reach), (half, 0), (half, wing), (thick, inner), (thick, 0.5),
                  (-thick, 0.5), (-thick, inner), (-half, wing), (-half, 0)]
    else:
        points = [(0, -half * 1.15), (half, 0.5), (-half, 0.5)]
    turn = math.radians(angle)
    cos, sin = math.cos(turn), math.sin(turn)
    text = " ".join(
        f"{x + px * cos - py * sin:.2f},{y + px * sin + py * cos:.2f}" for px, py in points
    )
    return f'<polygon points="{text}" fill="{fill}"/>'


def line(path: str, width: float, colour: str, join: str = "miter", cap: str = "butt") -> str:
    """Returns a stroked path."""
    return (
        f'<path d="{path}" fill="none" stroke="{colour}" stroke-width="{width:.2f}"'
        f' stroke-linejoin="{join}" stroke-linecap="{cap}"/>'
    )


def arrow(path: str, end: tuple[float, float], angle: float, width: float, colour: str,
          *, wings: float = 2.6, barbed: bool = True, join: str = "miter") -> str:
    """Returns a line with a head.

    Args:
        path: SVG path data of the shaft, ending at ``end``.
        end: Where the shaft meets the head.
        angle: Direction of the head, degrees clockwise from up.
        width: Shaft width, sign units.
        colour: Colour of all.
        wings: Width across the head, in shaft widths.
        barbed: See :func:`head`.
        join: Corners of the shaft, ``miter`` or ``round``.
    """
    return line(path, width, colour, join) + head(
        end[0], end[1], angle, width * wings, width, colour, barbed
    )
