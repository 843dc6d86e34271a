"""What light, weather, lenses and compression do to a street: random alterations of BGR uint8 images [H, W, 3]."""

from __future__ import annotations

import random

import cv2
import numpy as np


def take_photo(image: np.ndarray, rng: random.Random) -> np.ndarray:
    """A clean scene as a camera may have recorded it: usually by day and sharp, sometimes not."""
    chance = rng.random()
    if chance < 0.10:
        image = night(image, rng)
    elif chance < 0.17:
        image = backlight(image, rng)
    elif chance < 0.24:
        image = rain(image, rng)
    elif chance < 0.80:
        image = exposure(image, rng)
    image = lens(image, rng)
    if rng.random() < 0.15:
        image = low_resolution(image, rng)
    if rng.random() < 0.30:
        image = noise(image, rng, rng.uniform(1, 12))
    return jpeg(image, rng.randint(35, 92)) if rng.random() < 0.4 else image


def exposure(image: np.ndarray, rng: random.Random) -> np.ndarray:
    """Gain, offset, gamma, colour cast and saturation."""
    gain, offset = rng.uniform(0.6, 1.4), rng.uniform(-25, 25)
    gamma = rng.uniform(0.75, 1.35) if rng.random() < 0.5 else 1.0
    cast = [rng.uniform(0.88, 1.12) for _ in range(3)] if rng.random() < 0.5 else [1.0] * 3
    image = _curve(image, (np.arange(256) / 255.0) ** gamma * 255 * gain + offset, cast)
    return saturation(image, rng.uniform(0.5, 1.45)) if rng.random() < 0.4 else image


def night(image: np.ndarray, rng: random.Random) -> np.ndarray:
    """Dark, warm street light or cold head lights, noise, and lamps that glare."""
    gain = rng.uniform(0.2, 0.5)
    cast = [rng.uniform(0.6, 1.0), rng.uniform(0.8, 1.0), 1.0] if rng.random() < 0.6 else [1.0, rng.uniform(0.85, 1.0), rng.uniform(0.7, 1.0)]
    dark = _curve(image, (np.arange(256) / 255.0) ** rng.uniform(1.0, 1.6) * 255 * gain, cast).astype(np.float32)
    beam = _glow(image.shape, rng, rng.uniform(0.2, 0.8)) * rng.uniform(0, 1.6)  # what head lights or a lamp fall on
    dark = np.clip(dark * (1 + beam[..., None] / gain * 0.5), 0, 255)
    for _ in range(rng.choice([0, 0, 1, 2, 4])):
        dark += _glow(image.shape, rng, rng.uniform(0.01, 0.08))[..., None] * np.float32([rng.uniform(120, 255), rng.uniform(150, 255), 255])
    return noise(np.clip(dark, 0, 255).astype(np.uint8), rng, rng.uniform(2, 14))


def backlight(image: np.ndarray, rng: random.Random) -> np.ndarray:
    """A bright sky behind: signs go dark and flat, light veils part of the image."""
    dark = _curve(image, np.arange(256) * rng.uniform(0.25, 0.6) + rng.uniform(0, 30), [1.0] * 3)
    veil = _glow(image.shape, rng, rng.uniform(0.3, 0.9)) * rng.uniform(40, 170)
    return np.clip(dark.astype(np.float32) + veil[..., None], 0, 255).astype(np.uint8)


def rain(image: np.ndarray, rng: random.Random) -> np.ndarray:
    """Grey and flat; streaks, or drops on the windscreen that blur what is behind them."""
    image = saturation(image, rng.uniform(0.4, 0.9))
    haze = rng.uniform(0.1, 0.45)
    image = cv2.addWeighted(image, 1 - haze, np.full_like(image, rng.randint(110, 210)), haze, 0)
    if rng.random() < 0.6:
        return _streaks(image, rng)
    return _drops(image, rng)


def lens(image: np.ndarray, rng: random.Random) -> np.ndarray:
    """Out of focus or moved, in one photo of three."""
    chance = rng.random()
    if chance < 0.2:
        return cv2.GaussianBlur(image, (0, 0), rng.uniform(0.3, 1.5))
    if chance < 0.32:
        return motion_blur(image, rng.choice([3, 5, 5, 7, 9]), rng.gauss(0, 25))
    return image


def motion_blur(image: np.ndarray, length: int, angle_degrees: float) -> np.ndarray:
    kernel = np.zeros((length, length), np.float32)
    kernel[length // 2] = 1
    turn = cv2.getRotationMatrix2D((length / 2 - 0.5, length / 2 - 0.5), angle_degrees, 1)
    kernel = cv2.warpAffine(kernel, turn, (length, length))
    return cv2.filter2D(image, -1, kernel / max(kernel.sum(), 1e-6))


def low_resolution(image: np.ndarray, rng: random.Random) -> np.ndarray:
    height, width = image.shape[:2]
    factor = rng.uniform(0.45, 0.9)
    small = cv2.resize(image, None, fx=factor, fy=factor, interpolation=cv2.INTER_AREA)
    return cv2.resize(small, (width, height), interpolation=cv2.INTER_LINEAR)


def noise(image: np.ndarray, rng: random.Random, sigma: float) -> np.ndarray:
    """Gaussian, grey or coloured, `sigma` in grey levels."""
    height, width = image.shape[:2]
    grains = _grain()
    y, x = rng.randrange(grains.shape[0] - height + 1), rng.randrange(grains.shape[1] - width + 1)
    patch = grains[y : y + height, x : x + width]
    patch = patch if rng.random() < 0.5 else patch[..., :1].repeat(3, 2)
    return cv2.add(image, (patch * np.float32(sigma)).astype(np.int16), dtype=cv2.CV_8U)


def saturation(image: np.ndarray, factor: float) -> np.ndarray:
    grey = cv2.cvtColor(cv2.cvtColor(image, cv2.COLOR_BGR2GRAY), cv2.COLOR_GRAY2BGR)
    return cv2.addWeighted(image, factor, grey, 1 - factor, 0)


def jpeg(image: np.ndarray, quality: int) -> np.ndarray:
    return cv2.imdecode(cv2.imencode(".jpg", image, [cv2.IMWRITE_JPEG_QUALITY, quality])[1], cv2.IMREAD_COLOR)


def _curve(image: np.ndarray, curve: np.ndarray, cast: list[float]) -> np.ndarray:
    """`curve` [256] for all channels, times `cast` (blue, green, red)."""
    table = np.clip(curve[:, None] * np.array(cast)[None], 0, 255).astype(np.uint8)
    return cv2.LUT(image, table.reshape(256, 1, 3))


def _glow(shape: tuple[int, ...], rng: random.Random, spread: float) -> np.ndarray:
    """A soft spot anywhere: float32 [H, W], 1 at its middle; `spread` as a share of the image."""
    height, width = shape[:2]
    xs = (np.arange(width, dtype=np.float32) / width - rng.random()) / spread
    ys = (np.arange(height, dtype=np.float32) / height - rng.random()) / spread
    return np.exp(-ys[:, None] ** 2) * np.exp(-xs[None] ** 2)


def _streaks(image: np.ndarray, rng: random.Random) -> np.ndarray:
    height, width = image.shape[:2]
    layer = np.zeros((height, width), np.uint8)
    length, slant = rng.randint(6, 30), rng.gauss(0, 5)
    for _ in range(int(width * height * rng.uniform(0.0004, 0.002))):
        x, y = rng.randrange(width), rng.randrange(height)
        cv2.line(layer, (x, y), (int(x + slant), y + length), rng.randint(60, 200), 1)
    return cv2.add(image, cv2.cvtColor(cv2.GaussianBlur(layer, (3, 3), 0), cv2.COLOR_GRAY2BGR))


def _drops(image: np.ndarray, rng: random.Random) -> np.ndarray:
    height, width = image.shape[:2]
    blurred = cv2.GaussianBlur(image, (0, 0), rng.uniform(2, 5))
    mask = np.zeros((height, width), np.uint8)
    for _ in range(rng.randint(5, 60)):
        cv2.circle(mask, (rng.randrange(width), rng.randrange(height)), rng.randint(2, 14), 255, -1)
    mask = cv2.GaussianBlur(mask, (5, 5), 0)[..., None].astype(np.float32) / 255
    return (image * (1 - mask) + blurred * mask).astype(np.uint8)


_GRAIN: np.ndarray | None = None


def _grain() -> np.ndarray:
    """Normal noise [1024, 1024, 3], made once: drawing it anew for every image would cost more than all the rest."""
    global _GRAIN
    if _GRAIN is None:
        _GRAIN = np.random.default_rng(1).standard_normal((1024, 1024, 3), np.float32)
    return _GRAIN
