"""Age and damage, applied to a rendered sign (BGRA)."""

from __future__ import annotations

import random

import cv2
import numpy as np


def _blobs(rng: random.Random, size: int, cells: int) -> np.ndarray:
    """Returns smooth noise in 0..1, float32 [size, size]."""
    generator = np.random.default_rng(rng.getrandbits(32))
    coarse = generator.random((cells, cells), dtype=np.float32)
    return cv2.resize(coarse, (size, size), interpolation=cv2.INTER_CUBIC).clip(0, 1)


def _mix(image: np.ndarray, colour: tuple[float, float, float], amount: np.ndarray) -> None:
    """Blends a BGR colour into float32 [h, w, 3] by amount [h, w], in place."""
    image += (np.array(colour, np.float32) - image) * amount[..., None]


def fade(image: np.ndarray, rng: random.Random) -> None:
    """Washes the whole sign out towards a pale grey, in place."""
    strength = rng.uniform(0.05, 0.4)
    tone = rng.uniform(170, 235)
    _mix(image, (tone, tone, tone), np.full(image.shape[:2], strength, np.float32))


def bleach(image: np.ndarray, rng: random.Random) -> None:
    """Washes out one side, as by the sun, in place."""
    size = image.shape[0]
    amount = _blobs(rng, size, 3) * rng.uniform(0.15, 0.6)
    _mix(image, (215, 222, 225), amount)


def dirt(image: np.ndarray, rng: random.Random) -> None:
    """Adds patches, streaks and specks of dirt, in place."""
    size = image.shape[0]
    tone = rng.uniform(40, 110)
    colour = (tone * 0.7, tone * 0.9, tone)
    amount = (_blobs(rng, size, rng.choice([4, 6, 9])) - 0.5).clip(0, 1) * rng.uniform(0.3, 1.2)
    _mix(image, colour, amount.clip(0, 0.8))
    marks = np.zeros((size, size), np.float32)
    for _ in range(rng.randint(0, 24)):
        point = (rng.randrange(size), rng.randrange(size))
        cv2.circle(marks, point, rng.choice([0, 1, 1, 2]), rng.uniform(0.3, 0.9), -1)
    for _ in range(rng.randint(0, 4)):
        x, y = rng.randrange(size), rng.randrange(size)
        down = min(size - 1, y + rng.randrange(size // 8, size // 2))
        cv2.line(marks, (x, y), (x + rng.randint(-2, 2), down), rng.uniform(0.15, 0.5),
                 rng.choice([1, 2]), cv2.LINE_AA)
    _mix(image, colour, marks.clip(0, 1))


def scratches(image: np.ndarray, rng: random.Random) -> None:
    """Adds light scratches, in place."""
    size = image.shape[0]
    marks = np.zeros((size, size), np.float32)
    for _ in range(rng.randint(1, 6)):
        x, y = rng.randrange(size), rng.randrange(size)
        reach = size // 4
        end = (x + rng.randint(-reach, reach), y + rng.randint(-reach, reach))
        cv2.line(marks, (x, y), end, rng.uniform(0.3, 0.9), 1, cv2.LINE_AA)
    tone = rng.uniform(120, 230)
    _mix(image, (tone, tone, tone), marks.clip(0, 1))


def sticker(image: np.ndarray, rng: random.Random) -> None:
    """Sticks a small bill on the sign, in place."""
    size = image.shape[0]
    centre = (rng.uniform(0.15, 0.85) * size, rng.uniform(0.15, 0.85) * size)
    extent = (rng.uniform(0.06, 0.2) * size, rng.uniform(0.04, 0.12) * size)
    corners = cv2.boxPoints((centre, extent, rng.uniform(-40, 40))).astype(np.int32)
    marks = np.zeros((size, size), np.float32)
    cv2.fillPoly(marks, [corners], rng.uniform(0.7, 1.0), cv2.LINE_AA)
    light = rng.uniform(150, 245)
    colour = (light * rng.uniform(0.6, 1), light * rng.uniform(0.8, 1), light)
    _mix(image, colour, marks.clip(0, 1))


def shade(image: np.ndarray, rng: random.Random) -> None:
    """Lights the sign unevenly: a gradient or a leaf shadow, in place."""
    size = image.shape[0]
    if rng.random() < 0.78:
        angle = rng.uniform(0, 6.283)
        ramp = np.linspace(-1, 1, size, dtype=np.float32)
        slope = ramp[None, :] * np.cos(angle) + ramp[:, None] * np.sin(angle)
        gain = 1 - rng.uniform(0.05, 0.3) * (slope + 1) / 2
    else:
        edge = ((_blobs(rng, size, 5) - 0.5) * 8).clip(0, 1)
        gain = 1 - rng.uniform(0.1, 0.45) * edge
    image *= gain[..., None].astype(np.float32)


def led_dots(bgra: np.ndarray, rng: random.Random) -> np.ndarray:
    """Returns a copy of a lit sign broken into dots."""
    size = bgra.shape[0]
    pitch = size / rng.uniform(26, 48)
    grid = np.arange(size, dtype=np.float32)
    wave = np.cos(2 * np.pi * grid / pitch)
    dots = (0.5 + 0.5 * (wave[:, None] + wave[None, :]) / 2).clip(0, 1)
    gain = (1 - rng.uniform(0.25, 0.7) * (1 - dots))[..., None]
    out = bgra.copy()
    out[..., :3] = (bgra[..., :3] * gain).astype(np.uint8)
    return out


#: Each kind of wear with its chance.
KINDS = (
    (fade, 0.4), (bleach, 0.2), (dirt, 0.28), (scratches, 0.12), (sticker, 0.07), (shade, 0.45),
)


def wear(bgra: np.ndarray, rng: random.Random) -> np.ndarray:
    """Returns a worn copy of a sign.

    Args:
        bgra: uint8 [h, w, 4], h equal to w; the alpha is kept.
        rng: Source of randomness.
    """
    image = bgra[..., :3].astype(np.float32)
    for kind, chance in KINDS:
        if rng.random() < chance:
            kind(image, rng)
    return np.dstack([image.clip(0, 255).astype(np.uint8), bgra[..., 3]])
