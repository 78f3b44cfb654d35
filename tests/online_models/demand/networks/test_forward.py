"""Every architecture's NumPy forward pass: monotone, row by row, and equal to Keras."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import numpy as np
import pytest

from online_models.demand.networks.inputs import Inputs, as_new, price_features
from online_models.demand.networks.network import Network
from online_models.demand.networks.spec import PRICE_FEATURES, WINDOW_CHANNELS, Spec
from online_models.demand.networks.zoo import ARCHITECTURES
from online_models.training.dataset import Dataset

EACH = pytest.mark.parametrize("name", list(ARCHITECTURES))
SPEC = Spec(lookback=14, items=128, categories=16)
Make = Callable[..., Network]


def random_inputs(n: int, seed: int, spec: Spec = SPEC) -> Inputs:
    rng = np.random.default_rng(seed)
    return Inputs(
        past=rng.normal(0, 1, (n, spec.lookback, WINDOW_CHANNELS)).astype(np.float32),
        static=rng.normal(0, 1, (n, spec.static)).astype(np.float32),
        item=rng.integers(0, spec.items, n),
        category=rng.integers(0, spec.categories, n),
        known=rng.random(n).astype(np.float32),
        price=rng.normal(0, 0.3, (n, PRICE_FEATURES)).astype(np.float32),
        offset=rng.normal(0, 1, n),
    )


@EACH
def test_demand_never_rises_with_the_own_price(name: str, random_network: Make) -> None:
    """25,000 random inputs per architecture, 10⁵ in all, each at a lower and a higher price."""
    rng = np.random.default_rng(3)
    rows = 25_000
    spec = Spec(lookback=7, items=16, categories=4)
    network = random_network(name, seed=1, scale=0.2, spec=spec)
    seen = random_inputs(rows, 2, spec)
    log_price = rng.uniform(6.0, 8.0, (2, rows))
    reference = np.where(rng.random(rows) < 0.1, np.nan, rng.uniform(6.5, 7.5, rows))
    competitor = np.where(rng.random(rows) < 0.3, np.nan, rng.uniform(6.5, 7.5, rows))
    logs = []
    for price in (log_price.min(0), log_price.max(0)):
        features = price_features(price, reference, competitor).astype(np.float32)
        at = Inputs(*(getattr(seen, f) for f in Inputs.__slots__[:5]), features, seen.offset)
        logs.append(network.outputs(at).log_mean)
    assert (logs[1] <= logs[0]).all()
    assert (logs[1] < logs[0]).mean() > 0.5


@EACH
def test_a_row_is_forecast_alike_alone_and_among_others(name: str, random_network: Make) -> None:
    network, seen = random_network(name), random_inputs(1100, 4)
    together = network.outputs(seen)
    for row in (0, 511, 512, 1099):
        alone = network.outputs(seen.take(np.array([row])))
        assert alone.log_mean[0] == together.log_mean[row]
        assert alone.log_size[0] == together.log_size[row]


@EACH
def test_no_rows_give_no_forecasts(name: str, random_network: Make) -> None:
    assert len(random_network(name).predict(random_inputs(0, 1)).mean) == 0


@pytest.mark.deep
@EACH
def test_numpy_equals_keras(name: str, random_network: Make, dataset: Dataset) -> None:
    from online_models.demand.networks.zoo import network as keras_network

    rng = np.random.default_rng(7)
    architecture = ARCHITECTURES[name]
    first = random_network(name)
    # logistic layers dampen what they read
    scale = 0.3 if name == "belief" else 0.1
    other = {key: values[-1] for key, values in architecture.space.items()}
    far = random_inputs(500, 10)
    far = replace(far, offset=20.0 * far.offset, price=5.0 * far.price)
    for hyper in (first.hyper, other):
        model = keras_network.build(architecture, SPEC, hyper)
        # weights as large as trained ones: those that Keras begins with hardly reach the output
        model.set_weights([w + rng.normal(0.0, scale, w.shape) for w in model.get_weights()])
        weights = keras_network.export(model)
        network = Network.of(Network(architecture, SPEC, hyper, {}).document(), weights)
        some = dataset.inputs.take(np.arange(0, len(dataset), 7))
        for inputs in (some, random_inputs(2000, 9), far, as_new(some)):
            keras_says = model.predict(keras_network.arrays(inputs), batch_size=4096, verbose=0)
            numpy_says = network.outputs(inputs)
            assert np.ptp(numpy_says.log_size) > 0.01
            assert np.abs(keras_says[:, 0] - numpy_says.log_mean).max() < 1e-5
            assert np.abs(keras_says[:, 1] - numpy_says.log_size).max() < 1e-5


@EACH
def test_forward_pass_is_the_same_on_every_machine(name: str, random_network: Make) -> None:
    """Frozen bits: they change with the arithmetic, not with the processor."""
    outputs = random_network(name, seed=11).outputs(random_inputs(64, 12))
    frozen = {
        "mlp": "6f361f24024a3921",
        "cnn": "fe07b03726598efe",
        "gru": "dbb29c000f0e3194",
        "lstm": "408ca6dda9ba5284",
        "belief": "740368a42d8f6b71",
    }
    import hashlib

    digest = hashlib.sha256(outputs.log_mean.tobytes() + outputs.slopes.tobytes()).hexdigest()
    assert digest[:16] == frozen[name]
