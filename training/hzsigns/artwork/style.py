"""The random look of one drawn sign: colours, widths, weights."""

from __future__ import annotations

import colorsys
import random
from dataclasses import dataclass


@dataclass
class Style:
    """Everything that varies between two signs of one class.

    Colours are ``#rrggbb``. Lengths are in sign units: a sign spans -100..100.

    Attributes:
        red: Ring and bar colour of prohibitory signs.
        blue: Ground of mandatory signs.
        yellow: Ground of warning signs.
        ink: Black of pictograms, figures and warning frames.
        paper: White ground.
        border: Width of the white (or yellow) outer border, 0 for none.
        ring: Inner radius of the red ring.
        bar: Width of the prohibition bar.
        frame: Width of the black frame of a warning sign.
        scale: Factor on the size of the content.
        dx: Shift of the content to the right.
        dy: Shift of the content downwards.
        bold: Extra outline on pictograms.
        line: Factor on drawn line widths.
        barbed: Arrow heads with swept-back wings instead of plain triangles.
        bar_on_top: Whether the prohibition bar covers the pictogram.
    """

    red: str
    blue: str
    yellow: str
    ink: str
    paper: str
    border: float
    ring: float
    bar: float
    frame: float
    scale: float
    dx: float
    dy: float
    bold: float
    line: float
    barbed: bool
    bar_on_top: bool


def hsv(rng: random.Random, hue: tuple[float, float], saturation: tuple[float, float],
        value: tuple[float, float]) -> str:
    """Returns a random colour; the hue is in degrees, the others 0..1."""
    red, green, blue = colorsys.hsv_to_rgb(
        (rng.uniform(*hue) % 360) / 360, rng.uniform(*saturation), rng.uniform(*value)
    )
    return f"#{round(red * 255):02x}{round(green * 255):02x}{round(blue * 255):02x}"


def pick_style(rng: random.Random) -> Style:
    """Draws a random style."""
    yellow_hue = (32, 46) if rng.random() < 0.55 else (46, 58)
    return Style(
        red=hsv(rng, (-8, 10), (0.7, 1.0), (0.62, 0.98)),
        blue=hsv(rng, (206, 232), (0.72, 1.0), (0.5, 0.95)),
        yellow=hsv(rng, yellow_hue, (0.75, 1.0), (0.8, 1.0)),
        ink=hsv(rng, (0, 360), (0.0, 0.3), (0.03, 0.2)),
        paper=hsv(rng, (20, 240), (0.0, 0.07), (0.88, 1.0)),
        border=rng.choice([0.0, 0.0, 1.5, 2.5, 4.0]),
        ring=rng.uniform(75, 86),
        bar=rng.uniform(9.0, 14.5),
        frame=rng.uniform(11, 17),
        scale=rng.uniform(0.9, 1.1),
        dx=rng.uniform(-3, 3),
        dy=rng.uniform(-3, 3),
        bold=max(0.0, rng.uniform(-1.5, 1.5)),
        line=rng.uniform(0.87, 1.15),
        barbed=rng.random() < 0.75,
        bar_on_top=rng.random() < 0.12,
    )
