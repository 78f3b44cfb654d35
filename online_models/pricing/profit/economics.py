"""What a price leaves: exact where it bounds, in floating point where it is an expectation."""

from __future__ import annotations

from typing import NamedTuple, Protocol

import numpy as np
from numpy.typing import NDArray

from online_models.numerics.compiled import compiled
from online_models.numerics.ratios import ceil_one
from online_models.pricing.context.decision_context import NO_CEILING
from online_models.shop.catalogue import PPM, Catalogue, kept_share
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


class OfferDeductions(NamedTuple):
    """Those of offers as the catalogue has them."""

    tax_ppm: Ints
    fee_ppm: Ints
    fee_fixed: Ints
    cost: Ints

    @classmethod
    def of(cls, catalogue: Catalogue, rows: Ints) -> OfferDeductions:
        """Of the offers in these rows, shape (n,)."""
        offers = catalogue.offers
        tax = catalogue.skus.tax_ppm[offers.sku[rows]]
        return cls(tax, offers.fee_ppm[rows], offers.fee_fixed[rows], offers.cost[rows])


@compiled
def _margin_floors(
    margin_ppm: int, cost: Ints, fee_fixed: Ints, fee_ppm: Ints, tax_ppm: Ints
) -> Ints:
    floor = np.full(cost.size, NO_CEILING)
    for i in range(cost.size):
        taxed = PPM + tax_ppm[i]
        share = (PPM - margin_ppm) * PPM - fee_ppm[i] * taxed
        fixed = cost[i] + fee_fixed[i]
        # what no price may be is not worked out: it would not fit 64 bits
        if share >= PPM and fixed / LARGEST_MINOR * taxed <= share / PPM:
            floor[i] = ceil_one(fixed, PPM * taxed, share)
    return floor


def margin_floor(context: Deductions, margin_ppm: int) -> Ints:
    """The lowest gross price with (net − cost − fees) / net ≥ margin, minor units, shape (n,).

    Net is gross / (1 + tax), a fee is rate × gross + fixed. So, with all rates in ppm of M = 10⁶,
    gross × ((M − margin) M − rate (M + tax)) ≥ (cost + fixed) M (M + tax), solved in integers.
    Where the left factor is below a millionth, or only a price beyond the largest amount would do,
    no price reaches the margin: NO_CEILING.
    """
    terms = context.cost, context.fee_fixed, context.fee_ppm, context.tax_ppm
    return _margin_floors(margin_ppm, *terms)


def net_share(terms: Deductions) -> Floats:
    """What is left of the gross price after tax, before fees; shape (n,)."""
    return PPM / (PPM + terms.tax_ppm).astype(np.float64)


def unit_profit(terms: Deductions, price: Floats) -> Floats:
    """Net price − fees − cost at gross prices of shape (n,) or (n, k), minor units."""
    rows = (slice(None),) + (None,) * (price.ndim - 1)
    rate = kept_share(terms.tax_ppm, terms.fee_ppm)
    fixed = (terms.fee_fixed + terms.cost).astype(np.float64)
    return price * rate[rows] - fixed[rows]
