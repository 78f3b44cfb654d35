"""The count model: one Poisson regression over all offers of a partition, learnt as it goes.

log E[units] = log exposure + calendar + what the channel's last shock leaves + β · features,

with one ridge-anchored Newton step per window and forgetting. What all offers of a channel share
in a window is taken out before the step: some thousand offers of one day are one draw of the
day, and would else move the coefficients as if they were a thousand. The scatter around the mean
is a mixture of shapes (`dispersion`).

References: the design follows the winning gradients of count forecasting, as in Seeger, Salinas,
Flunkert, "Bayesian intermittent demand forecasting for large inventories", NIPS 2016; the
conditional likelihood given a day's total as in Hausman, Hall, Griliches, Econometrica 52 (1984).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from online_models.demand.count import features
from online_models.demand.count.dispersion import (
    CELL_FORGETTING,
    SHAPE_SCALE,
    SHAPE_SIZE,
    Dispersion,
    mixed_log_probability,
    shape_log_likelihood,
)
from online_models.demand.count.features import FEATURES, MIDDLE, CountState
from online_models.demand.count.shop import ShopFactor
from online_models.demand.forecast import UnitsForecast
from online_models.demand.inputs.calendar import Calendar
from online_models.demand.inputs.observations import DAY, WindowRows
from online_models.numerics.arrays import Flags, Floats, Ints
from online_models.numerics.linear import gram, solve, weighted_columns
from online_models.numerics.special import exp, log, power, sum_by
from online_models.persistence.kinds import Array, Part
from online_models.persistence.saved import Saved

#: Weight of the anchor, in expected units: β starts at the middle level alone.
RIDGE = 20.0
FORGETTING = 0.99
#: Weight of one offer saturates at this many expected units per window, so that a best-seller
#: or a million-fold order does not rule the catalogue.
LARGEST_WEIGHT = 300.0
LARGEST_RESIDUAL = 10.0
#: The log rate moves by at most this in one step, at any offer.
LARGEST_STEP = 1.0
#: Pseudo-counts of a category's level and shocks.
CATEGORY_WEIGHT = 10.0
CATEGORY_FORGETTING = 0.98
LENGTH_CLASSES = 3


def length_class(length: Ints) -> int:
    """Windows below half a day, up to a day and a half, longer: each has its own coefficients."""
    first = int(length[0])
    return 0 if first < DAY // 2 else (1 if first <= DAY + DAY // 2 else 2)


@dataclass(frozen=True, slots=True)
class CountPrediction:
    """What a window was predicted from; rows follow its observations."""

    #: Expected units of the regression alone; the mixture over shapes corrects it.
    rate: Floats
    #: Expected units of the mixture.
    mean: Floats
    design: Floats
    cell: Ints
    weights: Floats
    levels: Floats
    log_calendar: Floats

    @property
    def covered(self) -> Flags:
        """Every offer is covered, cold ones from their category."""
        return np.ones(len(self.rate), np.bool_)

    def forecast(self) -> UnitsForecast:
        """Mixture over the shapes."""
        return UnitsForecast(
            self.rate[:, None] * SHAPE_SCALE,
            np.broadcast_to(SHAPE_SIZE, self.weights.shape),
            self.weights,
        )


class CountModel:
    """State of the count model of one partition; rows are the partition's offers."""

    SAVED = Saved(
        state=Part(),
        dispersion=Part(),
        shop=Part(),
        beta=Array(np.float64, LENGTH_CLASSES, FEATURES),
        information=Array(np.float64, LENGTH_CLASSES, FEATURES, FEATURES),
        learnt_until=Array(np.int64, LENGTH_CLASSES),
        category_units=Array(np.float64, None),
        category_exposure=Array(np.float64, None),
        category_shocks=Array(np.float64, 2, None),
    )

    def __init__(self, calendar: Calendar) -> None:
        self.calendar = calendar
        self.state = CountState()
        self.dispersion = Dispersion()
        self.shop = ShopFactor()
        self.anchor = np.zeros(FEATURES)
        self.anchor[MIDDLE] = 1.0
        self.beta: Floats = np.repeat(self.anchor[None], LENGTH_CLASSES, axis=0)
        self.information: Floats = np.repeat((RIDGE * np.eye(FEATURES))[None], LENGTH_CLASSES, 0)
        self.learnt_until = np.full(LENGTH_CLASSES, -1, np.int64)
        #: Discounted units and exposure per category row; row 0 is the catalogue.
        self.category_units: Floats = np.zeros(1)
        self.category_exposure: Floats = np.zeros(1)
        #: Last and smoothed log shock of each category less its channel's, (2, rows).
        self.category_shocks: Floats = np.zeros((2, 1))

    def grow(self, offers: int, categories: int, channels: int) -> None:
        """Make room for offers, category rows and channels."""
        self.state.grow(offers)
        self.dispersion.state.grow(offers)
        self.shop.grow(channels)
        missing = categories - len(self.category_units)
        if missing > 0:
            zeros = np.zeros(missing)
            self.category_units = np.append(self.category_units, zeros)
            self.category_exposure = np.append(self.category_exposure, zeros)
            shocks = np.zeros((2, missing))
            self.category_shocks = np.concatenate([self.category_shocks, shocks], axis=1)

    def predict(self, window: WindowRows) -> CountPrediction:
        """Predict one window from what was known before it."""
        seen, row, channel = window.seen, window.row, window.channel
        whole = (self.category_units[0] + 1.0) / (self.category_exposure[0] + 1.0)
        category = (self.category_units + whole) / (self.category_exposure + 1.0)
        units, orders = features.levels(self.state, seen.offer, category[row])
        length = seen.end - seen.start
        calendar = self.calendar.log_factor(row, seen.start, length)
        shocks = self.category_shocks[:, row]
        log_category = log(category)[row]
        design = features.design(self.state, seen, units, orders, calendar, shocks, log_category)
        kind = length_class(length) if len(length) else 1
        rate = weighted_columns(self.beta[kind], design)
        rate += calendar
        rate += self.shop.expected(kind, channel)
        rate += log(np.maximum(seen.days, 1e-3))
        rate = np.minimum(np.maximum(rate, -9.0), 16.0)
        state, offer = self.state, seen.offer
        basket = log(np.maximum(state.basket_units[offer] / state.basket_orders[offer], 0.1))
        cell = self.dispersion.cell(rate, basket, state.surprise[offer])
        weights = self.dispersion.weights(offer, cell)
        expected = exp(rate)
        mean = expected * weighted_columns(SHAPE_SCALE, weights.T)
        return CountPrediction(expected, mean, design, cell, weights, units, calendar)

    def learn(self, window: WindowRows, prediction: CountPrediction) -> Floats:
        """Learn one window; returns the prediction's log score, (n,)."""
        seen, channel = window.seen, window.channel
        units = np.maximum(seen.units, 0.0)
        mean = prediction.rate
        likelihood = shape_log_likelihood(units, mean)
        kept = window.kept(CELL_FORGETTING)
        self.dispersion.learn(seen.offer, prediction.cell, likelihood, kept)
        spread = np.sqrt(mean + 0.5 * mean * mean)
        bounded = np.minimum(units, mean + LARGEST_RESIDUAL * spread + 1.0)
        kind = length_class(seen.end - seen.start)
        known = self.state.windows[seen.offer] > 0.0
        whole, effective = self.shop.surprise(channel, bounded, mean, known)
        self._step(kind, int(seen.end[0]), prediction.design, bounded, mean * whole)
        self.shop.learn(kind, effective)
        self._learn_levels(window, units, prediction)
        return mixed_log_probability(likelihood, prediction.weights)

    def _step(self, kind: int, end: int, design: Floats, units: Floats, mean: Floats) -> None:
        """One Newton step of the ridge-anchored, discounted Poisson likelihood."""
        last = int(self.learnt_until[kind])
        days = max((end - last) / DAY, 0.0) if last >= 0 else 0.0
        keep = float(power(FORGETTING, days))
        self.learnt_until[kind] = max(last, end)
        weight = 1.0 / (1.0 + mean / LARGEST_WEIGHT)
        root = np.sqrt(mean * weight)
        residual = (units - mean) * weight / np.maximum(root, 1e-150)
        product = gram(np.concatenate([design * root, residual[None]]))
        anchored = (1.0 - keep) * RIDGE
        information = keep * self.information[kind] + product[:-1, :-1]
        information[np.arange(FEATURES), np.arange(FEATURES)] += anchored
        gradient = product[-1, :-1] - anchored * (self.beta[kind] - self.anchor)
        step = solve(information, gradient)
        largest = float(np.max(np.abs(weighted_columns(step, design))))
        self.beta[kind] += step * min(1.0, LARGEST_STEP / max(largest, 1e-300))
        self.information[kind] = information

    def _learn_levels(self, window: WindowRows, units: Floats, prediction: CountPrediction) -> None:
        """Levels at every memory, with calendar and the channel's shock in the exposure."""
        seen, row, channel = window.seen, window.row, window.channel
        level = prediction.levels[MIDDLE]
        factor = exp(prediction.log_calendar)
        plain = seen.days * factor
        base = level * plain
        bounded = np.minimum(units, 20.0 * (base + 1.0))
        known = self.state.windows[seen.offer] > 0.0
        bounded = np.where(known, bounded, units)
        shock = self.shop.shock(channel, bounded, base, known)
        lift = exp(shock)
        exposure = np.maximum(plain * lift, 1e-3)
        learnt = np.where(known, np.minimum(units, 20.0 * (level * exposure + 1.0)), units)
        orders = np.where(np.isnan(seen.orders), learnt, np.minimum(seen.orders, learnt))
        share = features.kept(self.state, seen)
        features.remember(
            self.state, seen, prediction.rate, learnt, np.maximum(orders, 0.0), exposure, share
        )
        rows = len(self.category_units)
        seen_units = sum_by(row, learnt, rows)
        usual, due = (sum_by(row, np.where(known, x, 0.0), rows) for x in (learnt, base * lift))
        excess = log((usual + CATEGORY_WEIGHT) / (due + CATEGORY_WEIGHT))
        self.category_shocks[0] = excess
        self.category_shocks[1] = 0.7 * self.category_shocks[1] + 0.3 * excess
        days = sum_by(row, exposure, rows)
        kept = window.kept(CATEGORY_FORGETTING)
        for sums, added in ((self.category_units, seen_units), (self.category_exposure, days)):
            sums *= kept
            sums += added
            sums[0] += added.cumsum()[-1] - added[0]
        length, usual_units = seen.end - seen.start, base / np.maximum(factor, 1e-6)
        counted = known.astype(np.float64)
        self.calendar.learn(row, seen.start, length, bounded * counted, usual_units * counted)
