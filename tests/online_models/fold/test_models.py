"""Networks that arrive in the journal: swapped at their place, or refused with an alert."""

from __future__ import annotations

from collections.abc import Callable
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest

from online_models.demand.networks import chunks
from online_models.demand.networks.network import Network
from online_models.journal.outputs import Output
from tests.networks import BROKEN, broken, network, records
from tests.online_models.fold.conftest import Journal

DAY = 86_400_000
START = 1_700_006_400_000 // DAY * DAY
SKUS = "abcd"


def announce(journal: Any, time: int, made: Network, version: str, status: str) -> None:
    for value in records(made, version, status):
        journal.model(time, value)


def trade(journal: Any, days: range) -> None:
    """Days of orders of four products, a tick after each."""
    for day in days:
        rng = np.random.default_rng(day)
        for sku in SKUS:
            units = int(rng.poisson(4))
            if units:
                journal.order(START + day * DAY + 1000, sku, units, order=f"{sku}{day}")
        journal.tick(START + (day + 1) * DAY)


def opening(journal: Any) -> None:
    for sku in SKUS:
        journal.product(sku, START, attributes={"origin": "Brazil"})
    journal.tick(START)


def alerts(outputs: list[Output], kind: str) -> list[Output]:
    return [o for o in outputs if o.topic == "pricing-alerts" and o.key == kind.encode()]


def test_a_champion_forecasts_from_its_place_in_the_journal_on(journal: Any, run: Any) -> None:
    opening(journal)
    trade(journal, range(6))
    announce(journal, START + 6 * DAY, network(1), "v1", "champion")
    trade(journal, range(6, 8))
    journal.policy("p", START + 8 * DAY, version=1, strategy=[{"kind": "optimise"}])
    trade(journal, range(8, 12))
    made = run(journal)
    versions = [value["model_version"] for value in made.values("price-decisions")]
    assert set(versions) == {"online", "online+v1"}
    assert versions == sorted(versions)
    assert not made.values("pricing-alerts", kind="model_rejected")


@pytest.mark.parametrize("bytes_a_part", [chunks.PART, 9000])
def test_swaps_do_not_depend_on_cuts_or_restarts(
    journal: Any, in_pieces: Callable[..., list[Output]], bytes_a_part: int, monkeypatch: Any
) -> None:
    monkeypatch.setattr(chunks, "PART", bytes_a_part)
    opening(journal)
    trade(journal, range(3))
    announce(journal, START + 3 * DAY, network(1), "v1", "champion")
    trade(journal, range(3, 5))
    announce(journal, START + 5 * DAY, network(2), "v2", "challenger")
    journal.product("e", START + 5 * DAY, category="food/coffee")
    trade(journal, range(5, 8))
    announce(journal, START + 8 * DAY, network(3, 4.0), "v3", "champion")
    trade(journal, range(8, 30))
    written = SimpleNamespace(batch=journal.batch(), ends=[])
    whole = in_pieces(written, [])
    assert in_pieces(written, range(len(written.batch))) == whole
    assert in_pieces(written, range(0, len(written.batch), 7), restart=True) == whole
    assert len(alerts(whole, "model_degraded")) == 1


@pytest.mark.parametrize(("kind", "words"), BROKEN.items())
def test_what_is_wrong_is_refused_with_an_alert_and_the_champion_stays(
    journal: Any, run: Any, kind: str, words: str
) -> None:
    opening(journal)
    trade(journal, range(3))
    announce(journal, START + 3 * DAY, network(1), "v1", "champion")
    journal.model(START + 3 * DAY, broken(kind, "v2"))
    trade(journal, range(3, 6))
    made = run(journal)
    (alert,) = made.values("pricing-alerts", kind="model_rejected")
    assert words in alert["message"]
    assert made.fold.state.demand.deep.version == "v1"
    assert made.values("price-decisions")[-1]["model_version"] == "online+v1"


def test_a_champion_that_degrades_is_demoted_with_an_alert(journal: Any, run: Any) -> None:
    opening(journal)
    trade(journal, range(10))
    announce(journal, START + 10 * DAY, network(1, 3.0), "v1", "champion")
    trade(journal, range(10, 60))
    made = run(journal)
    (alert,) = made.values("pricing-alerts", kind="model_degraded")
    assert alert["details"] == {"version": "v1", "now": None}
    assert made.fold.state.pricing.model_version == "online"


def test_a_cold_offer_starts_at_the_level_that_the_champion_expects(journal: Any, run: Any) -> None:
    def level(bias: float) -> float:
        written = Journal()
        opening(written)
        trade(written, range(20))
        announce(written, START + 20 * DAY, network(1, bias), "v1", "champion")
        written.product("new", START + 20 * DAY)
        written.tick(START + 20 * DAY)
        demand = run(written).fold.state.demand
        new = np.array([len(SKUS)])
        return float(demand.filter.state.mean[new, 0][0])

    assert level(0.5) - level(-0.5) == pytest.approx(1.0, abs=0.01)
