"""The detector: a small anchor-free, single-stage network that finds signs and their category.

Plain convolutions with ReLU, so that it quantises well; CSP blocks (Wang et al. 2020, in the form of YOLOv8's C2f), SPPF
(YOLOv5), a PAN neck (Liu et al. 2018) that narrows before it enlarges, and light heads of depthwise convolutions. Distances
are regressed directly (FCOS, Tian et al. 2019). The stem is one 6x6 convolution of stride 4: at equal cost the photo can
be looked at 1.5 times larger, which small signs gain more from than from a finer stem.
"""

from __future__ import annotations

import math
from dataclasses import asdict, dataclass

import torch
import torch.nn.functional as F
from torch import Tensor, nn

STRIDES = (8, 16, 32)


@dataclass(frozen=True)
class DetectorConfig:
    """Sizes of the network. Channel counts are multiples of 16, which CPUs like."""

    categories: int = 4
    widths: tuple[int, int, int, int] = (32, 64, 96, 160)  # at strides 4, 8, 16, 32
    depths: tuple[int, int, int] = (1, 2, 1)  # bottlenecks at strides 8, 16, 32
    head_width: int = 64

    def to_dict(self) -> dict:
        return asdict(self)


class Conv(nn.Module):
    """Convolution, batch normalisation, ReLU. `fuse` folds the normalisation into the convolution for inference."""

    def __init__(self, inputs: int, outputs: int, kernel: int = 1, stride: int = 1, groups: int = 1, padding: int | None = None):
        super().__init__()
        padding = kernel // 2 if padding is None else padding
        self.conv = nn.Conv2d(inputs, outputs, kernel, stride, padding, groups=groups, bias=False)
        self.norm: nn.Module = nn.BatchNorm2d(outputs, eps=1e-3, momentum=0.03)
        self.activation = nn.ReLU(inplace=True)

    def forward(self, x: Tensor) -> Tensor:
        return self.activation(self.norm(self.conv(x)))

    @torch.no_grad()
    def fuse(self) -> None:
        conv, norm = self.conv, self.norm
        scale = norm.weight / torch.sqrt(norm.running_var + norm.eps)
        fused = nn.Conv2d(conv.in_channels, conv.out_channels, conv.kernel_size, conv.stride, conv.padding, groups=conv.groups)
        fused.weight.copy_(conv.weight * scale.view(-1, 1, 1, 1))
        fused.bias.copy_(norm.bias - norm.running_mean * scale)
        self.conv, self.norm = fused, nn.Identity()


class Bottleneck(nn.Module):
    def __init__(self, channels: int, shortcut: bool):
        super().__init__()
        self.first, self.second = Conv(channels, channels, 3), Conv(channels, channels, 3)
        self.shortcut = shortcut

    def forward(self, x: Tensor) -> Tensor:
        y = self.second(self.first(x))
        return x + y if self.shortcut else y


class CspBlock(nn.Module):
    """Half of the channels pass through `depth` bottlenecks; all intermediate results are joined.

    The two halves come from two convolutions and not from a split one, so that no Slice stands in the exported graph.
    """

    def __init__(self, inputs: int, outputs: int, depth: int = 1, shortcut: bool = True):
        super().__init__()
        half = outputs // 2
        self.keep, self.work = Conv(inputs, half), Conv(inputs, half)
        self.bottlenecks = nn.ModuleList(Bottleneck(half, shortcut) for _ in range(depth))
        self.join = Conv(half * (2 + depth), outputs)

    def forward(self, x: Tensor) -> Tensor:
        parts = [self.keep(x), self.work(x)]
        for bottleneck in self.bottlenecks:
            parts.append(bottleneck(parts[-1]))
        return self.join(torch.cat(parts, 1))


class SpatialPyramid(nn.Module):
    """SPPF: sees 5, 9 and 13 cells around each cell by pooling three times."""

    def __init__(self, channels: int):
        super().__init__()
        self.narrow, self.join = Conv(channels, channels // 2), Conv(channels * 2, channels)
        self.pool = nn.MaxPool2d(5, 1, 2)

    def forward(self, x: Tensor) -> Tensor:
        parts = [self.narrow(x)]
        for _ in range(3):
            parts.append(self.pool(parts[-1]))
        return self.join(torch.cat(parts, 1))


def separable(inputs: int, outputs: int) -> nn.Sequential:
    """Depthwise 3x3, then 1x1 (MobileNet, Howard et al. 2017)."""
    return nn.Sequential(Conv(inputs, inputs, 3, groups=inputs), Conv(inputs, outputs))


class Detector(nn.Module):
    """Sees float images [B, 3, H, W] in 0..1, H and W multiples of 32."""

    def __init__(self, config: DetectorConfig = DetectorConfig()):
        super().__init__()
        self.config = config
        w4, w8, w16, w32 = config.widths
        d8, d16, d32 = config.depths
        self.stem = Conv(3, w4, kernel=6, stride=4, padding=1)
        self.stage8 = nn.Sequential(Conv(w4, w8, 3, 2), CspBlock(w8, w8, d8))
        self.stage16 = nn.Sequential(Conv(w8, w16, 3, 2), CspBlock(w16, w16, d16))
        self.stage32 = nn.Sequential(Conv(w16, w32, 3, 2), CspBlock(w32, w32, d32), SpatialPyramid(w32))
        self.narrow32, self.up16 = Conv(w32, w16), CspBlock(2 * w16, w16, 1, shortcut=False)
        self.narrow16, self.up8 = Conv(w16, w8), CspBlock(2 * w8, w8, 1, shortcut=False)
        self.down16, self.out16 = Conv(w8, w8, 3, 2), CspBlock(w8 + w16, w16, 1, shortcut=False)
        self.down32, self.out32 = Conv(w16, w16, 3, 2), CspBlock(2 * w16, w16, 1, shortcut=False)
        head = config.head_width
        self.trunks = nn.ModuleList(separable(width, head) for width in (w8, w16, w16))
        self.category_heads = nn.ModuleList(self._head(head, config.categories) for _ in STRIDES)
        self.distance_heads = nn.ModuleList(self._head(head, 4) for _ in STRIDES)
        self._start_biases()

    @staticmethod
    def _head(width: int, outputs: int) -> nn.Sequential:
        return nn.Sequential(separable(width, width), nn.Conv2d(width, outputs, 1))

    def _start_biases(self) -> None:
        for category, distance in zip(self.category_heads, self.distance_heads):
            nn.init.constant_(category[-1].bias, -math.log(99 * 3))  # nearly all cells are background
            nn.init.constant_(distance[-1].bias, 1.0)
            with torch.no_grad():
                distance[-1].weight.mul_(0.1)

    def features(self, x: Tensor) -> list[Tensor]:
        """Maps of `head_width` channels at strides 8, 16 and 32."""
        p8 = self.stage8(self.stem(x))
        p16 = self.stage16(p8)
        n32 = self.narrow32(self.stage32(p16))
        q16 = self.up16(torch.cat([_twice(n32), p16], 1))
        n16 = self.narrow16(q16)
        q8 = self.up8(torch.cat([_twice(n16), p8], 1))
        o16 = self.out16(torch.cat([self.down16(q8), q16], 1))
        o32 = self.out32(torch.cat([self.down32(o16), n32], 1))
        return [trunk(level) for trunk, level in zip(self.trunks, (q8, o16, o32))]

    def forward(self, x: Tensor) -> tuple[Tensor, Tensor]:
        """-> category logits [B, N, categories] and distances [B, N, 4] (left, top, right, bottom of the cell's centre, in
        pixels), N cells: the finest stride first, row by row."""
        logits, distances = [], []
        for level, features in enumerate(self.features(x)):
            logits.append(self.category_heads[level](features).flatten(2).transpose(1, 2))
            raw = self.distance_heads[level](features).flatten(2).transpose(1, 2)
            distances.append(F.softplus(raw.float()) * STRIDES[level])
        return torch.cat(logits, 1).float(), torch.cat(distances, 1)


def _twice(x: Tensor) -> Tensor:
    return F.interpolate(x, scale_factor=2.0, mode="nearest")


def cell_centres(height: int, width: int) -> tuple[Tensor, Tensor]:
    """Centres [N, 2] (x, y) in pixels and strides [N] of the cells of an input, in the order of the output."""
    centres, strides = [], []
    for stride in STRIDES:
        ys, xs = torch.meshgrid(torch.arange(height // stride), torch.arange(width // stride), indexing="ij")
        centres.append((torch.stack([xs, ys], -1).reshape(-1, 2).float() + 0.5) * stride)
        strides.append(torch.full((xs.numel(),), float(stride)))
    return torch.cat(centres), torch.cat(strides)


def boxes_from(distances: Tensor, centres: Tensor) -> Tensor:
    """Boxes [..., N, 4] (x1, y1, x2, y2) from distances [..., N, 4] and centres [N, 2]."""
    return torch.cat([centres - distances[..., :2], centres + distances[..., 2:]], -1)


def fuse(network: nn.Module) -> nn.Module:
    """Folds every batch normalisation into its convolution, in place."""
    for module in network.modules():
        if isinstance(module, Conv):
            module.fuse()
    return network
