"""What the detector is punished for: task-aligned assignment (TOOD, Feng et al. 2021), IoU-weighted binary cross-entropy
for the category and complete IoU (Zheng et al. 2020) for the box.

B images, N cells, M boxes (padded), C categories. Boxes are (x1, y1, x2, y2) in pixels.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import torch
import torch.nn.functional as F
from torch import Tensor

from .network import boxes_from

BOX_WEIGHT = 5.0
CELLS_PER_BOX = 10
SCORE_POWER, IOU_POWER = 0.5, 6.0
MIN_REACH_CELLS = 0.75
"""A sign smaller than a cell still gets the cells whose centre is this near."""
COARSEST_FOR_SIDE = 1.2
"""A sign is not looked for at strides above 1.2 times its side: a cell cannot tell where in it so small a thing lies."""


@dataclass(frozen=True)
class Targets:
    """boxes [B, M, 4], categories [B, M] (-1: to be ignored), is_box [B, M]."""

    boxes: Tensor
    categories: Tensor
    is_box: Tensor


@dataclass(frozen=True)
class Losses:
    total: Tensor
    category: float
    box: float
    cells: int


def detection_loss(logits: Tensor, distances: Tensor, centres: Tensor, strides: Tensor, targets: Targets) -> Losses:
    """logits [B, N, C], distances [B, N, 4], centres [N, 2], strides [N]."""
    boxes = boxes_from(distances, centres)
    is_sign = targets.is_box & (targets.categories >= 0)
    with torch.no_grad():
        chosen, is_assigned, score = assign(logits.sigmoid(), boxes, centres, strides, targets.boxes, targets.categories, is_sign)
        is_ignored = _is_inside_any(centres, targets.boxes, targets.is_box & ~is_sign) & ~is_assigned
    wanted = torch.zeros_like(logits)
    category = targets.categories.clamp(0).gather(1, chosen)
    wanted.scatter_(2, category[..., None], (score * is_assigned)[..., None])
    norm = score[is_assigned].sum().clamp(1.0)
    weight = (~is_ignored)[..., None].float()
    category_loss = F.binary_cross_entropy_with_logits(logits, wanted, weight, reduction="sum") / norm
    box_loss = logits.sum() * 0
    if is_assigned.any():
        goal = targets.boxes.gather(1, chosen[..., None].expand(-1, -1, 4))
        _, complete = complete_iou(boxes[is_assigned], goal[is_assigned])
        box_loss = ((1 - complete) * score[is_assigned]).sum() / norm
    total = category_loss + BOX_WEIGHT * box_loss
    return Losses(total, category_loss.item(), box_loss.item(), int(is_assigned.sum()))


def assign(
    probabilities: Tensor, boxes: Tensor, centres: Tensor, strides: Tensor, goals: Tensor, categories: Tensor, is_sign: Tensor
) -> tuple[Tensor, Tensor, Tensor]:
    """Which cell is to see which sign: -> index of the sign [B, N], whether there is one [B, N], the score wanted [B, N]."""
    batch, cells, _ = probabilities.shape
    count = goals.shape[1]
    may = _may_see(centres, strides, goals) & is_sign[..., None]
    overlap, _ = complete_iou(boxes[:, None].expand(batch, count, cells, 4), goals[:, :, None].expand(batch, count, cells, 4))
    of_category = categories.clamp(0)[:, None, :].expand(batch, cells, count)
    probability = probabilities.gather(2, of_category).transpose(1, 2)
    middle = (goals[..., :2] + goals[..., 2:]) / 2
    away = ((centres[None, None] - middle[:, :, None]) ** 2).sum(-1)
    # The last term decides while the network is young and no box overlaps any sign.
    fit = (probability.clamp(1e-9) ** SCORE_POWER * overlap**IOU_POWER + 1e-12 / (1 + away)) * may
    values, indices = fit.topk(min(CELLS_PER_BOX, cells), -1)
    is_chosen = torch.zeros_like(fit, dtype=torch.bool).scatter_(2, indices, values > 0) & may
    best = F.one_hot((overlap * may).argmax(1), count).transpose(1, 2).bool()
    is_disputed = is_chosen.sum(1, keepdim=True) > 1
    is_chosen = torch.where(is_disputed, best & is_chosen.any(1, keepdim=True), is_chosen)
    fit, overlap = fit * is_chosen, overlap * is_chosen
    score = (fit / (fit.amax(-1, keepdim=True) + 1e-12) * overlap.amax(-1, keepdim=True)).amax(1)
    return is_chosen.float().argmax(1), is_chosen.any(1), score


def complete_iou(a: Tensor, b: Tensor) -> tuple[Tensor, Tensor]:
    """-> intersection over union, clamped to 0..1, and complete IoU, which also sees distance and proportions."""
    low, high = torch.maximum(a[..., :2], b[..., :2]), torch.minimum(a[..., 2:], b[..., 2:])
    common = (high - low).clamp(0).prod(-1)
    size_a, size_b = a[..., 2:] - a[..., :2], b[..., 2:] - b[..., :2]
    iou = common / (size_a.prod(-1) + size_b.prod(-1) - common + 1e-7)
    hull = torch.maximum(a[..., 2:], b[..., 2:]) - torch.minimum(a[..., :2], b[..., :2])
    apart = ((a[..., :2] + a[..., 2:] - b[..., :2] - b[..., 2:]) ** 2).sum(-1) / 4
    angle = torch.atan(size_b[..., 0] / (size_b[..., 1] + 1e-7)) - torch.atan(size_a[..., 0] / (size_a[..., 1] + 1e-7))
    shape = 4 / math.pi**2 * angle**2
    with torch.no_grad():
        trade = shape / (shape - iou + 1 + 1e-7)
    return iou.clamp(0, 1), iou - apart / ((hull**2).sum(-1) + 1e-7) - trade * shape


def _may_see(centres: Tensor, strides: Tensor, goals: Tensor) -> Tensor:
    """[B, M, N]: the cell's centre lies in the sign, or near one that is smaller than the cell, at a stride fine enough."""
    middle, half = (goals[..., :2] + goals[..., 2:]) / 2, (goals[..., 2:] - goals[..., :2]) / 2
    reach = torch.maximum(half[:, :, None], (strides * MIN_REACH_CELLS)[None, None, :, None])
    is_near = ((centres[None, None] - middle[:, :, None]).abs() < reach).all(-1)
    side = half.amax(-1, keepdim=True) * 2
    return is_near & (strides[None, None] <= (side * COARSEST_FOR_SIDE).clamp(min=float(strides.min())))


def _is_inside_any(centres: Tensor, boxes: Tensor, is_box: Tensor) -> Tensor:
    """[B, N]"""
    x, y = centres[:, 0][None, None], centres[:, 1][None, None]
    inside = (x > boxes[..., 0:1] - 4) & (x < boxes[..., 2:3] + 4) & (y > boxes[..., 1:2] - 4) & (y < boxes[..., 3:4] + 4)
    return (inside & is_box[..., None]).any(1)
