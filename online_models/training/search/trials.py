"""Which hyper-parameters to try: a whole grid, or a random part of it."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import product
from typing import Any

import numpy as np

from online_models.training.models import space


@dataclass(frozen=True, slots=True)
class Trial:
    """A model and its hyper-parameters, with a seed."""

    model: str
    hyper: Mapping[str, Any]
    seed: int = 0

    @property
    def key(self) -> str:
        """A stable name: the same trial has the same, so a resumed search knows what it has done.

        >>> Trial("level", {}).key
        'level-f399abe4'
        """
        text = json.dumps([self.model, dict(self.hyper), self.seed], sort_keys=True)
        return f"{self.model}-{hashlib.sha256(text.encode()).hexdigest()[:8]}"


def grid(models: Sequence[str], seed: int = 0) -> list[Trial]:
    """Every point of every model's declared space.

    >>> len(grid(["linear", "tree"]))
    10
    """
    return [Trial(model, hyper, seed) for model in models for hyper in _points(model)]


def random(models: Sequence[str], count: int, seed: int = 0) -> list[Trial]:
    """For each model its default, then distinct random points of its space, `count` in all.

    References: Bergstra, Bengio, "Random search for hyper-parameter optimization", JMLR 13 (2012).
    """
    generator = np.random.default_rng(seed)
    trials = []
    for model in models:
        points = list(_points(model))
        order = generator.permutation(np.arange(1, len(points))).tolist()
        trials += [Trial(model, points[i], seed) for i in [0, *order][:count]]
    return trials


def _points(model: str) -> Iterator[dict[str, Any]]:
    declared = space(model)
    for values in product(*declared.values()):
        yield dict(zip(declared, values, strict=True))
