"""What looks like a sign and is none: shop boards, plates, lamps, wheels, badges. BGRA uint8 [h, w, 4], drawn once."""

from __future__ import annotations

import random

import cv2
import numpy as np
from PIL import Image, ImageDraw, ImageFont

FONT = "/usr/share/fonts/opentype/noto/NotoSansCJK-Bold.ttc"  # Debian package fonts-noto-cjk
_TEXT = "中国北京上海广州深圳人民路大道高速公路出口入口服务区前方施工请慢行停车场医院学校超市银行酒店欢迎光临东西南北环城一二三四五六七八九十KMPABCDEFGH0123456789米公里注意"
_COLOURS = [(0, 110, 60), (0, 90, 170), (250, 250, 250), (250, 200, 0), (200, 20, 20), (30, 30, 30), (120, 70, 20), (240, 120, 10), (10, 130, 200)]


class Distractors:
    def __init__(self, rng: random.Random, boards: int = 160, round_things: int = 160):
        self._boards = [_board(rng) for _ in range(boards)]
        makers = (_lamp, _lamp, _wheel, _badge, _tail_light)
        self._round_things = [rng.choice(makers)(rng) for _ in range(round_things)]

    def choose(self, rng: random.Random) -> np.ndarray:
        return rng.choice(self._boards if rng.random() < 0.5 else self._round_things)

    def plate(self, rng: random.Random) -> np.ndarray:
        """A board of text, as hangs under signs."""
        return rng.choice(self._boards)


def _board(rng: random.Random) -> np.ndarray:
    width, height = rng.randint(40, 240), rng.randint(24, 160)
    ground = rng.choice(_COLOURS)
    ink = (255, 255, 255) if sum(ground) < 420 else (20, 20, 20)
    ink = rng.choice(_COLOURS) if rng.random() < 0.2 else ink
    image = Image.new("RGB", (width, height), ground)
    pen, size = ImageDraw.Draw(image), rng.randint(10, max(12, min(60, height // 2)))
    font, y = ImageFont.truetype(FONT, size, index=2), 2
    while y < height - size:
        line = "".join(rng.choice(_TEXT) for _ in range(max(1, width // size - 1)))
        pen.text((rng.randint(2, 8), y), line, fill=ink, font=font)
        y += int(size * rng.uniform(1.2, 2))
    if rng.random() < 0.4:
        pen.rectangle([2, 2, width - 3, height - 3], outline=ink, width=2)
    return np.ascontiguousarray(np.dstack([np.array(image)[..., ::-1], np.full((height, width), 255, np.uint8)]))


def _blank() -> np.ndarray:
    return np.zeros((96, 96, 4), np.uint8)


def _colour(rng: random.Random) -> tuple[int, int, int, int]:
    red, green, blue = rng.choice(_COLOURS) if rng.random() < 0.6 else tuple(rng.randrange(256) for _ in range(3))
    return blue, green, red, 255


def _lamp(rng: random.Random) -> np.ndarray:
    """A round light, glowing from its middle; red, amber, green or white."""
    thing, colour = _blank(), rng.choice([(40, 40, 235), (30, 160, 255), (80, 220, 60), (240, 245, 255)])
    for radius in range(46, 0, -2):
        share = 1 - radius / 46
        cv2.circle(thing, (48, 48), radius, tuple(int(c * (0.4 + 0.6 * share) + 120 * share**3) if c < 255 else 255 for c in colour) + (255,), -1)
    return np.clip(thing, 0, 255).astype(np.uint8)


def _wheel(rng: random.Random) -> np.ndarray:
    thing, rim = _blank(), rng.randint(90, 220)
    cv2.circle(thing, (48, 48), 46, (25, 25, 25, 255), -1)
    cv2.circle(thing, (48, 48), rng.randint(26, 36), (rim, rim, rim, 255), rng.choice([-1, 4]))
    for spoke in range(rng.choice([0, 5, 6, 8])):
        angle = spoke * 6.283 / 6
        cv2.line(thing, (48, 48), (int(48 + 30 * np.cos(angle)), int(48 + 30 * np.sin(angle))), (40, 40, 40, 255), 4)
    cv2.circle(thing, (48, 48), rng.randint(4, 9), (60, 60, 60, 255), -1)
    return thing


def _badge(rng: random.Random) -> np.ndarray:
    """A round logo: rings and a letter, never a red ring on white, nor white on blue."""
    thing, ground = _blank(), _colour(rng)
    cv2.ellipse(thing, (48, 48), (46, rng.randint(30, 46)), 0, 0, 360, ground, -1)
    if rng.random() < 0.5:
        cv2.circle(thing, (48, 48), rng.randint(16, 36), _colour(rng), rng.choice([-1, 3]))
    letter = rng.choice("ABCDEFGHKMNRSTWXYZ&@")
    cv2.putText(thing, letter, (30, 64), cv2.FONT_HERSHEY_DUPLEX, rng.uniform(0.8, 1.8), _colour(rng), rng.randint(2, 5))
    return thing


def _tail_light(rng: random.Random) -> np.ndarray:
    thing = _blank()
    red = (rng.randint(10, 60), rng.randint(10, 60), rng.randint(150, 255), 255)
    cv2.ellipse(thing, (48, 48), (46, rng.randint(14, 40)), rng.randint(-20, 20), 0, 360, red, -1)
    if rng.random() < 0.6:
        cv2.ellipse(thing, (48, 48), (rng.randint(8, 24), rng.randint(6, 14)), 0, 0, 360, (235, 235, 245, 255), -1)
    return thing
