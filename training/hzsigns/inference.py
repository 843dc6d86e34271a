"""Runs a detector over whole pictures, as the server does, to mine, to mark and to score."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import cv2
import numpy as np
import onnxruntime
import torch

from .network import STRIDES, Detector

PAD_VALUE = 114
SIZE_MULTIPLE = 32
MAX_IOU = 0.55

Run = Callable[[np.ndarray], tuple[np.ndarray, np.ndarray]]
"""RGB uint8 [H, W, 3], sides multiples of 32 -> category logits [N, C], distances [N, 4] in pixels."""


@dataclass(frozen=True)
class Found:
    """Boxes [K, 4] in source pixels, scores [K] 0..1, categories [K]; best first."""

    boxes: np.ndarray
    scores: np.ndarray
    categories: np.ndarray


def onnx_run(path: Path, threads: int = 1) -> Run:
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = threads
    session = onnxruntime.InferenceSession(str(path), options, providers=["CPUExecutionProvider"])

    def run(image: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        logits, distances = session.run(["sup", "ltrb"], {"images": image[None]})
        return logits[0], distances[0]

    return run


def torch_run(network: Detector) -> Run:
    @torch.no_grad()
    def run(image: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        x = torch.from_numpy(image.copy()).permute(2, 0, 1)[None].float() / 255
        logits, distances = network(x.contiguous(memory_format=torch.channels_last))
        return logits[0].numpy(), distances[0].numpy()

    return run


def detect(run: Run, pixels: np.ndarray, long_side: int, min_score: float = 0.05, max_upscale: float = 2.0) -> Found:
    """Finds signs in a BGR picture that is letterboxed so that its longer side becomes `long_side`."""
    image, scale = letterbox(pixels, long_side, max_upscale)
    logits, distances = run(image)
    boxes, scores, categories = decode(logits, distances, image.shape[0], image.shape[1], min_score)
    kept = suppress(boxes, scores)
    limits = np.array([pixels.shape[1], pixels.shape[0]] * 2, np.float32)
    return Found(np.clip(boxes[kept] / scale, 0, limits), scores[kept], categories[kept])


def letterbox(pixels: np.ndarray, long_side: int, max_upscale: float) -> tuple[np.ndarray, float]:
    """-> RGB uint8, the picture at its top left and grey beside it; and the scale."""
    scale = min(long_side / max(pixels.shape[:2]), max_upscale)
    height, width = max(1, round(pixels.shape[0] * scale)), max(1, round(pixels.shape[1] * scale))
    resized = cv2.resize(pixels, (width, height), interpolation=cv2.INTER_AREA if scale < 1 else cv2.INTER_LINEAR)
    padded = np.full((_up(height), _up(width), 3), PAD_VALUE, np.uint8)
    padded[:height, :width] = resized[..., ::-1]
    return padded, scale


def decode(logits: np.ndarray, distances: np.ndarray, height: int, width: int, min_score: float) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Cells [N, C], [N, 4] of an input -> boxes [K, 4], scores [K], categories [K] of those that reach `min_score`."""
    best = logits.max(1)
    cells = np.flatnonzero(best > np.log(min_score / (1 - min_score)))
    centres = _centres(height, width)[cells]
    boxes = np.concatenate([centres - distances[cells, :2], centres + distances[cells, 2:]], 1)
    return boxes, 1 / (1 + np.exp(-best[cells])), logits[cells].argmax(1)


def suppress(boxes: np.ndarray, scores: np.ndarray, max_iou: float = MAX_IOU) -> np.ndarray:
    """Indices of the boxes that no better one overlaps, best first (greedy non-maximum suppression)."""
    kept: list[int] = []
    order = np.argsort(-scores, kind="stable")[:1000]
    while len(order):
        best, order = order[0], order[1:]
        kept.append(int(best))
        order = order[iou(boxes[best : best + 1], boxes[order])[0] <= max_iou]
    return np.array(kept, int)


def iou(a: np.ndarray, b: np.ndarray) -> np.ndarray:
    """Intersection over union of boxes [A, 4] and [B, 4] -> [A, B]."""
    low, high = np.maximum(a[:, None, :2], b[None, :, :2]), np.minimum(a[:, None, 2:], b[None, :, 2:])
    common = np.clip(high - low, 0, None).prod(2)
    area_a, area_b = (a[:, 2:] - a[:, :2]).prod(1), (b[:, 2:] - b[:, :2]).prod(1)
    return common / (area_a[:, None] + area_b[None] - common + 1e-9)


def _up(size: int) -> int:
    return -(-size // SIZE_MULTIPLE) * SIZE_MULTIPLE


def _centres(height: int, width: int) -> np.ndarray:
    parts = []
    for stride in STRIDES:
        ys, xs = np.mgrid[0 : height // stride, 0 : width // stride]
        parts.append((np.stack([xs, ys], -1).reshape(-1, 2) + 0.5) * stride)
    return np.concatenate(parts).astype(np.float32)
