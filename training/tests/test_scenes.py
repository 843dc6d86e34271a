import random
from dataclasses import replace

import numpy as np

from hzsigns.corpus import Corpus, Picture, Sign, write
from hzsigns.crops import altered_crop, cut_crop
from hzsigns.labels import LABEL_INDEX, LABELS
from hzsigns.mixture import MixtureOptions, build_mixture
from hzsigns.photometry import take_photo
from hzsigns.scenes import SceneGenerator, StreetCutter
from hzsigns.sprites import SpriteBank, drawn_sprites, shape_mask

from conftest import street


def test_samples_have_boxes_inside_the_image_with_a_category_each(corpus_folder, drawn_folder):
    mixture = build_mixture(corpus_folder, MixtureOptions(drawn=drawn_folder), random.Random(1))
    samples = [mixture.sample(128) for _ in range(30)]
    assert sum(len(sample.boxes) for sample in samples) > 20
    for sample in samples:
        assert sample.image.shape == (128, 128, 3) and sample.image.dtype == np.uint8
        assert len(sample.boxes) == len(sample.categories) == len(sample.labels)
        assert (sample.boxes >= 0).all() and (sample.boxes <= 128).all()
        for label, category in zip(sample.labels, sample.categories):
            assert label == -1 or LABELS[label].category == ("prohibitory", "mandatory", "warning", "other")[category]


def test_the_same_seed_gives_the_same_image(corpus_folder, drawn_folder):
    options = MixtureOptions(drawn=drawn_folder)
    first, second = (build_mixture(corpus_folder, options, random.Random(5)).sample(96) for _ in range(2))
    assert np.array_equal(first.image, second.image)


def test_open_images_show_only_what_may_be_passed_on(corpus_folder, drawn_folder):
    mixture = build_mixture(corpus_folder, MixtureOptions(open_only=True, drawn=drawn_folder), random.Random(1))
    bank = mixture._rest._bank
    assert bank._real == {}
    assert all(picture.open_licence for pictures in mixture._rest._by_source.values() for picture in pictures)


def test_a_sign_that_a_cut_halves_is_ignored_and_a_whole_one_is_not(corpus_folder):
    corpus = Corpus(corpus_folder)
    cutter = StreetCutter(corpus, corpus.select("scene"), random.Random(3))
    categories = [int(c) for _ in range(60) for c in cutter.sample(96).categories]
    assert 0 in categories
    assert set(categories) <= {0, -1}


def test_every_alteration_keeps_the_shape():
    rng = random.Random(0)
    for _ in range(60):
        photo = take_photo(street(3)[:128, :128].copy(), rng)
        assert photo.shape == (128, 128, 3) and photo.dtype == np.uint8


def test_a_crop_shows_its_box_and_repeats_the_border_beyond_the_picture():
    pixels = np.zeros((100, 100, 3), np.uint8)
    pixels[40:60, 40:60] = (10, 20, 200)
    crop = cut_crop(pixels, (40, 40, 60, 60), margin=0)
    assert crop.shape == (48, 48, 3)
    assert (crop[24, 24] == (200, 20, 10)).all()  # RGB
    assert cut_crop(pixels, (-30, -30, 20, 20)).max() == 0
    assert altered_crop(pixels, (40, 40, 60, 60), random.Random(1)).shape == (48, 48, 3)


def test_masks_leave_out_what_is_beside_the_sign():
    disc = shape_mask("disc", 40, 40)
    assert disc[20, 20] == 255 and disc[1, 1] == 0
    triangle = shape_mask("triangle", 40, 40)
    assert triangle[35, 20] == 255 and triangle[2, 2] == 0


def test_backgrounds_that_all_hold_a_mark_still_make_scenes(corpus_folder, drawn_folder):
    corpus = Corpus(corpus_folder)
    marked = [replace(picture, signs=(Sign((10, 10, 30, 30)),)) for picture in corpus.select("background")]
    generator = SceneGenerator(SpriteBank({}, drawn_sprites(drawn_folder)), corpus, marked, random.Random(5))
    assert all(generator.sample(96).image.shape == (96, 96, 3) for _ in range(12))


def test_open_only_leaves_out_what_was_drawn_by_somebody_else(tmp_path):
    pixels, sign = np.zeros((60, 60, 4), np.uint8), Sign((0, 0, 60, 60), LABEL_INDEX["i5"], 1)
    ours, theirs = (Picture(source, "drawn", "i5", (sign,), source == "artwork") for source in ("artwork", "icons"))
    write(tmp_path, [(ours, pixels), (theirs, pixels)])
    count = lambda sprites: len(sprites[LABEL_INDEX["i5"]])  # noqa: E731
    assert count(drawn_sprites(tmp_path)) == 2
    assert count(drawn_sprites(tmp_path, open_only=True)) == 1
