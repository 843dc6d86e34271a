"""From training to the files that the server loads, on a network trained for two steps."""

import json
import subprocess
import sys
from pathlib import Path

import numpy as np
import onnx
import onnxruntime
import pytest
import torch

from hzsigns.export import stem_over_groups
from hzsigns.inference import onnx_run, torch_run
from hzsigns.labels import LABELS
from hzsigns.network import fuse
from hzsigns.score import Scored, average_precision
from hzsigns.train_classifier import load_classifier, predict
from hzsigns.train_detector import load_detector

ROOT = Path(__file__).parent.parent


def run(*arguments) -> str:
    done = subprocess.run([sys.executable, "-m", *map(str, arguments)], cwd=ROOT, capture_output=True, text=True, timeout=300)
    assert done.returncode == 0, done.stderr
    return done.stdout


@pytest.fixture(scope="module")
def detector(corpus_folder, drawn_folder, tmp_path_factory) -> Path:
    folder = tmp_path_factory.mktemp("detector")
    run("hzsigns.train_detector", corpus_folder, folder, "--drawn", drawn_folder, "--images", 4, "--batch", 2, "--size", 64, "--workers", 0)
    return folder


@pytest.fixture(scope="module")
def classifier(corpus_folder, drawn_folder, tmp_path_factory) -> Path:
    folder = tmp_path_factory.mktemp("classifier")
    run("hzsigns.train_classifier", corpus_folder, folder, "--drawn", drawn_folder, "--crops", 64, "--batch", 32, "--workers", 0)
    return folder


def test_a_run_goes_on_where_it_was_stopped(detector, corpus_folder, drawn_folder):
    options = ("--drawn", drawn_folder, "--batch", 2, "--size", 64, "--workers", 0)
    run("hzsigns.train_detector", corpus_folder, detector, "--images", 8, *options)
    assert torch.load(detector / "checkpoint.pt", weights_only=True)["seen"] == 8
    assert torch.load(detector / "detector.pt", weights_only=True)["images"] == 8


def test_two_processes_take_the_same_steps_and_share_the_images(corpus_folder, drawn_folder, tmp_path):
    run(
        "hzsigns.train_detector", corpus_folder, tmp_path, "--drawn", drawn_folder, "--images", 8, "--batch", 2,
        "--size", 64, "--workers", 0, "--processes", 2, "--port", 29577,
    )  # fmt: skip
    assert torch.load(tmp_path / "checkpoint.pt", weights_only=True)["step"] == 2


def test_the_exported_detector_says_what_the_trained_one_says_at_any_size(detector, tmp_path):
    run("hzsigns.export", "detector", detector / "detector.pt", tmp_path / "d.onnx")
    trained, exported = torch_run(fuse(load_detector(detector / "detector.pt"))), onnx_run(tmp_path / "d.onnx")
    for height, width in ((64, 96), (160, 128)):
        image = np.random.default_rng(1).integers(0, 255, (height, width, 3)).astype(np.uint8)
        for wanted, got in zip(trained(image), exported(image)):
            assert wanted.shape == got.shape
            assert np.abs(wanted - got).max() < 0.05 * np.abs(wanted).max()


def test_the_8_bit_detector_takes_the_same_input_and_nearly_agrees(detector, corpus_folder, drawn_folder, tmp_path):
    run("hzsigns.export", "detector", detector / "detector.pt", tmp_path / "d.onnx")
    run("hzsigns.quantize", "detector", corpus_folder, detector / "detector.pt", tmp_path / "d.int8.onnx", "--drawn", drawn_folder, "--calibration", 4)
    image = np.random.default_rng(1).integers(0, 255, (96, 128, 3)).astype(np.uint8)
    wanted, got = onnx_run(tmp_path / "d.onnx")(image), onnx_run(tmp_path / "d.int8.onnx")(image)
    assert np.abs(wanted[0] - got[0]).mean() < 0.5
    nodes = onnx.load(tmp_path / "d.int8.onnx").graph.node
    turned = next(node for node in nodes if node.op_type == "Transpose").output[0]
    assert [node.op_type for node in nodes if turned in node.input] == ["DequantizeLinear"]  # no detour over floats


def test_a_stem_over_groups_of_pixels_sums_what_the_stem_sums():
    stem = torch.nn.Conv2d(3, 8, 6, 4, 1)
    image = torch.rand(1, 64, 96, 3)
    with torch.no_grad():
        wanted = stem(image.permute(0, 3, 1, 2))
        got = stem_over_groups(stem)(image.reshape(1, 64, 24, 12).permute(0, 3, 1, 2))
    assert torch.allclose(wanted, got, atol=1e-5)


def test_the_exported_classifier_says_what_the_trained_one_says(classifier, tmp_path):
    run("hzsigns.export", "classifier", classifier / "classifier.pt", tmp_path / "c.onnx")
    crops = np.random.default_rng(1).integers(0, 255, (5, 48, 48, 3)).astype(np.uint8)
    session = onnxruntime.InferenceSession(str(tmp_path / "c.onnx"), providers=["CPUExecutionProvider"])
    probabilities = session.run(["prob"], {"crops": crops})[0]
    assert probabilities.shape == (5, len(LABELS) + 1)
    assert np.abs(probabilities - predict(load_classifier(classifier / "classifier.pt"), crops)).max() < 0.01


def test_a_run_starts_from_the_weights_that_another_left(classifier, corpus_folder, drawn_folder, tmp_path):
    run("hzsigns.export", "weights", classifier / "classifier.pt", tmp_path / "half.pt")
    whole, half = (torch.load(path, weights_only=True)["weights"] for path in (classifier / "classifier.pt", tmp_path / "half.pt"))
    assert half["head.weight"].dtype == torch.float16
    assert torch.allclose(whole["head.weight"], half["head.weight"].float(), atol=1e-3)
    run(
        "hzsigns.train_classifier", corpus_folder, tmp_path / "next", "--drawn", drawn_folder, "--crops", 32, "--batch", 32,
        "--workers", 0, "--start-from", tmp_path / "half.pt",
    )  # fmt: skip


def test_mistakes_are_found_in_pictures_without_signs_only(detector, corpus_folder, tmp_path):
    run("hzsigns.mistakes", corpus_folder, detector / "detector.pt", tmp_path / "mistakes.json")
    for mistake in json.loads((tmp_path / "mistakes.json").read_text()):
        assert mistake["photo"] in ("b1", "b2")


def test_average_precision_is_the_area_that_one_counts_by_hand():
    def found(score: float, is_right: bool | None) -> Scored:
        return Scored(score, 1.0, is_right, "", None)

    assert average_precision([found(0.9, True), found(0.8, True)], 2) == pytest.approx(1)
    assert average_precision([found(0.9, False), found(0.8, True)], 1) == pytest.approx(0.5)
    assert average_precision([found(0.9, None), found(0.8, True)], 1) == pytest.approx(1)
    assert average_precision([found(0.9, True)], 2) == pytest.approx(51 / 101)
