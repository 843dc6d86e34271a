"""Draws a sign: style, SVG, raster, wear."""

from __future__ import annotations

import random

import cairosvg
import cv2
import numpy as np

from . import mandatory, numbers, prohibitory, unknown, warning
from .content import Sign
from .style import pick_style
from .wear import led_dots, wear

#: Chance that a speed limit is drawn as a lit sign.
LED_RATE = 0.06

SIGNS: dict[str, Sign] = {
    **numbers.SIGNS, **prohibitory.SIGNS, **mandatory.SIGNS, **warning.SIGNS,
}


def rasterise(content: str, size: int) -> np.ndarray:
    """Returns SVG content in sign units as BGRA uint8 [size, size, 4]."""
    svg = (
        '<svg xmlns="http://www.w3.org/2000/svg" viewBox="-102 -102 204 204"'
        f' width="{size}" height="{size}">{content}</svg>'
    )
    png = cairosvg.svg2png(bytestring=svg.encode(), output_width=size, output_height=size)
    return cv2.imdecode(np.frombuffer(png, np.uint8), cv2.IMREAD_UNCHANGED)


def codes() -> list[str]:
    """Returns every code that can be drawn."""
    return sorted(SIGNS)


def draw(code: str, rng: random.Random, size: int = 160, worn: bool = True) -> np.ndarray:
    """Draws a random variation of a sign.

    Args:
        code: TT100K code, one of :func:`codes`.
        rng: Source of randomness; the same state gives the same image.
        size: Side of the image in pixels. The sign fills it but for about 1 %.
        worn: Whether to add wear (:mod:`.wear`).

    Returns:
        BGRA, uint8 [size, size, 4], straight alpha.

    Raises:
        KeyError: If the code is unknown.
    """
    style = pick_style(rng)
    if code.startswith("pl") and code[2:].isdigit() and rng.random() < LED_RATE:
        image = rasterise(numbers.led_speed_limit(code[2:], style, rng), size)
        return led_dots(image, rng) if rng.random() < 0.7 else image
    image = rasterise(SIGNS[code](style, rng), size)
    return wear(image, rng) if worn else image


def draw_random(category: str, rng: random.Random, size: int = 160,
                worn: bool = True) -> np.ndarray:
    """Draws a plausible sign of no known class.

    Args:
        category: ``prohibitory``, ``mandatory``, ``warning`` or ``other``.
        rng: See :func:`draw`, like the other arguments and the result.

    Raises:
        KeyError: If the category is unknown.
    """
    image = rasterise(unknown.MAKERS[category](pick_style(rng), rng), size)
    return wear(image, rng) if worn else image
