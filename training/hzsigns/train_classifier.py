"""`python -m hzsigns.train_classifier CORPUS RUN`: trains the classifier; a run that was stopped goes on where it was.

It learns from real crops and close-ups, from drawn signs cut out of pasted scenes, from signs of other countries of which only
the category counts, from cuts of backgrounds and from the detector's mistakes. With `--open-only` from drawn signs in openly licensed backgrounds alone.
"""

from __future__ import annotations

import argparse
import json
import random
import time
from pathlib import Path

import numpy as np
import torch
import torch.nn.functional as F
from torch import Tensor
from torch.utils.data import DataLoader, IterableDataset

from .classifier import Classifier, ClassifierConfig, to_input
from .corpus import Corpus, Picture, Sign
from .crops import altered_crop, cut_crop
from .labels import CATEGORIES, CATEGORY_OF, CLASS_OF, IGNORE, LABELS, NOT_A_SIGN, UNKNOWN
from .mistakes import read_mistakes
from .mixture import MixtureOptions
from .scenes import SceneGenerator
from .sprites import SpriteBank, drawn_sprites
from .train_detector import Average, Schedule

SCENE_SIZE = 320
CROPS_A_SIGN = 3
POOL_SIZE = 600
MIN_FOREIGN_SIDE = 12
MAX_TRIES = 1000


def target_of(sign: Sign) -> int:
    """A label, or -1 - category for a sign of which only that is known."""
    return sign.label if sign.label != UNKNOWN else -1 - sign.category


class CropSource:
    """Endless (crop, target), classes balanced by the square root of their number."""

    def __init__(self, corpus: Corpus, options: MixtureOptions, drawn_share: float, rng: random.Random):
        self._corpus, self._rng, self._drawn_share = corpus, rng, drawn_share
        self._backgrounds = corpus.select("background", open_only=options.open_only)
        drawn = drawn_sprites(options.drawn, options.open_only) if options.drawn else {}
        self._scenes = SceneGenerator(SpriteBank({}, drawn), corpus, self._backgrounds, rng)
        self._mistakes = read_mistakes(options.mistakes, self._backgrounds) if options.mistakes else []
        self._real: dict[int, list[Picture]] = {}
        for picture in [] if options.open_only else corpus.select("crop", "closeup"):
            self._real.setdefault(picture.signs[0].label, []).append(picture)
        self._labels = sorted(self._real)
        weights = np.array([len(self._real[label]) ** 0.5 for label in self._labels])
        self._cumulated = np.cumsum(weights / weights.sum()) if self._labels else weights
        streets = corpus.select("scene", open_only=options.open_only)
        self._foreign = [(p, sign) for p in streets for sign in p.signs if sign.category != IGNORE and _side(sign) >= MIN_FOREIGN_SIDE]
        self._pool: list[tuple[np.ndarray, int]] = []

    def next(self) -> tuple[np.ndarray, int]:
        chance = self._rng.random()
        if chance < 0.10 and self._mistakes:
            picture, box = self._rng.choice(self._mistakes)
            return altered_crop(self._corpus.pixels(picture), box, self._rng), NOT_A_SIGN
        if chance < 0.17:
            return self._background()
        if chance < 0.24 and self._foreign:
            picture, sign = self._rng.choice(self._foreign)
            return altered_crop(self._corpus.pixels(picture), sign.box, self._rng), target_of(sign)
        if not self._labels or self._rng.random() < self._drawn_share:
            return self._drawn()
        at = int(np.searchsorted(self._cumulated, self._rng.random()))
        picture = self._rng.choice(self._real[self._labels[min(at, len(self._labels) - 1)]])
        sign = picture.signs[0]
        return altered_crop(self._corpus.pixels(picture), sign.box, self._rng), sign.label

    def _drawn(self) -> tuple[np.ndarray, int]:
        """From a pool of crops of many scenes: a scene costs more than the crops of its signs, so each gives several."""
        while len(self._pool) < POOL_SIZE:
            sample = self._scenes.sample(SCENE_SIZE)
            for box, label in zip(sample.boxes, sample.labels):
                if label >= 0 and min(box[2] - box[0], box[3] - box[1]) >= 10:
                    self._pool += [(altered_crop(sample.image, tuple(box), self._rng), int(label)) for _ in range(CROPS_A_SIGN)]
        at = self._rng.randrange(len(self._pool))
        self._pool[at], self._pool[-1] = self._pool[-1], self._pool[at]
        return self._pool.pop()

    def _background(self) -> tuple[np.ndarray, int]:
        rng = self._rng
        for _ in range(MAX_TRIES):
            picture = rng.choice(self._backgrounds)
            side = rng.uniform(12, min(picture.height, picture.width) * 0.5)
            x, y = rng.uniform(0, picture.width - side), rng.uniform(0, picture.height - side)
            box = (x, y, x + side, y + side)
            if not any(_touches(box, sign.box) for sign in picture.signs):
                return altered_crop(self._corpus.pixels(picture), box, rng), NOT_A_SIGN
        raise RuntimeError("The backgrounds have next to no place without a sign or a mark: there is nothing to learn as no sign")


class Crops(IterableDataset):
    def __init__(self, corpus: Path, options: MixtureOptions, drawn_share: float, seed: int):
        self._corpus, self._options, self._drawn_share, self._seed = corpus, options, drawn_share, seed

    def __iter__(self):
        import cv2

        cv2.setNumThreads(0)
        torch.set_num_threads(1)
        info = torch.utils.data.get_worker_info()
        rng = random.Random(self._seed * 1000 + (info.id if info else 0))
        source = CropSource(Corpus(self._corpus), self._options, self._drawn_share, rng)
        while True:
            yield source.next()


def load_classifier(path: Path) -> Classifier:
    state = torch.load(path, map_location="cpu", weights_only=True)
    network = Classifier(ClassifierConfig(**state["config"]))
    network.load_state_dict(state["weights"])
    return network.eval().to(memory_format=torch.channels_last)


@torch.no_grad()
def predict(network: Classifier, crops: np.ndarray) -> np.ndarray:
    """RGB uint8 [K, 48, 48, 3] -> probabilities [K, outputs]."""
    parts = [network(to_input(torch.from_numpy(crops[i : i + 256]))).softmax(1).numpy() for i in range(0, len(crops), 256)]
    return np.concatenate(parts)


def class_probabilities(probabilities: np.ndarray) -> np.ndarray:
    """[K, outputs] -> [K, outputs]: readings are added to their class, as the server does."""
    summed = probabilities.copy()
    for label, owner in enumerate(CLASS_OF):
        if owner != label:
            summed[:, owner] += probabilities[:, label]
            summed[:, label] = 0
    return summed


def held_out_crops(corpus: Corpus, source: str) -> tuple[np.ndarray, np.ndarray]:
    """Crops [K, 48, 48, 3] as the server cuts them, and their labels [K], of photos that nothing was learnt from."""
    pictures = corpus.select("crop", "closeup", held_out=True, sources=[source])
    crops = np.stack([cut_crop(corpus.pixels(picture), picture.signs[0].box) for picture in pictures])
    return crops, np.array([picture.signs[0].label for picture in pictures])


def score(network: Classifier, crops: np.ndarray, labels: np.ndarray) -> dict[str, float]:
    """Shares of crops whose class, category and exact label are right, and of those taken for no sign."""
    probabilities = predict(network, crops)
    by_class = class_probabilities(probabilities)
    signs = by_class[:, :NOT_A_SIGN].argmax(1)
    owners, categories = np.array(CLASS_OF), np.array(CATEGORY_OF)
    of_class = owners[labels]
    right = signs == of_class
    return {
        "fine": round(float(right.mean()), 4),
        "macro": round(float(np.mean([right[of_class == c].mean() for c in np.unique(of_class)])), 4),
        "category": round(float((categories[signs] == categories[labels]).mean()), 4),
        "reading": round(float((probabilities[:, :NOT_A_SIGN].argmax(1) == labels).mean()), 4),
        "lost": round(float((probabilities[:, NOT_A_SIGN] > 0.5).mean()), 4),
        "crops": len(labels),
    }


def naming_loss(logits: Tensor, targets: Tensor) -> Tensor:
    """Cross-entropy of logits [K, outputs] with labels; where only the category is known, of the sum over its labels."""
    is_named = targets >= 0
    loss = logits.sum() * 0
    if is_named.any():
        loss = loss + F.cross_entropy(logits[is_named], targets[is_named], label_smoothing=0.05, reduction="sum")
    for category in range(len(CATEGORIES)):
        rows = logits[targets == -1 - category].log_softmax(1)
        members = [label for label, of in enumerate(CATEGORY_OF) if of == category]
        loss = loss - rows[:, members].logsumexp(1).sum()
    return loss / len(targets)


class Trainer:
    def __init__(self, arguments: argparse.Namespace):
        self._arguments = arguments
        self._schedule = Schedule(arguments.crops, arguments.rate, warm_up_images=10_000)
        self._device = torch.device("cuda" if torch.cuda.is_available() else "cpu")
        torch.manual_seed(arguments.seed)
        network = Classifier()
        if arguments.start_from:
            network.load_state_dict(torch.load(arguments.start_from, weights_only=True)["weights"])
        self._network = network.to(self._device, memory_format=torch.channels_last).train()
        self._average = Average(self._network, 0.999)
        self._optimizer = torch.optim.AdamW(self._network.parameters(), lr=arguments.rate, weight_decay=0.02)
        self._step = self._seen = 0
        self._corpus = Corpus(arguments.corpus)
        self._resume()

    def run(self) -> None:
        arguments = self._arguments
        options = MixtureOptions.from_arguments(arguments)
        crops = Crops(arguments.corpus, options, arguments.drawn_share, arguments.seed + self._step)
        loader = DataLoader(crops, arguments.batch, num_workers=arguments.workers, prefetch_factor=8 if arguments.workers else None)
        checked = time.time()
        for images, labels in loader:
            loss = self._learn(images, labels)
            is_last = self._seen >= self._schedule.images
            if is_last or time.time() - checked > arguments.check_seconds:
                self._report(loss)
                checked = time.time()
            if is_last:
                return

    def _learn(self, images: Tensor, labels: Tensor) -> float:
        for group in self._optimizer.param_groups:
            group["lr"] = self._schedule.rate(self._seen)
        with torch.autocast(self._device.type, dtype=torch.bfloat16):
            logits = self._network(to_input(images.to(self._device)))
        loss = naming_loss(logits.float(), labels.to(self._device))
        self._optimizer.zero_grad()
        loss.backward()
        self._optimizer.step()
        self._step += 1
        self._seen += len(images)
        self._average.update(self._network, self._step)
        return loss.item()

    def _report(self, loss: float) -> None:
        row: dict = {"step": self._step, "crops": self._seen, "loss": round(loss, 4)}
        for source in ("tt100k", "tsrd"):
            if self._corpus.select("crop", "closeup", held_out=True, sources=[source]):
                row[source] = score(self._average.network.cpu(), *held_out_crops(self._corpus, source))
        self._average.network.to(self._device)
        with (self._arguments.run / "log.jsonl").open("a") as file:
            file.write(json.dumps(row) + "\n")
        print(row, flush=True)
        self._save()

    def _save(self) -> None:
        run = self._arguments.run
        weights = self._average.network.state_dict()
        state = {"network": self._network.state_dict(), "average": weights, "optimizer": self._optimizer.state_dict(), "step": self._step, "seen": self._seen}
        for name, content in (("checkpoint.pt", state), ("classifier.pt", {"weights": weights, "config": self._network.config.to_dict(), "labels": [label.code for label in LABELS]})):
            torch.save(content, run / f"{name}.draft")
            (run / f"{name}.draft").replace(run / name)

    def _resume(self) -> None:
        path = self._arguments.run / "checkpoint.pt"
        if path.exists():
            state = torch.load(path, map_location=self._device, weights_only=True)
            self._network.load_state_dict(state["network"])
            self._average.network.load_state_dict(state["average"])
            self._optimizer.load_state_dict(state["optimizer"])
            self._step, self._seen = state["step"], state["seen"]


def _side(sign: Sign) -> float:
    return min(sign.box[2] - sign.box[0], sign.box[3] - sign.box[1])


def _touches(a, b) -> bool:
    return a[0] < b[2] and a[2] > b[0] and a[1] < b[3] and a[3] > b[1]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("corpus", type=Path)
    parser.add_argument("run", type=Path)
    parser.add_argument("--crops", type=int, default=600_000, help="how many to learn from in all")
    parser.add_argument("--batch", type=int, default=128)
    parser.add_argument("--rate", type=float, default=2.5e-3)
    parser.add_argument("--drawn-share", type=float, default=0.2, help="share of signs that are drawn")
    parser.add_argument("--start-from", type=Path, help="classifier.pt of another run")
    parser.add_argument("--threads", type=int, default=1)
    parser.add_argument("--workers", type=int, default=1)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--check-seconds", type=float, default=120)
    MixtureOptions.add_arguments(parser)
    arguments = parser.parse_args()
    arguments.run.mkdir(parents=True, exist_ok=True)
    torch.set_num_threads(arguments.threads)
    Trainer(arguments).run()


if __name__ == "__main__":
    main()
