from __future__ import annotations

from collections.abc import Callable

import numpy as np

from online_models.demand.inputs.observations import DAY, Observations, WindowRows
from online_models.demand.networks.chunks import ModelStanding, records
from online_models.demand.networks.expert import MODEL, DeepExpert
from online_models.demand.networks.network import Network
from online_models.demand.networks.spec import Spec
from online_models.persistence.plain import same
from online_models.persistence.saved import restore, save
from schemas.records.demand.model_updates import ModelUpdate

Make = Callable[..., Network]
OFFERS = 12


def expert() -> DeepExpert:
    made = DeepExpert()
    for row in range(OFFERS - 1):
        made.describe(row, f"sku-{row}", "food", ["word"], float(np.log(1000.0)))
    made.grow(OFFERS, 1, 1)
    return made


def window(day: int, length: int = DAY) -> WindowRows:
    rng = np.random.default_rng(day)
    rows = np.arange(OFFERS)
    price = np.rint(rng.uniform(800.0, 1200.0, OFFERS))
    seen = Observations.of(rows, day * DAY, rng.poisson(3.0, OFFERS), price=price, length=length)
    zero = np.zeros(OFFERS, np.int64)
    return WindowRows(seen, rows, zero, zero)


def live(made: DeepExpert, days: range) -> list[bytes]:
    said = []
    for day in days:
        prediction = made.predict(window(day))
        said.append(prediction.mean.tobytes() + prediction.covered.tobytes())
        made.learn(window(day), prediction)
    return said


def send(made: DeepExpert, network: Network, version: str, status: str) -> None:
    standing = ModelStanding(MODEL, version, 0, 0, {}, status)
    for value in records(network.document(), network.weights, standing):
        value["trained_at"] = value["trained_through"] = "2024-01-01T00:00:00Z"
        assert made.accept(ModelUpdate.model_validate(value)).kind == "accepted"


def quiet(random_network: Make, seed: int) -> Network:
    """A network of small weights, so that its forecasts stay near the running level."""
    return random_network("mlp", seed=seed, scale=0.01, spec=Spec(items=64, categories=8))


def test_without_a_model_there_is_no_opinion() -> None:
    prediction = expert().predict(window(0))
    assert not prediction.covered.any()
    assert np.isfinite(prediction.log_score(np.zeros(OFFERS))).all()


def test_described_offers_are_forecast_from_the_swap_on(random_network: Make) -> None:
    made = expert()
    live(made, range(5))
    send(made, quiet(random_network, 1), "v1", "champion")
    covered = made.predict(window(5)).covered
    assert covered.tolist() == [True] * (OFFERS - 1) + [False]
    assert not made.predict(window(5, DAY // 24)).covered.any()


def test_a_replay_with_the_swap_at_the_same_place_forecasts_the_same_bytes(
    random_network: Make,
) -> None:
    runs = []
    for _ in range(2):
        made = expert()
        said = live(made, range(6))
        send(made, quiet(random_network, 1), "v1", "champion")
        said += live(made, range(6, 12))
        send(made, quiet(random_network, 2), "v2", "champion")
        runs.append(said + live(made, range(12, 16)))
    assert runs[0] == runs[1]


def test_twenty_swaps_lose_no_window_and_a_replay_forecasts_the_same_bytes(
    random_network: Make,
) -> None:
    networks = [quiet(random_network, seed) for seed in range(20)]
    runs = []
    for _ in range(2):
        made, said = expert(), []
        for day, network in enumerate(networks):
            said += live(made, range(day, day + 1))
            send(made, network, f"v{day}", "champion")
            assert made.version == f"v{day}"
        assert made.history.running.age.tolist() == [20.0] * OFFERS
        runs.append(said)
    assert runs[0] == runs[1]
    assert len(set(runs[0])) == 20


def test_a_snapshot_in_between_changes_nothing(random_network: Make) -> None:
    made = expert()
    live(made, range(4))
    send(made, quiet(random_network, 1), "v1", "champion")
    send(made, quiet(random_network, 2), "v2", "challenger")
    live(made, range(4, 8))
    again = restore(DeepExpert(), save(made))
    assert live(again, range(8, 14)) == live(made, range(8, 14))
    assert same(save(again), save(made))


def test_a_cold_offer_gets_a_prior_that_falls_with_its_price(random_network: Make) -> None:
    made = expert()
    send(made, quiet(random_network, 3), "v1", "champion")
    rates = []
    for price in (900.0, 1100.0):
        window = Observations.of([0, OFFERS - 1], 40 * DAY, [0.0, 0.0], price=[price] * 2)
        log_rate, covered = made.prior(window)
        rates.append(log_rate[0])
        assert covered.tolist() == [True, False]
    assert rates[0] > rates[1]


def test_a_champion_that_forecasts_nonsense_is_demoted_with_a_notice(random_network: Make) -> None:
    made = expert()
    live(made, range(20))
    absurd = random_network("mlp", seed=1, scale=0.01, spec=Spec(items=64, categories=8))
    weights = {**absurd.weights, "head/bias": absurd.weights["head/bias"] + np.float32(4.0)}
    send(made, Network(absurd.architecture, absurd.spec, absurd.hyper, weights), "bad", "champion")
    live(made, range(20, 80))
    assert made.version is None
    assert [notice.kind for notice in made.drain()] == ["model_degraded"]
    assert made.drain() == []
