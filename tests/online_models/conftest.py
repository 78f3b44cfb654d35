"""A small shop with known elasticity, and networks with random weights."""

from __future__ import annotations

import importlib.util
from collections.abc import Callable

import numpy as np
import pytest

from online_models.demand.inputs.observations import DAY, Observations
from online_models.demand.networks.levels import Offers
from online_models.demand.networks.network import Network
from online_models.demand.networks.spec import Spec
from online_models.demand.networks.zoo import ARCHITECTURES, head
from online_models.training.dataset import Dataset, build
from streams.trainer.trial_process import single_thread

OFFERS = 60
DAYS = 84
ELASTICITY = -2.0
SPEC = Spec(lookback=14, items=128, categories=16)
#: 2024-01-01, a Monday.
START = 19_723 * DAY

# Models are trained here as the trainer's processes train them.
single_thread()


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Tests marked `deep` need TensorFlow."""
    if importlib.util.find_spec("tensorflow") is None:
        skip = pytest.mark.skip(reason="TensorFlow is not installed (the `deep` extra)")
        for item in items:
            if "deep" in item.keywords:
                item.add_marker(skip)


@pytest.fixture(scope="session")
def offers() -> Offers:
    """Sixty offers in four categories."""
    offers = Offers()
    for row in range(OFFERS):
        words = [f"word{row % 7}", f"brand={row % 3}"]
        offers.register(row, f"sku-{row}", f"food/{row % 4}", words, float(np.log(1000.0)))
    return offers


@pytest.fixture(scope="session")
def observations() -> Observations:
    """Twelve weeks of Poisson sales with weekdays, moving prices and a competitor."""
    rng = np.random.default_rng(5)
    base = np.exp(rng.normal(0.8, 0.8, OFFERS))
    weekday = np.array([0.7, 0.7, 0.8, 0.9, 1.1, 1.5, 1.3])
    parts = []
    for day in range(DAYS):
        price = np.rint(1000.0 * np.exp(rng.normal(0.0, 0.12, OFFERS)))
        rate = base * weekday[day % 7] * (price / 1000.0) ** ELASTICITY
        competitor = np.where(rng.random(OFFERS) < 0.3, np.nan, 1000.0)
        parts.append((rng.poisson(rate), price, competitor))
    units, price, competitor = (np.concatenate(column) for column in zip(*parts, strict=True))
    offer = np.tile(np.arange(OFFERS), DAYS)
    start = np.repeat(START + DAY * np.arange(DAYS), OFFERS)
    return Observations.of(offer, start, units, price=price, competitor_price=competitor)


@pytest.fixture(scope="session")
def dataset(observations: Observations, offers: Offers) -> Dataset:
    """The shop's data set, without its first fortnight."""
    return build(observations, offers, SPEC, skip=14)


@pytest.fixture
def random_network() -> Callable[..., Network]:
    """Makes a network of the named architecture with random weights."""

    def make(name: str, seed: int = 0, scale: float = 0.3, spec: Spec = SPEC) -> Network:
        rng = np.random.default_rng(seed)
        architecture = ARCHITECTURES[name]
        hyper = architecture.defaults()
        weights = {
            key: rng.normal(0.0, scale, shape).astype(np.float32)
            for key, shape in head.shapes(architecture, spec, hyper).items()
        }
        return Network(architecture, spec, hyper, weights)

    return make
