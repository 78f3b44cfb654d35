"""What a price is expected to bring over the objective's horizon."""

from __future__ import annotations

import numpy as np

from online_models.pricing.economics import net_share, unit_profit
from online_models.pricing.objective import outlook, span
from online_models.pricing.situation import Floats, Ints, Situation
from online_models.pricing.trace import MoneyTexts

#: Forecasts beyond any amount are cut to it; they could not be written.
_LARGEST = 1e15


def expected(situation: Situation, prices: Ints, money: MoneyTexts) -> list[list[str]]:
    """JSON of units, revenue (net of tax), profit and its 90 % interval, per price and offer.

    `prices` has shape (n, k), minor units; returns k lists of n texts. The interval is that of the
    posterior of the rate; a day's luck is not in it.
    """
    at = prices.astype(np.float64)
    sold = outlook(situation, at, span(situation))
    margin = unit_profit(situation, at)
    revenue = _minor(at * net_share(situation)[:, None] * sold.units)
    profit = _minor(margin * sold.units)
    one, other = _minor(margin * sold.lower), _minor(margin * sold.upper)
    lower, upper = np.minimum(one, other), np.maximum(one, other)
    return [
        [
            f'{{"units":{u:.6g},"revenue":{money[r]},"profit":{money[p]},'
            f'"lower":{money[low]},"upper":{money[high]}}}'
            for u, r, p, low, high in zip(
                sold.units[:, k].tolist(),
                revenue[:, k].tolist(),
                profit[:, k].tolist(),
                lower[:, k].tolist(),
                upper[:, k].tolist(),
                strict=True,
            )
        ]
        for k in range(prices.shape[1])
    ]


def _minor(amount: Floats) -> Ints:
    return np.rint(np.minimum(np.maximum(amount, -_LARGEST), _LARGEST)).astype(np.int64)
