"""What is recommended adds more profit than best sellers do, in a market of other equations."""

from __future__ import annotations

import numpy as np
import pytest

from online_models.market.trade.recommendation_market import (
    SHOWN,
    RecommendationMarket,
    recommend,
)


def test_what_is_recommended_adds_more_than_best_sellers() -> None:
    track = recommend(RecommendationMarket(2), 20)
    assert len(track.earned) > 600
    assert track.over_popular(300) > 0.2
    assert (track.best >= track.earned - 1e-12).all()


@pytest.mark.parametrize("seed", range(3))
def test_after_1000_visits_it_is_a_fifth_more_at_least(seed: int) -> None:
    track = recommend(RecommendationMarket(seed), 60)
    assert track.over_popular(1000) >= 0.2
    assert track.over_earners(1000) > 0.0


def test_what_showing_adds_is_what_customers_then_buy() -> None:
    market = RecommendationMarket(1)
    customer, first = market.visitors()[0]
    shown = np.argsort(-market.wanted(customer, first))[:SHOWN].tolist()

    def margin(items: list[int]) -> float:
        baskets = [market.basket(customer, first, items) for _ in range(4000)]
        return float(np.mean([market.margin[basket].sum() for basket in baskets]))

    assert margin(shown) - margin([]) == pytest.approx(
        market.gain(customer, first, shown), rel=0.15
    )
