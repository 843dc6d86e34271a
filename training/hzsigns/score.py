"""`python -m hzsigns.score FOLDER DETECTOR [CLASSIFIER]`: a quick score while training, on a folder with labels.json.

Weights (.pt) or exported networks (.onnx). The figures that count come from `npm run eval`, which scores what the server runs.
"""

from __future__ import annotations

import argparse
import json
from dataclasses import dataclass
from pathlib import Path

import cv2
import numpy as np
import onnxruntime
import torch

from .crops import cut_crop
from .inference import Run, detect, iou, onnx_run, torch_run
from .labels import LABELS, NOT_A_SIGN
from .network import fuse
from .train_classifier import class_probabilities, load_classifier, predict
from .train_detector import load_detector

IGNORE_IOU = 0.2


@dataclass(frozen=True)
class Scored:
    """One detection: the detector's score, p(sign), whether it is right (None: on an ignored place), the name and the true one."""

    score: float
    sign_probability: float
    is_right: bool | None
    name: str
    true_name: str | None

    @property
    def rescored(self) -> float:
        return self.score * self.sign_probability**0.5


def open_run(path: Path) -> Run:
    return onnx_run(path) if path.suffix == ".onnx" else torch_run(fuse(load_detector(path)))


def open_classifier(path: Path):
    """-> crops uint8 [K, 48, 48, 3] RGB to probabilities [K, outputs]."""
    if path.suffix == ".pt":
        network = load_classifier(path)
        return lambda crops: predict(network, crops)
    session = onnxruntime.InferenceSession(str(path), providers=["CPUExecutionProvider"])
    return lambda crops: session.run(["prob"], {"crops": crops})[0]


def score_photo(pixels: np.ndarray, signs: list[dict], run: Run, classify, long_side: int, match_iou: float, max_upscale: float) -> list[Scored]:
    found = detect(run, pixels, long_side, 0.02, max_upscale)
    if len(found.boxes) == 0:
        return []
    if classify:
        probabilities = class_probabilities(classify(np.stack([cut_crop(pixels, tuple(box)) for box in found.boxes])))
        names = [LABELS[i].code for i in probabilities[:, :NOT_A_SIGN].argmax(1)]
        sign_probabilities = 1 - probabilities[:, NOT_A_SIGN]
    else:
        names, sign_probabilities = [""] * len(found.boxes), np.ones(len(found.boxes))
    boxes = np.array([sign["box"] for sign in signs], np.float32).reshape(-1, 4)
    overlaps = iou(found.boxes, boxes)
    is_taken = np.zeros(len(signs), bool)
    scored = []
    order = np.argsort(-found.scores * sign_probabilities**0.5)
    for i in order:
        free = [j for j, sign in enumerate(signs) if not sign.get("ignore") and not is_taken[j] and overlaps[i, j] >= match_iou]
        best = max(free, key=lambda j: overlaps[i, j], default=None)
        is_right: bool | None = best is not None
        if best is not None:
            is_taken[best] = True
        elif any(sign.get("ignore") and overlaps[i, j] >= IGNORE_IOU for j, sign in enumerate(signs)):
            is_right = None
        true_name = (signs[best].get("code") or signs[best].get("fine")) if best is not None else None
        scored.append(Scored(float(found.scores[i]), float(sign_probabilities[i]), is_right, names[i], true_name))
    return scored


def average_precision(scored: list[Scored], total: int) -> float:
    """Area under precision over recall at 101 points (COCO, Lin et al. 2014)."""
    counted = sorted((s for s in scored if s.is_right is not None), key=lambda s: -s.rescored)
    if total == 0 or not counted:
        return 0.0
    right = np.cumsum([bool(s.is_right) for s in counted])
    precision = np.maximum.accumulate((right / np.arange(1, len(counted) + 1))[::-1])[::-1]
    recall = right / total
    return float(np.mean([precision[recall >= point].max(initial=0) for point in np.linspace(0, 1, 101)]))


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folder", type=Path)
    parser.add_argument("detector", type=Path)
    parser.add_argument("classifier", type=Path, nargs="?")
    parser.add_argument("--long-side", type=int, nargs="+", default=[640, 1280])
    parser.add_argument("--iou", type=float, default=0.45)
    parser.add_argument("--max-upscale", type=float, default=2.0)
    arguments = parser.parse_args()
    torch.set_num_threads(1)
    run = open_run(arguments.detector)
    classify = open_classifier(arguments.classifier) if arguments.classifier else None
    labels = json.loads((arguments.folder / "labels.json").read_text(encoding="utf-8"))
    total = sum(not sign.get("ignore") for signs in labels.values() for sign in signs)
    for long_side in arguments.long_side:
        scored: list[Scored] = []
        for name, signs in labels.items():
            pixels = cv2.imread(str(arguments.folder / name))
            scored += score_photo(pixels, signs, run, classify, long_side, arguments.iou, arguments.max_upscale)
        sure = [s for s in scored if s.rescored >= 0.5]
        right, wrong = sum(s.is_right is True for s in sure), sum(s.is_right is False for s in sure)
        named = sum(s.is_right is True and s.name == s.true_name for s in sure)
        print(
            f"{long_side}: AP {average_precision(scored, total):.3f}, at 0.5: {right} of {total} found, {named} named right, "
            f"{wrong} false ({wrong / len(labels):.2f} a photo)",
            flush=True,
        )


if __name__ == "__main__":
    main()
