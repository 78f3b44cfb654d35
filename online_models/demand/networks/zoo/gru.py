"""A recurrent network of a gated recurrent unit."""

from __future__ import annotations

from typing import Any

from online_models.demand.networks import exact_layers
from online_models.demand.networks.zoo.recurrent import recurrent


def _layer(state: int) -> Any:
    import keras

    return keras.layers.GRU(state, reset_after=True, name="recurrent")


GRU = recurrent("gru", 3, lambda width: (2, width), _layer, exact_layers.gru)
