"""The drawn signs: every code draws, varies, and has the colours of its shell."""

from __future__ import annotations

import random

import numpy as np
import pytest

from hzsigns import artwork
from hzsigns.artwork import pictograms, unknown
from hzsigns.artwork.render import SIGNS, rasterise
from hzsigns.artwork.style import pick_style
from hzsigns.artwork.wear import wear

NEEDED = """
pl5 pl10 pl15 pl20 pl30 pl40 pl50 pl60 pl70 pl80 pl90 pl100 pl110 pl120
pr10 pr20 pr30 pr40 pr50 pr60 pr70 pr80 pr90 pr100
il50 il60 il70 il80 il90 il100 il110 il120
pm2 pm5 pm8 pm10 pm13 pm15 pm20 pm30 pm35 pm40 pm50 pm55 pa8 pa10 pa12 pa13 pa14
ph1.5 ph2 ph2.1 ph2.2 ph2.4 ph2.5 ph2.8 ph2.9 ph3 ph3.2 ph3.5 ph4 ph4.2 ph4.3 ph4.5 ph4.8 ph5
ph5.3 pw2 pw2.5 pw3 pw3.2 pw3.5 pw4 pw4.2 pw4.5 pn pnl pne pg ps pb
p1 p2 p3 p4 p5 p6 p7 p8 p9 p10 p11 p12 p13 p14 p15 p16 p17 p18 p19 p20 p21 p22 p23 p24 p25 p26
p27 p28 i1 i2 i3 i4 i5 i6 i7 i8 i9 i10 i11 i12 i13 i14 i15 ip
w3 w10 w11 w13 w14 w15 w16 w17 w18 w20 w21 w22 w24 w30 w32 w34 w35 w37 w38 w41 w42 w43 w45 w46
w47 w49 w55 w56 w57 w58 w59 w63
""".split()


def share(image: np.ndarray, name: str) -> float:
    """Returns the share of opaque pixels whose colour is red, blue or yellow."""
    opaque = image[image[..., 3] > 200][:, :3].astype(int)
    blue, green, red = opaque.T
    matches = {
        "red": (red > green + 50) & (red > blue + 50),
        "blue": (blue > red + 40) & (blue > green),
        "yellow": (red > blue + 50) & (green > blue + 40),
    }[name]
    return float(matches.mean())


def test_all_needed_codes_exist() -> None:
    assert set(NEEDED) <= set(artwork.codes())


@pytest.mark.parametrize("code", artwork.codes())
def test_code_draws(code: str) -> None:
    image = artwork.draw(code, random.Random(1), 64)
    assert image.shape == (64, 64, 4) and image.dtype == np.uint8
    opaque = image[..., 3] > 200
    assert 0.35 < opaque.mean() < 0.98
    columns = np.flatnonzero(opaque.any(axis=0))
    assert columns[0] <= 5 and columns[-1] >= 58, "the sign fills the width"
    other = artwork.draw(code, random.Random(2), 64)
    assert np.abs(image.astype(int) - other).mean() > 1


def test_same_seed_same_image() -> None:
    first, second = (artwork.draw("pl40", random.Random(5), 48) for _ in range(2))
    assert np.array_equal(first, second)


@pytest.mark.parametrize("code", ["pl5", "pl30", "pl100", "pm20", "ph4.5", "pw3.2", "pa10"])
def test_limits_hold_dark_figures(code: str) -> None:
    for seed in range(6):
        rng = random.Random(seed)
        image = rasterise(SIGNS[code](pick_style(rng), rng), 96)[30:66, 24:72, :3]
        dark = (image.max(axis=2) < 90).mean()
        assert 0.08 < dark < 0.7


def test_figures_differ_between_limits() -> None:
    def plain(code: str) -> np.ndarray:
        rng = random.Random(3)
        return rasterise(SIGNS[code](pick_style(rng), rng), 64)[18:46, 12:52].astype(int)

    drawn = [plain(code) for code in ("pl20", "pl30", "pl40", "pl50", "pl60", "pl80")]
    for index, first in enumerate(drawn):
        for second in drawn[index + 1 :]:
            assert np.abs(first - second).mean() > 1


@pytest.mark.parametrize("category, colour, least", [
    ("prohibitory", "red", 0.15), ("mandatory", "blue", 0.4), ("warning", "yellow", 0.25),
])
def test_random_signs_have_the_colour_of_their_shell(
    category: str, colour: str, least: float
) -> None:
    shares = [
        share(artwork.draw_random(category, random.Random(seed), 64, worn=False), colour)
        for seed in range(12)
    ]
    assert np.median(shares) > least


def test_random_other_draws() -> None:
    for seed in range(8):
        assert artwork.draw_random("other", random.Random(seed), 64)[..., 3].any()


def test_unknown_pictograms_are_not_known_signs() -> None:
    drawable = set(pictograms.names())
    for category, known in unknown.KNOWN.items():
        assert known <= drawable, category
        assert len(drawable - known) > 10, category


def test_unknown_names_are_refused() -> None:
    with pytest.raises(KeyError):
        artwork.draw("zz9", random.Random(0))
    with pytest.raises(KeyError):
        artwork.draw_random("nothing", random.Random(0))


def test_wear_keeps_shape_and_alpha() -> None:
    image = artwork.draw("pne", random.Random(0), 80, worn=False)
    for seed in range(20):
        worn = wear(image, random.Random(seed))
        assert worn.shape == image.shape and worn.dtype == np.uint8
        assert np.array_equal(worn[..., 3], image[..., 3])
