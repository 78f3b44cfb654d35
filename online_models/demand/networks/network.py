"""A trained network as values: what it is, and its weights; it forecasts without TensorFlow."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from online_models.demand.forecast import UnitsForecast
from online_models.demand.networks.container import WeightsError
from online_models.demand.networks.inputs import Inputs
from online_models.demand.networks.spec import Spec
from online_models.demand.networks.zoo import ARCHITECTURES, head
from online_models.demand.networks.zoo.architecture import Architecture, Hyper
from online_models.numerics.special import exp

Floats32 = NDArray[np.float32]

#: No trained weight comes near; one beyond it is a broken update.
LARGEST_WEIGHT = 1e4


@dataclass(frozen=True, slots=True)
class Network:
    """Architecture, sizes, hyper-parameters, weights by name."""

    architecture: Architecture
    spec: Spec
    hyper: Hyper
    weights: Mapping[str, Floats32]

    def outputs(self, inputs: Inputs) -> head.Outputs:
        """Log mean, log size and slopes of n windows."""
        return head.forward(self.architecture, self.hyper, self.weights, inputs)

    def predict(self, inputs: Inputs) -> UnitsForecast:
        """Forecasts of n windows."""
        outputs = self.outputs(inputs)
        return UnitsForecast.single(exp(outputs.log_mean), exp(outputs.log_size))

    def document(self) -> dict[str, Any]:
        """What the network is, without its weights, as JSON values."""
        hyper = {k: list(v) if isinstance(v, tuple) else v for k, v in self.hyper.items()}
        return {"name": self.architecture.name, "spec": self.spec.document(), "hyper": hyper}

    @classmethod
    def of(cls, document: Mapping[str, Any], weights: Mapping[str, Floats32]) -> Network:
        """The inverse of `document`, with weights that fit it.

        Raises
        ------
        WeightsError
            Where the document is none, or a weight is missing, misshapen, not finite or absurd.
        """
        try:
            architecture = ARCHITECTURES[document["name"]]
            spec = Spec.of(document["spec"])
            hyper = {
                k: tuple(v) if isinstance(v, list) else v for k, v in document["hyper"].items()
            }
            architecture.check(hyper)
        except (KeyError, TypeError, AttributeError, ValueError) as error:
            raise WeightsError(f"architecture: {error}") from None
        check(weights, head.shapes(architecture, spec, hyper))
        return cls(architecture, spec, hyper, dict(weights))


def check(weights: Mapping[str, Floats32], shapes: Mapping[str, tuple[int, ...]]) -> None:
    """WeightsError unless `weights` are finite float32 arrays of these names and shapes."""
    for name in shapes:
        if name not in weights:
            raise WeightsError(f"weights: {name} is missing")
    for name, weight in weights.items():
        if name not in shapes:
            raise WeightsError(f"weights: {name} is unknown")
        if weight.shape != shapes[name]:
            raise WeightsError(f"weights: {name} has shape {weight.shape}, not {shapes[name]}")
        if weight.dtype != np.float32:
            raise WeightsError(f"weights: {name} is {weight.dtype}, not float32")
        if not np.isfinite(weight).all():
            raise WeightsError(f"weights: {name} holds a value that is not finite")
        if (np.abs(weight) > LARGEST_WEIGHT).any():
            raise WeightsError(f"weights: {name} holds a value beyond ±{LARGEST_WEIGHT:g}")
