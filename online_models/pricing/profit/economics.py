"""What a price leaves: exact where it bounds, in floating point where it is an expectation."""

from __future__ import annotations

from functools import lru_cache
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from online_models.numerics.columns import FEW
from online_models.numerics.ratios import scaled_ceil
from online_models.pricing.context.situation import NO_CEILING, DecisionContext
from online_models.shop.catalogue import PPM
from schemas.values.money import LARGEST_MINOR

Ints = NDArray[np.int64]
Floats = NDArray[np.float64]


class Deductions(Protocol):
    """What is lost of the price of each offer, shape (n,): minor units and parts per million."""

    @property
    def tax_ppm(self) -> Ints:
        """Tax on the net price."""

    @property
    def fee_ppm(self) -> Ints:
        """The channel's part of the gross price."""

    @property
    def fee_fixed(self) -> Ints:
        """What the channel takes of every unit."""

    @property
    def cost(self) -> Ints:
        """Cost of a unit, without tax."""


def margin_floor(situation: DecisionContext, margin_ppm: int) -> Ints:
    """The lowest gross price with (net − cost − fees) / net ≥ margin, minor units, shape (n,).

    Net is gross / (1 + tax), a fee is rate × gross + fixed. So, with all rates in ppm of M = 10⁶,
    gross × ((M − margin) M − rate (M + tax)) ≥ (cost + fixed) M (M + tax), solved in integers.
    Where the left factor is below a millionth, or only a price beyond the largest amount would do,
    no price reaches the margin: NO_CEILING.
    """
    known = situation.margin_floors.get(margin_ppm)
    if known is not None:
        return known
    terms = situation.cost + situation.fee_fixed, situation.fee_ppm, situation.tax_ppm
    if len(situation) <= FEW:
        offers = zip(*[column.tolist() for column in terms], strict=True)
        floor = np.array([_known_floor(margin_ppm, *one) for one in offers], dtype=np.int64)
    else:
        floor = _floors(margin_ppm, *terms)
    situation.margin_floors[margin_ppm] = floor
    return floor


@lru_cache(maxsize=1 << 16)
def _known_floor(margin_ppm: int, *offer: int) -> int:
    """`_floors` of one offer, which has the same for as long as its product record stands."""
    return int(_floors(margin_ppm, *[np.array([term], dtype=np.int64) for term in offer])[0])


def _floors(margin_ppm: int, fixed: Ints, fee_ppm: Ints, tax_ppm: Ints) -> Ints:
    taxed = PPM + tax_ppm
    share = (PPM - margin_ppm) * PPM - fee_ppm * taxed
    # what no price may be is not worked out: it would not fit 64 bits
    reachable = (share >= PPM) & (fixed / LARGEST_MINOR * taxed <= share / PPM)
    floor = scaled_ceil(np.where(reachable, fixed, 0), PPM * taxed, np.where(reachable, share, PPM))
    return np.where(reachable, floor, NO_CEILING)


def net_share(terms: Deductions) -> Floats:
    """What is left of the gross price after tax, before fees; shape (n,)."""
    return PPM / (PPM + terms.tax_ppm).astype(np.float64)


def unit_profit(terms: Deductions, price: Floats) -> Floats:
    """Net price − fees − cost at gross prices of shape (n,) or (n, k), minor units."""
    rows = (slice(None),) + (None,) * (price.ndim - 1)
    rate = net_share(terms) - terms.fee_ppm / PPM
    fixed = (terms.fee_fixed + terms.cost).astype(np.float64)
    return price * rate[rows] - fixed[rows]
