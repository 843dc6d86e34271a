"""`python -m hzsigns.prepare DATA CORPUS`: reads the data folders into one corpus.

No street is labelled completely. Where a teacher, a detector that is already there, sees a sign that nobody labelled, the
place is marked to be ignored: neither a sign nor background is learnt from it. A teacher is wrong where the pupil will be,
on wheels, tail lights and logos, and ignoring those would hide them from the training and from the figures. So its marks in
the data named in the README were looked at, and `not_signs.json` lists those where a person saw no sign.
"""

from __future__ import annotations

import argparse
import json
from collections import Counter
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import numpy as np

from .corpus import Picture, Sign, write
from .inference import Run, detect, iou, onnx_run
from .sources import READERS

TEACHER_LONG_SIDE = 1280
TEACHER_MIN_SCORE = 0.35
SAME_PLACE_IOU = 0.3
NOT_SIGNS: dict[str, dict[str, list[list[float]]]] = json.loads(Path(__file__).with_name("not_signs.json").read_text(encoding="utf-8"))
"""Source -> photo -> boxes in pixels of the picture as its reader gives it."""


def mark_unlabelled(teacher: Run, picture: Picture, pixels: np.ndarray) -> Picture:
    """The picture with signs to be ignored where the teacher sees one and the labels have none."""
    if picture.kind not in ("scene", "background"):
        return picture
    found = detect(teacher, pixels, TEACHER_LONG_SIDE, TEACHER_MIN_SCORE)
    ignored = (Sign(tuple(float(v) for v in box)) for box in unlabelled(picture, found.boxes))
    return replace(picture, signs=picture.signs + tuple(ignored))


def unlabelled(picture: Picture, seen: np.ndarray) -> list[np.ndarray]:
    """Of the boxes [K, 4] that a teacher sees, those that are neither labelled nor known to be no sign."""
    known = np.array([sign.box for sign in picture.signs], np.float32).reshape(-1, 4)
    wrong = np.array(NOT_SIGNS.get(picture.source, {}).get(picture.photo, []), np.float32).reshape(-1, 4)
    return [box for box in seen if not overlaps(box, known, 0.2) and not overlaps(box, wrong, SAME_PLACE_IOU)]


def overlaps(box: np.ndarray, others: np.ndarray, min_iou: float) -> bool:
    """box [4], others [K, 4]"""
    return len(others) > 0 and bool(iou(box[None], others).max() >= min_iou)


def read_all(data: Path, teacher: Run | None, left_out: set[str]) -> Iterator[tuple[Picture, np.ndarray]]:
    for name, reader in READERS.items():
        folder = data / name
        if not folder.is_dir():
            print(f"{name}: not there, left out", flush=True)
            continue
        for picture, pixels in reader(folder):
            if f"{picture.source}/{picture.photo}" in left_out:
                continue
            yield (mark_unlabelled(teacher, picture, pixels) if teacher else picture), pixels


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("data", type=Path, help="folder of the data folders named in sources.READERS")
    parser.add_argument("corpus", type=Path, help="folder to write")
    parser.add_argument("--teacher", type=Path, help="detector.onnx that finds what is not labelled")
    parser.add_argument("--leave-out", nargs="*", default=[], metavar="SOURCE/PHOTO", help="photos of the final test")
    arguments = parser.parse_args()
    teacher = onnx_run(arguments.teacher) if arguments.teacher else None
    counts: Counter[str] = Counter()

    def counted() -> Iterator[tuple[Picture, np.ndarray]]:
        for picture, pixels in read_all(arguments.data, teacher, set(arguments.leave_out)):
            counts[f"{picture.source} {picture.kind}{' held out' if picture.held_out else ''}"] += 1
            counts[f"{picture.source} ignored places"] += sum(sign.category < 0 for sign in picture.signs)
            yield picture, pixels

    total = write(arguments.corpus, counted())
    for name, count in sorted(counts.items()):
        print(f"{count:7d} {name}")
    print(f"{total:7d} pictures in {arguments.corpus}")


if __name__ == "__main__":
    main()
