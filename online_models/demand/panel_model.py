"""The two-level panel model: products that many channels sell, in logs.

log units = product's mean over its channels + the channel's deviation. Most of the error of a
panel is a shock to a product's bucket that all its channels share: the two levels are learnt
apart, the first from one number per product and bucket (`panel_product`), the second from the
deviations (`panel_channel`). Products qualify once enough channels sell enough of them.

References: the within transformation of Mundlak, Econometrica 46 (1978).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from online_models.columns import Columns
from online_models.demand.calendar import Calendar
from online_models.demand.forecast import Forecast
from online_models.demand.observations import DAY
from online_models.demand.panel_channel import ChannelLevel
from online_models.demand.panel_features import (
    OfferState,
    PanelRows,
    channel_design,
    panel_rows,
    remember_prices,
)
from online_models.demand.panel_product import POOLED, SLOTS, ProductLevel
from online_models.demand.period import Period
from online_models.exact_math import exp, log, sum_by

Floats = NDArray[np.float64]
Integers = NDArray[np.int64]

#: A product qualifies with so many channels in a bucket that sell so many units on average.
LEAST_CHANNELS, LEAST_UNITS = 12, 5.0
#: Periods before the block forecasts.
WARM_UP = 3
REFERENCE_BUCKETS = 8
#: Nodes and weights of a three-point Gauss–Hermite rule.
_NODES = np.array([-1.7320508075688772, 0.0, 1.7320508075688772])
_WEIGHTS = np.array([1.0 / 6.0, 2.0 / 3.0, 1.0 / 6.0])


class ProductState(Columns):
    """One row per qualified product."""

    FIELDS = {
        "block": (np.int64, -1),
        "slot": (np.int64, 0),
        "past_prices": (np.float64, np.nan, REFERENCE_BUCKETS),
        "last_price": (np.float64, 0.0),
        "last_promoted": (np.float64, 0.0),
        "stocked_up": (np.float64, 0.0),
        "variance": (np.float64, 0.1, 2),
    }
    block: Integers
    slot: Integers
    #: Price deviations of the last buckets, the newest last.
    past_prices: Floats
    last_price: Floats
    last_promoted: Floats
    #: Smoothed past promotions: what the pantry holds.
    stocked_up: Floats
    #: Variance of the channel level without and with a promotion.
    variance: Floats


@dataclass(frozen=True, slots=True)
class PanelPrediction:
    """Forecast of log units; rows that are not `covered` hold zeros."""

    covered: NDArray[np.bool_]
    #: Mean and variance of log units, (n,).
    location: Floats
    variance: Floats
    #: Rows that belong to qualified products, their product, and the products present.
    at: Integers
    product: Integers
    present: Integers
    #: Regressors of both levels; per row the product's mean and the deviation expected.
    rows: PanelRows | None
    design: Floats
    channel_design: Floats
    product_mean: Floats
    deviation: Floats
    deviation_variance: Floats

    @property
    def mean(self) -> Floats:
        """Expected units, (n,)."""
        return exp(self.location + 0.5 * self.variance)

    def forecast(self) -> Forecast:
        """Three negative binomials that have the lognormal's spread."""
        variance = np.maximum(self.variance, 1e-4)
        half = 0.5 * variance
        size = 1.0 / half + 0.5
        centre = self.location[:, None] + np.sqrt(half)[:, None] * _NODES
        means = exp(centre + (0.5 / size)[:, None])
        shape = means.shape
        return Forecast(
            means, np.broadcast_to(size[:, None], shape), np.broadcast_to(_WEIGHTS, shape)
        )


class PanelModel:
    """State of the two-level model of one partition."""

    def __init__(self, calendar: Calendar) -> None:
        self.calendar = calendar
        self.offers = OfferState()
        self.products = ProductState()
        self.product_level = ProductLevel()
        self.channel_level = ChannelLevel()
        #: Product of each SKU id, −1 where it has not qualified.
        self.product_of: Integers = np.zeros(0, np.int64)
        #: Block of each category row that still has free slots, and how many are taken.
        self.open_block: Integers = np.zeros(0, np.int64)
        self.taken: Integers = np.zeros(0, np.int64)
        self.channel_shock: Floats = np.zeros(0)
        #: Mean squared standardised residual: what the stated variance is multiplied by.
        self.calibration: Floats = np.ones(1)

    def grow(self, offers: int, categories: int, channels: int) -> None:
        """Make room for offers, category rows and channels."""
        self.offers.grow(offers)
        missing = categories - len(self.open_block)
        if missing > 0:
            self.open_block = np.append(self.open_block, np.full(missing, -1))
            self.taken = np.append(self.taken, np.zeros(missing, np.int64))
        missing = channels - len(self.channel_shock)
        if missing > 0:
            self.channel_shock = np.append(self.channel_shock, np.zeros(missing))

    def predict(self, period: Period) -> PanelPrediction:
        """Predict the rows of qualified products."""
        n, seen = len(period), period.seen
        product = self._products(period.sku)
        long_enough = (seen.end - seen.start) >= DAY // 2
        at = np.flatnonzero((product >= 0) & long_enough & ~np.isnan(seen.price))
        if not len(at):
            return _nothing(n)
        product, offer = product[at], seen.offer[at]
        rows = panel_rows(self.offers, seen.take(at))
        present, place = np.unique(product, return_inverse=True)
        means = _averages(rows, place, len(present))
        design = self._design(present, means, rows, place)
        level, level_variance = np.zeros(len(present)), np.zeros(len(present))
        block = self.products.block[present]
        ready = self.product_level.periods[block] >= WARM_UP
        for b in np.unique(block).tolist():
            mine = np.flatnonzero(block == b)
            slot = self.products.slot[present[mine]]
            level[mine], level_variance[mine] = self.product_level.predict(b, slot, design[:, mine])
        spread = _spread(means, place)
        local = channel_design(
            self.offers, offer, rows, spread, self.channel_shock[period.channel[at]]
        )
        deviation = self.channel_level.predict(product, local)
        ratio = (4.0 + self.offers.variance_ratio[offer] * 4.0) / 8.0
        promoted = (rows.promoted > 0.5).astype(np.int64)
        deviation_variance = self.products.variance[product, promoted] * ratio
        location, variance = np.zeros(n), np.ones(n)
        location[at] = level[place] + deviation + self._offset(period, at)
        variance[at] = self.calibration[0] * (level_variance[place] + deviation_variance)
        covered = np.zeros(n, np.bool_)
        covered[at] = ready[place] & (self.offers.buckets[offer] >= 1.0)
        return PanelPrediction(
            covered, location, variance, at, product, present, rows, design, local,
            level[place], deviation, deviation_variance,
        )  # fmt: skip

    def learn(self, period: Period, prediction: PanelPrediction) -> Floats:
        """Learn both levels; returns the prediction's log score, (n,), 0 where not covered."""
        units = np.maximum(period.seen.units, 0.0)
        score = np.zeros(len(period))
        covered = np.flatnonzero(prediction.covered)
        if len(covered):
            said = prediction.forecast()
            chosen = Forecast(said.means[covered], said.sizes[covered], said.weights[covered])
            score[covered] = chosen.log_score(units[covered])
            self._calibrate(units[covered], prediction, covered)
        if prediction.rows is not None:
            self._learn_levels(period, units, prediction, prediction.rows)
        self._qualify(period, units)
        return score

    def _learn_levels(
        self, period: Period, units: Floats, prediction: PanelPrediction, rows: PanelRows
    ) -> None:
        at, product, present = prediction.at, prediction.product, prediction.present
        offers, products = self.offers, self.products
        offer = period.seen.offer[at]
        place = np.searchsorted(present, product)
        target = log(np.maximum(units[at], 0.5)) - self._offset(period, at)
        block = products.block[present]
        fresh = self.product_level.periods[block][place] == 0
        counted = np.where((offers.buckets[offer] > 0.0) | fresh, 1.0, 0.0)
        weight = sum_by(place, counted, len(present))
        level = sum_by(place, counted * (target - offers.intercept[offer]), len(present))
        level = level / np.maximum(weight, 1.0)
        for b in np.unique(block[weight > 0]).tolist():
            mine = np.flatnonzero((block == b) & (weight > 0))
            self.product_level.learn(
                b, products.slot[present[mine]], prediction.design[:, mine], level[mine]
            )
        deviation = target - level[place]
        error = deviation - prediction.deviation
        old = counted * np.where(fresh, 0.0, 1.0)
        known = np.flatnonzero(old > 0.0)
        self.channel_level.learn(
            product[known],
            prediction.channel_design[:, known],
            deviation[known],
            error[known],
        )
        self._learn_variances(period.channel[at], offer, product, rows, prediction, error, known)
        remember_prices(offers, period.seen.take(at))
        step = 1.0 / (offers.buckets[offer] + 1.0)
        for name, least in (("intercept", 0.02), ("slow", 0.07), ("middle", 0.2), ("fast", 0.5)):
            column = getattr(offers, name)
            column[offer] += np.maximum(step, least) * (deviation - column[offer])
        offers.last[offer] = deviation
        offers.last_price[offer] = prediction.channel_design[5]
        offers.buckets[offer] += 1.0
        design = prediction.design
        products.past_prices[present, :-1] = products.past_prices[present, 1:]
        products.past_prices[present, -1] = design[1]
        products.last_price[present] = design[1]
        products.last_promoted[present] = design[5]
        stocked = products.stocked_up[present]
        products.stocked_up[present] = 0.6 * stocked + 0.8 * design[5]

    def _learn_variances(
        self,
        channel: Integers,
        offer: Integers,
        product: Integers,
        rows: PanelRows,
        prediction: PanelPrediction,
        error: Floats,
        known: Integers,
    ) -> None:
        if not len(known):
            return
        products = self.products
        promoted = (rows.promoted > 0.5).astype(np.int64)
        deviation = np.sqrt(prediction.deviation_variance)
        bounded = np.minimum(np.abs(error), 4.0 * deviation)
        square = (bounded * bounded)[known]
        cell = (product * 2 + promoted)[known]
        cells = products.variance.size
        count = np.bincount(cell, minlength=cells).reshape(products.variance.shape)
        mean = sum_by(cell, square, cells).reshape(count.shape) / np.maximum(count, 1)
        share = 0.15 * count / (count + 5.0)
        products.variance += share * (mean - products.variance)
        own = offer[known]
        ratio = square / products.variance[product[known], promoted[known]]
        self.offers.variance_ratio[own] += 0.05 * (ratio - self.offers.variance_ratio[own])
        channels = len(self.channel_shock)
        rows_of = np.bincount(channel[known], minlength=channels)
        shock = sum_by(channel[known], error[known], channels) / np.maximum(rows_of, 1)
        shock *= rows_of / (rows_of + 3.0)
        moved = self.channel_shock + 0.2 * (shock - self.channel_shock)
        self.channel_shock = np.where(rows_of > 0, moved, self.channel_shock)

    def _calibrate(self, units: Floats, prediction: PanelPrediction, covered: Integers) -> None:
        error = log(np.maximum(units, 0.5)) - prediction.location[covered]
        square = np.minimum(error * error / prediction.variance[covered], 9.0)
        mean = float(square.cumsum()[-1]) / len(covered)
        # The expected square of a standard normal, bounded at 3, is 0.98.
        moved = self.calibration[0] * (1.0 + 0.03 * (mean / 0.98 - 1.0))
        self.calibration[0] = min(max(float(moved), 0.25), 4.0)

    def _qualify(self, period: Period, units: Floats) -> None:
        """Admit products that enough channels sell enough of."""
        if int(period.seen.end[0] - period.seen.start[0]) < DAY // 2:
            return
        known = self._products(period.sku)
        new = np.flatnonzero((known < 0) & (period.sku >= 0) & ~np.isnan(period.seen.price))
        if not len(new):
            return
        skus, first, place = np.unique(period.sku[new], return_index=True, return_inverse=True)
        channels = np.bincount(place, minlength=len(skus))
        average = sum_by(place, units[new], len(skus)) / channels
        for i in np.flatnonzero((channels >= LEAST_CHANNELS) & (average >= LEAST_UNITS)).tolist():
            self._admit(int(skus[i]), int(period.row[new[first[i]]]))

    def _admit(self, sku: int, category: int) -> None:
        if sku >= len(self.product_of):
            missing = max(sku + 1, 2 * len(self.product_of)) - len(self.product_of)
            self.product_of = np.append(self.product_of, np.full(missing, -1))
        if self.open_block[category] < 0 or self.taken[category] == SLOTS:
            self.open_block[category] = self.product_level.add_block()
            self.taken[category] = 0
        product = len(self.products)
        self.products.grow(product + 1)
        self.products.block[product] = self.open_block[category]
        self.products.slot[product] = self.taken[category]
        self.taken[category] += 1
        self.product_of[sku] = product
        self.channel_level.grow(product + 1)

    def _products(self, sku: Integers) -> Integers:
        inside = (sku >= 0) & (sku < len(self.product_of))
        if not len(self.product_of):
            return np.full(len(sku), -1)
        return np.where(inside, self.product_of[np.where(inside, sku, 0)], -1)

    def _offset(self, period: Period, at: Integers) -> Floats:
        """Log exposure and calendar of the rows at `at`."""
        seen = period.seen
        factor = self.calendar.log_factor(period.row, seen.start, seen.end - seen.start)
        return factor[at] + log(np.maximum(seen.days()[at], 1e-3))

    def _design(
        self, present: Integers, means: PanelRows, rows: PanelRows, place: Integers
    ) -> Floats:
        """Regressors of the product level, (POOLED, products)."""
        products = self.products
        past = products.past_prices[present]
        reference = np.zeros(len(present))
        known = np.zeros(len(present))
        for k in range(REFERENCE_BUCKETS):
            there = ~np.isnan(past[:, k])
            reference += np.where(there, past[:, k], 0.0)
            known += there
        reference = reference / np.maximum(known, 1.0)
        step = np.where(known > 0.0, means.price - reference, 0.0)
        block = products.block[present]
        blocks = int(block.max()) + 1
        others = np.maximum(np.bincount(block, minlength=blocks) - 1, 1)[block]
        rivals = (sum_by(block, means.promoted, blocks)[block] - means.promoted) / others
        gap = rows.price - means.price[place]
        counts = np.maximum(np.bincount(place, minlength=len(present)), 1)
        scatter = np.sqrt(sum_by(place, gap * gap, len(present)) / counts)
        design = np.stack(
            [
                np.ones(len(present)),
                means.price,
                step,
                means.rival_mean,
                means.rival,
                means.promoted,
                means.depth,
                *means.attributes,
                2.0 * rivals,
                products.last_price[present],
                products.last_promoted[present],
                products.stocked_up[present],
                np.maximum(-step - 1.0, 0.0),
                scatter,
                step * means.promoted,
            ]
        )
        assert len(design) == POOLED
        return design

    def snapshot(self) -> dict[str, NDArray[Any]]:
        """State as arrays, flat names."""
        arrays = {name: getattr(self, name).copy() for name in _SHARED}
        for part in _PARTS:
            held = getattr(self, part).snapshot()
            arrays |= {f"{part}.{name}": array for name, array in held.items()}
        return arrays

    def load(self, arrays: Mapping[str, NDArray[Any]]) -> None:
        """The inverse of `snapshot`."""

        def part(prefix: str) -> dict[str, NDArray[Any]]:
            start = prefix + "."
            return {n.removeprefix(start): a for n, a in arrays.items() if n.startswith(start)}

        for name in _SHARED:
            setattr(self, name, np.array(arrays[name]))
        self.offers = OfferState.restore(part("offers"))
        self.products = ProductState.restore(part("products"))
        self.product_level.load(part("product_level"))
        self.channel_level.load(part("channel_level"))


_SHARED = ("product_of", "open_block", "taken", "channel_shock", "calibration")
_PARTS = ("offers", "products", "product_level", "channel_level")


def _nothing(n: int) -> PanelPrediction:
    none, empty = np.zeros(0, np.int64), np.zeros(0)
    return PanelPrediction(
        np.zeros(n, np.bool_), np.zeros(n), np.ones(n), none, none, none, None,
        empty, empty, empty, empty, empty,
    )  # fmt: skip


def _averages(rows: PanelRows, place: Integers, groups: int) -> PanelRows:
    """Averages of the rows by group, each (groups,)."""
    counts = np.maximum(np.bincount(place, minlength=groups), 1)

    def average(values: Floats) -> Floats:
        return sum_by(place, values, groups) / counts

    attributes = np.stack([average(a.copy()) for a in rows.attributes])
    return PanelRows(
        average(rows.price),
        average(rows.rival_mean),
        average(rows.rival),
        average(rows.promoted),
        average(rows.depth),
        attributes,
    )


def _spread(means: PanelRows, place: Integers) -> PanelRows:
    """Group averages laid out by row."""
    return PanelRows(
        means.price[place],
        means.rival_mean[place],
        means.rival[place],
        means.promoted[place],
        means.depth[place],
        means.attributes[:, place],
    )
