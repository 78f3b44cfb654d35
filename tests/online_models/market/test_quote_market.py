"""Quotes learnt online against a clairvoyant who knows every buyer's distribution."""

from __future__ import annotations

import numpy as np
import pytest

from online_models.market.trade.quote_market import QuoteMarket, quote


def test_quotes_come_near_a_clairvoyant_within_some_hundred_outcomes() -> None:
    track = quote(QuoteMarket(0), 400)
    assert track.breaches == 0
    assert track.share(200) > 0.92
    assert track.share() > 2.0 * track.public.sum() / track.best.sum()


@pytest.mark.parametrize("seed", range(5))
def test_quotes_earn_95_per_cent_of_a_clairvoyant_after_2000(seed: int) -> None:
    track = quote(QuoteMarket(seed), 3000)
    assert track.breaches == 0
    assert track.share(2000) >= 0.95


def test_the_winning_probability_is_that_of_the_draws() -> None:
    market = QuoteMarket(1)
    buyer = market.buyer()
    for log_price in (-0.3, -0.15, 0.0):
        drawn = np.mean([market.takes(buyer, log_price) for _ in range(4000)])
        assert abs(drawn - buyer.wins(np.array([log_price]))[0]) < 0.03
