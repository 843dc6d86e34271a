"""Prohibition signs with pictograms, arrows and characters (codes p*)."""

from __future__ import annotations

import random
from functools import partial

from . import shells
from .arrows import arrow, line
from .content import Sign, picture
from .glyphs import glyph, pick_font, write
from .style import Style, hsv

#: Turn arrows: (path, end, direction) per arrow.
Turn = tuple[str, tuple[float, float], float]

TURNS: dict[str, list[Turn]] = {
    "straight": [("M0 60 V-26", (0, -26), 0)],
    "left": [("M24 58 V-14 Q24 -30 8 -30 H-22", (-22, -30), -90)],
    "left_sharp": [("M26 58 V-28 L-20 -32", (-20, -32), -92)],
    "right": [("M-24 58 V-14 Q-24 -30 -8 -30 H22", (22, -30), 90)],
    "right_sharp": [("M-26 58 V-28 L20 -32", (20, -32), 92)],
    "both": [
        ("M0 60 V-2 Q0 -22 -18 -22 H-38", (-38, -22), -90),
        ("M0 60 V-2 Q0 -22 18 -22 H38", (38, -22), 90),
    ],
    "straight_right": [
        ("M-18 62 V-38", (-18, -38), 0), ("M-18 62 V34 Q-18 20 -4 20 H28", (28, 20), 90),
    ],
    "straight_left": [
        ("M18 62 V-38", (18, -38), 0), ("M18 62 V34 Q18 20 4 20 H-28", (-28, 20), -90),
    ],
    "around": [("M30 58 V-22 A27 27 0 0 0 -24 -22 V14", (-24, 14), 180)],
}


def turn_arrows(name: str, style: Style, colour: str, width: float) -> str:
    """Returns the arrows of a turn.

    Args:
        name: A key of :data:`TURNS`.
        style: The look.
        colour: Colour.
        width: Shaft width, sign units.
    """
    wings = 2.5 if len(TURNS[name]) == 1 else 2.8
    return "".join(
        arrow(path, end, angle, width, colour, wings=wings, barbed=style.barbed)
        for path, end, angle in TURNS[name]
    )


def no_turn(names: str, style: Style, rng: random.Random) -> str:
    """Returns a ring, a bar and an arrow."""
    width = rng.uniform(15, 22)
    name = rng.choice(names.split())
    if len(TURNS[name]) > 1:
        width *= 0.85
    return shells.prohibition(style, turn_arrows(name, style, style.ink, width), 1)


def no_vehicle(names: str, width: float, height: float, mirror: float, style: Style,
               rng: random.Random) -> str:
    """Returns a ring, a bar and a pictogram; ``mirror`` is the chance of a flip."""
    return shells.prohibition(
        style, picture(style, rng, names, 0, 0, width, height, mirror=rng.random() < mirror), 1
    )


def no_overtaking(style: Style, rng: random.Random) -> str:
    """Returns p1: a swerving and a straight arrow over an upright or slanted bar."""
    wide = rng.uniform(11, 15)
    swerve = arrow(
        "M-4 58 L-32 38 V-2 L16 -36 V-38", (16, -38), rng.uniform(0, 12), wide, style.ink,
        wings=2.5,
    )
    straight = arrow("M16 46 V24", (16, 24), 0, wide, style.ink, wings=2.5)
    angle = 90.0 if rng.random() < 0.6 else 45.0
    return shells.prohibition(style, swerve + straight, 1, bar_angle=angle)


def end_no_overtaking(style: Style, rng: random.Random) -> str:
    """Returns the end of no overtaking (no TT100K code; used for ``po``)."""
    grey = style.ink
    inner = rng.uniform(80, 88)
    arrows_ = arrow("M-4 58 L-32 38 V-2 L16 -36 V-38", (16, -38), 0, 12, grey, wings=2.5) + arrow(
        "M16 46 V24", (16, 24), 0, 12, grey, wings=2.5
    )
    lines = "".join(shells.rect(x, -inner, 3, 2 * inner, grey) for x in (-16, -8, 0, 8, 16))
    return (
        shells.circle(100, style.paper) + shells.circle(98, grey)
        + shells.circle(inner, style.paper) + shells.move(arrows_, style)
        + f'<g transform="rotate(45)">{lines}</g>'
    )


def no_turn_vehicle(turn: str, names: str, side: int, style: Style, rng: random.Random) -> str:
    """Returns a turn arrow with a small vehicle beside it (p7, p24)."""
    arrows_ = turn_arrows(turn, style, style.ink, rng.uniform(17, 21))
    clear = picture(style, rng, names, side * 22, 40, 56, 34)
    return shells.prohibition(style, f'<g transform="translate(0 -4)">{arrows_}</g>' + clear, 1)


def two_vehicles(upper: str, lower: str, style: Style, rng: random.Random) -> str:
    """Returns two pictograms, one above the other (p13)."""
    return shells.prohibition(
        style,
        picture(style, rng, upper, 14, -36, 76, 42) + picture(style, rng, lower, -14, 32, 62, 50),
        1,
    )


def no_explosives(style: Style, rng: random.Random) -> str:
    """Returns p27: a car under a yellow blast."""
    flame = hsv(rng, (36, 58), (0.75, 1.0), (0.85, 1.0))
    blobs = "".join(
        f'<ellipse cx="{x}" cy="{y}" rx="{rx}" ry="{ry}" fill="{flame}"/>'
        for x, y, rx, ry in ((-34, -28, 19, 16), (-18, -46, 18, 16), (4, -52, 18, 15),
                             (24, -44, 17, 16), (36, -26, 18, 16), (0, -30, 40, 20))
    )
    rays = picture(style, rng, "explosion", 0, -34, 74, 40)
    car = picture(style, rng, "car_front", 0, 27, 72, 62)
    return shells.prohibition(style, blobs + rays + car, 1)


def no_entry(style: Style, rng: random.Random) -> str:
    """Returns pne: a white bar on a red disc."""
    width, height = rng.uniform(122, 148), rng.uniform(24, 36)
    return (
        (shells.circle(100, style.paper) if style.border else "")
        + shells.circle(100 - style.border, style.red)
        + shells.move(shells.rect(-width / 2, -height / 2, width, height, style.paper), style)
    )


def no_stopping(bars: int, style: Style, rng: random.Random) -> str:
    """Returns pn (two bars) or pnl (one bar) on blue."""
    style.bar = rng.uniform(10, 17)
    if rng.random() < 0.35:  # aged: red has gone purple, and stands out from the dark blue no more
        style.red = hsv(rng, (-40, 5), (0.3, 0.85), (0.22, 0.55))
        style.blue = hsv(rng, (222, 262), (0.35, 0.9), (0.2, 0.55))
    return shells.prohibition(style, "", bars, ground=style.blue)


def closed(style: Style, rng: random.Random) -> str:
    """Returns pb: an empty ring."""
    return shells.prohibition(style, "")


def checkpoint(upper: str, lower: str, style: Style, rng: random.Random) -> str:
    """Returns pc (inspection) or pd (customs): a bar with characters."""
    font = pick_font(rng, "han")
    content = shells.rect(-64, -10, 128, 18, style.ink, 4)
    if upper:
        content += write(upper, font, 0, -36, 70, 30, style.ink, gap=0.25)
    if lower.isascii():
        content += glyph(lower, pick_font(rng)).place(0, 32, 76, 16, style.ink)
    else:
        content += write(lower, font, 0, 34, 70, 32, style.ink, gap=0.25)
    return shells.prohibition(style, content)


def yield_oncoming(style: Style, rng: random.Random) -> str:
    """Returns pe: a black arrow down and a thin red arrow up."""
    down = arrow("M-22 -42 V12", (-22, 12), 180, rng.uniform(16, 22), style.ink, wings=2.4)
    up = arrow("M28 46 V-12", (28, -12), 0, rng.uniform(9, 14), style.red, wings=2.6)
    return shells.prohibition(style, down + up)


def give_way(style: Style, rng: random.Random) -> str:
    """Returns pg: a red triangle on its point with 让."""
    font = pick_font(rng, "han")
    pick = rng.random()
    if pick < 0.86:
        size = rng.uniform(44, 58)
        text = glyph("让", font).place(
            0, rng.uniform(-36, -30), size, size, style.ink, bold=max(0.0, rng.uniform(-2, 2))
        )
    elif pick < 0.93:
        text = write("减速", font, 0, -46, 64, 26, style.ink, gap=0.1) + write(
            "让行", font, 0, -16, 58, 26, style.ink, gap=0.1)
    else:
        text = ""
    return shells.give_way(style, text)


def stop(style: Style, rng: random.Random) -> str:
    """Returns ps: a red octagon with 停."""
    outer = 99.0
    edge = style.border or rng.choice([0, 3, 4])
    font = pick_font(rng, "han")
    if rng.random() < 0.95:
        size = rng.uniform(94, 122)
        text = glyph("停", font).place(
            0, 0, size, size, style.paper, bold=max(0.0, rng.uniform(-1, 3))
        )
    else:
        text = write("STOP", pick_font(rng, "narrow"), 0, 0, 140, 62, style.paper)
    return (
        (shells.polygon(shells.octagon(outer), style.paper) if edge else "")
        + shells.polygon(shells.octagon(outer - edge), style.red) + shells.move(text, style)
    )


def no_hand_cart(style: Style, rng: random.Random) -> str:
    """Returns p15: the borrowed cart, or one of strokes."""
    if rng.random() < 0.7:
        return no_vehicle("hand_cart", 104, 60, 0, style, rng)
    wheel = (
        f'<circle cx="-16" cy="8" r="17" fill="none" stroke="{style.ink}" stroke-width="5"/>'
        + shells.circle(4, style.ink, -16, 8)
    )
    body = line("M-56 22 L54 -26 M-44 -4 L20 -34 M-44 -4 L-52 30", 6 * style.line, style.ink)
    return shells.prohibition(style, body + wheel, 1)


SIGNS: dict[str, Sign] = {
    "p1": no_overtaking,
    "p2": partial(no_vehicle, "horse_cart", 108, 60, 0),
    "p3": partial(no_vehicle, "bus bus bus_side", 116, 46, 0),
    "p4": partial(no_vehicle, "motor_tricycle", 100, 78, 0),
    "p5": partial(no_turn, "around"),
    "p6": partial(no_vehicle, "bicycle bicycle_heavy bicycle_thin bicycle_bold", 106, 70, 0.1),
    "p7": partial(no_turn_vehicle, "left", "truck truck_loaded", -1),
    "p8": partial(no_vehicle, "truck_trailer", 122, 60, 0),
    "p9": partial(no_vehicle, "pedestrian pedestrian walker_upright walker", 70, 112, 0.05),
    "p10": partial(no_vehicle, "car_front", 100, 88, 0),
    "p11": partial(no_vehicle, "horn horn horn horn_tilted horn_tube", 120, 68, 0.03),
    "p12": partial(no_vehicle, "motorcycle", 112, 92, 0),
    "p13": partial(two_vehicles, "truck truck_loaded tricycle", "tractor tractor tricycle"),
    "p14": partial(no_turn, "straight"),
    "p15": no_hand_cart,
    "p16": partial(no_vehicle, "cargo_bicycle", 100, 80, 0),
    "p17": partial(no_vehicle, "rickshaw", 106, 84, 0),
    "p18": partial(no_vehicle, "tractor tractor tractor tricycle", 92, 78, 0),
    "p19": partial(no_turn, "right right right_sharp"),
    "p20": partial(no_turn, "both"),
    "p21": partial(no_turn, "straight_right"),
    "p22": partial(no_vehicle, "tricycle", 98, 66, 0),
    "p23": partial(no_turn, "left left left_sharp"),
    "p24": partial(no_turn_vehicle, "right", "car_side sedan", 1),
    "p25": partial(no_vehicle, "car_side car_side car_side sedan", 110, 54, 0),
    "p26": partial(no_vehicle, "truck truck truck_loaded", 112, 72, 0),
    "p27": no_explosives,
    "p28": partial(no_turn, "straight_left"),
    "p29": partial(no_vehicle, "tractor", 92, 78, 0),
    "pb": closed,
    "pc": partial(checkpoint, "", "检查"),
    "pd": partial(checkpoint, "海关", "DOUANE"),
    "pe": yield_oncoming,
    "pg": give_way,
    "pn": partial(no_stopping, 2),
    "pne": no_entry,
    "pnl": partial(no_stopping, 1),
    "ps": stop,
}
