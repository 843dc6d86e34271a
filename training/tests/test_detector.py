import torch

from hzsigns.inference import decode, iou, suppress
from hzsigns.loss import Targets, complete_iou, detection_loss
from hzsigns.network import Detector, DetectorConfig, cell_centres, fuse

import numpy as np

SIZE = 64


def targets(box, category: int) -> Targets:
    return Targets(torch.tensor([[box]], dtype=torch.float32), torch.tensor([[category]]), torch.ones(1, 1, dtype=torch.bool))


def perfect(box, category: int) -> tuple[torch.Tensor, torch.Tensor]:
    """What a perfect network says: the box at every cell in it, and nothing elsewhere."""
    centres, strides = cell_centres(SIZE, SIZE)
    x, y = centres.T
    is_in = (x > box[0]) & (x < box[2]) & (y > box[1]) & (y < box[3]) & (strides == 8)
    logits = torch.full((1, len(centres), 4), -12.0)
    logits[0, is_in, category] = 12.0
    distances = torch.stack([x - box[0], y - box[1], box[2] - x, box[3] - y], -1)[None].clamp(0.5)
    return logits, distances


def loss_of(logits, distances, wanted: Targets):
    centres, strides = cell_centres(SIZE, SIZE)
    return detection_loss(logits, distances, centres, strides, wanted)


def test_a_perfect_answer_costs_next_to_nothing_and_a_wrong_category_much():
    box = (16.0, 16.0, 40.0, 40.0)
    logits, distances = perfect(box, 2)
    assert loss_of(logits, distances, targets(box, 2)).total < 0.1
    assert loss_of(logits, distances, targets(box, 1)).total > 5


def test_nothing_is_learnt_from_places_to_be_ignored():
    box = (16.0, 16.0, 40.0, 40.0)
    logits, distances = perfect(box, 0)
    assert loss_of(logits, distances, targets(box, -1)).total < 0.1
    nothing = Targets(torch.zeros(1, 1, 4), torch.full((1, 1), -1), torch.zeros(1, 1, dtype=torch.bool))
    assert loss_of(logits, distances, nothing).total > 5


def test_a_sign_smaller_than_a_cell_still_has_a_cell_that_is_to_see_it():
    logits, distances = torch.zeros(1, 84, 4), torch.ones(1, 84, 4)
    assert loss_of(logits, distances, targets((30.0, 30.0, 35.0, 35.0), 0)).cells > 0


def test_complete_iou_is_one_for_the_same_box_and_falls_with_distance():
    box, near, far = torch.tensor([[0.0, 0, 10, 10]]), torch.tensor([[20.0, 0, 30, 10]]), torch.tensor([[90.0, 0, 100, 10]])
    assert complete_iou(box, box)[1] > 0.999
    assert complete_iou(box, near)[0] == 0
    assert complete_iou(box, near)[1] > complete_iou(box, far)[1]


def test_a_network_learns_where_one_sign_is():
    torch.manual_seed(0)
    network = Detector(DetectorConfig(widths=(16, 16, 16, 16), depths=(1, 1, 1), head_width=16)).train()
    images = torch.rand(2, 3, SIZE, SIZE) * 0.2
    images[:, 0, 16:40, 16:40] += 0.8
    wanted = Targets(torch.tensor([[[16.0, 16, 40, 40]]] * 2), torch.zeros(2, 1, dtype=torch.long), torch.ones(2, 1, dtype=torch.bool))
    optimizer = torch.optim.AdamW(network.parameters(), 3e-3)
    losses = []
    for _ in range(40):
        loss = loss_of(*network(images), wanted).total
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        losses.append(loss.item())
    assert losses[-1] < losses[0] * 0.3


def test_folding_the_normalisation_changes_no_output():
    torch.manual_seed(0)
    network = Detector(DetectorConfig(widths=(16, 16, 16, 16), depths=(1, 1, 1), head_width=16))
    network.train()
    network(torch.rand(2, 3, SIZE, SIZE))
    network.eval()
    x = torch.rand(1, 3, SIZE, SIZE)
    before = network(x)
    after = fuse(network)(x)
    assert torch.allclose(before[0], after[0], atol=1e-3) and torch.allclose(before[1], after[1], atol=1e-3)


def test_decoding_gives_back_the_box_and_suppression_keeps_it_once():
    box = (16.0, 16.0, 40.0, 40.0)
    logits, distances = perfect(box, 3)
    boxes, scores, categories = decode(logits[0].numpy(), distances[0].numpy(), SIZE, SIZE, 0.5)
    assert len(boxes) == 9
    kept = suppress(boxes, scores)
    assert len(kept) == 1
    assert np.allclose(boxes[kept[0]], box) and categories[kept[0]] == 3


def test_overlap_is_measured_for_every_pair():
    a = np.array([[0, 0, 10, 10], [0, 0, 20, 20]], np.float32)
    assert np.allclose(iou(a, a), [[1, 0.25], [0.25, 1]], atol=1e-4)
