"""What an architecture provides; each file of this folder that names one is one."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from online_models.demand.networks.spec import WINDOW_CHANNELS, Spec

Floats32 = NDArray[np.float32]
Hyper = Mapping[str, Any]
Shapes = dict[str, tuple[int, ...]]
Weights = Mapping[str, Floats32]


@dataclass(frozen=True, slots=True)
class TrunkInputs:
    """The trunk's inputs, feature-major: the past windows (t, c, n) and everything else (k, n)."""

    past: Floats32
    rest: Floats32


@dataclass(frozen=True, slots=True)
class Architecture:
    """A trunk between the inputs that all networks share and the head that all share.

    `space` declares the search: name → the values that make sense; the first of each is the
    default. `shapes(spec, hyper)` names every weight of the trunk, `build(spec, hyper, past,
    rest)` makes it of Keras layers so named, and `forward(weights, columns, hyper)` computes the
    same in NumPy; both give `width(hyper)` features. Layers whose names begin with `pretrained` are
    prepared one by one as Boltzmann machines before the whole is trained.
    """

    name: str
    space: Mapping[str, tuple[Any, ...]]
    width: Callable[[Hyper], int]
    shapes: Callable[[Spec, Hyper], Shapes]
    build: Callable[[Spec, Hyper, Any, Any], Any]
    forward: Callable[[Weights, TrunkInputs, Hyper], Floats32]
    pretrained: str | None = None

    def defaults(self) -> dict[str, Any]:
        """The first value of every hyper-parameter."""
        return {name: values[0] for name, values in self.space.items()}

    def check(self, hyper: Hyper) -> None:
        """ValueError where `hyper` is not a point of the space's names and kinds."""
        if sorted(hyper) != sorted(self.space):
            raise ValueError(
                f"{self.name}: hyper-parameters are {sorted(hyper)}, not {sorted(self.space)}"
            )
        for name, value in hyper.items():
            if value not in self.space[name]:
                raise ValueError(f"{self.name}.{name}: {value!r} is none of {self.space[name]}")


#: Widths of the embeddings of item and category, shared by all architectures.
ITEM_WIDTH = 8
CATEGORY_WIDTH = 4


def stacked(layer: str, spec: Spec, hyper: Hyper) -> Shapes:
    """Shapes of dense layers `layer`_0, `layer`_1, … over everything that is known."""
    width = spec.lookback * WINDOW_CHANNELS + rest_width(spec)
    shapes: Shapes = {}
    for i, units in enumerate(hyper["units"]):
        shapes[f"{layer}_{i}/kernel"] = (width, units)
        shapes[f"{layer}_{i}/bias"] = (units,)
        width = units
    return shapes


def rest_width(spec: Spec) -> int:
    """Width of all inputs but the past: static features and both embeddings."""
    return spec.static + ITEM_WIDTH + CATEGORY_WIDTH
