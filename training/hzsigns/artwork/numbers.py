"""Signs whose meaning is a number: limits of speed, mass, height, width, axle load."""

from __future__ import annotations

import random
from functools import partial

from . import shells
from .content import Sign
from .glyphs import pick_font, write, write_row
from .style import Style, hsv

SPEED = [5, 10, 15, 20, 25, 30, 35, 40, 50, 60, 70, 80, 90, 100, 110, 120]
END_SPEED = [10, 20, 30, 40, 50, 60, 70, 80, 90, 100]
MINIMUM = [50, 60, 70, 80, 90, 100, 110, 120]
MASS = [2, 5, 8, 10, 13, 15, 20, 25, 30, 35, 40, 46, 49, 50, 55]
AXLE = [8, 10, 12, 13, 14]
HEIGHT = ["1.5", "1.8", "2", "2.1", "2.2", "2.4", "2.5", "2.6", "2.8", "2.9", "3", "3.2",
          "3.3", "3.5", "3.8", "4", "4.2", "4.3", "4.4", "4.5", "4.8", "5", "5.3", "5.5"]
WIDTH = ["2", "2.2", "2.5", "2.6", "3", "3.2", "3.5", "4", "4.2", "4.5"]


def figures(text: str, style: Style, rng: random.Random, fill: str, room: float = 1.0,
            cy: float = 0.0) -> str:
    """Returns the figures of a speed sign.

    Args:
        text: The number.
        style: The look.
        rng: Source of randomness.
        fill: Colour of the figures.
        room: Factor on the size.
        cy: Centre, sign units.
    """
    long = len(text) > 2
    font = pick_font(rng, "narrow" if long else "figure")
    height = rng.uniform(66, 84) if long else rng.uniform(76, 98)
    width = rng.uniform(112, 128) if long else rng.uniform(92, 118)
    return write(
        text, font, 0, cy, width * room, height * room, fill,
        gap=rng.uniform(0.06, 0.2) if long else rng.uniform(0.08, 0.28),
        squeeze=rng.uniform(0.82, 1.2) if long else rng.uniform(0.82, 1.15),
        bold=max(0.0, rng.uniform(-2.0, 3.0)),
    )


def speed_limit(text: str, style: Style, rng: random.Random) -> str:
    """Returns the sign plNN."""
    grow = style.ring / 80
    return shells.prohibition(style, figures(text, style, rng, style.ink, grow))


def led_speed_limit(text: str, style: Style, rng: random.Random) -> str:
    """Returns plNN as a lit sign: black ground, red ring, yellow or white figures."""
    lit = hsv(rng, (35, 60), (0.0, 0.9), (0.85, 1.0))
    glow = hsv(rng, (-6, 12), (0.75, 1.0), (0.85, 1.0))
    ring = rng.uniform(74, 84)
    return (
        shells.circle(100, style.ink)
        + f'<circle r="{(ring + 94) / 2:.2f}" fill="none" stroke="{glow}"'
        f' stroke-width="{94 - ring:.2f}"/>'
        + shells.move(figures(text, style, rng, lit, ring / 82), style)
    )


def end_speed_limit(text: str, style: Style, rng: random.Random) -> str:
    """Returns the sign prNN: black or grey on white with thin diagonals."""
    grey = style.ink if rng.random() < 0.7 else hsv(rng, (0, 360), (0, 0.08), (0.25, 0.5))
    inner = rng.uniform(78, 88)
    number = figures(text, style, rng, grey, inner / 84)
    count, pitch = rng.choice([3, 4, 5, 5]), rng.uniform(6.5, 9)
    wide = rng.uniform(1.8, 3.2)
    reach = inner * rng.uniform(0.78, 1.0)
    halo = rng.random() < 0.4
    lines = ""
    for colour, grow in ((style.paper, 1.8), (grey, 1.0)) if halo else ((grey, 1.0),):
        for index in range(count):
            x = (index - (count - 1) / 2) * pitch
            thick = wide * grow
            lines += shells.rect(x - thick / 2, -reach, thick, 2 * reach, colour)
    return (
        (shells.circle(100, style.paper) if style.border or rng.random() < 0.7 else "")
        + shells.circle(100 - max(style.border, 1.5), grey)
        + shells.circle(inner, style.paper) + shells.move(number, style)
        + f'<g transform="rotate({rng.uniform(40, 50):.1f})">{lines}</g>'
    )


def minimum_speed(text: str, style: Style, rng: random.Random) -> str:
    """Returns the sign ilNN: white figures on blue over a white segment."""
    radius = 100 - style.border
    level = rng.uniform(48, 64)
    half = (radius**2 - level**2) ** 0.5
    number = figures(text, style, rng, style.paper, rng.uniform(0.86, 1.02), -8)
    if rng.random() < 0.08:
        foot = shells.rect(-50, 46, 100, 12, style.paper)
    else:
        foot = (
            f'<path d="M{-half:.2f} {level:.2f} A{radius:.2f} {radius:.2f} 0 0 0'
            f' {half:.2f} {level:.2f} Z" fill="{style.paper}"/>'
        )
    rim = (
        f'<circle r="{radius - 1:.2f}" fill="none" stroke="{style.blue}" stroke-width="2"/>'
        if rng.random() < 0.7 else ""
    )
    return (
        (shells.circle(100, style.paper) if style.border else "")
        + shells.circle(radius, style.blue) + foot + rim + shells.move(number, style)
    )


def mass_limit(text: str, style: Style, rng: random.Random) -> str:
    """Returns the sign pmNN: tonnes."""
    unit = rng.uniform(0.42, 0.68)
    row = write_row(
        [(text, 1.0), ("t", unit)], pick_font(rng, "unit"), 2, 0, rng.uniform(112, 126),
        rng.uniform(64, 88), style.ink, gap=rng.uniform(0.08, 0.2),
        squeeze=rng.uniform(0.8, 1.1), bold=max(0.0, rng.uniform(-2, 2.5)),
    )
    return shells.prohibition(style, row)


def axle_limit(text: str, style: Style, rng: random.Random) -> str:
    """Returns the sign paNN: tonnes over an axle."""
    row = write_row(
        [(text, 1.0), ("t", rng.uniform(0.42, 0.65))], pick_font(rng, "unit"), 2, -22, 84,
        rng.uniform(50, 64), style.ink, gap=rng.uniform(0.1, 0.2),
        squeeze=rng.uniform(0.8, 1.1), bold=max(0.0, rng.uniform(-2, 2)),
    )
    y, half = rng.uniform(34, 42), rng.uniform(36, 44)
    wheel = rng.uniform(9, 14) * style.line
    axle = (
        shells.rect(-half, y - 4, 2 * half, 8 * style.line, style.ink)
        + shells.circle(rng.uniform(8, 11), style.ink, 0, y)
        + "".join(
            shells.rect(side * half - wheel / 2, y - 15, wheel, 30, style.ink, 2)
            + shells.rect(side * (half - 14) - 2.5, y - 8, 5, 16, style.ink)
            for side in (-1, 1)
        )
    )
    return shells.prohibition(style, row + axle)


def _metres(text: str, style: Style, rng: random.Random, width: float, height: float) -> str:
    whole, _, part = text.partition(".")
    if not part and rng.random() < 0.12:
        part = "0"
    small = rng.choice([rng.uniform(0.62, 0.78), rng.uniform(0.8, 1.0)])
    pieces = [(whole, 1.0)] + ([("." + part, small)] if part else [])
    if rng.random() < 0.95:
        pieces.append(("m", rng.uniform(0.38, 0.62)))
    return write_row(
        pieces, pick_font(rng, "unit"), 0, rng.uniform(-2, 2), width, height, style.ink,
        gap=rng.uniform(0.06, 0.14), squeeze=rng.uniform(0.85, 1.15),
        bold=max(0.0, rng.uniform(-2, 2.5)),
    )


def _wedges(style: Style, rng: random.Random, apex: float, half: float) -> str:
    """Returns two dark triangles, above and below, pointing at each other."""
    edge = style.ring - rng.uniform(-1, 3)
    base = (edge**2 - half**2) ** 0.5
    return "".join(
        f'<path fill="{style.ink}" d="M0 {side * apex:.2f} L{half:.2f} {side * base:.2f}'
        f' A{edge:.2f} {edge:.2f} 0 0 {int(side > 0)} {-half:.2f} {side * base:.2f} Z"/>'
        for side in (-1, 1)
    )


def height_limit(text: str, style: Style, rng: random.Random) -> str:
    """Returns the sign phN: metres between wedges above and below."""
    row = _metres(text, style, rng, rng.uniform(116, 130), rng.uniform(54, 68))
    return shells.prohibition(
        style, row + _wedges(style, rng, rng.uniform(38, 50), rng.uniform(28, 42))
    )


def width_limit(text: str, style: Style, rng: random.Random) -> str:
    """Returns the sign pwN: metres between wedges on the left and right."""
    row = _metres(text, style, rng, rng.uniform(84, 98), rng.uniform(46, 62))
    sides = _wedges(style, rng, rng.uniform(46, 58), rng.uniform(26, 38))
    return shells.prohibition(style, f'<g transform="rotate(90)">{sides}</g>' + row)


def _signs() -> dict[str, Sign]:
    made: dict[str, Sign] = {}
    for prefix, values, function in (
        ("pl", SPEED, speed_limit), ("pr", END_SPEED, end_speed_limit),
        ("il", MINIMUM, minimum_speed), ("pm", MASS, mass_limit), ("pa", AXLE, axle_limit),
        ("ph", HEIGHT, height_limit), ("pw", WIDTH, width_limit),
    ):
        for value in values:
            made[f"{prefix}{value}"] = partial(function, str(value))
    return made


SIGNS: dict[str, Sign] = _signs()
