"""Personal discounts in a market of other equations: what they gain, measured and exact."""

from __future__ import annotations

import numpy as np
import pytest

from online_models.market.trade.personal_market import PersonalMarket, run, sell


def test_offers_gain_within_all_bounds() -> None:
    track = sell(PersonalMarket(2, customers=250), 16, {})
    assert track.breaches == 0
    assert track.share(8) > 0.55
    assert track.clairvoyant[8:].sum() >= track.best[8:].sum() > 0


def test_the_gap_between_clusters_and_the_budget_hold() -> None:
    track = sell(PersonalMarket(3, customers=120), 8, {"largest_gap": "4%", "budget": "1%"})
    assert track.breaches == 0
    assert 0 < track.given < 0.013
    assert track.gap <= 0.04


@pytest.mark.slow
@pytest.mark.parametrize("seed", [1, 2])
def test_measured_uplift_is_positive_and_near_that_of_who_knows_the_clusters(seed: int) -> None:
    found = run(seed, weeks=48, customers=1000)
    assert found["lower"] > 0.0
    assert found["share"] > 0.7
    assert found["breaches"] == 0


def test_what_an_offer_gains_is_what_customers_then_buy() -> None:
    market = PersonalMarket(1, customers=40)
    public = np.broadcast_to(market.list.astype(np.float64), market.need.shape)
    for price in (public, np.rint(public * 0.8)):
        days = [market.day(price) * (price - market.cost) for _ in range(1500)]
        drawn = 7.0 * float(np.mean([each.sum() for each in days]))
        exact = 7.0 * float((market.units(price) * (price - market.cost)).sum())
        assert drawn == pytest.approx(exact, rel=0.03)
