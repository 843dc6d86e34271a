"""Which images the detector learns from, and in which proportions."""

from __future__ import annotations

import argparse
import random
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from .corpus import Corpus
from .mistakes import read_mistakes
from .scenes import BackgroundCutter, CloseUpCollage, Sample, SceneGenerator, StreetCutter
from .sprites import SpriteBank, drawn_sprites, real_sprites


class Sampler(Protocol):
    def sample(self, size: int) -> Sample: ...


@dataclass(frozen=True)
class MixtureOptions:
    """`open_only`: nothing but what may be passed on enters: drawn signs and openly licensed pictures."""

    open_only: bool = False
    drawn: Path | None = None
    mistakes: Path | None = None
    street_share: float = 0.35
    closeup_share: float = 0.12
    mistake_share: float = 0.10

    @staticmethod
    def add_arguments(parser: argparse.ArgumentParser) -> None:
        parser.add_argument("--open-only", action="store_true", help="only openly licensed pictures and drawn signs")
        parser.add_argument("--drawn", type=Path, help="folder that hzsigns.draw wrote")
        parser.add_argument("--mistakes", type=Path, help="what hzsigns.mistakes found: signs seen where there are none")
        parser.add_argument("--street-share", type=float, default=0.35, help="share of images cut from labelled streets")
        parser.add_argument("--closeup-share", type=float, default=0.12, help="share of images made of close-ups")
        parser.add_argument("--mistake-share", type=float, default=0.10, help="share of images around mistakes")

    @staticmethod
    def from_arguments(arguments: argparse.Namespace) -> MixtureOptions:
        return MixtureOptions(
            arguments.open_only, arguments.drawn, arguments.mistakes, arguments.street_share, arguments.closeup_share, arguments.mistake_share
        )


class Mixture:
    """Draws from samplers by their shares; the last takes what is left."""

    def __init__(self, parts: list[tuple[float, Sampler]], rest: Sampler, rng: random.Random):
        self._parts, self._rest, self._rng = parts, rest, rng

    def sample(self, size: int) -> Sample:
        at = self._rng.random()
        for share, sampler in self._parts:
            if at < share:
                return sampler.sample(size)
            at -= share
        return self._rest.sample(size)


def build_mixture(corpus_folder: Path, options: MixtureOptions, rng: random.Random) -> Mixture:
    corpus = Corpus(corpus_folder)
    open_only = options.open_only
    backgrounds, streets = corpus.select("background", open_only=open_only), corpus.select("scene", open_only=open_only)
    generator = SceneGenerator(build_bank(corpus, options), corpus, backgrounds + streets, rng)
    parts: list[tuple[float, Sampler]] = []
    if streets:
        parts.append((options.street_share, StreetCutter(corpus, streets, rng)))
    closeups = corpus.select("closeup", open_only=open_only)
    if closeups:
        parts.append((options.closeup_share, CloseUpCollage(corpus, closeups, generator, rng)))
    if options.mistakes:
        parts.append((options.mistake_share, BackgroundCutter(corpus, read_mistakes(options.mistakes, backgrounds), rng)))
    return Mixture(parts, generator, rng)


def build_bank(corpus: Corpus, options: MixtureOptions) -> SpriteBank:
    real = {} if options.open_only else real_sprites(corpus)
    return SpriteBank(real, drawn_sprites(options.drawn, options.open_only) if options.drawn else {})
