"""Quantity breaks learnt from orders against the best price for everybody."""

from __future__ import annotations

import pytest

from online_models.market.trade.tier_market import TierMarket, sell


def test_breaks_earn_more_than_the_best_single_price_within_weeks() -> None:
    track = sell(TierMarket(0), 45)
    assert track.breaches == 0
    assert track.gain(30) > 0.1


@pytest.mark.slow
@pytest.mark.parametrize("seed", range(5))
def test_breaks_earn_a_tenth_more_than_the_best_single_price(seed: int) -> None:
    track = sell(TierMarket(seed), 180)
    assert track.breaches == 0
    assert track.gain(0) >= 0.1
