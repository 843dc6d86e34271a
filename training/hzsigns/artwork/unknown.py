"""Plausible signs of no known class, for the "other" classes po, io and wo."""

from __future__ import annotations

import random

from . import shells
from .content import picture
from .glyphs import glyph, pick_font, write
from .mandatory import ring_of_arrows
from .pictograms import names
from .prohibitory import TURNS, end_no_overtaking, no_vehicle, turn_arrows
from .style import Style, hsv

CATEGORIES = ("prohibitory", "mandatory", "warning", "other")
_HAN = "车行道限停区校事故施工路口单入出禁危险人学公交专用线桥洞左右前"


#: Pictograms that, alone in the shell, would make a known sign.
KNOWN: dict[str, set[str]] = {
    "prohibitory": set(
        "bicycle bicycle_bold bicycle_heavy bicycle_thin bus bus_side car_front car_side"
        " cargo_bicycle hand_cart horn horn_tilted horn_tube horse_cart motor_tricycle"
        " motorcycle motorcycle_rider pedestrian rickshaw sedan tractor tricycle truck"
        " truck_loaded truck_trailer walker walker_upright".split()
    ),
    "mandatory": set(
        "bicycle bicycle_bold bicycle_heavy bicycle_thin car_front family horn horn_tilted"
        " horn_tube parent_child zebra zebra_man crossing_man pedestrian walker".split()
    ),
    "warning": set(
        "bicycle bicycle_bold bicycle_heavy bicycle_thin children children_bag"
        " children_running cliff cow crash crash_drawn crossing_man deer digger digger_man"
        " fence ferry ferry_drawn lightning picket_fence quay quay_drawn queue queue_drawn"
        " rain rocks skidding_car snowflake splash steam_train train tunnel tunnel_car"
        " tunnel_car_drawn village village_drawn wheelchair wheelchair_drawn windsock"
        " windsock_drawn zebra zebra_man pedestrian walker walker_upright".split()
    ),
    "other": set(),
}

#: Turns that no known sign of the category shows.
FREE_TURNS: dict[str, list[str]] = {
    "prohibitory": [],
    "mandatory": ["around"],
    "warning": ["around", "left", "right", "both", "straight_left", "straight_right"],
    "other": list(TURNS),
}


def filling(category: str, style: Style, rng: random.Random, fill: str, size: float,
            cy: float = 0.0) -> str:
    """Returns random content that makes no known sign.

    Args:
        category: One of :data:`CATEGORIES`.
        style: The look.
        rng: Source of randomness.
        fill: Colour.
        size: Rough size, sign units.
        cy: Vertical centre, sign units.
    """
    free = [name for name in names() if name not in KNOWN[category]]
    turns = FREE_TURNS[category]
    kind = rng.random()
    if kind < 0.45:
        return picture(style, rng, rng.choice(free), 0, cy, size, size * 0.85, fill,
                       mirror=rng.random() < 0.4)
    if kind < 0.62:
        first, second = rng.choice(free), rng.choice(names())
        return picture(style, rng, first, 0, cy - size * 0.25, size * 0.7, size * 0.44, fill) + (
            picture(style, rng, second, 0, cy + size * 0.25, size * 0.7, size * 0.44, fill)
        )
    if kind < 0.72 and turns:
        arrows = turn_arrows(rng.choice(turns), style, fill, rng.uniform(14, 22))
        small = size / 120
        return f'<g transform="translate(0 {cy:.1f}) scale({small:.3f})">{arrows}</g>'
    if kind < 0.84:
        text = "".join(rng.choice(_HAN) for _ in range(rng.choice([1, 2, 2])))
        return write(text, pick_font(rng, "han"), 0, cy, size, size * 0.7 / len(text), fill)
    if kind < 0.94:
        text = rng.choice("ABCDEHKMPRTXYZ") + rng.choice(["", "", str(rng.randint(1, 9))])
        return write(text, pick_font(rng), 0, cy, size * 0.9, size * 0.6, fill)
    if kind < 0.97 and category in ("prohibitory", "other"):
        return ring_of_arrows(fill, size * 0.35, size * 0.12, 0, cy)
    return glyph(rng.choice(["?", "%", "&", "P", "H"]), pick_font(rng)).place(
        0, cy, size * 0.8, size * 0.7, fill)


def prohibitory(style: Style, rng: random.Random) -> str:
    """Returns a ring with random content, mostly with a bar."""
    if rng.random() < 0.1:
        return end_no_overtaking(style, rng)
    if rng.random() < 0.08:
        return no_vehicle("moped", 108, 82, 0.1, style, rng)
    content = filling("prohibitory", style, rng, style.ink, rng.uniform(84, 112))
    return shells.prohibition(
        style, content, rng.choice([0, 1, 1, 1, 1]),
        bar_angle=45.0 if rng.random() < 0.9 else -45.0,
    )


def lane(style: Style, rng: random.Random) -> str:
    """Returns a vehicle and the way to its lane, or a vehicle alone that has no class: what most unknown blue discs show."""
    if rng.random() < 0.4:
        alone = picture(style, rng, "motorcycle motorcycle moped", 0, 0, 120, 92, style.paper)
        return shells.blue_disc(style, alone)
    vehicle = rng.choice([
        "car_front", "bicycle bicycle_thin bicycle_bold bicycle_heavy", "motorcycle", "bus_side truck",
    ])  # fmt: skip
    above = picture(style, rng, vehicle, 0, -rng.uniform(18, 28), 126, rng.uniform(78, 94), style.paper)
    small = turn_arrows("straight", style, style.paper, rng.uniform(16, 24))
    turn = rng.choice([135, 225, 180, 150, 210, 0, 90, 270])
    way = f'<g transform="translate({rng.uniform(-8, 8):.1f} 52) rotate({turn}) scale({rng.uniform(.38, .54):.2f})">{small}</g>'
    return shells.blue_disc(style, above + way)


def mandatory(style: Style, rng: random.Random) -> str:
    """Returns a blue disc or, rarely, a blue square with random content."""
    if rng.random() < 0.6:
        return lane(style, rng)
    if rng.random() < 0.2:
        white = filling("mandatory", style, rng, style.paper, 116)
        return shells.blue_square(style, white)
    content = filling("mandatory", style, rng, style.paper, rng.uniform(92, 120))
    if rng.random() < 0.3:
        small = turn_arrows("straight", style, style.paper, 18)
        turn = rng.choice([0, 135, 180, 225])
        content = (
            f'<g transform="translate(0 -18) scale(.72)">{content}</g>'
            f'<g transform="translate(0 54) rotate({turn}) scale(.34)">{small}</g>'
        )
    return shells.blue_disc(style, content)


def warning(style: Style, rng: random.Random) -> str:
    """Returns a triangle with random content."""
    if rng.random() < 0.15:
        style.yellow = hsv(rng, (62, 78), (0.75, 1.0), (0.85, 1.0))
    inverse = rng.random() < 0.08
    fill = style.yellow if inverse else style.ink
    content = filling("warning", style, rng, fill, rng.uniform(58, 76), 34)
    return shells.warning(style, content, inverse)


def other(style: Style, rng: random.Random) -> str:
    """Returns a plate or a disc in an unusual colour with random content."""
    ground = rng.choice([
        style.paper, style.blue, hsv(rng, (130, 170), (0.6, 1), (0.3, 0.6)),
        hsv(rng, (10, 35), (0.3, 0.8), (0.3, 0.6)), style.ink, style.yellow,
    ])
    fill = style.ink if ground in (style.paper, style.yellow) else style.paper
    content = filling("other", style, rng, fill, rng.uniform(90, 130))
    if rng.random() < 0.3 and ground != style.blue:
        return shells.circle(100, fill) + shells.circle(94, ground) + content
    tall = rng.uniform(60, 99)
    return (
        shells.rect(-99, -tall, 198, 2 * tall, fill, 10)
        + shells.rect(-94, -tall + 5, 188, 2 * tall - 10, ground, 7)
        + f'<g transform="scale({tall / 99:.3f})">{content}</g>'
    )


MAKERS = {
    "prohibitory": prohibitory, "mandatory": mandatory, "warning": warning, "other": other,
}
