"""Small networks with random weights, and the records that bring them: no TensorFlow needed."""

from __future__ import annotations

from typing import Any

import numpy as np

from online_models.deep import chunks
from online_models.deep.expert import MODEL
from online_models.deep.network import Network
from online_models.deep.spec import Spec
from online_models.deep.zoo import ARCHITECTURES, head

TRAINED_AT = 1_700_006_400_000


def network(seed: int, level: float = 0.0) -> Network:
    """A small network near the running level; `level` moves its log forecasts."""
    rng = np.random.default_rng(seed)
    architecture, spec = ARCHITECTURES["mlp"], Spec(items=64, categories=8)
    hyper = {**architecture.defaults(), "units": (32,)}
    weights = {
        name: rng.normal(0.0, 0.01, shape).astype(np.float32)
        for name, shape in head.shapes(architecture, spec, hyper).items()
    }
    weights["head/bias"][0] += np.float32(level)
    return Network(architecture, spec, hyper, weights)


def records(made: Network, version: str, status: str) -> list[dict[str, Any]]:
    standing = chunks.Standing(MODEL, version, TRAINED_AT, TRAINED_AT, {}, status)
    return chunks.records(made.document(), made.weights, standing)
