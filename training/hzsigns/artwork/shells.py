"""The outer shapes of signs: disc, square, triangle, octagon."""

from __future__ import annotations

import math

from .style import Style


def circle(radius: float, fill: str, cx: float = 0.0, cy: float = 0.0) -> str:
    """Returns a filled circle, in sign units."""
    return f'<circle cx="{cx:.2f}" cy="{cy:.2f}" r="{radius:.2f}" fill="{fill}"/>'


def rect(x: float, y: float, width: float, height: float, fill: str, round_: float = 0.0) -> str:
    """Returns a filled rectangle from its top left corner, in sign units."""
    return (
        f'<rect x="{x:.2f}" y="{y:.2f}" width="{width:.2f}" height="{height:.2f}"'
        f' rx="{round_:.2f}" fill="{fill}"/>'
    )


def polygon(points: list[tuple[float, float]], fill: str, stroke: float = 0.0) -> str:
    """Returns a filled polygon, its corners rounded by a stroke of its colour."""
    text = " ".join(f"{x:.2f},{y:.2f}" for x, y in points)
    edge = (
        f' stroke="{fill}" stroke-width="{stroke:.2f}" stroke-linejoin="round"'
        if stroke > 0 else ""
    )
    return f'<polygon points="{text}" fill="{fill}"{edge}/>'


def move(content: str, style: Style, cx: float = 0.0, cy: float = 0.0) -> str:
    """Returns content shifted and scaled about a point as the style asks."""
    return (
        f'<g transform="translate({cx + style.dx:.2f} {cy + style.dy:.2f})'
        f' scale({style.scale:.4f}) translate({-cx:.2f} {-cy:.2f})">{content}</g>'
    )


def bar(style: Style, angle: float = 45.0) -> str:
    """Returns a prohibition bar across the ring; 45 runs from the upper left."""
    reach = (style.ring + 100 - style.border) / 2
    return (
        f'<g transform="rotate({angle:.2f})">'
        + rect(-reach, -style.bar / 2, 2 * reach, style.bar, style.red) + "</g>"
    )


def prohibition(style: Style, content: str, bars: int = 0, ground: str | None = None,
                bar_angle: float = 45.0) -> str:
    """Returns a red ring with content.

    Args:
        style: The look.
        content: What is inside, moved and scaled by the style.
        bars: 0, 1 or 2 (a cross) prohibition bars.
        ground: Colour inside the ring; the style's white by default.
        bar_angle: Direction of the first bar, degrees.
    """
    slashes = "".join(bar(style, bar_angle + 90 * index) for index in range(bars))
    inner = move(content, style)
    return (
        (circle(100, style.paper) if style.border else "")
        + circle(100 - style.border, style.red)
        + circle(style.ring, ground or style.paper)
        + (inner + slashes if style.bar_on_top else slashes + inner)
    )


def blue_disc(style: Style, content: str) -> str:
    """Returns a mandatory disc with white content."""
    return (
        (circle(100, style.paper) if style.border else "")
        + circle(100 - style.border, style.blue) + move(content, style)
    )


def blue_square(style: Style, content: str) -> str:
    """Returns a blue information square; the content is not moved."""
    side = 96.0
    edge = (
        rect(-98, -98, 196, 196, style.paper, 8) if style.border else ""
    )
    inner = side - style.border
    return edge + rect(-inner, -inner, 2 * inner, 2 * inner, style.blue, 6) + content


def _corners(inset: float, down: bool = False) -> list[tuple[float, float]]:
    """Returns the corners of a triangle ``inset`` inside the full one."""
    # The full triangle: side 196, height 170, incentre at (0, 28).
    radius = 56.6 - inset
    sign = -1 if down else 1
    return [
        (2 * radius * math.sin(math.radians(turn)),
         sign * (28 - 2 * radius * math.cos(math.radians(turn))))
        for turn in (0, 120, 240)
    ]


def _fill(content: str, scale: float, dy: float) -> str:
    """Returns a triangle scaled to the width of the sign and centred."""
    return f'<g transform="scale({scale}) translate(0 {dy})">{content}</g>'


def warning(style: Style, content: str, inverse: bool = False) -> str:
    """Returns a warning triangle.

    Args:
        style: The look.
        content: What is inside, around (0, 28).
        inverse: Black ground in a yellow frame (weather warnings of old).
    """
    ground, frame = style.yellow, style.ink
    if inverse:
        edge = polygon(_corners(9), ground, 18)
        inside = polygon(_corners(9 + style.frame), frame, 4)
    else:
        outer = 2.0 + style.border
        rounding = 16.0
        edge = polygon(_corners(rounding / 2), ground, rounding) + polygon(
            _corners(rounding / 2 + outer), frame, rounding
        )
        inside = polygon(_corners(outer + style.frame + 1.5), ground, 3)
    return _fill(edge + inside + move(content, style, 0, 28), 1.075, -4)


def give_way(style: Style, content: str) -> str:
    """Returns the red downward triangle with content around (0, -28)."""
    outer = style.border + 1.0
    edge = polygon(_corners(5, True), style.paper, 10) if style.border else ""
    inside = polygon(_corners(outer + 2 + style.frame * 0.95, True), style.paper, 2)
    return _fill(
        edge + polygon(_corners(5 + outer, True), style.red, 10) + inside
        + move(content, style, 0, -28), 1.055, 2,
    )


def octagon(radius: float) -> list[tuple[float, float]]:
    """Returns the corners of an octagon with flat sides at the given distance."""
    far = radius / math.cos(math.radians(22.5))
    return [
        (far * math.cos(math.radians(22.5 + 45 * index)),
         far * math.sin(math.radians(22.5 + 45 * index)))
        for index in range(8)
    ]
