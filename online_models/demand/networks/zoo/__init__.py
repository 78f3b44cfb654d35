"""The zoo: an architecture is one file, registered here by one line."""

from __future__ import annotations

from online_models.demand.networks.zoo.architecture import Architecture
from online_models.demand.networks.zoo.belief import BELIEF
from online_models.demand.networks.zoo.cnn import CNN
from online_models.demand.networks.zoo.gru import GRU
from online_models.demand.networks.zoo.lstm import LSTM
from online_models.demand.networks.zoo.mlp import MLP

#: Name → architecture.
ARCHITECTURES: dict[str, Architecture] = {
    architecture.name: architecture for architecture in (MLP, CNN, GRU, LSTM, BELIEF)
}
