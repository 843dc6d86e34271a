"""Blue signs (codes i*): mandatory discs and the crossing square."""

from __future__ import annotations

import math
import random
from functools import partial

from . import shells
from .arrows import arrow, head, line
from .content import Sign, picture
from .prohibitory import TURNS, turn_arrows
from .style import Style


def picture_disc(names: str, width: float, height: float, style: Style,
                 rng: random.Random) -> str:
    """Returns a white pictogram on a blue disc."""
    return shells.blue_disc(style, picture(style, rng, names, 0, 0, width, height, style.paper))


def turn_disc(names: str, style: Style, rng: random.Random) -> str:
    """Returns a white arrow on a blue disc."""
    name = rng.choice(names.split())
    width = rng.uniform(15, 22) * (0.84 if len(TURNS[name]) > 1 else 1.0)
    grow = rng.uniform(1.08, 1.24)
    content = turn_arrows(name, style, style.paper, width)
    return shells.blue_disc(style, f'<g transform="scale({grow:.3f})">{content}</g>')


def roundabout(style: Style, rng: random.Random) -> str:
    """Returns i3: three arrows in a ring."""
    return shells.blue_disc(style, ring_of_arrows(style.paper, rng.uniform(47, 56),
                                                  rng.uniform(12, 16), 0, 0))


def ring_of_arrows(colour: str, radius: float, width: float, cx: float, cy: float) -> str:
    """Returns three anticlockwise arcs with heads.

    Args:
        colour: Colour.
        radius: Radius of the arcs, sign units.
        width: Line width.
        cx: Centre.
        cy: Centre.
    """
    out = ""
    for start in (30, 150, 270):
        first, last = math.radians(start), math.radians(start - 86)
        x1, y1 = cx + radius * math.cos(first), cy + radius * math.sin(first)
        x2, y2 = cx + radius * math.cos(last), cy + radius * math.sin(last)
        out += line(
            f"M{x1:.2f} {y1:.2f} A{radius:.2f} {radius:.2f} 0 0 0 {x2:.2f} {y2:.2f}",
            width, colour,
        ) + head(x2, y2, start - 80, width * 2.3, width, colour)
    return out


def keep_side(side: int, style: Style, rng: random.Random) -> str:
    """Returns i5 (side 1, lower right) or i6 (side -1, lower left)."""
    width = rng.uniform(18, 27)
    shape = arrow(
        f"M0 {rng.uniform(-78, -66):.1f} V28", (0, 28), 180, width, style.paper,
        wings=rng.uniform(2.3, 2.9), barbed=style.barbed,
    )
    turn = -side * rng.uniform(42, 48)
    return shells.blue_disc(style, f'<g transform="rotate({turn:.1f})">{shape}</g>')


def interchange_right(style: Style, rng: random.Random) -> str:
    """Returns i7: straight on over, right by a ramp."""
    white, width = style.paper, rng.uniform(13, 17)
    content = (
        line("M-56 0 H-12", width, white)
        + arrow("M-2 62 V-34", (-2, -34), 0, width, white, wings=2.8)
        + arrow("M-2 60 Q0 20 16 2 H32", (32, 2), 90, width, white, wings=2.8)
    )
    return shells.blue_disc(style, content)


def interchange_left(style: Style, rng: random.Random) -> str:
    """Returns i8: straight on, left by a loop."""
    white, width = style.paper, rng.uniform(13, 17)
    content = (
        arrow("M0 66 V-34", (0, -34), 0, width, white, wings=2.8)
        + line(f"M{width / 2 + 3:.1f} -22 H30 Q44 -22 44 -8 V4 Q44 18 30 18"
               f" H{width / 2 + 3:.1f}", width, white)
        + arrow(f"M{-width / 2 - 3:.1f} 18 H-36", (-36, 18), -90, width, white, wings=2.8)
    )
    return shells.blue_disc(style, content)


def crossing(style: Style, rng: random.Random) -> str:
    """Returns ip: a walker on stripes in a white triangle on a blue square."""
    top, base, half = rng.uniform(-82, -70), rng.uniform(58, 72), rng.uniform(76, 88)
    triangle = shells.polygon([(0, top), (half, base), (-half, base)], style.paper)
    walker = picture(style, rng, "zebra zebra zebra crossing_man zebra_man", 0, 16,
                     112, 84, mirror=rng.random() < 0.3)
    return shells.blue_square(style, triangle + walker)


SIGNS: dict[str, Sign] = {
    "i1": partial(picture_disc, "family parent_child", 88, 126),
    "i2": partial(picture_disc, "bicycle bicycle_heavy bicycle_thin bicycle_bold", 118, 80),
    "i3": roundabout,
    "i4": partial(picture_disc, "car_front", 116, 92),
    "i5": partial(keep_side, 1),
    "i6": partial(keep_side, -1),
    "i7": interchange_right,
    "i8": interchange_left,
    "i9": partial(picture_disc, "horn horn_tube", 122, 54),
    "i10": partial(turn_disc, "right right right_sharp"),
    "i11": partial(turn_disc, "both"),
    "i12": partial(turn_disc, "left left left_sharp"),
    "i13": partial(turn_disc, "straight"),
    "i14": partial(turn_disc, "straight_right"),
    "i15": partial(turn_disc, "straight_left"),
    "ip": crossing,
}
