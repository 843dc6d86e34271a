"""Figures and characters as shapes, taken from the fonts of the system."""

from __future__ import annotations

import random
from functools import lru_cache
from pathlib import Path

import numpy as np
from PIL import Image, ImageDraw, ImageFont

from .trace import Shape, trace

#: Debian packages that hold the fonts below.
FONT_PACKAGES = (
    "fonts-bebas-neue",
    "fonts-dejavu-core",
    "fonts-dejavu-extra",
    "fonts-freefont-ttf",
    "fonts-lato",
    "fonts-liberation",
    "fonts-national-park",
    "fonts-noto-cjk",
    "fonts-open-sans",
    "fonts-opendin",
    "fonts-roadgeek",
    "fonts-roboto-unhinted",
    "fonts-wqy-microhei",
    "fonts-wqy-zenhei",
)

FONT_ROOT = Path("/usr/share/fonts")

#: Fonts for figures: path below FONT_ROOT and how often it is drawn. The
#: Roadgeek faces are the closest to the figures of GB 5768.
FIGURE_FONTS: dict[str, float] = {
    "truetype/roadgeek/RG2014B.ttf": 2,
    "truetype/roadgeek/RG2014C.ttf": 4,
    "truetype/roadgeek/RG2014D.ttf": 4,
    "truetype/roadgeek/RG2014E.ttf": 2,
    "truetype/opendin/OSP-DIN.ttf": 3,
    "truetype/liberation/LiberationSansNarrow-Bold.ttf": 2,
    "truetype/liberation/LiberationSans-Bold.ttf": 1.5,
    "truetype/liberation/LiberationSans-Regular.ttf": 0.7,
    "truetype/roboto/unhinted/RobotoCondensed-Bold.ttf": 1.5,
    "truetype/roboto/unhinted/RobotoTTF/Roboto-Medium.ttf": 1,
    "truetype/dejavu/DejaVuSansCondensed-Bold.ttf": 1,
    "truetype/open-sans/OpenSans-CondBold.ttf": 1,
    "truetype/lato/Lato-Bold.ttf": 0.7,
    "truetype/freefont/FreeSansBold.ttf": 1,
    "opentype/national-park/NationalPark-Heavy.otf": 0.5,
    "opentype/bebas-neue/BebasNeue-Regular.otf": 0.7,
    "truetype/wqy/wqy-microhei.ttc": 0.5,
}

#: The same less the faces without small letters.
UNIT_FONTS = {name: weight for name, weight in FIGURE_FONTS.items() if "bebas" not in name}

#: Faces narrow enough for three figures.
NARROW_FONTS: dict[str, float] = {
    "truetype/roadgeek/RG2014B.ttf": 4,
    "truetype/roadgeek/RG2014C.ttf": 4,
    "truetype/opendin/OSP-DIN.ttf": 2,
    "truetype/liberation/LiberationSansNarrow-Bold.ttf": 2,
    "truetype/roboto/unhinted/RobotoCondensed-Bold.ttf": 2,
    "truetype/open-sans/OpenSans-CondBold.ttf": 1.5,
    "opentype/bebas-neue/BebasNeue-Regular.otf": 1,
    "truetype/freefont/FreeSansBold.ttf": 1,
}

#: Fonts for Chinese characters.
HAN_FONTS: dict[str, float] = {
    "opentype/noto/NotoSansCJK-Bold.ttc": 3,
    "opentype/noto/NotoSansCJK-Regular.ttc": 1,
    "truetype/wqy/wqy-zenhei.ttc": 2,
    "truetype/wqy/wqy-microhei.ttc": 2,
}

#: Index of the simplified Chinese face inside the Noto collection.
_NOTO_SC = 2
_EM = 320


@lru_cache(maxsize=None)
def _present(table: str) -> tuple[tuple[str, ...], tuple[float, ...]]:
    fonts = {
        "figure": FIGURE_FONTS, "narrow": NARROW_FONTS, "han": HAN_FONTS, "unit": UNIT_FONTS,
    }[table]
    found = {name: weight for name, weight in fonts.items() if (FONT_ROOT / name).exists()}
    if not found:
        raise RuntimeError(
            "no font found; install with: apt-get install -y --no-install-recommends "
            + " ".join(FONT_PACKAGES)
        )
    return tuple(found), tuple(found.values())


def pick_font(rng: random.Random, table: str = "figure") -> str:
    """Draws one installed font.

    Args:
        rng: Source of randomness.
        table: ``figure``, ``unit`` (with small letters), ``narrow`` or ``han``.

    Raises:
        RuntimeError: If none of the fonts is installed.
    """
    names, weights = _present(table)
    return rng.choices(names, weights)[0]


@lru_cache(maxsize=2048)
def glyph(text: str, font: str) -> Shape:
    """Returns a short text in a font as one shape."""
    index = _NOTO_SC if "NotoSansCJK" in font else 0
    face = ImageFont.truetype(str(FONT_ROOT / font), _EM, index=index)
    width = int(face.getlength(text)) + _EM
    image = Image.new("L", (width, 2 * _EM), 0)
    ImageDraw.Draw(image).text((_EM // 2, _EM // 2), text, font=face, fill=255)
    return trace(np.asarray(image))


def write(
    text: str, font: str, cx: float, cy: float, width: float, height: float,
    fill: str, *, gap: float = 0.12, squeeze: float = 1.0, bold: float = 0.0,
) -> str:
    """Writes figures of one height next to each other.

    Args:
        text: The characters; all are stretched to the same height.
        font: A font name of the tables above.
        cx: Centre, sign units.
        cy: Centre, sign units.
        width: Greatest width of the whole, sign units.
        height: Height of a character, sign units.
        fill: Colour.
        gap: Space between characters, in heights.
        squeeze: Factor on the natural width of the characters.
        bold: Width of an added outline, sign units.
    """
    return write_row([(text, 1.0)], font, cx, cy, width, height, fill,
                     gap=gap, squeeze=squeeze, bold=bold)


def write_row(
    parts: list[tuple[str, float]], font: str, cx: float, cy: float, width: float,
    height: float, fill: str, *, gap: float = 0.12, squeeze: float = 1.0,
    bold: float = 0.0,
) -> str:
    """Writes parts of different heights on one baseline.

    Args:
        parts: (characters, height as a fraction of ``height``) pairs. A full
            stop is drawn as a small square dot.
        font: See :func:`write`, like the other arguments.
    """
    boxes: list[tuple[str, float, float]] = []
    for text, share in parts:
        for char in text:
            tall = height * share * (0.16 if char == "." else 1.0)
            shape = glyph(char, font)
            factor = 1.0 if char == "." else squeeze
            boxes.append((char, shape.width / shape.height * tall * factor, tall))
    space = gap * height * min(1.0, 0.35 + 0.65 * min(share for _, share in parts))
    total = sum(box[1] for box in boxes) + space * (len(boxes) - 1)
    shrink = min(1.0, width / total)
    left, base = cx - total * shrink / 2, cy + height / 2
    out = []
    for char, wide, tall in boxes:
        wide *= shrink
        out.append(glyph(char, font).place(
            left + wide / 2, base - tall / 2, wide, tall, fill, stretch=True, bold=bold,
        ))
        left += wide + space * shrink
    return "".join(out)
