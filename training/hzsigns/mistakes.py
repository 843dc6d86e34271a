"""`python -m hzsigns.mistakes CORPUS DETECTOR.pt MISTAKES.json`: where a detector sees signs in pictures that have none.

Hard-negative mining (Sung & Poggio 1998): the detector and the classifier learn from these places that they are no signs.
Pictures that are held out are not looked at.
"""

from __future__ import annotations

import argparse
import json
from pathlib import Path

import numpy as np

from .corpus import Corpus, Picture
from .inference import detect, iou, torch_run
from .network import fuse

LONG_SIDE = 1280
MIN_SCORE = 0.1
MAX_PER_PICTURE = 12

Box = tuple[float, float, float, float]


def find_mistakes(run, corpus: Corpus, pictures: list[Picture]) -> list[dict]:
    """Boxes that overlap no place to be ignored, with the score that they got; pixels of their picture."""
    mistakes = []
    for picture in pictures:
        found = detect(run, corpus.pixels(picture), LONG_SIDE, MIN_SCORE, max_upscale=3.0)
        ignored = np.array([sign.box for sign in picture.signs], np.float32).reshape(-1, 4)
        for box, score in list(zip(found.boxes, found.scores))[:MAX_PER_PICTURE]:
            if len(ignored) and iou(box[None], ignored).max() > 0.1:
                continue
            mistakes.append({"source": picture.source, "photo": picture.photo, "box": [round(float(v), 1) for v in box], "score": round(float(score), 4)})
    return mistakes


def read_mistakes(path: Path, pictures: list[Picture]) -> list[tuple[Picture, Box]]:
    """The mistakes that lie in the given pictures."""
    by_name = {(picture.source, picture.photo): picture for picture in pictures}
    rows = json.loads(path.read_text(encoding="utf-8"))
    return [(by_name[key], tuple(row["box"])) for row in rows if (key := (row["source"], row["photo"])) in by_name]


def main() -> None:
    from .train_detector import load_detector

    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("corpus", type=Path)
    parser.add_argument("detector", type=Path)
    parser.add_argument("mistakes", type=Path)
    arguments = parser.parse_args()
    corpus = Corpus(arguments.corpus)
    pictures = corpus.select("background")
    mistakes = find_mistakes(torch_run(fuse(load_detector(arguments.detector))), corpus, pictures)
    arguments.mistakes.write_text(json.dumps(mistakes), encoding="utf-8")
    print(f"{len(mistakes)} mistakes in {len(pictures)} pictures, {sum(m['score'] > 0.5 for m in mistakes)} of them above 0.5")


if __name__ == "__main__":
    main()
