"""Crops for the classifier: RGB uint8 [48, 48, 3] around a box, as the server cuts them or altered for training."""

from __future__ import annotations

import random

import cv2
import numpy as np

from .classifier import CROP_SIDE, MARGIN
from .photometry import motion_blur

Box = tuple[float, float, float, float]


def cut_crop(pixels: np.ndarray, box: Box, margin: float = MARGIN) -> np.ndarray:
    """The box of a BGR picture, grown by `margin` of its size on each side; beyond the picture its border is repeated."""
    grow_x, grow_y = (box[2] - box[0]) * margin, (box[3] - box[1]) * margin
    return _resample(pixels, (box[0] - grow_x, box[1] - grow_y, box[2] + grow_x, box[3] + grow_y))[..., ::-1]


def altered_crop(pixels: np.ndarray, box: Box, rng: random.Random) -> np.ndarray:
    """As a detector may have boxed it and a camera may have seen it: shifted, turned, dim, blurred, small, half hidden."""
    crop = _resample(pixels, _shaken(box, rng))
    if rng.random() < 0.6:
        crop = _turned(crop, rng)
    if rng.random() < 0.06:
        crop = _hidden(crop, rng)
    crop = _light(crop, rng)
    if rng.random() < 0.4:
        side = rng.randint(10, 40)
        crop = cv2.resize(cv2.resize(crop, (side, side), interpolation=cv2.INTER_AREA), (CROP_SIDE, CROP_SIDE), interpolation=cv2.INTER_LINEAR)
    chance = rng.random()
    if chance < 0.25:
        crop = cv2.GaussianBlur(crop, (0, 0), rng.uniform(0.3, 1.5))
    elif chance < 0.35:
        crop = motion_blur(crop, rng.choice([3, 5, 7]), rng.uniform(-90, 90))
    if rng.random() < 0.25:
        grain = np.random.default_rng(rng.getrandbits(32)).standard_normal((CROP_SIDE, CROP_SIDE, 1), np.float32)
        crop = np.clip(crop + grain * rng.uniform(2, 14), 0, 255).astype(np.uint8)
    return np.ascontiguousarray(crop[..., ::-1])


def _resample(pixels: np.ndarray, box: Box) -> np.ndarray:
    """BGR [48, 48, 3]; shrinks by averaging first where the box is much larger."""
    width, height = box[2] - box[0], box[3] - box[1]
    shrink = int(min(width, height) / CROP_SIDE)
    if shrink > 1:
        left, top = int(max(0, box[0] - 4)), int(max(0, box[1] - 4))
        part = pixels[top : int(box[3] + 5), left : int(box[2] + 5)]
        size = max(1, part.shape[1] // shrink), max(1, part.shape[0] // shrink)
        scale_x, scale_y = size[0] / part.shape[1], size[1] / part.shape[0]
        pixels = cv2.resize(part, size, interpolation=cv2.INTER_AREA)
        box = ((box[0] - left) * scale_x, (box[1] - top) * scale_y, (box[2] - left) * scale_x, (box[3] - top) * scale_y)
        width, height = box[2] - box[0], box[3] - box[1]
    sx, sy = CROP_SIDE / width, CROP_SIDE / height
    # Pixel centres lie at halves, as in the server's sampling.
    move = np.float32([[sx, 0, (0.5 - box[0]) * sx - 0.5], [0, sy, (0.5 - box[1]) * sy - 0.5]])
    return cv2.warpAffine(pixels, move, (CROP_SIDE, CROP_SIDE), flags=cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE)


def _shaken(box: Box, rng: random.Random) -> Box:
    width, height = box[2] - box[0], box[3] - box[1]
    margin = rng.uniform(-0.04, 0.16)
    edges = [margin + rng.gauss(0, 0.045) for _ in range(4)]
    return (box[0] - width * edges[0], box[1] - height * edges[1], box[2] + width * edges[2], box[3] + height * edges[3])


def _turned(crop: np.ndarray, rng: random.Random) -> np.ndarray:
    centre = CROP_SIDE / 2 - 0.5
    turn = cv2.getRotationMatrix2D((centre, centre), rng.gauss(0, 6), rng.uniform(0.94, 1.08))
    turn[0, 1] += rng.gauss(0, 0.04)
    turn[1, 0] += rng.gauss(0, 0.03)
    return cv2.warpAffine(crop, turn, (CROP_SIDE, CROP_SIDE), borderMode=cv2.BORDER_REPLICATE)


def _hidden(crop: np.ndarray, rng: random.Random) -> np.ndarray:
    crop, colour = crop.copy(), tuple(rng.randrange(200) for _ in range(3))
    start, end = (rng.randrange(CROP_SIDE), 0), (rng.randrange(CROP_SIDE), CROP_SIDE)
    cv2.line(crop, start, end, colour, rng.randint(3, 10))
    return crop


def _light(crop: np.ndarray, rng: random.Random) -> np.ndarray:
    is_dark = rng.random() < 0.12
    gain = rng.uniform(0.15, 0.5) if is_dark else rng.uniform(0.55, 1.45)
    offset, gamma = rng.uniform(-25, 25) * (0.3 if is_dark else 1), rng.uniform(0.7, 1.4)
    curve = (np.arange(256) / 255) ** gamma * 255 * gain + offset
    cast = np.array([rng.uniform(0.88, 1.12) for _ in range(3)])
    return cv2.LUT(crop, np.clip(curve[:, None] * cast, 0, 255).astype(np.uint8).reshape(256, 1, 3))
