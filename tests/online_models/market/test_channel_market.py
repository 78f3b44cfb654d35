"""Channels that share a stock, priced as one and each on its own."""

from __future__ import annotations

import pytest

from online_models.market.trade.channel_market import ChannelMarket, trade


@pytest.mark.parametrize("seed", range(5))
def test_coordinated_channels_earn_more_and_keep_their_ladder(seed: int) -> None:
    together, alone = (trade(ChannelMarket(seed), 84, way) for way in (True, False))
    assert together.breaches == alone.breaches == 0
    assert together.profit.sum() >= 1.03 * alone.profit.sum()


def test_the_marketplace_is_never_below_the_own_shop() -> None:
    assert trade(ChannelMarket(1), 21, True).breaches == 0
