"""Signs cut out of their surroundings, to be pasted into scenes: BGRA uint8 [h, w, 4]."""

from __future__ import annotations

import random
from collections import Counter, defaultdict
from dataclasses import dataclass
from pathlib import Path

import cv2
import numpy as np

from .corpus import Corpus
from .labels import CATEGORIES, CLASS_OF, LABELS


@dataclass(frozen=True)
class Sprite:
    pixels: np.ndarray
    is_real: bool


class SpriteBank:
    """Sprites by label, drawn so that rare labels come up more often than on the road and less often than the common ones."""

    REAL_SHARE = 0.75

    def __init__(self, real: dict[int, list[Sprite]], drawn: dict[int, list[Sprite]]):
        self._real, self._drawn = real, drawn
        self.labels = sorted(set(real) | set(drawn))
        # Readings share the weight of their class: "end of a speed limit" is not eight times as common for its eight numbers.
        members = Counter(CLASS_OF[label] for label in self.labels)
        weights = np.array([(LABELS[label].on_road + 8) ** 0.35 / members[CLASS_OF[label]] ** 0.7 for label in self.labels])
        self._cumulated = np.cumsum(weights / weights.sum())

    def choose_label(self, rng: random.Random) -> int:
        at = int(np.searchsorted(self._cumulated, rng.random()))
        return self.labels[min(at, len(self.labels) - 1)]

    def choose(self, label: int, size: float, rng: random.Random) -> Sprite:
        """A sprite of the label, if there are any with enough pixels for `size`."""
        real, drawn = self._real.get(label, []), self._drawn.get(label, [])
        share = self.REAL_SHARE if len(real) >= 20 else self.REAL_SHARE * 0.55
        if not real or (drawn and rng.random() >= share):
            return rng.choice(drawn)
        for _ in range(6):
            sprite = rng.choice(real)
            if sprite.pixels.shape[0] >= size * 0.55:
                break
        return sprite


def real_sprites(corpus: Corpus, held_out: bool = False) -> dict[int, list[Sprite]]:
    """From the crops that are not held out, or from those that are, with the shape of their sign as mask."""
    sprites: dict[int, list[Sprite]] = defaultdict(list)
    for picture in corpus.select("crop", held_out=held_out):
        label, pixels = picture.signs[0].label, corpus.pixels(picture)
        sprites[label].append(Sprite(np.dstack([pixels, shape_mask(shape_of(label, pixels), *pixels.shape[:2])]), True))
    return dict(sprites)


def drawn_sprites(folder: Path, open_only: bool = False) -> dict[int, list[Sprite]]:
    """What `hzsigns.draw` drew, with or without what it took from somebody else (`--icons`)."""
    corpus = Corpus(folder)
    sprites: dict[int, list[Sprite]] = defaultdict(list)
    for picture in corpus.select("drawn", open_only=open_only):
        sprites[picture.signs[0].label].append(Sprite(corpus.pixels(picture), False))
    return dict(sprites)


def shape_of(label: int, pixels: np.ndarray) -> str:
    code, category = LABELS[label].code, LABELS[label].category
    if code == "pg":
        return "yield"
    if code == "ps":
        return "octagon"
    is_square = 0.8 < pixels.shape[1] / pixels.shape[0] < 1.25
    if category == CATEGORIES[3] or not is_square and category != "warning":
        return "rectangle" if category != "prohibitory" else "disc"
    return "triangle" if category == "warning" else "disc"


# Corners as shares of the width and height.
_POLYGONS = {
    "triangle": [(0.46, 0), (0.54, 0), (1, 0.93), (0.97, 1), (0.03, 1), (0, 0.93)],
    "yield": [(0.46, 1), (0.54, 1), (1, 0.07), (0.97, 0), (0.03, 0), (0, 0.07)],
    "octagon": [(0.29, 0), (0.71, 0), (1, 0.29), (1, 0.71), (0.71, 1), (0.29, 1), (0, 0.71), (0, 0.29)],
    "rectangle": [(0.02, 0.02), (0.98, 0.02), (0.98, 0.98), (0.02, 0.98)],
}


def shape_mask(shape: str, height: int, width: int) -> np.ndarray:
    """uint8 [height, width], 255 inside, smooth at the edge."""
    fine_height, fine_width = height * 4, width * 4
    mask = np.zeros((fine_height, fine_width), np.uint8)
    if shape == "disc":
        cv2.ellipse(mask, (fine_width // 2, fine_height // 2), (int(fine_width * 0.49), int(fine_height * 0.49)), 0, 0, 360, 255, -1)
    else:
        corners = np.array(_POLYGONS[shape]) * [fine_width, fine_height]
        cv2.fillConvexPoly(mask, corners.astype(np.int32), 255)
    return cv2.resize(mask, (width, height), interpolation=cv2.INTER_AREA)
