"""`python -m hzsigns.quantize detector|classifier CORPUS WEIGHTS.pt OUT.int8.onnx`: the network in 8-bit integers.

Static QDQ quantisation by onnxruntime: int8 weights by channel, uint8 activations by tensor, ranges seen on training images.
What the detector's heads say has ranges of its own, wide enough for scores of 0.9997 and for signs of 600 pixels.
"""

from __future__ import annotations

import argparse
import random
import tempfile
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import onnx
from onnx import numpy_helper
from onnxruntime.quantization import CalibrationDataReader, CalibrationMethod, QuantFormat, QuantType, quantize_static
from onnxruntime.quantization.shape_inference import quant_pre_process

from . import export
from .corpus import Corpus
from .crops import altered_crop
from .mixture import MixtureOptions, build_mixture

QUANTISED_OPERATIONS = ["Conv", "Relu", "Concat", "MaxPool", "Resize", "Add", "Gemm", "AveragePool"]
LOGIT_RANGE = (-16.0, 8.0)
DISTANCE_RANGE = (-3.0, 9.5)
"""Before the softplus, in cells."""
_PASSING = {"Cast", "Concat", "Transpose", "Reshape", "Softplus", "Mul"}


class Images(CalibrationDataReader):
    def __init__(self, name: str, images: Iterator[np.ndarray]):
        self._name, self._images = name, images

    def get_next(self) -> dict[str, np.ndarray] | None:
        image = next(self._images, None)
        return None if image is None else {self._name: image}


def detector_images(corpus: Path, options: MixtureOptions, count: int) -> Iterator[np.ndarray]:
    """RGB uint8 [1, 640, 640, 3], of the kinds that the detector was trained on."""
    mixture = build_mixture(corpus, options, random.Random(3))
    for _ in range(count):
        yield np.ascontiguousarray(mixture.sample(640).image[None, ..., ::-1])


def classifier_images(corpus_folder: Path, options: MixtureOptions, count: int) -> Iterator[np.ndarray]:
    """RGB uint8 [16, 48, 48, 3], `count` of them."""
    rng = random.Random(3)
    if options.open_only:
        crops = _drawn_crops(corpus_folder, options, rng, count * 16)
    else:
        corpus = Corpus(corpus_folder)
        pictures = corpus.select("crop", "closeup")
        crops = [altered_crop(corpus.pixels(p), p.signs[0].box, rng) for p in rng.choices(pictures, k=count * 16)]
    for start in range(0, len(crops), 16):
        yield np.stack(crops[start : start + 16])


def _drawn_crops(corpus_folder: Path, options: MixtureOptions, rng: random.Random, count: int) -> list[np.ndarray]:
    mixture = build_mixture(corpus_folder, options, rng)
    crops: list[np.ndarray] = []
    while len(crops) < count:
        sample = mixture.sample(320)
        crops += [altered_crop(sample.image, tuple(box), rng) for box in sample.boxes]
    return crops[:count]


def quantize(float_model: Path, out: Path, input_name: str, images: Iterator[np.ndarray], ranges: dict[str, list[dict]]) -> None:
    """`ranges`: of tensors whose range is not to be taken from the images."""
    with tempfile.TemporaryDirectory() as folder:
        prepared = Path(folder) / "prepared.onnx"
        quant_pre_process(str(float_model), str(prepared), skip_symbolic_shape=True)
        quantize_static(
            str(prepared),
            str(out),
            Images(input_name, images),
            quant_format=QuantFormat.QDQ,
            op_types_to_quantize=QUANTISED_OPERATIONS,
            per_channel=True,
            activation_type=QuantType.QUInt8,
            weight_type=QuantType.QInt8,
            nodes_to_exclude=joining_nodes(float_model),
            calibrate_method=CalibrationMethod.MinMax,
            extra_options={"CalibMovingAverage": True, "TensorQuantOverrides": ranges},
        )
    model = onnx.load(out)
    feed_bytes_directly(model, input_name)
    onnx.checker.check_model(model)
    onnx.save(model, out)


def feed_bytes_directly(model: onnx.ModelProto, input_name: str) -> None:
    """The image is uint8 already: instead of a Cast to float and a QuantizeLinear it is what they would give. In place.

    Only where the chain is input -> Reshape -> Transpose -> Cast -> QuantizeLinear, as in the detector.
    """
    graph = model.graph
    consumers: dict[str, list[onnx.NodeProto]] = {}
    for node in graph.node:
        for name in node.input:
            consumers.setdefault(name, []).append(node)
    chain, name = [], input_name
    for operation in ("Reshape", "Transpose", "Cast", "QuantizeLinear"):
        # The shape is read from the image too.
        following = [node for node in consumers.get(name, []) if node.op_type != "Shape"]
        if len(following) != 1 or following[0].op_type != operation:
            return
        chain.append(following[0])
        name = following[0].output[0]
    _, transpose, cast, quantizer = chain
    scale_name, zero_name = quantizer.input[1], quantizer.input[2]
    scales = {tensor.name: tensor for tensor in graph.initializer}
    # A step of 1 and a zero point of 0: the bytes mean what they are. The bias of the first convolution has the product
    # of both scales as its step and is brought along.
    old_scale = float(numpy_helper.to_array(scales[scale_name]))
    _rescale_first_bias(graph, consumers, quantizer, scales, old_scale)
    scales[scale_name].CopyFrom(numpy_helper.from_array(np.float32(1.0), scale_name))
    scales[zero_name].CopyFrom(numpy_helper.from_array(np.uint8(0), zero_name))
    for node in consumers[quantizer.output[0]]:
        node.input[0] = transpose.output[0]
    graph.node.remove(cast)
    graph.node.remove(quantizer)


def _rescale_first_bias(graph, consumers, quantizer, tensors, old_scale: float) -> None:
    dequantizer = consumers[quantizer.output[0]][0]
    convolution = consumers[dequantizer.output[0]][0]
    makers = {output: node for node in graph.node for output in node.output}
    bias = makers.get(convolution.input[2])
    if bias is None or bias.op_type != "DequantizeLinear":
        return
    values_name, step_name = bias.input[0], bias.input[1]
    steps = numpy_helper.to_array(tensors[step_name]).astype(np.float64)
    values = numpy_helper.to_array(tensors[values_name]).astype(np.float64) * steps
    steps = steps / old_scale
    rounded = np.round(values / steps).astype(np.int32)
    tensors[values_name].CopyFrom(numpy_helper.from_array(rounded, values_name))
    tensors[step_name].CopyFrom(numpy_helper.from_array(steps.astype(np.float32), step_name))


def joining_nodes(model: Path) -> list[str]:
    """The nodes that join the outputs of all strides: they have no range in common, and nothing computes with them."""
    graph = onnx.load(model).graph
    producers = {output: node for node in graph.node for output in node.output}
    last = [producers[output.name] for output in graph.output]
    joined = [producers[node.input[0]] if node.op_type == "Cast" else node for node in last]
    return [node.name for node in joined if node.op_type == "Concat"]


def head_ranges(model: Path) -> dict[str, list[dict]]:
    """Ranges of what the detector's heads say, by name of the tensor: set, since a few images show too few signs to see them.

    A step of a distance is 1/25 of a cell, a third of a pixel at the finest stride.
    """
    graph = onnx.load(model).graph
    producers = {output: node for node in graph.node for output in node.output}

    def convolutions_before(name: str) -> list[str]:
        node = producers[name]
        if node.op_type == "Conv":
            return [node.output[0]]
        return [found for i in node.input if i in producers for found in convolutions_before(i)] if node.op_type in _PASSING else []

    ranges = {name: LOGIT_RANGE for name in convolutions_before("sup")}
    ranges |= {name: DISTANCE_RANGE for name in convolutions_before("ltrb")}
    return {name: [{"rmin": np.float32(low), "rmax": np.float32(high)}] for name, (low, high) in ranges.items()}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("network", choices=["detector", "classifier"])
    parser.add_argument("corpus", type=Path)
    parser.add_argument("weights", type=Path)
    parser.add_argument("out", type=Path)
    parser.add_argument("--calibration", type=int, default=48, help="images that the ranges are taken from")
    MixtureOptions.add_arguments(parser)
    arguments = parser.parse_args()
    options = MixtureOptions.from_arguments(arguments)
    with tempfile.TemporaryDirectory() as folder:
        whole = Path(folder) / "float.onnx"
        if arguments.network == "detector":
            export.export_detector(arguments.weights, whole, halve=False, is_grouped=True)
            images = detector_images(arguments.corpus, options, arguments.calibration)
            quantize(whole, arguments.out, "images", images, head_ranges(whole))
        else:
            export.export_classifier(arguments.weights, whole, halve=False)
            quantize(whole, arguments.out, "crops", classifier_images(arguments.corpus, options, arguments.calibration), {})
    print(f"{arguments.out}: {arguments.out.stat().st_size / 1e6:.2f} MB")


if __name__ == "__main__":
    main()
