"""Prepared pictures: one file of pixels, mapped into memory and shared by all processes, and one index that describes them."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable
from dataclasses import asdict, dataclass
from pathlib import Path

import cv2
import numpy as np

from .labels import IGNORE, UNKNOWN

HOLDOUT_SHARE = 0.1


@dataclass(frozen=True)
class Sign:
    """A box (x1, y1, x2, y2) in pixels, an index into labels.LABELS or UNKNOWN, an index into CATEGORIES or IGNORE."""

    box: tuple[float, float, float, float]
    label: int = UNKNOWN
    category: int = IGNORE


@dataclass(frozen=True)
class Picture:
    """One picture as a source gives it. `kind`: `crop` (one sign fills it), `closeup` (one sign and what surrounds it),
    `scene` (a street with all its signs), `background` (no signs but those marked to be ignored) or `drawn` (a cut-out sign).
    `photo` names the photo that it was cut from: photos, not crops, are held out."""

    source: str
    kind: str
    photo: str
    signs: tuple[Sign, ...] = ()
    open_licence: bool = False
    held_out: bool = False
    height: int = 0
    width: int = 0
    channels: int = 3
    offset: int = 0


def is_held_out(source: str, photo: str, share: float = HOLDOUT_SHARE) -> bool:
    """The same photo falls on the same side in every run and on every machine."""
    digest = hashlib.sha256(f"{source}/{photo}".encode()).digest()
    return int.from_bytes(digest[:4], "big") < share * 2**32


class Corpus:
    """Reads what `write` wrote. Pixels are BGR uint8 [H, W, 3], or BGRA of drawn signs; read-only views of the mapped file."""

    def __init__(self, folder: Path):
        rows = json.loads((folder / "index.json").read_text(encoding="utf-8"))
        self.pictures = [_picture_from(row) for row in rows]
        self._pixels = np.memmap(folder / "pixels.u8", np.uint8, "r")

    def pixels(self, picture: Picture) -> np.ndarray:
        shape = (picture.height, picture.width, picture.channels)
        return self._pixels[picture.offset : picture.offset + int(np.prod(shape))].reshape(shape)

    def select(self, *kinds: str, held_out: bool = False, open_only: bool = False, sources: Iterable[str] | None = None) -> list[Picture]:
        wanted = None if sources is None else set(sources)
        return [
            p
            for p in self.pictures
            if p.kind in kinds and p.held_out == held_out and (p.open_licence or not open_only) and (wanted is None or p.source in wanted)
        ]


def write(folder: Path, pictures: Iterable[tuple[Picture, np.ndarray]]) -> int:
    """Writes pictures and their pixels; the index last, so that a broken run leaves none. -> how many."""
    folder.mkdir(parents=True, exist_ok=True)
    rows, offset = [], 0
    with (folder / "pixels.u8").open("wb") as file:
        for picture, pixels in pictures:
            height, width, channels = pixels.shape
            rows.append(asdict(picture) | {"height": height, "width": width, "channels": channels, "offset": offset})
            offset += file.write(np.ascontiguousarray(pixels).tobytes())
    (folder / "index.json").write_text(json.dumps(rows), encoding="utf-8")
    return len(rows)


def shrink_to(pixels: np.ndarray, longest: int) -> tuple[np.ndarray, float]:
    """-> the picture with its longer side at most `longest`, and the factor that it shrank by (at most 1)."""
    factor = min(1.0, longest / max(pixels.shape[:2]))
    if factor == 1.0:
        return pixels, 1.0
    return cv2.resize(pixels, None, fx=factor, fy=factor, interpolation=cv2.INTER_AREA), factor


def _picture_from(row: dict) -> Picture:
    signs = tuple(Sign(tuple(sign["box"]), sign["label"], sign["category"]) for sign in row["signs"])
    return Picture(**(row | {"signs": signs}))
