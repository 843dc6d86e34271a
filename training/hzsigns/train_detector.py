"""`python -m hzsigns.train_detector CORPUS RUN`: trains the detector; a run that was stopped goes on where it was.

AdamW with a cosine schedule, an exponential moving average of the weights, bfloat16 where the processor has it, CUDA where
there is a GPU. `--processes 2` trains data-parallel, which on two cores is faster than two threads of one process.
RUN holds `checkpoint.pt` (everything, to resume), `detector.pt` (the averaged weights, to use) and `log.jsonl`.
"""

from __future__ import annotations

import argparse
import copy
import json
import math
import os
import random
import time
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import torch
import torch.distributed as distributed
import torch.multiprocessing as multiprocessing
from torch import Tensor
from torch.utils.data import DataLoader, IterableDataset

from .loss import Losses, Targets, detection_loss
from .mixture import MixtureOptions, build_mixture
from .network import Detector, DetectorConfig, cell_centres
from .scenes import Sample


@dataclass(frozen=True)
class Schedule:
    images: int
    peak_rate: float
    warm_up_images: int = 5000
    last_share: float = 0.02

    def rate(self, seen: int) -> float:
        done = min(1.0, seen / self.images)
        cosine = self.last_share + (1 - self.last_share) * 0.5 * (1 + math.cos(math.pi * done))
        return self.peak_rate * cosine * min(1.0, (seen + 1) / self.warm_up_images)


class Average:
    """Exponential moving average of a network's weights and statistics."""

    def __init__(self, network: Detector, decay: float = 0.9995):
        self.network = copy.deepcopy(network).eval()
        self._decay = decay

    @torch.no_grad()
    def update(self, network: Detector, step: int) -> None:
        decay = min(self._decay, (1 + step) / (20 + step))
        for mean, value in zip(self.network.state_dict().values(), network.state_dict().values()):
            if mean.dtype.is_floating_point:
                mean.lerp_(value, 1 - decay)
            else:
                mean.copy_(value)


class Samples(IterableDataset):
    """Endless; every worker of every process has a seed of its own."""

    def __init__(self, corpus: Path, options: MixtureOptions, size: int, seed: int):
        self._corpus, self._options, self._size, self._seed = corpus, options, size, seed

    def __iter__(self):
        import cv2

        cv2.setNumThreads(0)
        torch.set_num_threads(1)
        info = torch.utils.data.get_worker_info()
        seed = self._seed * 1000 + (info.id if info else 0)
        mixture = build_mixture(self._corpus, self._options, random.Random(seed))
        while True:
            yield mixture.sample(self._size)


def collate(samples: list[Sample]) -> tuple[Tensor, Targets]:
    """-> images uint8 [B, H, W, 3] BGR, targets padded to the most boxes."""
    most = max(1, max(len(sample.boxes) for sample in samples))
    boxes = torch.zeros(len(samples), most, 4)
    categories = torch.full((len(samples), most), -1)
    is_box = torch.zeros(len(samples), most, dtype=torch.bool)
    for i, sample in enumerate(samples):
        count = len(sample.boxes)
        boxes[i, :count] = torch.from_numpy(sample.boxes)
        categories[i, :count] = torch.from_numpy(sample.categories)
        is_box[i, :count] = True
    return torch.from_numpy(np.stack([sample.image for sample in samples])), Targets(boxes, categories, is_box)


class Trainer:
    def __init__(self, arguments: argparse.Namespace, rank: int):
        self._arguments, self._rank = arguments, rank
        self._device = torch.device("cuda" if torch.cuda.is_available() else "cpu")
        self._schedule = Schedule(arguments.images, arguments.rate)
        torch.manual_seed(arguments.seed)
        network = Detector(DetectorConfig())
        if arguments.start_from:
            network.load_state_dict(torch.load(arguments.start_from, weights_only=True)["weights"])
        self._network = network.to(self._device, memory_format=torch.channels_last).train()
        self._average = Average(self._network)
        self._optimizer = torch.optim.AdamW(_weight_groups(self._network), lr=arguments.rate)
        self._step = self._seen = 0
        self._resume()
        size = arguments.size
        self._centres, self._strides = (tensor.to(self._device) for tensor in cell_centres(size, size))

    def run(self) -> None:
        arguments = self._arguments
        seed = arguments.seed + self._rank + 100 * self._step
        samples = Samples(arguments.corpus, MixtureOptions.from_arguments(arguments), arguments.size, seed)
        workers = arguments.workers
        loader = DataLoader(samples, arguments.batch, num_workers=workers, collate_fn=collate, prefetch_factor=4 if workers else None)
        started, since, reported = time.time(), self._seen, time.time()
        sums = np.zeros(3)
        for images, targets in loader:
            losses = self._learn(images, targets)
            sums += (losses.category, losses.box, losses.cells)
            if self._step % 50 == 0 and self._rank == 0:
                self._log(sums / 50, (self._seen - since) / (time.time() - started))
                sums[:] = 0
            if self._rank == 0 and time.time() - reported > arguments.save_seconds:
                self._save()
                reported = time.time()
            if self._seen >= self._schedule.images:
                break
        if self._rank == 0:
            self._save()

    def _learn(self, images: Tensor, targets: Targets) -> Losses:
        rate = self._schedule.rate(self._seen)
        for group in self._optimizer.param_groups:
            group["lr"] = rate
        x = images.to(self._device).flip(-1).permute(0, 3, 1, 2).float().div_(255).contiguous(memory_format=torch.channels_last)
        targets = Targets(targets.boxes.to(self._device), targets.categories.to(self._device), targets.is_box.to(self._device))
        with torch.autocast(self._device.type, dtype=torch.bfloat16):
            logits, distances = self._network(x)
        losses = detection_loss(logits, distances, self._centres, self._strides, targets)
        self._optimizer.zero_grad()
        losses.total.backward()
        self._share_gradients()
        norm = torch.nn.utils.clip_grad_norm_(self._network.parameters(), 10.0)
        if torch.isfinite(norm):  # the same on every process
            self._optimizer.step()
        self._step += 1
        self._seen += len(images) * self._arguments.processes
        self._average.update(self._network, self._step)
        return losses

    def _share_gradients(self) -> None:
        """All processes take the same step. One flat tensor: one exchange a step."""
        if self._arguments.processes == 1:
            return
        gradients = [parameter.grad for parameter in self._network.parameters() if parameter.grad is not None]
        flat = torch.cat([gradient.reshape(-1) for gradient in gradients])
        distributed.all_reduce(flat)
        flat /= self._arguments.processes
        at = 0
        for gradient in gradients:
            gradient.copy_(flat[at : at + gradient.numel()].view_as(gradient))
            at += gradient.numel()

    def _log(self, means: np.ndarray, images_per_second: float) -> None:
        category, box, cells = (round(float(value), 4) for value in means)
        row = {"step": self._step, "images": self._seen, "category": category, "box": box, "cells": cells, "images_per_second": round(images_per_second, 1)}
        with (self._arguments.run / "log.jsonl").open("a") as file:
            file.write(json.dumps(row) + "\n")
        print(row, flush=True)

    def _save(self) -> None:
        """Written beside and renamed: whoever kills this keeps the checkpoint before."""
        run = self._arguments.run
        state = {"network": self._network.state_dict(), "average": self._average.network.state_dict(), "optimizer": self._optimizer.state_dict()}
        _save_whole(state | {"step": self._step, "seen": self._seen}, run / "checkpoint.pt")
        _save_whole({"weights": self._average.network.state_dict(), "config": self._network.config.to_dict(), "images": self._seen}, run / "detector.pt")

    def _resume(self) -> None:
        path = self._arguments.run / "checkpoint.pt"
        if not path.exists():
            return
        state = torch.load(path, map_location=self._device, weights_only=True)
        self._network.load_state_dict(state["network"])
        self._average.network.load_state_dict(state["average"])
        self._optimizer.load_state_dict(state["optimizer"])
        self._step, self._seen = state["step"], state["seen"]


def load_detector(path: Path) -> Detector:
    """The averaged weights of a run, ready to be run."""
    state = torch.load(path, map_location="cpu", weights_only=True)
    network = Detector(DetectorConfig(**state["config"]))
    network.load_state_dict(state["weights"])
    return network.eval().to(memory_format=torch.channels_last)


def _weight_groups(network: Detector) -> list[dict]:
    """Biases and normalisations are not decayed."""
    decayed = [parameter for parameter in network.parameters() if parameter.ndim > 1]
    others = [parameter for parameter in network.parameters() if parameter.ndim <= 1]
    return [{"params": decayed, "weight_decay": 0.02}, {"params": others, "weight_decay": 0.0}]


def _save_whole(state: dict, path: Path) -> None:
    draft = path.with_suffix(".draft")
    torch.save(state, draft)
    draft.replace(path)


def _train(rank: int, arguments: argparse.Namespace) -> None:
    torch.set_num_threads(arguments.threads)
    if arguments.processes > 1:
        os.environ.setdefault("MASTER_ADDR", "127.0.0.1")
        os.environ.setdefault("MASTER_PORT", str(arguments.port))
        distributed.init_process_group("gloo", rank=rank, world_size=arguments.processes)
    Trainer(arguments, rank).run()
    if arguments.processes > 1:
        distributed.destroy_process_group()


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("corpus", type=Path)
    parser.add_argument("run", type=Path)
    parser.add_argument("--images", type=int, default=150_000, help="how many to learn from in all")
    parser.add_argument("--size", type=int, default=384, help="side of the training images in pixels")
    parser.add_argument("--batch", type=int, default=16, help="images a step and process")
    parser.add_argument("--rate", type=float, default=2e-3)
    parser.add_argument("--start-from", type=Path, help="detector.pt of another run")
    parser.add_argument("--processes", type=int, default=1)
    parser.add_argument("--threads", type=int, default=1, help="of each process")
    parser.add_argument("--workers", type=int, default=1, help="processes that make images, for each training process; 0: none")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--port", type=int, default=29511)
    parser.add_argument("--save-seconds", type=float, default=120)
    MixtureOptions.add_arguments(parser)
    arguments = parser.parse_args()
    arguments.run.mkdir(parents=True, exist_ok=True)
    if arguments.processes == 1:
        _train(0, arguments)
    else:
        multiprocessing.spawn(_train, (arguments,), arguments.processes)


if __name__ == "__main__":
    main()
