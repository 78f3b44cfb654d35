"""Elasticities by offer, product, category or brand: the rows of the report."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np

from online_models.demand.curves import DemandContext
from online_models.demand.ensemble.models import DemandModels
from online_models.demand.inputs.observations import ATTRIBUTES, Observations
from online_models.numerics.arrays import Flags, Floats, Ints
from online_models.studies.elasticity.answers import (
    COMPETITORS,
    FLAGS,
    LARGEST_ERROR,
    EstimatedSlopes,
    HistoryAnswers,
    history,
    weighted,
)
from online_models.studies.elasticity.learnt import common_deviation, is_learnt, seen_long_enough
from online_models.studies.elasticity.panel import OfferGroups, RegressionPanel, panel
from online_models.studies.elasticity.pooling import pool

By = Literal["offer", "product", "category", "brand"]


@dataclass(frozen=True, slots=True)
class Column:
    """Means and standard deviations of k rows, NaN where nothing is identified."""

    mean: Floats
    deviation: Floats

    @classmethod
    def none(cls, rows: int) -> Column:
        """No figure at all."""
        return cls(np.full(rows, np.nan), np.full(rows, np.nan))

    @property
    def known(self) -> Flags:
        """Rows that have a figure."""
        return np.isfinite(self.mean)


@dataclass(frozen=True, slots=True)
class ElasticityTable:
    """k rows: ids (offer, SKU, category or brand rows) and a column for each answer."""

    ids: Ints
    as_sold: Column
    robust: Column
    drawn: Column
    online: Column
    #: Rows whose robust figure comes from prices that differ between channels, (k,).
    between_channels: Flags
    #: What a promotion as such, its attributes, and competitors' prices did to log units, as sold,
    #: over all products, (2 + ATTRIBUTES,).
    flags: Column


def elasticity_table(
    demand: DemandModels, parts: Sequence[Observations], offers: OfferGroups, by: By
) -> ElasticityTable:
    """All answers, for all that was on sale at a known price.

    A channel's row has its product's answer: history hardly ever tells channels apart. Of products,
    *as sold* is the regression's own figure; *robust* and *drawn* follow their category as far as
    their own data are thin. A category or brand is the mean of its products that have a figure.
    """
    offer, price, now = _last_prices(parts)
    found = panel(parts, offers)
    ids = offer if by == "offer" else np.unique(_keys(offers, by)[offer])
    online = _online(demand, offers, by, (offer, price, now), ids)
    if found is None:
        none = Column.none(len(ids))
        flags = Column.none(2 + ATTRIBUTES)
        nowhere = np.zeros(len(ids), np.bool_)
        return ElasticityTable(ids, none, none, none, online, nowhere, flags)
    answers = history(found)
    as_sold, robust, drawn = (
        _column(answer, found, offers, by, ids, leaning)
        for answer, leaning in (
            (answers.as_sold, False),
            (answers.robust, True),
            (answers.drawn, True),
        )
    )
    between = np.zeros(len(ids), np.bool_)
    if by in ("offer", "product"):
        at, known = _places(found, offers, by, ids)
        between = known & answers.between_channels[at]
    return ElasticityTable(ids, as_sold, robust, drawn, online, between, _beside(answers))


def pooled_elasticities(
    parts: Sequence[Observations], offers: OfferGroups
) -> tuple[Ints, Floats, Floats]:
    """Offers that were on sale, and the *robust* answer's means and variances for all of them,
    however wide: what nothing is known of is as its category is.
    """
    seen = np.unique(np.concatenate([part.offer for part in parts]))
    members, of_offer = np.unique(offers.sku[seen], return_inverse=True)
    theta, variance = np.zeros(len(members)), np.full(len(members), np.inf)
    found = panel(parts, offers)
    if found is not None:
        answer = weighted(found)
        at = np.searchsorted(members, found.products)
        theta[at], variance[at] = answer.theta, answer.variance
    first = seen[np.unique(of_offer, return_index=True)[1]]
    pooled = pool(theta, variance, np.unique(offers.category[first], return_inverse=True)[1])
    return seen, pooled.mean[of_offer], pooled.variance[of_offer]


def _keys(offers: OfferGroups, by: By) -> Ints:
    keys: Ints = getattr(offers, "sku" if by == "product" else by)
    return keys


def _column(
    answer: EstimatedSlopes,
    found: RegressionPanel,
    offers: OfferGroups,
    by: By,
    ids: Ints,
    leaning: bool,
) -> Column:
    identified = np.flatnonzero(answer.identified)
    if not len(identified):
        return Column.none(len(ids))
    theta, variance = answer.theta[identified], answer.variance[identified]
    first = np.unique(found.sku, return_index=True)[1]
    offer = found.offers[found.offer[first[identified]]]
    grouped = by if by in ("category", "brand") else "category"
    names, group = np.unique(_keys(offers, grouped)[offer], return_inverse=True)
    pooled = pool(theta, variance, group)
    mean, deviation = np.full(len(ids), np.nan), np.full(len(ids), np.nan)
    if by in ("category", "brand"):
        at = np.searchsorted(ids, names)
        mean[at], deviation[at] = pooled.group_mean, np.sqrt(pooled.group_variance)
        wide = ~(deviation <= LARGEST_ERROR)
        mean[wide], deviation[wide] = np.nan, np.nan
        return Column(mean, deviation)
    of_product = np.full((2, len(found.products)), np.nan)
    if leaning:
        theta, variance = pooled.mean, pooled.variance
    of_product[:, identified] = theta, np.sqrt(variance)
    at, known = _places(found, offers, by, ids)
    return Column(*np.where(known, of_product[:, at], np.nan))


def _places(found: RegressionPanel, offers: OfferGroups, by: By, ids: Ints) -> tuple[Ints, Flags]:
    """The panel's product behind each row of the table, and whether there is one."""
    sku = offers.sku[ids] if by == "offer" else ids
    at = np.minimum(np.searchsorted(found.products, sku), len(found.products) - 1)
    return at, found.products[at] == sku


def _beside(answers: HistoryAnswers) -> Column:
    """Means over the products of what else moved sales."""
    means = np.full((2, 2 + ATTRIBUTES), np.nan)
    for k in (*range(FLAGS.start, FLAGS.stop), COMPETITORS):
        slope, variance = answers.beside[k], answers.beside_variance[k]
        known = np.isfinite(slope) & (variance <= LARGEST_ERROR * LARGEST_ERROR)
        if known.any():
            pooled = pool(slope[known], variance[known], np.zeros(int(known.sum()), np.int64))
            means[:, k] = pooled.group_mean[0], np.sqrt(pooled.group_variance[0])
    return Column(*means)


def _online(
    demand: DemandModels, offers: OfferGroups, by: By, last: tuple[Ints, Floats, Ints], ids: Ints
) -> Column:
    """Posterior by offer, or of the average over the offers of a product, category or brand."""
    offer, price, now = last
    curves = demand.curves(offer, DemandContext.at_prices(now, price))
    mean, variance = curves.elasticity, curves.elasticity_variance
    seen = seen_long_enough(demand, offer)
    if by != "offer":
        group = np.searchsorted(ids, _keys(offers, by)[offer])
        number = np.maximum(np.bincount(group), 1)
        mean = np.bincount(group, weights=mean) / number
        variance = _average_variance(demand, offer, variance, group)
        seen = np.bincount(group, weights=seen) > 0.0
    learnt = seen & is_learnt(demand, variance)
    return Column(np.where(learnt, mean, np.nan), np.where(learnt, np.sqrt(variance), np.nan))


def _average_variance(demand: DemandModels, offer: Ints, variance: Floats, group: Ints) -> Floats:
    """Variance of the mean over a group's offers; what their errors have in common does not average
    out.
    """
    common = common_deviation(demand, offer, variance)
    number = np.maximum(np.bincount(group), 1)
    own = np.maximum(variance - common * common, 0.0)
    shared = np.bincount(group, weights=common) / number
    result: Floats = np.bincount(group, weights=own) / number**2 + shared * shared
    return result


def _last_prices(parts: Sequence[Observations]) -> tuple[Ints, Floats, Ints]:
    """Offers with any price, the last one of each, and the end of the recording."""
    offer = np.concatenate([part.offer for part in parts])
    price = np.concatenate([part.price for part in parts])
    end = int(max(part.end.max() for part in parts))
    known = price > 0
    last = np.full(int(offer.max()) + 1, np.nan)
    last[offer[known]] = price[known]
    rows = np.flatnonzero(~np.isnan(last))
    return rows, last[rows], np.full(len(rows), end)
