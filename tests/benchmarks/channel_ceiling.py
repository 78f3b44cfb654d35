"""What knowing the demand between channels would bring, were it known exactly.

Customers who do not buy on one channel look at the other in a share of cases. Channels that each
take the best price against the other's are compared with prices that are best together, over a
grid, with stock enough: the gain is the most that learning this could bring.

    python -m tests.benchmarks.channel_ceiling
"""

from __future__ import annotations

import numpy as np

from online_models.market.trade import channel_market
from online_models.market.trade.channel_market import ChannelMarket
from online_models.numerics.arrays import Floats

#: Prices against costs that are tried.
GRID = np.linspace(0.95, 2.2, 126)
ROUNDS = 40


def profits(market: ChannelMarket, prices: Floats) -> Floats:
    """Expected profit a day of each product at prices (products, 2), both channels together."""
    kept = prices * (1.0 - np.array([0.0, channel_market.FEE])) - market.cost[:, None]
    return np.asarray((kept * market.rates(prices)).sum(axis=1))


def alone(market: ChannelMarket) -> float:
    """Profit where each channel answers the other's price with the best for itself."""
    prices = np.stack([market.price, market.price], axis=1)
    kept = (1.0, 1.0 - channel_market.FEE)
    for _ in range(ROUNDS):
        for channel in (0, 1):
            tried = prices.copy()
            worth = []
            for ratio in GRID:
                tried[:, channel] = market.cost * ratio
                unit = tried[:, channel] * kept[channel] - market.cost
                worth.append(unit * market.rates(tried)[:, channel])
            prices[:, channel] = market.cost * GRID[np.argmax(np.stack(worth), axis=0)]
    return float(profits(market, prices).sum())


def together(market: ChannelMarket) -> float:
    """Profit of the best pair of prices."""
    best = np.full(len(market.cost), -np.inf)
    for first in GRID:
        for second in GRID:
            pair = np.stack([market.cost * first, market.cost * second], axis=1)
            best = np.maximum(best, profits(market, pair))
    return float(best.sum())


def main() -> None:
    """Print the gain by the share that looks at the other channel, of four markets."""
    for share in (0.15, 0.3, 0.5, 0.7):
        channel_market.SWITCHING = share
        gains = [together(market) / alone(market) - 1.0 for market in map(ChannelMarket, range(4))]
        print(f"{share:.0%} look elsewhere: {', '.join(f'{gain:+.2%}' for gain in gains)}")


if __name__ == "__main__":
    main()
