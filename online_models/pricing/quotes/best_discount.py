"""The discount of a quote that maximises its expected profit: (total − costs) × probability to win.

One discount is taken off all lines, and no line goes below its guardrails' bounds.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from online_models.numerics.elementary import log_one
from online_models.numerics.ratios import scaled_round
from online_models.numerics.special import column_sums, log, uniforms
from online_models.pricing.quotes.bid_response import PER_TENTH, Odds
from online_models.pricing.quotes.line_terms import legal_range
from online_models.shop.catalogue import PPM, kept_share
from schemas.records.wholesale.quote_lines import LineTerms

Ints = NDArray[np.int64]
Floats = NDArray[np.float64]
#: Discounts that are tried lie a tenth of a per cent apart.
STEP_PPM = 1_000


class BestQuote(NamedTuple):
    """A discount in parts per million, the unit prices of the lines at it (minor units), and what
    is expected of it; `propensity` is the probability with which it was drawn.
    """

    discount: int
    prices: list[int]
    total: int
    probability: float
    lower: float
    upper: float
    profit: float
    propensity: float


def price_feature(total: int, public: int) -> float:
    """The price of a quote as the bid response sees it: 0 at the public price."""
    return PER_TENTH * log_one(total / public)


def best_discount(
    lines: Sequence[LineTerms], quantities: Sequence[int], odds: Odds, words: tuple[int, ...]
) -> BestQuote:
    """The best discount, or where the policies explore, one of those that are nearly as good.

    Exploration draws evenly among the discounts whose expected profit is within its budget of the
    best one's, by a generator keyed by `words`.
    """
    largest = min(line.largest_discount for line in lines)
    discounts = np.arange(0, largest + 1, STEP_PPM, dtype=np.int64)
    prices = np.stack([_prices(line, discounts) for line in lines])
    number = np.array(quantities, dtype=np.int64)[:, None]
    totals = (prices * number).sum(axis=0)
    public = sum(line.public * quantity for line, quantity in zip(lines, quantities, strict=True))
    x = PER_TENTH * log(totals / public)
    probability = odds.probability(x)
    each = zip(lines, prices, quantities, strict=True)
    margin = column_sums(np.stack([_profit(*line) for line in each]))
    worth = probability * margin
    best = int(np.argmax(worth))
    propensity, chosen = 1.0, best
    budget = min(line.exploration for line in lines)
    if budget > 0 and worth[best] > 0.0:
        near = np.flatnonzero(worth >= worth[best] * (1.0 - budget / PPM))
        draw = float(uniforms(*words)[0, 0])
        chosen = int(near[min(int(draw * len(near)), len(near) - 1)])
        propensity = 1.0 / len(near)
    lower, upper = odds.interval(x[chosen : chosen + 1])
    return BestQuote(
        int(discounts[chosen]),
        prices[:, chosen].tolist(),
        int(totals[chosen]),
        float(probability[chosen]),
        float(lower[0]),
        float(upper[0]),
        float(worth[chosen]),
        propensity,
    )


def _prices(line: LineTerms, discounts: Ints) -> Ints:
    """Unit prices of a line at these discounts, within its bounds, minor units, (k,)."""
    floor, ceiling = legal_range(line.bounds)
    asked = scaled_round(np.full(len(discounts), line.entitled), PPM - discounts, PPM)
    return np.minimum(np.maximum(asked, floor), min(ceiling, line.entitled))


def _profit(line: LineTerms, prices: Ints, quantity: int) -> Floats:
    """What is left of a line at these unit prices, minor units, (k,)."""
    unit = prices.astype(np.float64) * kept_share(line.tax_ppm, line.fee_ppm)
    unit -= float(line.fixed)
    unit *= float(quantity)
    return unit
