"""Demand as a choice among offers and an outside option: nested and mixed logit."""

from __future__ import annotations

import numpy as np
from scipy import special

from online_models.market.assortment import Assortment
from online_models.market.demand.index import DemandIndex
from online_models.market.randomness import generator
from online_models.numerics.arrays import Floats

#: Share of the shop's visitors who buy nothing at the first prices.
OUTSIDE_SHARE = 0.95
#: Dissimilarity τ of the nests: 1 is plain logit, near 0 the offers of a nest are the same good.
DISSIMILARITIES = (0.78, 0.96)
#: A competitor's weight in the nest at its first price, as a share of the offer's own.
COMPETITOR_WEIGHT = 0.4


class NestedLogit:
    """P_i = P(i | nest) P(nest); u_i = α_i + taste_i − (β_i + slope_i) (p_i/p₀_i − 1).

    P(i | g) ∝ exp(u_i / τ_g); P(g) = e^{I_g} / (1 + Σ e^{I}), I_g = τ_g log Σ_{j∈g} exp(u_j / τ_g)
    (McFadden 1978). A competitor's product is one more alternative of the nest. α inverts the
    shares at the first prices (Berry 1994); β makes the own elasticity there the assortment's.
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

    def utility(self, prices: Floats, index: DemandIndex) -> tuple[Floats, Floats]:
        """Utilities (…, n), and minus their derivative by price in minor units, shape (n,)."""
        sensitivity = self._sensitivity + index.slope
        utility = self._utility + index.taste - sensitivity * self.coordinate(prices)
        return utility, sensitivity / self._first

    def competitor_weights(self, index: DemandIndex) -> Floats:
        """exp(u/τ) of the competitors' alternatives summed by nest, shape (nests,)."""
        weight = index.contested * COMPETITOR_WEIGHT
        utility = self._utility - self._sensitivity * np.expm1(index.competitor)
        summed: Floats = (weight * np.exp(utility / self._tau)) @ self._members.T
        return summed

    def choice(self, utility: Floats, index: DemandIndex) -> tuple[Floats, Floats]:
        """P(i | nest) of shape (…, n), and P(nest) of shape (…, nests)."""
        weights = np.exp(utility / self._tau)
        sums = weights @ self._members.T + self.competitor_weights(index)
        attraction = sums**self.dissimilarity
        nests = attraction / (1.0 + attraction.sum(axis=-1, keepdims=True))
        return weights / sums[..., self.nest], nests

    def rates(self, prices: Floats, index: DemandIndex) -> Floats:
        """Expected units a day, shape of `prices`."""
        within, nests = self.choice(self.utility(prices, index)[0], index)
        bought: Floats = self.visitors * np.exp(index.traffic) * within * nests[..., self.nest]
        return bought

    def pullback(self, prices: Floats, index: DemandIndex, weights: Floats) -> Floats:
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


#: Kinds of customers; the mixture is discrete, so expectations over it are exact sums.
KINDS = 12
#: Spread (log) of the price sensitivity over kinds, and spread of their taste for a category.
THRIFT_SPREAD = 0.5
TASTE_SPREAD = 1.0


class MixedLogit:
    """P_i = mean over kinds k of exp(u_ik) / (1 + Σ_j exp(u_jk)).

    u_ik = α_i + taste_i + η_{k, category} − θ_k (β_i + slope_i) (p_i/p₀_i − 1), θ lognormal at
    equally likely quantiles with mean 1. α inverts the shares at the first prices by the
    contraction of Berry, Levinsohn and Pakes (1995); β makes the own elasticity there the
    assortment's. Substitution follows the kinds: thrifty customers leave first.
    """

    separable = False

    def __init__(self, assortment: Assortment, seed: int) -> None:
        rng = generator(seed, "kinds")
        self._first = assortment.first_price.astype(np.float64)
        quantiles = special.ndtri((np.arange(KINDS) + 0.5) / KINDS)
        thrift = np.exp(THRIFT_SPREAD * quantiles)
        self.thrift = (thrift / thrift.mean())[:, None]
        tastes = rng.normal(0.0, TASTE_SPREAD, (KINDS, len(assortment.categories)))
        self._taste = tastes[:, assortment.category]
        self.visitors = float(assortment.base.sum()) / (1.0 - OUTSIDE_SHARE)
        share = assortment.base / self.visitors
        utility = np.log(share / OUTSIDE_SHARE)
        gap = np.ones_like(share)
        while np.abs(gap).max() > 1e-10:
            weights = np.exp(utility + self._taste)
            kinds = weights / (1.0 + weights.sum(axis=1, keepdims=True))
            gap = np.log(share / kinds.mean(axis=0))
            utility = utility + gap
        self._utility = utility
        own = (self.thrift * kinds * (1.0 - kinds)).mean(axis=0) / share
        self._sensitivity = assortment.elasticity / own

    def coordinate(self, prices: Floats) -> Floats:
        """p / p₀ − 1."""
        return prices / self._first - 1.0

    def choice(self, prices: Floats, index: DemandIndex) -> Floats:
        """P(offer | kind), shape (…, kinds, n)."""
        level = self._utility + index.taste + self._taste
        fall = (self._sensitivity + index.slope) * self.coordinate(prices)
        weights = np.exp(level - self.thrift * fall[..., None, :])
        dearer = self.thrift * self._sensitivity * np.expm1(index.competitor)
        competitor = self._utility + self._taste - dearer
        competitors = (index.contested * COMPETITOR_WEIGHT * np.exp(competitor)).sum(
            axis=-1, keepdims=True
        )
        chosen: Floats = weights / (1.0 + competitors + weights.sum(axis=-1, keepdims=True))
        return chosen

    def rates(self, prices: Floats, index: DemandIndex) -> Floats:
        """Expected units a day, shape of `prices`."""
        share: Floats = self.choice(prices, index).mean(axis=-2)
        return self.visitors * float(np.exp(index.traffic)) * share

    def pullback(self, prices: Floats, index: DemandIndex, weights: Floats) -> Floats:
        """Gradient of Σ weights · rate, shape (n,)."""
        kinds = self.choice(prices, index)
        earned = (kinds * weights).sum(axis=1, keepdims=True)
        moved = (self.thrift * kinds * (weights - earned)).mean(axis=0)
        falling = (self._sensitivity + index.slope) / self._first
        change: Floats = -self.visitors * np.exp(index.traffic) * falling * moved
        return change
