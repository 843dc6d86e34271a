"""Training images: signs pasted into backgrounds, and cuts of real, labelled streets.

Cut, paste and learn (Dwibedi et al. 2017): what a sign looks like comes from real crops, what it is not from real streets.
All images are BGR uint8 [size, size, 3].
"""

from __future__ import annotations

import math
import random
from dataclasses import dataclass

import cv2
import numpy as np

from .corpus import Corpus, Picture
from .distractors import Distractors
from .labels import CATEGORY_OF, UNKNOWN
from .paste import Placed, paste
from .photometry import take_photo
from .sprites import SpriteBank

MIN_SIDE, MAX_SIDE = 6, 150
BACKGROUND_WEIGHTS = {"rdd2022": 0.3}


@dataclass(frozen=True)
class Sample:
    """An image, boxes float32 [K, 4], categories int64 [K] (IGNORE for places to skip), labels int64 [K] (-1: unknown)."""

    image: np.ndarray
    boxes: np.ndarray
    categories: np.ndarray
    labels: np.ndarray


class SceneGenerator:
    """Pasted scenes over the given backgrounds; those that show signs themselves keep them, with their labels."""

    def __init__(self, bank: SpriteBank, corpus: Corpus, backgrounds: list[Picture], rng: random.Random):
        self._bank, self._corpus, self._rng = bank, corpus, rng
        self._by_source: dict[str, list[Picture]] = {}
        for picture in backgrounds:
            self._by_source.setdefault(picture.source, []).append(picture)
        self._sources = sorted(self._by_source)
        self._tiles = [picture for picture in backgrounds if not picture.signs]
        # A source of a thousand pictures comes up three times as often as one of a hundred; roads from above seldom.
        self._weights = [len(self._by_source[name]) ** 0.5 * BACKGROUND_WEIGHTS.get(name, 1.0) for name in self._sources]
        self._distractors = Distractors(random.Random(7))

    def sample(self, size: int) -> Sample:
        rng = self._rng
        image, placed = self.background(size)
        for _ in range(rng.choice([0, 0, 1, 1, 2, 3])):
            distractor = self._distractors.choose(rng)
            side = math.exp(rng.uniform(math.log(10), math.log(170)))
            paste(image, distractor, rng.uniform(0, size), rng.uniform(0, size), side, rng, is_real=False, keeps_shape=True)
        wanted = 0 if rng.random() < 0.08 else rng.choice([1, 2, 3, 3, 4, 5, 6, 7])
        scene_side = math.exp(rng.uniform(math.log(7.5), math.log(90)))
        for _ in range(wanted * 3):
            if sum(place.label != UNKNOWN for place in placed) >= wanted:
                break
            self._add_post(image, placed, scene_side, wanted)
        return _to_sample(take_photo(image, rng), placed)

    def background(self, size: int) -> tuple[np.ndarray, list[Placed]]:
        """An image without signs, or with some that are known and returned."""
        rng = self._rng
        picture = self._choose_background()
        pixels = self._corpus.pixels(picture)
        if min(pixels.shape[:2]) <= 260 and self._tiles and rng.random() < 0.7:
            return self._mosaic(size, rng.choice([2, 2, 3])), []
        if rng.random() < 0.03:
            return _plain(size, rng), []
        height, width = pixels.shape[:2]
        side = rng.uniform(0.35, 1.0) * min(height, width)
        w, h = min(width, side * rng.uniform(0.8, 1.25)), side
        x, y = rng.uniform(0, width - w), rng.uniform(0, height - h)
        cut = pixels[int(y) : int(y + h), int(x) : int(x + w)]
        image = cv2.resize(cut, (size, size), interpolation=cv2.INTER_AREA if h > size else cv2.INTER_LINEAR)
        placed = _signs_in_cut(picture, x, y, size / w, size / h, size)
        # What is turned round is no longer the sign that it was, but still a sign of its category.
        if rng.random() < 0.5:
            image = np.ascontiguousarray(image[:, ::-1])
            placed = [Placed((size - p.box[2], p.box[1], size - p.box[0], p.box[3]), p.label, p.category) for p in placed]
        return image, placed

    def _choose_background(self) -> Picture:
        source = self._rng.choices(self._sources, self._weights)[0]
        return self._rng.choice(self._by_source[source])

    def _mosaic(self, size: int, tiles: int) -> np.ndarray:
        """Several small backgrounds side by side, none with a known sign."""
        side = -(-size // tiles)
        image = np.zeros((side * tiles, side * tiles, 3), np.uint8)
        for row in range(tiles):
            for column in range(tiles):
                pixels = self._corpus.pixels(self._rng.choice(self._tiles))
                tile = cv2.resize(pixels, (side, side), interpolation=cv2.INTER_AREA)
                flip = self._rng.random() < 0.5
                image[row * side : (row + 1) * side, column * side : (column + 1) * side] = tile[:, ::-1] if flip else tile
        return np.ascontiguousarray(image[:size, :size])

    def _add_post(self, image: np.ndarray, placed: list[Placed], scene_side: float, wanted: int) -> None:
        """One to three signs of one size, above or beside each other, often on a pole or a board."""
        rng, size = self._rng, image.shape[0]
        side = min(max(scene_side * math.exp(rng.gauss(0, 0.45)), MIN_SIDE), MAX_SIDE)
        if wanted <= 2 and rng.random() < 0.15:
            side = rng.uniform(100, size * 0.85)
        x, y = rng.uniform(side / 2, size - side / 2), rng.uniform(side / 2, size - side / 2)
        count = 1 if rng.random() < 0.6 else rng.choice([2, 2, 3])
        is_row = rng.random() < 0.35
        self._add_support(image, placed, x, y, side, count, is_row)
        for i in range(count):
            step = i * side * rng.uniform(1.04, 1.25)
            self._add_sign(image, placed, x + step * is_row, y + step * (not is_row), side)
        if rng.random() < 0.2:
            below = y + side * rng.uniform(0.75, 0.9) + (0 if is_row else (count - 1) * side * 1.1)
            if _is_free(placed, (x - side / 2, below - side / 5, x + side / 2, below + side / 5)):
                paste(image, self._distractors.plate(rng), x, below, side * 0.6, rng, is_real=False, keeps_shape=True)

    def _add_sign(self, image: np.ndarray, placed: list[Placed], x: float, y: float, side: float) -> None:
        size, reach = image.shape[0], side * 0.55
        room = (x - reach, y - reach, x + reach, y + reach)
        if room[0] < 0 or room[1] < 0 or room[2] > size or room[3] > size or not _is_free(placed, room):
            return
        label = self._bank.choose_label(self._rng)
        sprite = self._bank.choose(label, side, self._rng)
        box = paste(image, sprite.pixels, x, y, side, self._rng, is_real=sprite.is_real)
        if box is not None:
            placed.append(Placed(box, label, CATEGORY_OF[label]))

    def _add_support(self, image: np.ndarray, placed: list[Placed], x: float, y: float, side: float, count: int, is_row: bool) -> None:
        rng, size = self._rng, image.shape[0]
        if rng.random() < 0.45:
            half, grey = max(1, int(side * rng.uniform(0.05, 0.14))) / 2, rng.randint(30, 220)
            foot = min(size, y + side * rng.uniform(1, 8))
            if _is_free(placed, (x - half, y, x + half, foot)):
                cv2.rectangle(image, (int(x - half), int(y - side * 0.4)), (int(x + half), int(foot)), (grey, grey, min(255, grey + 5)), -1)
        if rng.random() < 0.25:
            wide, high = side * rng.uniform(0.6, 2.2), side * rng.uniform(0.58, 1.2)
            board = (x - wide, y - high, x + wide, y + high + (0 if is_row else side * (count - 1)))
            if _is_free(placed, board):
                shade = rng.uniform(0.3, 1)
                colour = tuple(int(value * shade) for value in rng.choice(_BOARD_COLOURS))
                cv2.rectangle(image, (int(board[0]), int(board[1])), (int(board[2]), int(board[3])), colour, -1)


class StreetCutter:
    """Square cuts of labelled streets at random scales, most of them around a sign."""

    def __init__(self, corpus: Corpus, scenes: list[Picture], rng: random.Random):
        self._corpus, self._rng = corpus, rng
        self._scenes = [scene for scene in scenes if scene.signs]

    def sample(self, size: int) -> Sample:
        rng = self._rng
        scene = rng.choice(self._scenes)
        pixels = self._corpus.pixels(scene)
        height, width = pixels.shape[:2]
        scale = math.exp(rng.uniform(math.log(0.5), math.log(2.4)))
        if rng.random() < 0.8:
            scale = max(scale, size / min(height, width))
        side = size / scale
        target = rng.choice(scene.signs).box
        x = _clamp((target[0] + target[2]) / 2 - rng.uniform(0.1, 0.9) * side, 0, max(0, width - side))
        y = _clamp((target[1] + target[3]) / 2 - rng.uniform(0.1, 0.9) * side, 0, max(0, height - side))
        image = _cut(pixels, x, y, scale, size)
        return _to_sample(take_photo(image, rng), _signs_in_cut(scene, x, y, scale, scale, size))


class CloseUpCollage:
    """Close-ups with what surrounds them, scattered over a background."""

    def __init__(self, corpus: Corpus, closeups: list[Picture], generator: SceneGenerator, rng: random.Random):
        self._corpus, self._generator, self._rng = corpus, generator, rng
        self._by_label: dict[int, list[Picture]] = {}
        for picture in closeups:
            self._by_label.setdefault(picture.signs[0].label, []).append(picture)
        self._labels = sorted(self._by_label)
        weights = np.array([len(self._by_label[label]) ** 0.5 for label in self._labels])
        self._cumulated = np.cumsum(weights / weights.sum())

    def sample(self, size: int) -> Sample:
        rng = self._rng
        image, placed = self._generator.background(size)
        taken = list(placed)
        for _ in range(rng.choice([1, 2, 3, 4, 5])):
            at = int(np.searchsorted(self._cumulated, rng.random()))
            closeup = rng.choice(self._by_label[self._labels[min(at, len(self._labels) - 1)]])
            self._add(image, closeup, placed, taken)
        return _to_sample(take_photo(image, rng), placed)

    def _add(self, image: np.ndarray, closeup: Picture, placed: list[Placed], taken: list[Placed]) -> None:
        rng, size, pixels = self._rng, image.shape[0], self._corpus.pixels(closeup)
        sign = closeup.signs[0]
        side = math.exp(rng.uniform(math.log(9), math.log(200)))
        scale = side / max(sign.box[2] - sign.box[0], sign.box[3] - sign.box[1])
        height, width = max(6, int(pixels.shape[0] * scale)), max(6, int(pixels.shape[1] * scale))
        if scale > 2.5 or height >= size or width >= size:
            return
        x, y = rng.randrange(size - width), rng.randrange(size - height)
        if not _is_free(taken, (x, y, x + width, y + height)):
            return
        image[y : y + height, x : x + width] = cv2.resize(
            pixels, (width, height), interpolation=cv2.INTER_AREA if scale < 1 else cv2.INTER_LINEAR
        )
        sx, sy = width / pixels.shape[1], height / pixels.shape[0]
        box = (x + sign.box[0] * sx, y + sign.box[1] * sy, x + sign.box[2] * sx, y + sign.box[3] * sy)
        placed.append(Placed(box, sign.label, sign.category))
        taken.append(Placed((x, y, x + width, y + height)))


class BackgroundCutter:
    """Cuts of sign-free pictures around places that a detector once took for signs (hard negatives)."""

    def __init__(self, corpus: Corpus, mistakes: list[tuple[Picture, tuple[float, float, float, float]]], rng: random.Random):
        self._corpus, self._mistakes, self._rng = corpus, mistakes, rng

    def sample(self, size: int) -> Sample:
        rng = self._rng
        picture, mistake = rng.choice(self._mistakes)
        pixels = self._corpus.pixels(picture)
        scale = math.exp(rng.uniform(math.log(0.6), math.log(2.6)))
        side = size / scale
        x = _clamp((mistake[0] + mistake[2]) / 2 - rng.uniform(0.1, 0.9) * side, 0, max(0, pixels.shape[1] - side))
        y = _clamp((mistake[1] + mistake[3]) / 2 - rng.uniform(0.1, 0.9) * side, 0, max(0, pixels.shape[0] - side))
        placed = _signs_in_cut(picture, x, y, scale, scale, size)
        return _to_sample(take_photo(_cut(pixels, x, y, scale, size), rng), placed)


_BOARD_COLOURS = [(60, 110, 0), (170, 90, 10), (230, 230, 230), (150, 150, 150), (0, 190, 240), (60, 50, 40)]  # BGR


def _to_sample(image: np.ndarray, placed: list[Placed]) -> Sample:
    boxes = np.array([place.box for place in placed], np.float32).reshape(-1, 4)
    labels = np.array([place.label for place in placed], np.int64)
    categories = np.array([place.category for place in placed], np.int64)
    return Sample(image, boxes, categories, labels)


def _cut(pixels: np.ndarray, x: float, y: float, scale: float, size: int) -> np.ndarray:
    """The square from (x, y) at `scale`, grey where the picture ends."""
    side = math.ceil(size / scale) + 1
    part = pixels[int(y) : int(y) + side, int(x) : int(x) + side]
    if scale < 0.8:
        shrunk = cv2.resize(part, None, fx=scale, fy=scale, interpolation=cv2.INTER_AREA)
        image = np.full((size, size, 3), 114, np.uint8)
        shrunk = shrunk[:size, :size]
        image[: shrunk.shape[0], : shrunk.shape[1]] = shrunk
        return image
    move = np.float32([[scale, 0, -(x - int(x)) * scale], [0, scale, -(y - int(y)) * scale]])
    return cv2.warpAffine(part, move, (size, size), flags=cv2.INTER_LINEAR, borderValue=(114, 114, 114))


def _into_cut(box, x: float, y: float, scale_x: float, scale_y: float, size: int) -> tuple[float, float, float, float] | None:
    """A box of the picture in the cut's pixels, clipped; None where next to nothing of it is left."""
    moved = ((box[0] - x) * scale_x, (box[1] - y) * scale_y, (box[2] - x) * scale_x, (box[3] - y) * scale_y)
    clipped = tuple(_clamp(value, 0, size) for value in moved)
    if clipped[2] - clipped[0] < 2 or clipped[3] - clipped[1] < 2:
        return None
    return clipped


def _signs_in_cut(picture: Picture, x: float, y: float, scale_x: float, scale_y: float, size: int) -> list[Placed]:
    """A picture's signs in a cut of it. What is cut off, or left with too few pixels to be called a sign, is to be ignored."""
    placed = []
    for sign in picture.signs:
        box = _into_cut(sign.box, x, y, scale_x, scale_y, size)
        if box is None:
            continue
        width, height = box[2] - box[0], box[3] - box[1]
        whole = (sign.box[2] - sign.box[0]) * (sign.box[3] - sign.box[1]) * scale_x * scale_y
        is_sign = width * height > 0.45 * whole and min(width, height) >= 5
        placed.append(Placed(box, sign.label, sign.category) if is_sign else Placed(box))
    return placed


def _is_free(placed: list[Placed], room: tuple[float, float, float, float]) -> bool:
    return all(room[2] <= p.box[0] or room[0] >= p.box[2] or room[3] <= p.box[1] or room[1] >= p.box[3] for p in placed)


def _plain(size: int, rng: random.Random) -> np.ndarray:
    """Soft colours without content."""
    seeds = np.array([[[rng.randrange(256) for _ in range(3)] for _ in range(4)] for _ in range(3)], np.uint8)
    return cv2.resize(seeds, (size, size), interpolation=cv2.INTER_CUBIC)


def _clamp(value: float, low: float, high: float) -> float:
    return min(max(value, low), high)
