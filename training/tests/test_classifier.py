import torch

from hzsigns.classifier import Classifier
from hzsigns.labels import CATEGORY_OF, CLASS_OF, LABEL_INDEX, LABELS, NOT_A_SIGN
from hzsigns.train_classifier import class_probabilities, naming_loss

WARNING = 2


def sure_of(output: int) -> torch.Tensor:
    logits = torch.zeros(1, len(LABELS) + 1)
    logits[0, output] = 20
    return logits


def test_the_network_gives_a_number_for_every_label_and_for_no_sign():
    assert Classifier()(torch.zeros(2, 3, 48, 48)).shape == (2, NOT_A_SIGN + 1)


def test_a_sign_of_which_only_the_category_is_known_may_have_any_name_in_it():
    warnings = [label for label, category in enumerate(CATEGORY_OF) if category == WARNING]
    for label in warnings[:3]:
        assert naming_loss(sure_of(label), torch.tensor([-1 - WARNING])) < 0.01
    assert naming_loss(sure_of(LABEL_INDEX["pl60"]), torch.tensor([-1 - WARNING])) > 5


def test_named_and_half_named_signs_are_learnt_from_together():
    both = naming_loss(torch.cat([sure_of(3), sure_of(4)]), torch.tensor([3, -1 - CATEGORY_OF[4]]))
    assert both < naming_loss(torch.cat([sure_of(3), sure_of(4)]), torch.tensor([3, 5]))


def test_readings_count_for_their_class():
    reading, owner = LABEL_INDEX["ph4.5"], LABEL_INDEX["ph"]
    assert CLASS_OF[reading] == owner
    probabilities = torch.zeros(1, len(LABELS) + 1).numpy()
    probabilities[0, [reading, owner]] = (0.6, 0.3)
    summed = class_probabilities(probabilities)
    assert abs(summed[0, owner] - 0.9) < 1e-6
    assert summed[0, reading] == 0
