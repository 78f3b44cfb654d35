"""Small networks with random weights, and the records that bring them: no TensorFlow needed."""

from __future__ import annotations

import base64
import hashlib
from typing import Any

import numpy as np

from online_models.demand.networks import chunks
from online_models.demand.networks.container import pack
from online_models.demand.networks.expert import MODEL
from online_models.demand.networks.network import Network
from online_models.demand.networks.spec import Spec
from online_models.demand.networks.zoo import ARCHITECTURES, head

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
    standing = chunks.ModelStanding(MODEL, version, TRAINED_AT, TRAINED_AT, {}, status)
    return chunks.records(made.document(), made.weights, standing)


#: How an update may be broken, and words of the alert that refuses it.
BROKEN = {
    "corrupt": "checksum",
    "truncated": "cut off",
    "checksum": "checksum",
    "shape": "head/bias has shape",
    "nan": "not finite",
    "model": "none of this pricer's",
}


def broken(kind: str, version: str) -> dict[str, Any]:
    """A champion's record whose weights are not what they claim to be."""
    made = network(2)
    document, weights = made.document(), dict(made.weights)
    whole = hashlib.sha256(pack(document, weights)).hexdigest()
    if kind == "nan":
        weights["head/bias"] = weights["head/bias"] * np.float32("nan")
    elif kind == "shape":
        weights["head/bias"] = weights["head/bias"][:-1]
    data = pack(document, weights)
    if kind == "truncated":
        data = data[:-40]
    elif kind == "corrupt":
        data = data[:200] + bytes([data[200] ^ 1]) + data[201:]
    digest = {"corrupt": whole, "checksum": "0" * 64}.get(kind, hashlib.sha256(data).hexdigest())
    model = "oracle" if kind == "model" else MODEL
    standing = chunks.ModelStanding(model, version, TRAINED_AT, TRAINED_AT, {}, "champion")
    return {
        **chunks.announcement(standing),
        "weights": base64.b64encode(data).decode(),
        "architecture": document,
        "sha256": digest,
        "chunk": 0,
        "chunks": 1,
    }
