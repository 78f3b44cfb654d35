from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest

from online_models.demand.networks.champions import Champions, SequentialTest
from online_models.demand.networks.network import Network
from online_models.persistence.plain import same
from online_models.persistence.saved import restore, save

Make = Callable[..., Network]
NAN = float("nan")


def run(champions: Champions, windows: int, *scores: float) -> list[str]:
    kinds = []
    for _ in range(windows):
        kinds += [notice.kind for notice in champions.score(*scores)]
    return kinds


def test_a_better_challenger_is_promoted_once_it_has_won(random_network: Make) -> None:
    champions = Champions()
    champions.install("old", random_network("mlp"), True)
    champions.install("new", random_network("cnn"), False)
    assert run(champions, 3, -2.2, -2.1, -2.05) == []
    assert run(champions, 60, -2.2, -2.1, -2.05) == ["model_promoted"]
    assert champions.champion is not None
    assert champions.champion.version == "new"
    assert champions.previous is not None
    assert champions.previous.version == "old"


@pytest.mark.parametrize("gap", [0.0, -0.01, -5.0])
def test_a_challenger_that_is_no_better_stays_one(random_network: Make, gap: float) -> None:
    champions = Champions()
    champions.install("old", random_network("mlp"), True)
    champions.install("new", random_network("cnn"), False)
    assert run(champions, 400, -2.2, -2.1, -2.1 + gap) == []
    assert champions.champion is not None
    assert champions.champion.version == "old"


def test_the_first_challenger_must_beat_the_running_level(random_network: Make) -> None:
    champions = Champions()
    champions.install("v1", random_network("mlp"), False)
    assert run(champions, 300, -2.0, NAN, -2.1) == []
    assert champions.champion is None
    assert run(champions, 300, -2.2, NAN, -2.1) == ["model_promoted"]


def test_a_degraded_champion_gives_way_to_the_one_before(random_network: Make) -> None:
    champions = Champions()
    champions.install("old", random_network("mlp"), True)
    champions.install("new", random_network("cnn"), True)
    assert run(champions, 100, -2.0, -2.3, NAN) == ["model_degraded", "model_degraded"]
    assert champions.champion is None


def test_one_wild_period_decides_nothing(random_network: Make) -> None:
    champions = Champions()
    champions.install("v1", random_network("mlp"), True)
    assert champions.score(-2.0, -500.0, NAN) == []
    assert champions.score(float("inf"), -2.0, NAN) == []


def test_noise_without_advantage_rarely_wins() -> None:
    """E-detector: a wrong verdict at most once in 400 periods on average."""
    rng = np.random.default_rng(8)
    wrong = 0
    for _ in range(100):
        trial = SequentialTest()
        for difference in rng.normal(0.0, 0.05, 100):
            trial.see(float(difference))
            if trial.won:
                wrong += 1
                break
    assert wrong <= 25


def test_a_snapshot_holds_networks_and_trials(random_network: Make) -> None:
    champions = Champions()
    champions.install("old", random_network("gru"), True)
    champions.install("new", random_network("belief"), False)
    run(champions, 5, -2.2, -2.1, -2.05)
    again = restore(Champions(), save(champions))
    assert same(save(again), save(champions))
    assert run(again, 60, -2.2, -2.1, -2.05) == run(champions, 60, -2.2, -2.1, -2.05)
