"""The signs that the networks know: labels.json, in the order of the classifier's outputs, and the codes that map to them.

A label is a class (`pl60`, `ph`) or a reading of one (`ph4.5` of `ph`). Codes are those of TT100K (Zhu et al. 2016).
"""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from pathlib import Path

CATEGORIES = ("prohibitory", "mandatory", "warning", "other")
IGNORE = -1
"""A category: something here, of which nothing may be learnt."""
UNKNOWN = -1
"""A label: a sign whose category is known and whose class is not."""


@dataclass(frozen=True)
class Label:
    code: str
    name: str
    name_en: str
    category: str
    reading_of: str | None = None
    on_road: int = 0
    """How many of the 24,704 signs labelled in TT100K are of it: how common it is."""

    @property
    def class_code(self) -> str:
        return self.reading_of or self.code


def _load() -> tuple[Label, ...]:
    rows = json.loads((Path(__file__).parent / "labels.json").read_text(encoding="utf-8"))
    return tuple(Label(**row) for row in rows)


LABELS = _load()
NOT_A_SIGN = len(LABELS)
"""The classifier's last output."""
LABEL_INDEX = {label.code: i for i, label in enumerate(LABELS)}
CATEGORY_OF = tuple(CATEGORIES.index(label.category) for label in LABELS)
CLASS_OF = tuple(LABEL_INDEX[label.class_code] for label in LABELS)
"""For each label the index of its class's own label."""

# What looks alike, or is too rare to be learnt apart.
_SAME_AS = {
    "w11": "w10", "w24": "w10", "w43": "w42",
    "w14": "w21", "w17": "w21", "w20": "w21", "w22": "w21",
    "w15": "w58", "w16": "w59",  # GB 5768 draws a side road; the photos that TT100K calls so show merging lanes
    "w8": "w47", "w18": "w47", "w49": "w47",
    "pnl": "pn", "p22": "p18", "p29": "p18",
}  # fmt: skip
# Rectangles and ends of bans, which no circle resembles; `pl0` is a mistake of the annotators.
_LEFT_OUT = {"negative", "i16", "i17", "i18", "i19", "ipp", "pc", "pd", "pdc", "pl0"}
_FAMILIES = (("pr", "pr"), ("pm", "pm"), ("pa", "pm"), ("ph", "ph"), ("pw", "pw"), ("il", "il"))
_OTHERS = {"p": "po", "i": "io", "w": "wo"}


def label_of(code: str) -> int | None:
    """The label of a TT100K code; None for what is not to be learnt. A number that has no label becomes its family's."""
    if code in _LEFT_OUT:
        return None
    if code in LABEL_INDEX:
        return LABEL_INDEX[code]
    if code in _SAME_AS:
        return LABEL_INDEX[_SAME_AS[code]]
    for prefix, family in _FAMILIES:
        if re.fullmatch(prefix + r"[\d.]+", code):
            return LABEL_INDEX[family]
    if re.fullmatch(r"pl\d+", code):
        return LABEL_INDEX["po"]  # never a wrong number
    other = _OTHERS.get(code[:1])
    return LABEL_INDEX[other] if other else None
