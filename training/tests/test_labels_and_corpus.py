import numpy as np

from hzsigns.corpus import Corpus, Picture, Sign, is_held_out
from hzsigns.labels import CATEGORIES, CLASS_OF, LABEL_INDEX, LABELS, label_of
from hzsigns.prepare import NOT_SIGNS, unlabelled


def code_of(tt100k: str) -> str | None:
    label = label_of(tt100k)
    return None if label is None else LABELS[label].code


def test_a_number_that_is_known_keeps_it_and_another_becomes_its_family():
    assert code_of("ph4.5") == "ph4.5"
    assert code_of("ph2.1") == "ph"
    assert code_of("pa8") == "pm"
    assert code_of("il60") == "il60"


def test_an_unknown_speed_limit_never_becomes_a_wrong_number():
    assert code_of("pl25") == "po"
    assert code_of("pl65") == "po"


def test_rare_and_alike_signs_share_a_label_and_mistakes_have_none():
    assert code_of("w22") == "w21"
    assert code_of("p13") == "po"
    assert code_of("w66") == "wo"
    assert code_of("pl0") is None


def test_every_reading_belongs_to_a_class_of_its_category():
    for index, label in enumerate(LABELS):
        owner = LABELS[CLASS_OF[index]]
        assert owner.reading_of is None
        assert owner.category == label.category
        assert label.category in CATEGORIES
    assert len(LABEL_INDEX) == len(LABELS)


def test_a_corpus_gives_back_the_pixels_and_signs_that_were_written(corpus_folder):
    corpus = Corpus(corpus_folder)
    scene = corpus.select("scene")[0]
    assert corpus.pixels(scene).shape == (240, 320, 3)
    assert LABELS[scene.signs[0].label].code == "pl60"
    assert scene.signs[0].box == (100, 80, 140, 120)


def test_what_is_held_out_or_not_open_is_not_selected(corpus_folder):
    corpus = Corpus(corpus_folder)
    assert [p.photo for p in corpus.select("background")] == ["b1", "b2"]
    assert [p.photo for p in corpus.select("background", held_out=True)] == ["held"]
    assert corpus.select("crop", open_only=True) == []


def test_a_photo_falls_on_the_same_side_every_time():
    sides = [is_held_out("tt100k", str(photo)) for photo in range(2000)]
    assert sides == [is_held_out("tt100k", str(photo)) for photo in range(2000)]
    assert 120 < sum(sides) < 280


def test_what_a_teacher_sees_is_ignored_unless_it_is_labelled_or_a_person_saw_no_sign_there():
    photo = "0016E5_05520"
    clock = NOT_SIGNS["camvid"][photo][0]
    picture = Picture("camvid", "background", photo, (Sign((200, 100, 240, 140)),))
    seen = np.array([clock, [20, 20, 60, 60], [202, 101, 241, 140]], np.float32)
    assert [tuple(box) for box in unlabelled(picture, seen)] == [(20, 20, 60, 60)]
