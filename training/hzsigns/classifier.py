"""The classifier: names the sign in a crop, or says that it is none. Nine convolutions over 48x48 pixels."""

from __future__ import annotations

from dataclasses import asdict, dataclass

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from .labels import LABELS

CROP_SIDE = 48
MARGIN = 0.06
"""By how much of its size a box grows on each side before it is cut out."""


@dataclass(frozen=True)
class ClassifierConfig:
    outputs: int = len(LABELS) + 1
    widths: tuple[int, int, int, int] = (24, 48, 96, 160)

    def to_dict(self) -> dict:
        return asdict(self)


class ConvUnit(nn.Module):
    def __init__(self, inputs: int, outputs: int, stride: int = 1):
        super().__init__()
        self.conv = nn.Conv2d(inputs, outputs, 3, stride, 1, bias=False)
        self.norm: nn.Module = nn.BatchNorm2d(outputs)

    def forward(self, x: Tensor) -> Tensor:
        return F.relu(self.norm(self.conv(x)), inplace=True)


class ResidualUnit(ConvUnit):
    """Adds to its input (He et al. 2016), so that two of them in a row train as easily as one."""

    def __init__(self, channels: int):
        super().__init__(channels, channels)

    def forward(self, x: Tensor) -> Tensor:
        return x + super().forward(x)


class Classifier(nn.Module):
    """Sees float crops [K, 3, 48, 48], RGB in -0.5..0.5; -> logits [K, outputs], "not a sign" last."""

    def __init__(self, config: ClassifierConfig = ClassifierConfig()):
        super().__init__()
        self.config = config
        w1, w2, w3, w4 = config.widths
        self.body = nn.Sequential(
            ConvUnit(3, w1), ConvUnit(w1, w2, 2), ResidualUnit(w2), ConvUnit(w2, w3, 2), ResidualUnit(w3), ResidualUnit(w3),
            ConvUnit(w3, w4, 2), ResidualUnit(w4), ResidualUnit(w4),
        )  # fmt: skip
        self.dropout = nn.Dropout(0.2)
        # Not one average of all: where in the crop something lies tells arrows apart.
        self.head = nn.Linear(w4 * 9, config.outputs)

    def forward(self, x: Tensor) -> Tensor:
        return self.head(self.dropout(F.avg_pool2d(self.body(x), 2).flatten(1)))


def to_input(crops: Tensor) -> Tensor:
    """RGB uint8 [K, 48, 48, 3] -> float [K, 3, 48, 48]."""
    return (crops.permute(0, 3, 1, 2).float() / 255 - 0.5).contiguous(memory_format=torch.channels_last)
