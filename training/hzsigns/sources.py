"""Readers of the data that the networks are trained on. Each yields `(Picture, pixels BGR uint8 [H, W, 3])`.

What a folder looks like is said at its reader; training/README.md says where each comes from and under which licence.
To train on signs of your own, write one more reader and name it in READERS.
"""

from __future__ import annotations

import re
import xml.etree.ElementTree as ElementTree
from collections.abc import Iterator
from pathlib import Path

import cv2
import numpy as np

from .corpus import Picture, Sign, is_held_out, shrink_to
from .labels import CATEGORIES, CATEGORY_OF, IGNORE, LABEL_INDEX, UNKNOWN, label_of

Item = tuple[Picture, np.ndarray]
PROHIBITORY, MANDATORY, WARNING, OTHER = range(len(CATEGORIES))
LONGEST_SIDE = 1600


def read_tt100k_crops(folder: Path) -> Iterator[Item]:
    """CODE/PHOTO_N.jpg: one sign fills each picture (Zhu et al. 2016, CC BY-NC)."""
    for path in sorted(folder.glob("*/*.jpg")):
        label, pixels = label_of(path.parent.name), cv2.imread(str(path))
        if label is None or pixels is None or min(pixels.shape[:2]) < 10:
            continue
        photo = path.stem.split("_")[0]
        box = (0.0, 0.0, float(pixels.shape[1]), float(pixels.shape[0]))
        sign = Sign(box, label, CATEGORY_OF[label])
        yield Picture("tt100k", "crop", photo, (sign,), held_out=is_held_out("tt100k", photo)), pixels


def read_tsrd(folder: Path) -> Iterator[Item]:
    """CLASS_*.jpg with YOLO boxes beside them: close-ups, one sign each (Huang, CASIA)."""
    for path in sorted(folder.glob("*.jpg")):
        label = _TSRD_LABELS.get(int(path.name[:3]))
        pixels, rows = cv2.imread(str(path)), _yolo_rows(path.with_suffix(".txt"))
        if label is None or pixels is None or not rows:
            continue
        index = LABEL_INDEX[label]
        sign = Sign(_in_pixels(rows[0][1:], pixels), index, CATEGORY_OF[index])
        yield Picture("tsrd", "closeup", path.stem, (sign,), held_out=is_held_out("tsrd", path.stem)), pixels


def read_gtsdb(folder: Path) -> Iterator[Item]:
    """German streets with YOLO boxes of 43 classes (Houben et al. 2013)."""
    return _read_yolo_scenes("gtsdb", folder, lambda number: _gtsdb_category(number))


def read_italy(folder: Path) -> Iterator[Item]:
    """Italian streets with YOLO boxes; classes.txt names the classes."""
    names = (folder / "classes.txt").read_text(encoding="utf-8").split("\n")
    return _read_yolo_scenes("italy", folder, lambda number: _italian_category(names[number]))


def read_kaggle877(folder: Path) -> Iterator[Item]:
    """Photos with VOC boxes of four classes (Make ML, CC0). Traffic lights are no signs."""
    for path in sorted(folder.glob("*.xml")):
        root, pixels = ElementTree.parse(path).getroot(), cv2.imread(str(path.with_suffix(".jpg")))
        if pixels is None:
            continue
        signs = []
        for thing in root.iter("object"):
            category = _KAGGLE_CATEGORIES.get(thing.findtext("name", ""))
            corners = [float(thing.findtext(f"bndbox/{corner}", "0")) for corner in ("xmin", "ymin", "xmax", "ymax")]
            if category is not None:
                signs.append(Sign(tuple(corners), UNKNOWN, category))
        held_out = is_held_out("kaggle877", path.stem)
        yield Picture("kaggle877", "scene", path.stem, tuple(signs), True, held_out), pixels


def read_backgrounds(name: str, folder: Path, open_licence: bool) -> Iterator[Item]:
    """A folder of pictures that show no signs, or next to none: `prepare` marks those that a teacher finds."""
    for path in sorted(p for p in folder.glob("*") if p.suffix in (".jpg", ".png") and ".mask" not in p.name):
        pixels = cv2.imread(str(path))
        if pixels is None or min(pixels.shape[:2]) < 96:
            continue
        held_out = is_held_out(name, path.stem, 0.2)
        yield Picture(name, "background", path.stem, (), open_licence, held_out), shrink_to(pixels, LONGEST_SIDE)[0]


def _read_yolo_scenes(name: str, folder: Path, category_of) -> Iterator[Item]:
    for path in sorted(folder.glob("*.jpg")):
        pixels, rows = cv2.imread(str(path)), _yolo_rows(path.with_suffix(".txt"))
        if pixels is None:
            continue
        signs = tuple(Sign(_in_pixels(row[1:], pixels), UNKNOWN, category_of(int(row[0]))) for row in rows)
        yield Picture(name, "scene", path.stem, signs, held_out=is_held_out(name, path.stem, 0.125)), pixels


def _yolo_rows(path: Path) -> list[list[float]]:
    """[class, centre x, centre y, width, height] a line, the latter four as shares of the picture."""
    if not path.exists():
        return []
    return [[float(value) for value in line.split()] for line in path.read_text().splitlines() if len(line.split()) == 5]


def _in_pixels(shares: list[float], pixels: np.ndarray) -> tuple[float, float, float, float]:
    height, width = pixels.shape[:2]
    x, y, w, h = shares
    return ((x - w / 2) * width, (y - h / 2) * height, (x + w / 2) * width, (y + h / 2) * height)


# Priority signs, one-way signs and their like exist in China in other shapes: nothing is learnt from them.
def _gtsdb_category(number: int) -> int:
    if number in (12, 6):
        return IGNORE
    if number == 11 or 18 <= number <= 31:
        return WARNING
    if 33 <= number <= 40:
        return MANDATORY
    return PROHIBITORY


_ITALIAN_CATEGORIES = (
    (r".*NEI SENSI UNICI|PARCHEGGIO|SENSO UNICO|SOS|STRADA SENZA|DIRITTO DI PREC|PASSO CARR|VIA LIBERA", IGNORE),
    (r"ATTRAVERSAMENTO PED", OTHER),
    (r"CIRCOLAZIONE ROTATORIA|DIREZION|PASSAGGIO OBB|PASSAGGI CONS|PERCORSO|PISTA|CATENE|PREAVVISO", MANDATORY),
    (r"LIMITE|DIVIETO|TRANSITO VIETATO|SENSO VIETATO|FERMARSI|DARE PRECEDENZA", PROHIBITORY),
)


def _italian_category(name: str) -> int:
    for pattern, category in _ITALIAN_CATEGORIES:
        if re.match(pattern, name.strip().upper()):
            return category
    return WARNING


_KAGGLE_CATEGORIES = {"speedlimit": PROHIBITORY, "stop": PROHIBITORY, "crosswalk": OTHER}

# Class 7 is called 90 km/h by its authors and shows 80.
_TSRD_LABELS = dict(
    enumerate(
        "pl5 pl15 pl30 pl40 pl50 pl60 pl70 pl80 po po p14 p23 p20 p19 p1 p5 p10 p11 pr40 pr50 i14 i13 i12 i11 i10 i6 i5 i3 i4 i9 i2".split()
    )
) | {
    32: "wo", 33: "w45", 34: "w63", 35: "w57", 36: "w56", 37: "w55", 38: "w42", 39: "w42", 40: "wo", 41: "wo", 42: "w30", 43: "w21",
    44: "w21", 45: "w3", 46: "w10", 47: "wo", 48: "w32", 49: "w10", 50: "wo", 51: "w34", 52: "ps", 53: "pb", 54: "pn", 55: "pne", 56: "pg",
}  # fmt: skip

READERS = {
    "tt100k_train_crops": read_tt100k_crops,
    "tsrd_train": read_tsrd,
    "scenes_eu_train/gtsdb": read_gtsdb,
    "scenes_eu_train/italy": read_italy,
    "kaggle877": read_kaggle877,
    "tt100k_negatives": lambda folder: read_backgrounds("tt100k-patches", folder, False),
    "backgrounds/street": lambda folder: read_backgrounds("street", folder, False),
    "backgrounds/coco": lambda folder: read_backgrounds("coco", folder, True),
    "backgrounds/road": lambda folder: read_backgrounds("rdd2022", folder, True),
    "backgrounds/camvid": lambda folder: read_backgrounds("camvid", folder, False),
}
"""Sub-folder of the data -> its reader."""
