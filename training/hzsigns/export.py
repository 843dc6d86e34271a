"""`python -m hzsigns.export detector|classifier WEIGHTS.pt OUT.onnx`: a network as the server runs it;
`python -m hzsigns.export weights WEIGHTS.pt OUT.pt`: its weights as float16, half as large, to train on from.

Inputs are uint8 NHWC, as a decoded photo lies in memory; scaling is in the graph. Height, width and number of crops are free.
Weights are stored as float16 and computed with as float32, which halves the file and changes no result that matters.
"""

from __future__ import annotations

import argparse
from pathlib import Path

import numpy as np
import onnx
import torch
from onnx import helper, numpy_helper
from torch import Tensor, nn

from .classifier import CROP_SIDE, Classifier
from .network import Detector, fuse
from .train_classifier import load_classifier
from .train_detector import load_detector

OPSET = 17
GROUP = 4
"""The stride of the stem."""


class DetectorGraph(nn.Module):
    """images uint8 [1, H, W, 3] RGB -> sup [1, N, 4] logits, ltrb [1, N, 4] pixels."""

    def __init__(self, detector: Detector, is_grouped: bool):
        super().__init__()
        self.detector = fuse(detector.eval())
        with torch.no_grad():
            self.detector.stem.conv.weight.div_(255)
        if is_grouped:
            self.detector.stem.conv = stem_over_groups(self.detector.stem.conv)
        self.is_grouped = is_grouped

    def forward(self, images: Tensor) -> tuple[Tensor, Tensor]:
        if self.is_grouped:
            images = images.reshape(1, images.shape[1], -1, GROUP * 3)
        return self.detector(images.permute(0, 3, 1, 2).float())


@torch.no_grad()
def stem_over_groups(stem: nn.Conv2d) -> nn.Conv2d:
    """The stem for input in which GROUP pixels of a row are one of 12 channels: the same sums with zeros among them.

    `[1, H, W, 3]` lies in memory as `[1, H, W / 4, 12]` does, so regrouping costs nothing; and a convolution that gathers
    18 pieces of 12 bytes is faster than one that gathers 36 of 3: in 8-bit integers by a third, while in float the zeros cost more.
    """
    outputs, _, rows, columns = stem.weight.shape
    grouped = nn.Conv2d(3 * GROUP, outputs, (rows, 3), (stem.stride[0], 1), (stem.padding[0], 1))
    weight = torch.zeros(outputs, 3 * GROUP, rows, 3)
    for column in range(columns):
        at = column - stem.padding[1]  # in pixels from the first of the middle group
        group, pixel = at // GROUP + 1, at % GROUP
        weight[:, pixel * 3 : pixel * 3 + 3, :, group] = stem.weight[:, :, :, column]
    grouped.weight.copy_(weight)
    grouped.bias.copy_(stem.bias)
    return grouped


class ClassifierGraph(nn.Module):
    """crops uint8 [K, 48, 48, 3] RGB -> prob [K, outputs]."""

    def __init__(self, classifier: Classifier):
        super().__init__()
        self.classifier = classifier.eval()

    def forward(self, crops: Tensor) -> Tensor:
        return self.classifier(crops.permute(0, 3, 1, 2).float() * (1 / 255) - 0.5).softmax(1)


def export_detector(weights: Path, out: Path, halve: bool = True, is_grouped: bool = False) -> None:
    graph = DetectorGraph(load_detector(weights), is_grouped)
    example = torch.zeros(1, 64, 96, 3, dtype=torch.uint8)
    _export(graph, example, out, "images", ["sup", "ltrb"], {"images": {1: "height", 2: "width"}, "sup": {1: "cells"}, "ltrb": {1: "cells"}}, halve)


def export_classifier(weights: Path, out: Path, halve: bool = True) -> None:
    graph = ClassifierGraph(load_classifier(weights))
    example = torch.zeros(2, CROP_SIDE, CROP_SIDE, 3, dtype=torch.uint8)
    _export(graph, example, out, "crops", ["prob"], {"crops": {0: "count"}, "prob": {0: "count"}}, halve)


def export_weights(weights: Path, out: Path) -> None:
    state = torch.load(weights, map_location="cpu", weights_only=True)
    halved = {name: value.half() if value.dtype == torch.float32 else value for name, value in state["weights"].items()}
    torch.save(state | {"weights": halved}, out)


@torch.no_grad()
def _export(graph: nn.Module, example: Tensor, out: Path, name: str, outputs: list[str], free: dict, halve: bool) -> None:
    torch.onnx.export(
        graph.eval(), (example,), str(out), opset_version=OPSET, input_names=[name], output_names=outputs, dynamic_axes=free, dynamo=False
    )
    model = onnx.load(out)
    if halve:
        store_as_float16(model)
    onnx.checker.check_model(model)
    onnx.save(model, out)


def store_as_float16(model: onnx.ModelProto) -> None:
    """Every large float32 weight becomes float16 and a Cast, which the run time folds when it loads the graph. In place."""
    casts = []
    for tensor in model.graph.initializer:
        values = numpy_helper.to_array(tensor)
        if values.dtype != np.float32 or values.size < 64:
            continue
        name = tensor.name
        tensor.CopyFrom(numpy_helper.from_array(values.astype(np.float16), f"{name}_half"))
        casts.append(helper.make_node("Cast", [f"{name}_half"], [name], to=onnx.TensorProto.FLOAT))
    nodes = list(model.graph.node)
    del model.graph.node[:]
    model.graph.node.extend(casts + nodes)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("network", choices=["detector", "classifier", "weights"])
    parser.add_argument("weights", type=Path)
    parser.add_argument("out", type=Path)
    arguments = parser.parse_args()
    exports = {"detector": export_detector, "classifier": export_classifier, "weights": export_weights}
    exports[arguments.network](arguments.weights, arguments.out)
    print(f"{arguments.out}: {arguments.out.stat().st_size / 1e6:.2f} MB")


if __name__ == "__main__":
    main()
