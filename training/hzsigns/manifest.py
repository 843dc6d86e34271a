"""`python -m hzsigns.manifest FOLDER --name … --version …`: writes model.json beside the exported networks.

FOLDER holds detector.onnx and classifier.onnx, and detector.int8.onnx and classifier.int8.onnx where there are any.
What the fields mean is said in docs/MODELS.md.
"""

from __future__ import annotations

import argparse
import json
from pathlib import Path

from .classifier import CROP_SIDE, MARGIN
from .inference import MAX_IOU, PAD_VALUE, SIZE_MULTIPLE
from .labels import CATEGORIES, LABELS
from .network import STRIDES

NOT_A_SIGN = {"code": "not_a_sign", "name": "非交通标志", "name_en": "Not a sign", "category": "other"}
FALLBACK = {"prohibitory": "po", "mandatory": "io", "warning": "wo", "other": "ip"}


def files_of(folder: Path, network: str) -> dict[str, str]:
    files = {"fp32": f"{network}.onnx", "int8": f"{network}.int8.onnx"}
    if not (folder / files["fp32"]).exists():
        raise SystemExit(f"{folder / files['fp32']} is not there: export it first")
    return {precision: name for precision, name in files.items() if (folder / name).exists()}


def detector_of(folder: Path, long_sides: list[int], max_upscale: float) -> dict:
    return {
        "files": files_of(folder, "detector"),
        "input": {
            "name": "images", "layout": "NHWC", "dtype": "uint8", "channel_order": "RGB",
            "size_multiple": SIZE_MULTIPLE, "pad_value": PAD_VALUE,
        },
        "decoder": "hz-anchor-free",
        "outputs": {"categories": "sup", "distances": "ltrb"},
        "strides": list(STRIDES),
        "categories": list(CATEGORIES),
        "long_side": dict(zip(("fast", "balanced", "accurate", "max"), long_sides)),
        "max_upscale": max_upscale,
        "close_up": {"long_side": 256, "min_side": 48},
        "tiles": {"size": 640, "overlap": 0.2, "max_long_side": 4096},
        "score_floor": 0.03,
        "iou_threshold": MAX_IOU,
        "merge_iou_threshold": 0.5,
        "merge_ios_threshold": 0.75,
        "max_candidates": 1000,
        "max_detections": 300,
    }  # fmt: skip


def classifier_of(folder: Path, rescoring: str | dict) -> dict:
    return {
        "files": files_of(folder, "classifier"),
        "input": {"name": "crops", "layout": "NHWC", "dtype": "uint8", "channel_order": "RGB", "size": CROP_SIDE},
        "output": "prob",
        "margin": MARGIN,
        "max_batch": 64,
        "not_a_sign": NOT_A_SIGN["code"],
        "rescoring": rescoring,
        "min_label_probability": 0.5,
        "min_reading_probability": 0.8,
        "fallback": FALLBACK,
    }


def labels() -> list[dict]:
    """In the order of the classifier's outputs."""
    rows = []
    for label in LABELS:
        row = {"code": label.code, "name": label.name, "name_en": label.name_en, "category": label.category}
        rows.append(row | ({"reading_of": label.reading_of} if label.reading_of else {}))
    return [*rows, NOT_A_SIGN]


def to_text(manifest: dict) -> str:
    """JSON with a line for each label: a list of a hundred signs is read line by line."""
    without_labels = json.dumps(manifest | {"labels": []}, ensure_ascii=False, indent=2)
    lines = ",\n".join("    " + json.dumps(label, ensure_ascii=False) for label in manifest["labels"])
    return without_labels.replace('"labels": []', f'"labels": [\n{lines}\n  ]') + "\n"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--name", required=True)
    parser.add_argument("--version", required=True)
    parser.add_argument("--title", default="中国道路交通标志检测")
    parser.add_argument("--licence", required=True)
    parser.add_argument("--rescoring", default='"sqrt-sign-probability"', help="as hzsigns.calibrate printed it")
    parser.add_argument("--long-sides", type=int, nargs=4, default=[896, 1280, 1600, 1920], metavar=("FAST", "BALANCED", "ACCURATE", "MAX"))
    parser.add_argument("--max-upscale", type=float, default=2.0)
    arguments = parser.parse_args()
    manifest = {
        "format": "hzsystem-model/1",
        "name": arguments.name,
        "version": arguments.version,
        "title": arguments.title,
        "licence": arguments.licence,
        "detector": detector_of(arguments.folder, arguments.long_sides, arguments.max_upscale),
        "classifier": classifier_of(arguments.folder, json.loads(arguments.rescoring)),
        "labels": labels(),
    }
    (arguments.folder / "model.json").write_text(to_text(manifest), encoding="utf-8")
    print(f"{arguments.folder / 'model.json'}: {len(LABELS)} labels")


if __name__ == "__main__":
    main()
