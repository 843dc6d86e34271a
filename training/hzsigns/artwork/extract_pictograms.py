"""Takes the few borrowed pictograms out of the sprite package (MIT).

Run once, by hand, after ``npm pack mapillary_sprite_source`` was unpacked:

    python -m hzsigns.artwork.extract_pictograms package/package_signs

It draws each sprite large, keeps the pictogram's ink (frame dropped), and
writes it as one black even-odd path into ``pictograms/NAME.svg``.
"""

from __future__ import annotations

import sys
from pathlib import Path

import cairosvg
import cv2
import numpy as np

from .trace import trace

SIDE = 1024
TARGET = Path(__file__).parent / "pictograms"

# name: (sprite, ink "dark" | "light", box kept as left, top, right, bottom)
SOURCES: dict[str, tuple[str, str, tuple[float, float, float, float]]] = {
    "horse_cart": ("regulatory--no-carts--g3", "dark", (0.1, 0.2, 0.92, 0.8)),
    "rickshaw": ("regulatory--no-rickshaws--g3", "dark", (0.1, 0.15, 0.9, 0.85)),
    "tricycle": ("regulatory--no-tricycles--g1", "dark", (0.1, 0.2, 0.9, 0.8)),
    "hand_cart": ("regulatory--no-hand-carts--g2", "dark", (0.1, 0.2, 0.9, 0.8)),
    "bus_side": ("regulatory--no-buses--g1", "dark", (0.1, 0.2, 0.9, 0.8)),
    "motorcycle_rider": (
        "regulatory--no-motorcycles--g1", "dark", (0.2, 0.2, 0.8, 0.8),
    ),
    "bicycle_thin": ("regulatory--no-bicycles--g1", "dark", (0.1, 0.2, 0.9, 0.8)),
    "bicycle_bold": ("warning--bicycles-crossing--g1", "dark", (0.1, 0.3, 0.9, 0.84)),
    "cargo_bicycle": ("regulatory--no-bicycles--g3", "dark", (0.1, 0.15, 0.9, 0.85)),
    "walker": ("regulatory--no-pedestrians--g1", "dark", (0.2, 0.1, 0.8, 0.9)),
    "truck_loaded": (
        "regulatory--no-heavy-goods-vehicles--g5", "dark", (0.1, 0.2, 0.9, 0.8),
    ),
    "horn_tube": ("regulatory--no-horn--g1", "dark", (0.12, 0.3, 0.88, 0.7)),
    "children_bag": ("warning--children--g1", "dark", (0.2, 0.4, 0.8, 0.84)),
    "cow": ("warning--domestic-animals--g3", "dark", (0.2, 0.25, 0.8, 0.75)),
    "deer": ("warning--wild-animals--g1", "dark", (0.3, 0.2, 0.75, 0.82)),
    "steam_train": (
        "warning--railroad-crossing-without-barriers--g2", "dark",
        (0.15, 0.2, 0.85, 0.7),
    ),
    "digger_man": ("warning--roadworks--g1", "dark", (0.1, 0.3, 0.9, 0.83)),
    "skidding_car": ("warning--slippery-road-surface--g1", "dark", (0.2, 0.3, 0.8, 0.85)),
    "quay": ("warning--quay-or-river-bank--g1", "dark", (0.12, 0.3, 0.88, 0.85)),
    "ferry": ("warning--ferry--g1", "dark", (0.15, 0.35, 0.85, 0.84)),
    "tunnel_car": ("warning--tunnel--g4", "dark", (0.2, 0.4, 0.8, 0.8)),
    "crash": ("warning--accident-area--g6", "dark", (0.15, 0.25, 0.85, 0.84)),
    "queue": ("warning--traffic-queues-likely--g4", "light", (0.2, 0.4, 0.8, 0.78)),
    "village": ("warning--village--g1", "dark", (0.12, 0.2, 0.88, 0.84)),
    "windsock": ("warning--dangerous-crosswinds-left--g1", "dark", (0.22, 0.2, 0.9, 0.75)),
    "wheelchair": ("warning--disabled-persons-crossing--g2", "dark", (0.2, 0.35, 0.8, 0.83)),
    "parent_child": ("regulatory--pedestrians-only--g1", "light", (0.15, 0.1, 0.85, 0.9)),
    "crossing_man": ("warning--pedestrians-crossing--g12", "dark", (0.15, 0.3, 0.85, 0.83)),
    "zebra_man": ("information--pedestrians-crossing--g1", "dark", (0.1, 0.1, 0.9, 0.82)),
    "sedan": ("regulatory--vehicles-only--g1", "light", (0.1, 0.25, 0.9, 0.75)),
    "moped": ("regulatory--mopeds-and-bicycles-only--g1", "light", (0.2, 0.1, 0.8, 0.46)),
    "picket_fence": (
        "warning--railroad-crossing-with-barriers--g1", "dark", (0.25, 0.5, 0.75, 0.84),
    ),
}


# Sprites whose ink touches the triangular frame: apex y, base y, half base,
# as fractions of the sprite, of the triangle that is kept.
TRIANGLES: dict[str, tuple[float, float, float]] = {
    "children_bag": (0.3, 0.84, 0.31),
    "crash": (0.24, 0.82, 0.35),
    "deer": (0.04, 0.86, 0.4),
    "quay": (0.2, 0.88, 0.38),
}


def cut_triangle(mask: np.ndarray, triangle: tuple[float, float, float]) -> np.ndarray:
    """Returns the mask with all outside an upright triangle cleared."""
    height, width = mask.shape
    apex, base, half = triangle
    corners = np.array([[0.5, apex], [0.5 + half, base], [0.5 - half, base]])
    keep = np.zeros_like(mask)
    cv2.fillPoly(keep, [(corners * [width, height]).astype(np.int32)], 255)
    return mask & keep


def ink_mask(
    name: str, sprite: Path, kind: str, box: tuple[float, float, float, float]
) -> np.ndarray:
    """Returns the ink of one sprite without its frame, uint8 [h, w]."""
    png = cairosvg.svg2png(url=str(sprite), output_height=SIDE)
    image = cv2.imdecode(np.frombuffer(png, np.uint8), cv2.IMREAD_UNCHANGED)
    colour = image[..., :3].astype(int)
    bright, spread = colour.max(axis=2), np.ptp(colour, axis=2)
    ink = bright < 100 if kind == "dark" else bright > 200
    if kind == "dark":
        ink &= spread < 60
    ink &= image[..., 3] > 127
    if kind == "light" and "queue" not in sprite.name:
        ink &= spread < 60
    mask = (ink * 255).astype(np.uint8)
    if name in TRIANGLES:
        mask = cut_triangle(mask, TRIANGLES[name])
    height, width = mask.shape
    count, labels, stats, _ = cv2.connectedComponentsWithStats(mask)
    for label in range(1, count):
        if stats[label, cv2.CC_STAT_WIDTH] > 0.86 * width or stats[label, cv2.CC_STAT_AREA] < 40:
            mask[labels == label] = 0
    left, top, right, bottom = box
    keep = np.zeros_like(mask)
    keep[int(top * height) : int(bottom * height), int(left * width) : int(right * width)] = 255
    return mask & keep


def main(folder: Path) -> None:
    """Writes every pictogram of :data:`SOURCES`."""
    TARGET.mkdir(exist_ok=True)
    for name, (sprite, kind, box) in SOURCES.items():
        shape = trace(ink_mask(name, folder / f"{sprite}.svg", kind, box), 1.2, 40)
        (TARGET / f"{name}.svg").write_text(
            f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {shape.width:g}'
            f' {shape.height:g}"><path fill="#000" fill-rule="evenodd"'
            f' d="{shape.path}"/></svg>\n'
        )


if __name__ == "__main__":
    main(Path(sys.argv[1]))
