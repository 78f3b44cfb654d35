"""Mixed logit with an outside option: kinds of customers differ in thrift and in taste."""

from __future__ import annotations

import numpy as np
from scipy import special

from online_models.market.arrays import Floats
from online_models.market.assortment import Assortment
from online_models.market.demand.nested_logit import OUTSIDE_SHARE, RIVAL_WEIGHT
from online_models.market.index import Index
from online_models.market.randomness import generator

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

    def choice(self, prices: Floats, index: Index) -> Floats:
        """P(offer | kind), shape (…, kinds, n)."""
        level = self._utility + index.taste + self._taste
        fall = (self._sensitivity + index.slope) * self.coordinate(prices)
        weights = np.exp(level - self.thrift * fall[..., None, :])
        dearer = self.thrift * self._sensitivity * np.expm1(index.rival)
        rival = self._utility + self._taste - dearer
        rivals = (index.rivalled * RIVAL_WEIGHT * np.exp(rival)).sum(axis=-1, keepdims=True)
        chosen: Floats = weights / (1.0 + rivals + weights.sum(axis=-1, keepdims=True))
        return chosen

    def rates(self, prices: Floats, index: Index) -> Floats:
        """Expected units a day, shape of `prices`."""
        share: Floats = self.choice(prices, index).mean(axis=-2)
        return self.visitors * float(np.exp(index.traffic)) * share

    def pullback(self, prices: Floats, index: Index, weights: Floats) -> Floats:
        """Gradient of Σ weights · rate, shape (n,)."""
        kinds = self.choice(prices, index)
        earned = (kinds * weights).sum(axis=1, keepdims=True)
        moved = (self.thrift * kinds * (weights - earned)).mean(axis=0)
        falling = (self._sensitivity + index.slope) / self._first
        change: Floats = -self.visitors * np.exp(index.traffic) * falling * moved
        return change
