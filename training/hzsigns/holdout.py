"""`python -m hzsigns.holdout CORPUS FOLDER`: writes the held-out pictures as folders that `npm run eval` reads.

`scenes/` streets with boxes (of the European ones at the level of categories); `sign-free/` pictures without signs; `pasted/` held-out crops of
Chinese signs, pasted into held-out pictures as the training pastes others: not real, but with names; each with labels.json.
"""

from __future__ import annotations

import argparse
import json
import random
from collections.abc import Iterable
from pathlib import Path

import cv2

from .corpus import Corpus, Picture, Sign
from .labels import CATEGORIES, LABELS, UNKNOWN
from .scenes import SceneGenerator
from .sprites import SpriteBank, real_sprites

PASTED_SIDE = 1024


def labels_of(signs: Iterable[Sign]) -> list[dict]:
    """The entries of labels.json: box, category, and the code where it is known; places without a category are ignored."""
    rows = []
    for sign in signs:
        row: dict = {"box": [round(value) for value in sign.box], "ignore": sign.category < 0}
        if sign.category >= 0:
            row["category"] = CATEGORIES[sign.category]
        if sign.label != UNKNOWN:
            row["code"] = LABELS[sign.label].class_code
        rows.append(row)
    return rows


def write_folder(corpus: Corpus, pictures: list[Picture], folder: Path) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    labels = {}
    for picture in pictures:
        name = f"{picture.source}-{picture.photo}.png"
        cv2.imwrite(str(folder / name), corpus.pixels(picture))
        labels[name] = labels_of(picture.signs)
    (folder / "labels.json").write_text(json.dumps(labels), encoding="utf-8")
    print(f"{len(pictures)} pictures in {folder}")


def write_pasted(corpus: Corpus, count: int, folder: Path) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    bank = SpriteBank(real_sprites(corpus, held_out=True), {})
    backgrounds = corpus.select("background", "scene", held_out=True)
    generator = SceneGenerator(bank, corpus, backgrounds, random.Random(17))
    labels = {}
    for number in range(count):
        sample = generator.sample(PASTED_SIDE)
        name = f"pasted-{number:03d}.jpg"
        cv2.imwrite(str(folder / name), sample.image, [cv2.IMWRITE_JPEG_QUALITY, 92])
        signs = (Sign(tuple(box), int(label), int(category)) for box, label, category in zip(sample.boxes, sample.labels, sample.categories))
        labels[name] = labels_of(signs)
    (folder / "labels.json").write_text(json.dumps(labels), encoding="utf-8")
    print(f"{count} pictures in {folder}")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("corpus", type=Path)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--open-only", action="store_true", help="only openly licensed pictures, and nothing pasted")
    parser.add_argument("--sources", nargs="+", metavar="SOURCE", help="of streets; all, unless given")
    parser.add_argument("--pasted", type=int, default=200, help="how many pasted pictures")
    arguments = parser.parse_args()
    corpus = Corpus(arguments.corpus)
    write_folder(corpus, corpus.select("scene", held_out=True, open_only=arguments.open_only, sources=arguments.sources), arguments.folder / "scenes")
    write_folder(corpus, corpus.select("background", held_out=True, open_only=arguments.open_only), arguments.folder / "sign-free")
    if not arguments.open_only:
        write_pasted(corpus, arguments.pasted, arguments.folder / "pasted")


if __name__ == "__main__":
    main()
