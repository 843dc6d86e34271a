"""Warning triangles (codes w*)."""

from __future__ import annotations

import random
from functools import partial

from . import shells
from .arrows import arrow, line
from .content import Sign, picture
from .glyphs import glyph, pick_font
from .mandatory import ring_of_arrows
from .style import Style, hsv

#: Road layouts as strokes around (0, 28): path data, width factor.
ROADS: dict[str, list[tuple[str, float]]] = {
    "cross": [("M0 -14 V66", 1.0), ("M-38 28 H38", 1.0)],
    "stagger": [("M0 -22 V70", 1.0), ("M0 6 H32", 1.0), ("M-32 46 H0", 1.0)],
    "join_lower_left": [("M8 -20 V68", 1.0), ("M8 32 L-30 64", 0.9)],
    "join_upper_left": [("M10 -16 V68", 1.0), ("M10 36 L-26 4", 0.9)],
    "tee": [("M0 4 V68", 1.0), ("M-36 4 H36", 1.0)],
    "side_left": [("M8 -20 V68", 1.0), ("M8 26 H-36", 1.0)],
    "bends": [("M8 -14 L-22 22 H18 L-14 64", 1.0)],
    "winding": [("M6 -6 L-14 12 L14 22 L-14 36 L14 46 L-8 64", 0.95)],
    "narrow_both": [("M-10 -18 V8 L-22 28 V66", 0.6), ("M10 -18 V8 L22 28 V66", 0.6)],
    "narrow_left": [("M-4 -22 V4 L-18 26 V66", 0.6), ("M14 -22 V66", 0.6)],
    "bridge_narrow": [
        ("M-18 -10 V2 L-8 14 V42 L-18 54 V66", 0.6), ("M18 -10 V2 L8 14 V42 L18 54 V66", 0.6),
    ],
}


def road(name: str, mirror: bool, style: Style, rng: random.Random) -> str:
    """Returns a triangle with a road layout."""
    width = rng.uniform(13, 17.5) * style.line
    strokes = "".join(
        line(path, width * share, style.ink) for path, share in ROADS[name]
    )
    return shells.warning(style, _shrink(_flip(strokes, mirror), rng.uniform(0.76, 0.86)))


def _shrink(content: str, scale: float) -> str:
    """Returns content scaled about (0, 36), the middle of a triangle's ground."""
    return f'<g transform="translate(0 {36 * (1 - scale):.2f}) scale({scale:.3f})">{content}</g>'


def _flip(content: str, mirror: bool) -> str:
    return f'<g transform="scale(-1 1)">{content}</g>' if mirror else content


def merge(mirror: bool, style: Style, rng: random.Random) -> str:
    """Returns w58 (from the left) or w59 (mirrored): a lane joins an arrow."""
    width = rng.uniform(9, 14)
    foot = rng.uniform(24, 38)
    content = (
        arrow("M4 70 V-14", (4, -14), 0, width, style.ink, wings=rng.uniform(2.2, 2.8),
              barbed=style.barbed)
        + line(f"M4 {rng.uniform(30, 38):.1f} L{-foot:.1f} 60", width * 0.8, style.ink)
    )
    return shells.warning(style, _shrink(_flip(content, mirror), rng.uniform(0.76, 0.86)))


def bend(mirror: bool, style: Style, rng: random.Random) -> str:
    """Returns w42 (to the right) or w43 (mirrored)."""
    width = rng.uniform(13, 18)
    content = arrow("M16 66 L-20 30 L-12 18 L10 10", (10, 10), 70, width, style.ink,
                    wings=2.5, barbed=style.barbed, join="round")
    return shells.warning(style, _flip(content, mirror))


def slope(down: bool, style: Style, rng: random.Random) -> str:
    """Returns w41 (down, wedge on the right) or w31 (up, wedge on the left)."""
    foot, top = rng.uniform(62, 68), rng.uniform(8, 16)
    wedge = shells.polygon([(-62, foot), (40, top), (66, foot)], style.ink)
    pointer = arrow("M0 -22 V8", (0, 8), 180, 7, style.yellow, wings=2.8)
    if not down:
        pointer = f'<g transform="rotate(180)">{pointer}</g>'
    return shells.warning(
        style, _flip(wedge + f'<g transform="translate(14 46) rotate(61)">{pointer}</g>', not down)
    )


def two_way(style: Style, rng: random.Random) -> str:
    """Returns w35: an arrow down on the left, an arrow up on the right."""
    width = rng.uniform(8, 12)
    return shells.warning(style, (
        arrow("M-13 -8 V48", (-13, 48), 180, width, style.ink, wings=2.5)
        + arrow("M13 66 V8", (13, 8), 0, width, style.ink, wings=2.5)
    ))


def characters(text: str, inverse: bool, style: Style, rng: random.Random) -> str:
    """Returns a Chinese character in a triangle (w30, w54)."""
    size = rng.uniform(46, 62)
    shape = glyph(text, pick_font(rng, "han")).place(
        0, 36, size, size, style.yellow if inverse else style.ink,
        bold=max(0.0, rng.uniform(-1, 2)),
    )
    return shells.warning(style, shape, inverse)


def pictured(names: str, width: float, height: float, cy: float, mirror: float, style: Style,
             rng: random.Random, inverse: bool = False) -> str:
    """Returns a pictogram in a triangle; ``mirror`` is the chance of a flip."""
    fill = style.yellow if inverse else style.ink
    shape = picture(style, rng, names, 0, cy, width, height, fill, mirror=rng.random() < mirror)
    return shells.warning(style, shape, inverse)


def school(names: str, width: float, height: float, cy: float, style: Style,
           rng: random.Random) -> str:
    """Returns a sign that also comes in fluorescent yellow-green (w55 to w57)."""
    if rng.random() < 0.3:
        style.yellow = hsv(rng, (62, 78), (0.75, 1.0), (0.85, 1.0))
    return pictured(names, width, height, cy, 0.05, style, rng)


def exclamation(style: Style, rng: random.Random) -> str:
    """Returns w63: danger."""
    top, bottom = rng.uniform(-20, -12), rng.uniform(36, 44)
    wide, narrow, dot = rng.uniform(6.5, 10), rng.uniform(2, 4.5), rng.uniform(6.5, 10)
    content = (
        f'<path fill="{style.ink}" d="M{-wide:.1f} {top:.1f} Q{-wide:.1f} {top - wide:.1f} 0'
        f' {top - wide:.1f} Q{wide:.1f} {top - wide:.1f} {wide:.1f} {top:.1f} L{narrow:.1f}'
        f' {bottom:.1f} H{-narrow:.1f} Z"/>' + shells.circle(dot, style.ink, 0, bottom + dot + 5)
    )
    return shells.warning(style, content)


def signals(style: Style, rng: random.Random) -> str:
    """Returns w45: a traffic light in colour."""
    lamps = (
        hsv(rng, (-6, 8), (0.75, 1), (0.6, 0.95)), hsv(rng, (42, 56), (0.75, 1), (0.8, 1)),
        hsv(rng, (125, 175), (0.6, 1), (0.3, 0.65)),
    )
    radius = rng.uniform(10.5, 13)
    case = shells.rect(-radius - 2.5, -20, 2 * radius + 5, 86, style.ink, radius + 2)
    return shells.warning(style, case + "".join(
        shells.circle(radius, lamp, 0, -20 + radius + 3 + index * (80 - 2 * radius) / 2)
        for index, lamp in enumerate(lamps)
    ))


def bump(kind: str, style: Style, rng: random.Random) -> str:
    """Returns w26 (uneven), w28 (dip), w29 (hump) or w39 (humped bridge)."""
    lines = {
        "uneven": "M-40 64 V52 H-30 Q-18 32 -4 46 Q0 50 4 46 Q18 32 30 52 H40 V64 Z",
        "dip": "M-42 64 V46 H-26 Q0 66 26 46 H42 V64 Z",
        "hump": "M-44 64 V52 H-24 Q0 28 24 52 H44 V64 Z",
        "bridge": "M-50 64 V42 H-28 Q-20 42 -18 38 Q0 14 18 38 Q20 42 28 42 H50 V64 H16"
                  " V56 Q0 36 -16 56 V64 Z",
    }
    return shells.warning(style, f'<path fill="{style.ink}" d="{lines[kind]}"/>')


def crosswise(ticks: int, style: Style, rng: random.Random) -> str:
    """Returns w6 or w33: two level arrows, linked."""
    width = 6 * style.line
    content = (
        arrow("M30 40 H-24", (-24, 40), -90, width, style.ink, wings=2.6)
        + arrow("M-30 56 H24", (24, 56), 90, width, style.ink, wings=2.6)
        + shells.rect(-4, 34 if ticks else 42, 8, 28 if ticks else 14, style.ink)
    )
    return shells.warning(style, content)


def obstacle(sides: str, style: Style, rng: random.Random) -> str:
    """Returns w48 (pass right), w65 (pass left) or w66 (either side)."""
    wide = rng.uniform(7, 9)
    post_x = 0 if sides == "both" else (-10 if sides == "right" else 10)
    post = (
        f'<path fill="{style.ink}" d="M{post_x - 7} -12 H{post_x + 7} L{post_x + 2} 22'
        f' H{post_x - 2} Z"/>'
    )
    way = ""
    for side in ((-1, 1) if sides == "both" else (1,) if sides == "right" else (-1,)):
        far = 20 * side if sides == "both" else 12 * side
        start = 0 if sides == "both" else -6 * side
        way += arrow(f"M{start} 68 V52 Q{start} 44 {(far + start) / 2} 44 Q{far} 44 {far} 36 V24",
                     (far, 24), 0, wide, style.ink, wings=2.6)
    return shells.warning(style, post + way)


def spacing(style: Style, rng: random.Random) -> str:
    """Returns w50: a car over chevrons (keep your distance)."""
    content = picture(style, rng, "car_front", 0, 0, 22, 20) + "".join(
        line(f"M{-half} {y + half * 0.45} L0 {y} L{half} {y + half * 0.45}", width, style.ink)
        for half, y, width in ((15, 24, 5), (36, 46, 8))
    ) + line("M-14 10 L-56 68 M14 10 L56 68", 3, style.ink)
    return shells.warning(style, content)


def changeable(style: Style, rng: random.Random) -> str:
    """Returns w53: a two-headed arrow between dashed lines (reversible lane)."""
    dashes = "".join(
        shells.rect(x - 1.5, y, 3, 12, style.ink) for x in (-28, -21, 21, 28) for y in (12, 30, 48)
    )
    return shells.warning(style, dashes + arrow("M0 36 V14", (0, 14), 0, 7, style.ink, wings=2.8)
                          + arrow("M0 36 V54", (0, 54), 180, 7, style.ink, wings=2.8))


def steps(style: Style, rng: random.Random) -> str:
    """Returns w25: long descent."""
    wedge = shells.polygon(
        [(-34, 66), (-34, 56), (-22, 50), (6, 50), (34, 10), (34, 66)], style.ink
    )
    pointers = "".join(
        f'<g transform="translate({x} {y}) rotate(40)">'
        + arrow("M0 -18 V4", (0, 4), 180, 4, style.ink, wings=3) + "</g>"
        for x, y in ((-38, 42), (4, 26))
    )
    return shells.warning(style, wedge + pointers)


def circus(style: Style, rng: random.Random) -> str:
    """Returns w23: roundabout ahead."""
    return shells.warning(style, ring_of_arrows(style.ink, rng.uniform(23, 28),
                                                rng.uniform(8, 10.5), 0, 32))


SIGNS: dict[str, Sign] = {
    "w1": partial(pictured, "cliff", 86, 92, 22, 0),
    "w2": partial(pictured, "cliff", 86, 92, 22, 1.0),
    "w3": partial(pictured, "village village_drawn", 104, 80, 28, 0),
    "w4": partial(pictured, "quay_drawn quay", 88, 64, 36, 0),
    "w5": partial(pictured, "quay_drawn quay", 88, 64, 36, 1.0),
    "w6": partial(crosswise, 0),
    "w7": partial(pictured, "ferry ferry_drawn", 86, 54, 38, 0),
    "w8": partial(road, "narrow_both", False),
    "w9": partial(pictured, "rocks", 84, 92, 22, 0),
    "w10": partial(road, "bends", True),
    "w11": partial(road, "bends", False),
    "w12": partial(pictured, "splash", 100, 56, 40, 0),
    "w13": partial(road, "cross", False),
    "w14": partial(road, "stagger", False),
    "w15": partial(road, "join_lower_left", False),
    "w16": partial(road, "join_lower_left", True),
    "w17": partial(road, "join_upper_left", False),
    "w18": partial(road, "narrow_left", False),
    "w19": partial(road, "join_upper_left", True),
    "w20": partial(road, "tee", False),
    "w21": partial(road, "side_left", False),
    "w22": partial(road, "side_left", True),
    "w23": circus,
    "w24": partial(road, "winding", False),
    "w25": steps,
    "w26": partial(bump, "uneven"),
    "w27": partial(pictured, "rain", 46, 54, 40, 0, inverse=True),
    "w28": partial(bump, "dip"),
    "w29": partial(bump, "hump"),
    "w30": partial(characters, "慢", False),
    "w31": partial(slope, False),
    "w32": partial(pictured, "digger digger_man", 104, 80, 30, 0),
    "w33": partial(crosswise, 1),
    "w34": partial(pictured, "crash crash_drawn", 96, 84, 26, 0),
    "w35": two_way,
    "w36": partial(pictured, "deer", 64, 80, 26, 0),
    "w37": partial(pictured, "tunnel", 62, 70, 32, 0),
    "w38": partial(pictured, "tunnel_car tunnel_car_drawn", 92, 56, 38, 0),
    "w39": partial(bump, "bridge"),
    "w40": partial(pictured, "train steam_train", 84, 72, 30, 0),
    "w41": partial(slope, True),
    "w42": partial(bend, False),
    "w43": partial(bend, True),
    "w44": partial(pictured, "skidding_car", 62, 72, 28, 0),
    "w45": signals,
    "w46": partial(pictured, "fence fence picket_fence", 84, 62, 36, 0),
    "w47": partial(road, "narrow_left", True),
    "w48": partial(obstacle, "right"),
    "w49": partial(road, "bridge_narrow", False),
    "w50": spacing,
    "w51": partial(pictured, "lightning", 44, 56, 40, 0, inverse=True),
    "w52": partial(pictured, "wheelchair wheelchair_drawn", 70, 74, 30, 0),
    "w53": changeable,
    "w54": partial(characters, "雾", True),
    "w55": partial(school, "children children_running children_bag", 78, 62, 34),
    "w56": partial(school, "bicycle bicycle_heavy bicycle_thin bicycle_bold", 84, 54, 40),
    "w57": partial(school, "zebra zebra crossing_man", 98, 78, 30),
    "w58": partial(merge, False),
    "w59": partial(merge, True),
    "w60": partial(pictured, "windsock windsock_drawn", 66, 66, 30, 0),
    "w61": partial(pictured, "snowflake", 54, 58, 38, 0, inverse=True),
    "w62": partial(pictured, "rocks", 84, 92, 22, 1.0),
    "w63": exclamation,
    "w64": partial(pictured, "cow", 80, 52, 38, 0),
    "w65": partial(obstacle, "left"),
    "w66": partial(obstacle, "both"),
    "w67": partial(pictured, "queue_drawn queue", 76, 52, 38, 0, inverse=True),
}
