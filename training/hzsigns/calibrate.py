"""`python -m hzsigns.calibrate DETECTOR CLASSIFIER FOLDER…`: makes confidence mean something.

Fits confidence = sigmoid(a logit(score) + b logit(p_sign) + c) to what was right and wrong on held-out pictures (Platt
scaling, Platt 1999, of two scores): of detections at 0.8, four in five are to be right. Prints the object `rescoring` of
model.json and how well it holds, in bins.
"""

from __future__ import annotations

import argparse
import json
from pathlib import Path

import cv2
import numpy as np

from .score import Scored, open_classifier, open_run, score_photo

CLAMP = 1e-6
STEPS = 50
RIDGE = 1e-3


def logit(probability: np.ndarray) -> np.ndarray:
    clamped = np.clip(probability, CLAMP, 1 - CLAMP)
    return np.log(clamped / (1 - clamped))


def fit(features: np.ndarray, is_right: np.ndarray, weights: np.ndarray) -> np.ndarray:
    """Logistic regression by Newton's method: features [K, F], is_right [K] of 0 and 1, weights [K] -> coefficients [F]."""
    coefficients = np.zeros(features.shape[1])
    for _ in range(STEPS):
        probability = 1 / (1 + np.exp(-features @ coefficients))
        gradient = features.T @ (weights * (is_right - probability)) - RIDGE * coefficients
        curvature = (features * (weights * probability * (1 - probability))[:, None]).T @ features + RIDGE * np.eye(len(coefficients))
        step = np.linalg.solve(curvature, gradient)
        coefficients = coefficients + step
        if np.abs(step).max() < 1e-8:
            break
    return coefficients


def features_of(scored: list[Scored]) -> np.ndarray:
    """[K, 3]: both logits and 1."""
    scores = np.array([s.score for s in scored])
    signs = np.array([s.sign_probability for s in scored])
    return np.stack([logit(scores), logit(signs), np.ones(len(scored))], 1)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("detector", type=Path)
    parser.add_argument("classifier", type=Path)
    parser.add_argument("folders", type=Path, nargs="+", help="folders of pictures with labels.json")
    parser.add_argument("--long-side", type=int, default=1280)
    parser.add_argument("--max-upscale", type=float, default=2.0)
    parser.add_argument("--iou", type=float, default=0.45)
    arguments = parser.parse_args()
    run, classify = open_run(arguments.detector), open_classifier(arguments.classifier)
    scored: list[Scored] = []
    for folder in arguments.folders:
        for name, signs in json.loads((folder / "labels.json").read_text(encoding="utf-8")).items():
            pixels = cv2.imread(str(folder / name))
            scored += score_photo(pixels, signs, run, classify, arguments.long_side, arguments.iou, arguments.max_upscale)
    counted = [s for s in scored if s.is_right is not None]
    if not counted:
        parser.error("nothing was detected in these folders: there is nothing to fit")
    features, is_right = features_of(counted), np.array([float(bool(s.is_right)) for s in counted])
    coefficients = fit(features, is_right, np.ones(len(counted)))
    a, b, c = (round(float(value), 4) for value in coefficients)
    if a <= 0 or b < 0:
        parser.error(f"a higher score must not mean a lower confidence, as it does here ({a}, {b}): there are too few pictures to fit")
    print(json.dumps({"kind": "logistic", "detector": a, "sign": b, "bias": c}))
    confidence = 1 / (1 + np.exp(-features @ coefficients))
    for low in np.arange(0, 1, 0.1):
        inside = (confidence >= low) & (confidence < low + 0.1)
        if inside.any():
            print(f"{low:.1f}-{low + 0.1:.1f}: {inside.sum():5d} detections, {is_right[inside].mean():.2f} right")


if __name__ == "__main__":
    main()
