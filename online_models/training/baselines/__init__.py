"""Baselines through scikit-learn, imported when built: one file each, one line here."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from online_models.training.baselines import boosting, forest, linear, multiple, naive, tree

#: Name → (declared space, builder from hyper-parameters and a seed).
BASELINES: dict[str, tuple[dict[str, tuple[Any, ...]], Callable[[dict[str, Any], int], Any]]] = {
    "level": (naive.SPACE, naive.build),
    "linear": (linear.SPACE, linear.build),
    "multiple": (multiple.SPACE, multiple.build),
    "tree": (tree.SPACE, tree.build),
    "forest": (forest.SPACE, forest.build),
    "boosting": (boosting.SPACE, boosting.build),
}
