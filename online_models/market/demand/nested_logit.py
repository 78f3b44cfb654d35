"""Nested logit with an outside option: categories are nests."""

from __future__ import annotations

import numpy as np

from online_models.market.arrays import Floats
from online_models.market.assortment import Assortment
from online_models.market.index import Index
from online_models.market.randomness import generator

#: Share of the shop's visitors who buy nothing at the first prices.
OUTSIDE_SHARE = 0.95
#: Dissimilarity τ of the nests: 1 is plain logit, near 0 the offers of a nest are the same good.
DISSIMILARITIES = (0.78, 0.96)
#: A rival's weight in the nest at its first price, as a share of the offer's own.
RIVAL_WEIGHT = 0.4


class NestedLogit:
    """P_i = P(i | nest) P(nest); u_i = α_i + taste_i − (β_i + slope_i) (p_i/p₀_i − 1).

    P(i | g) ∝ exp(u_i / τ_g); P(g) = e^{I_g} / (1 + Σ e^{I}), I_g = τ_g log Σ_{j∈g} exp(u_j / τ_g)
    (McFadden 1978). A rival's product is one more alternative of the nest. α inverts the shares
    at the first prices (Berry 1994); β makes the own elasticity there the assortment's.
    """

    separable = False

    def __init__(self, assortment: Assortment, seed: int) -> None:
        count = len(assortment.categories)
        self._first = assortment.first_price.astype(np.float64)
        self.nest = assortment.category
        self.dissimilarity = generator(seed, "nests").uniform(*DISSIMILARITIES, count)
        self.visitors = float(assortment.base.sum()) / (1.0 - OUTSIDE_SHARE)
        self._members = np.equal.outer(np.arange(count), self.nest).astype(np.float64)
        share = assortment.base / self.visitors
        nest_share = self._members @ share
        within = share / nest_share[self.nest]
        tau = self.dissimilarity[self.nest]
        self._tau = tau
        self._utility = tau * np.log(within) + np.log(nest_share[self.nest] / OUTSIDE_SHARE)
        blunting = (1.0 - within) / tau + within * (1.0 - nest_share[self.nest])
        self._sensitivity = assortment.elasticity / blunting

    def coordinate(self, prices: Floats) -> Floats:
        """p / p₀ − 1."""
        return prices / self._first - 1.0

    def utility(self, prices: Floats, index: Index) -> tuple[Floats, Floats]:
        """Utilities (…, n), and minus their derivative by price in minor units, shape (n,)."""
        sensitivity = self._sensitivity + index.slope
        utility = self._utility + index.taste - sensitivity * self.coordinate(prices)
        return utility, sensitivity / self._first

    def rival_weights(self, index: Index) -> Floats:
        """exp(u/τ) of the rivals' alternatives summed by nest, shape (nests,)."""
        weight = index.rivalled * RIVAL_WEIGHT
        utility = self._utility - self._sensitivity * np.expm1(index.rival)
        summed: Floats = (weight * np.exp(utility / self._tau)) @ self._members.T
        return summed

    def choice(self, utility: Floats, index: Index) -> tuple[Floats, Floats]:
        """P(i | nest) of shape (…, n), and P(nest) of shape (…, nests)."""
        weights = np.exp(utility / self._tau)
        sums = weights @ self._members.T + self.rival_weights(index)
        attraction = sums**self.dissimilarity
        nests = attraction / (1.0 + attraction.sum(axis=-1, keepdims=True))
        return weights / sums[..., self.nest], nests

    def rates(self, prices: Floats, index: Index) -> Floats:
        """Expected units a day, shape of `prices`."""
        within, nests = self.choice(self.utility(prices, index)[0], index)
        bought: Floats = self.visitors * np.exp(index.traffic) * within * nests[..., self.nest]
        return bought

    def pullback(self, prices: Floats, index: Index, weights: Floats) -> Floats:
        """Gradient of Σ weights · rate, shape (n,).

        ∂P_j/∂u_i = P_j (1{i=j}/τ + 1{same nest} (1 − 1/τ) P(i|g) − P_i).
        """
        utility, falling = self.utility(prices, index)
        within, nests = self.choice(utility, index)
        rate = self.visitors * np.exp(index.traffic) * within * nests[self.nest]
        flow = weights * rate
        nest_flow = (self._members @ flow)[self.nest]
        own = flow / self._tau + (1.0 - 1.0 / self._tau) * within * nest_flow
        change: Floats = -falling * (own - within * nests[self.nest] * flow.sum())
        return change
