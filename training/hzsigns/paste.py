"""Pastes one sprite into an image so that it looks photographed there."""

from __future__ import annotations

import math
import random
from dataclasses import dataclass

import cv2
import numpy as np

from .labels import IGNORE, UNKNOWN

Box = tuple[float, float, float, float]


@dataclass(frozen=True)
class Placed:
    """Something in an image: an index into labels.LABELS or UNKNOWN, an index into CATEGORIES or IGNORE."""

    box: Box
    label: int = UNKNOWN
    category: int = IGNORE


def paste(
    image: np.ndarray,
    sprite: np.ndarray,
    x: float,
    y: float,
    side: float,
    rng: random.Random,
    is_real: bool,
    keeps_shape: bool = False,
) -> Box | None:
    """Draws `sprite` (BGRA) around (x, y), about `side` pixels wide and high, turned and skewed a little, into `image`
    (BGR, in place). -> the box of what is to be seen, None where it does not fit."""
    sprite = _shrink_near(sprite, side)
    corners = _corners(sprite, side, rng, keeps_shape)
    low, high = corners.min(0) - 3, corners.max(0) + 3
    width, height = int(high[0] - low[0]) + 1, int(high[1] - low[1]) + 1
    left, top = round(x + low[0]), round(y + low[1])
    if left < 0 or top < 0 or left + width > image.shape[1] or top + height > image.shape[0]:
        return None
    h, w = sprite.shape[:2]
    warp = cv2.getPerspectiveTransform(np.float32([[0, 0], [w, 0], [w, h], [0, h]]), np.float32(corners - low))
    colour = cv2.warpPerspective(sprite[..., :3], warp, (width, height), borderMode=cv2.BORDER_REPLICATE).astype(np.float32)
    alpha = cv2.warpPerspective(sprite[..., 3], warp, (width, height)).astype(np.float32) / 255
    place = image[top : top + height, left : left + width]
    behind = place.astype(np.float32)
    colour = _light_real(colour, behind, rng) if is_real else _light_drawn(colour, behind, side, rng)
    box = _box_of(alpha, left, top)
    if box is None:
        return None
    if rng.random() < 0.1:
        _occlude(alpha, rng)
    alpha = cv2.GaussianBlur(alpha, (0, 0), rng.uniform(0.4, 0.9))[..., None]
    place[:] = np.clip(behind * (1 - alpha) + colour * alpha, 0, 255).astype(np.uint8)
    return box


def _shrink_near(sprite: np.ndarray, side: float) -> np.ndarray:
    """Warping does not average: what is far too large is shrunk before."""
    factor = side * 1.5 / sprite.shape[0]
    if factor >= 0.75:
        return sprite
    size = max(2, int(sprite.shape[1] * factor)), max(2, int(sprite.shape[0] * factor))
    return cv2.resize(sprite, size, interpolation=cv2.INTER_AREA)


def _corners(sprite: np.ndarray, side: float, rng: random.Random, keeps_shape: bool) -> np.ndarray:
    """Where the sprite's corners go, around (0, 0): [4, 2]. Seen from the side a sign is narrower."""
    aspect = sprite.shape[1] / sprite.shape[0] * (1 if keeps_shape else rng.uniform(0.72, 1.08))
    root = math.sqrt(max(aspect, 0.3))
    w, h = max(4, side * root) / 2, max(4, side / root) / 2
    jitter = np.array([[rng.uniform(-0.07, 0.07) for _ in range(2)] for _ in range(4)])
    corners = np.array([[-w, -h], [w, -h], [w, h], [-w, h]]) * (1 + jitter)
    angle = math.radians(rng.gauss(0, 5) if rng.random() < 0.9 else rng.uniform(-25, 25))
    turn = np.array([[math.cos(angle), math.sin(angle)], [-math.sin(angle), math.cos(angle)]])
    return corners @ turn


def _light_real(colour: np.ndarray, behind: np.ndarray, rng: random.Random) -> np.ndarray:
    """A real crop has its light already: vary it, sometimes towards that of its new place."""
    if rng.random() < 0.6:
        colour = colour * rng.uniform(0.75, 1.3) + rng.uniform(-12, 12)
    if rng.random() < 0.3:
        own, there = max(colour.mean(), 12.0), behind.mean()
        colour = colour * np.clip((0.5 * there + 0.5 * own) / own, 0.5, 1.8)
    return colour


def _light_drawn(colour: np.ndarray, behind: np.ndarray, side: float, rng: random.Random) -> np.ndarray:
    """A flat drawing gets a light, a fading, an uneven brightness and a blur."""
    there = behind.mean() / 255
    light = rng.uniform(0.3, 1.02) if rng.random() < 0.6 else min(max(there * rng.uniform(0.9, 1.7), 0.2), 1.05)
    grey = colour.mean(2, keepdims=True)
    spread = 0.1 if rng.random() < 0.7 else 0.3  # shade is blue, evening light red
    cast = np.float32([rng.uniform(1 - spread, 1 + spread) for _ in range(3)])
    vivid = rng.uniform(0.45, 1.05) if rng.random() < 0.7 else rng.uniform(0.12, 0.5)  # old red is brown, in the shade grey
    colour = (grey + (colour - grey) * vivid) * light * cast + rng.uniform(0, 35)
    height, width = colour.shape[:2]
    across = np.linspace(-1, 1, width, dtype=np.float32)[None, :, None] * rng.uniform(-0.2, 0.2)
    down = np.linspace(-1, 1, height, dtype=np.float32)[:, None, None] * rng.uniform(-0.2, 0.2)
    colour = colour * (1 + across + down)
    if rng.random() < 0.6:
        colour = cv2.GaussianBlur(colour, (0, 0), rng.uniform(0.3, max(0.35, side * 0.03)))
    if rng.random() < 0.15:
        colour = 255 - (255 - colour) * rng.uniform(0.4, 0.9)  # haze, or light that is too strong
    return colour


def _box_of(alpha: np.ndarray, left: int, top: int) -> Box | None:
    ys, xs = np.where(alpha > 0.5)
    if len(xs) < 9:
        return None
    return (float(left + xs.min()), float(top + ys.min()), float(left + xs.max() + 1), float(top + ys.max() + 1))


def _occlude(alpha: np.ndarray, rng: random.Random) -> None:
    """A branch, a pole or another sign before it: up to a third of it is gone. In place."""
    height, width = alpha.shape
    side = (height + width) / 2
    if rng.random() < 0.6:
        start, end = (rng.randrange(width), 0), (rng.randrange(width), height)
        cv2.line(alpha, start, end, 0, max(1, int(side * rng.uniform(0.05, 0.22))))
        return
    for _ in range(rng.randint(1, 5)):
        cv2.circle(alpha, (rng.randrange(width), rng.randrange(height)), max(1, int(side * rng.uniform(0.05, 0.16))), 0, -1)
