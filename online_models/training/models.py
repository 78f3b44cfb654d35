"""Everything that can be trained, behind one interface: the zoo's networks and the baselines."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Protocol, Self

from online_models.demand.forecast import UnitsForecast
from online_models.demand.networks.inputs import Inputs
from online_models.demand.networks.network import Network
from online_models.demand.networks.zoo import ARCHITECTURES
from online_models.training.baselines import BASELINES
from online_models.training.dataset import Dataset


class Model(Protocol):
    """A forecaster that learns from a whole data set."""

    def fit(self, data: Dataset) -> Self:
        """Learn from all rows."""

    def predict(self, inputs: Inputs) -> UnitsForecast:
        """Forecasts, n rows; a row's does not depend on its neighbours."""


@dataclass(slots=True)
class DeepModel:
    """A network of the zoo behind `fit` and `predict`; `fit` needs TensorFlow."""

    name: str
    hyper: Mapping[str, Any]
    seed: int = 0
    #: Keras callbacks to train under, such as TensorBoard's.
    callbacks: Sequence[Any] = ()
    network: Network | None = None
    #: The Keras twin, and the losses of training and validation by epoch.
    keras_model: Any = None
    losses: list[float] = field(default_factory=list)
    validation: list[float] = field(default_factory=list)

    def fit(self, data: Dataset) -> Self:
        """Train on all rows, the last of which decide when to stop."""
        from online_models.training.network_training import fit

        found = fit(ARCHITECTURES[self.name], self.hyper, data, self.seed, self.callbacks)
        self.network, self.keras_model = found.network, found.model
        self.losses, self.validation = found.losses, found.validation
        return self

    def predict(self, inputs: Inputs) -> UnitsForecast:
        """Forecasts, n rows, by NumPy.

        Raises
        ------
        ValueError
            Where the network has not been trained.
        """
        if self.network is None:
            raise ValueError(f"{self.name}: predict before fit")
        return self.network.predict(inputs)


def space(name: str) -> Mapping[str, tuple[Any, ...]]:
    """The declared hyper-parameters of a model; ValueError, listing all, where there is none."""
    if name in ARCHITECTURES:
        return ARCHITECTURES[name].space
    if name in BASELINES:
        return BASELINES[name].space
    raise ValueError(f"no model {name!r}; there are {', '.join([*ARCHITECTURES, *BASELINES])}")


def build(
    name: str, hyper: Mapping[str, Any] | None = None, seed: int = 0, callbacks: Sequence[Any] = ()
) -> Model:
    """An untrained model; hyper-parameters that are not given take their default."""
    chosen = {key: values[0] for key, values in space(name).items()} | dict(hyper or {})
    if name in ARCHITECTURES:
        ARCHITECTURES[name].check(chosen)
        return DeepModel(name, chosen, seed, callbacks)
    model: Model = BASELINES[name].build(chosen, seed)
    return model
