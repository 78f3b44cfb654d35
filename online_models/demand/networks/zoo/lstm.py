"""A recurrent network of long short-term memory."""

from __future__ import annotations

from typing import Any

from online_models.demand.networks import exact_layers
from online_models.demand.networks.zoo.recurrent import recurrent


def _layer(state: int) -> Any:
    import keras

    return keras.layers.LSTM(state, name="recurrent")


LSTM = recurrent("lstm", 4, lambda width: (width,), _layer, exact_layers.lstm)
