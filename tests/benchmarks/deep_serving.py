"""What serving networks costs the fold, and that no forecast rises with its own price.

    OMP_NUM_THREADS=1 python -m tests.benchmarks.deep_serving

CPU seconds of one thread; random weights at the architectures' default sizes.
"""

from __future__ import annotations

import sys
import time
from pathlib import Path

import numpy as np

from online_models.demand.ensemble.models import DemandModels
from online_models.demand.inputs.observations import DAY, Observations
from online_models.demand.networks.inputs import Inputs, price_features
from online_models.demand.networks.levels import words
from online_models.demand.networks.network import Network
from online_models.demand.networks.spec import WINDOW_CHANNELS, Spec
from online_models.demand.networks.zoo import ARCHITECTURES, head
from schemas.records.demand.model_updates import ModelUpdate
from tests.networks import records

ROWS = 100_000
DAYS, WARM = 20, 5


def network(name: str, scale: float) -> Network:
    rng = np.random.default_rng(7)
    architecture, spec = ARCHITECTURES[name], Spec()
    hyper = architecture.defaults()
    shapes = head.shapes(architecture, spec, hyper)
    weights = {k: rng.normal(0.0, scale, s).astype(np.float32) for k, s in shapes.items()}
    return Network(architecture, spec, hyper, weights)


def monotone(name: str) -> None:
    """Random inputs at two own prices each, and the time of a forward pass."""
    rng, made = np.random.default_rng(7), network(name, 0.5)
    spec = made.spec
    low = rng.normal(7.0, 1.0, ROWS)
    high = low + rng.exponential(0.2, ROWS)
    reference = low + rng.normal(0.0, 0.6, ROWS)
    competitor = np.where(rng.random(ROWS) < 0.3, np.nan, reference + rng.normal(0.0, 0.4, ROWS))
    past = rng.normal(0.0, 1.0, (ROWS, spec.lookback, WINDOW_CHANNELS)).astype(np.float32)
    static = rng.normal(0.0, 1.0, (ROWS, spec.static)).astype(np.float32)
    item, category = (rng.integers(0, size, ROWS) for size in (spec.items, spec.categories))
    known, offset = rng.random(ROWS).astype(np.float32), rng.normal(0.0, 2.0, ROWS)
    means = []
    for price in (low, high):
        path = price_features(price, reference, competitor).astype(np.float32)
        begun = time.process_time()
        seen = Inputs(past, static, item, category, known, path, offset)
        means.append(made.outputs(seen).log_mean)
        seconds = time.process_time() - begun
    rises, falls = int((means[1] > means[0]).sum()), int((means[1] < means[0]).sum())
    print(f"{name:7s} rises in {rises} of {ROWS}, falls in {falls}; "
          f"{1e6 * seconds / ROWS:.1f} µs a row", flush=True)  # fmt: skip


def close(offers: int, name: str | None) -> None:
    """Learning a day of `offers` windows by all demand models, with and without a champion."""
    models, rows = DemandModels(), np.arange(offers)
    begun = time.process_time()
    tokens = words("Espresso roast 1 kg", "Acme", {"origin": "Brazil"})
    for row in range(offers):
        models.deep.describe(row, f"sku-{row}", f"food/{row % 50}", tokens, 6.9)
    described = time.process_time() - begun
    models.register_categories(np.arange(50), np.full(50, -1))
    models.register(rows, rows, np.zeros(offers, np.int64), rows % 50)
    if name is not None:
        for value in records(network(name, 0.01), "v1", "champion"):
            models.accept_update(ModelUpdate.model_validate(value))
    rng = np.random.default_rng(1)
    rate = rng.gamma(0.5, 4.0, offers)
    for day in range(DAYS):
        if day == WARM:
            begun = time.process_time()
        models.learn(
            Observations.of(rows, day * DAY, rng.poisson(rate), price=np.full(offers, 1e3))
        )
    seconds = (time.process_time() - begun) / (DAYS - WARM)
    seen = Observations.of(rows, DAYS * DAY, rng.poisson(rate), price=np.full(offers, 1e3))
    begun = time.process_time()
    models.deep.history.push(seen)
    pushed = time.process_time() - begun
    print(
        f"{offers:6d} offers, champion {name or 'none':6s}: {1e3 * seconds:6.1f} ms a day's close, "
        f"{1e3 * pushed:.1f} of them for the history; describing them: {1e3 * described:.0f} ms",
        flush=True,
    )


def resident() -> int:
    return int(Path("/proc/self/status").read_text().split("VmRSS:")[1].split()[0]) // 1024


if __name__ == "__main__":
    import streams.commands.run.worker  # noqa: F401

    print(f"all that a worker imports: {resident()} MB resident")
    for each in ARCHITECTURES:
        monotone(each)
    for size in (1000, 12_500):
        for each in (None, *ARCHITECTURES):
            close(size, each)
    print(f"at the end: {resident()} MB resident; TensorFlow loaded: {'tensorflow' in sys.modules}")
