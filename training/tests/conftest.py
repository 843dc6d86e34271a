"""A tiny corpus, drawn from nothing: two streets, two backgrounds, some crops. Everything in this folder runs in seconds."""

from __future__ import annotations

import random
from pathlib import Path

import cv2
import numpy as np
import pytest
import torch

from hzsigns.artwork import draw
from hzsigns.corpus import Picture, Sign, write
from hzsigns.labels import CATEGORY_OF, LABEL_INDEX

torch.set_num_threads(1)


def street(seed: int) -> np.ndarray:
    """BGR uint8 [240, 320, 3]: soft colours with some edges."""
    rng = np.random.default_rng(seed)
    image = cv2.resize(rng.integers(60, 200, (6, 8, 3)).astype(np.uint8), (320, 240), interpolation=cv2.INTER_CUBIC)
    for _ in range(6):
        x, y = int(rng.integers(0, 280)), int(rng.integers(0, 200))
        cv2.rectangle(image, (x, y), (x + 30, y + 50), tuple(int(v) for v in rng.integers(0, 255, 3)), -1)
    return image


def sign_of(code: str, box: tuple[float, float, float, float]) -> Sign:
    label = LABEL_INDEX[code]
    return Sign(box, label, CATEGORY_OF[label])


def _pictures():
    rng = random.Random(1)
    for seed in (1, 2):
        yield Picture("tiny", "background", f"b{seed}", open_licence=True), street(seed)
        yield Picture("tiny", "scene", f"s{seed}", (sign_of("pl60", (100, 80, 140, 120)),), True), street(seed + 10)
    yield Picture("tiny", "background", "held", held_out=True), street(9)
    for code in ("pl60", "i5", "w57", "ip"):
        for number in range(3):
            pixels = cv2.cvtColor(draw(code, rng, 60), cv2.COLOR_BGRA2BGR)
            box = (0.0, 0.0, float(pixels.shape[1]), float(pixels.shape[0]))
            yield Picture("tt100k", "crop", f"{code}{number}", (sign_of(code, box),), held_out=number == 2), pixels


@pytest.fixture(scope="session")
def corpus_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("corpus")
    write(folder, _pictures())
    return folder


@pytest.fixture(scope="session")
def drawn_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("drawn")
    rng = random.Random(2)

    def signs():
        for code in ("pl60", "i5", "w57", "ip"):
            pixels = draw(code, rng, 80)
            box = (0.0, 0.0, float(pixels.shape[1]), float(pixels.shape[0]))
            yield Picture("artwork", "drawn", code, (sign_of(code, box),), True), pixels

    write(folder, signs())
    return folder
