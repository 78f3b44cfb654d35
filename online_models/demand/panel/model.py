"""The two-level panel model: products that many channels sell, in logs.

log units = product's mean over its channels + the channel's deviation. Most of the error of a
panel is a shock to a product's window that all its channels share: the two levels are learnt
apart, the first from one number per product and window (`panel_product`), the second from the
deviations (`panel_channel`). Products qualify once enough channels sell enough of them, by the week
however few.

References: the within transformation of Mundlak, Econometrica 46 (1978).
"""

from __future__ import annotations

import numpy as np

from online_models.demand.forecast import UnitsForecast
from online_models.demand.inputs.calendar import Calendar
from online_models.demand.inputs.observations import WindowRows
from online_models.demand.panel.channel import ChannelLevel
from online_models.demand.panel.features import (
    OfferState,
    PanelRows,
    averages,
    by_row,
    channel_design,
    panel_rows,
    remember_prices,
)
from online_models.demand.panel.prediction import PanelPrediction, nothing_covered
from online_models.demand.panel.product import ProductLevel
from online_models.demand.panel.products import PanelProducts
from online_models.demand.panel.slopes import ChannelSlopes, slopes_design
from online_models.numerics.arrays import Floats, Ints
from online_models.numerics.special import NINETY_PERCENT, log, sum_by
from online_models.persistence.kinds import Array, Part
from online_models.persistence.saved import Saved

#: Windows before the block forecasts.
WARM_UP = 3
#: The calibration is a mean over the windows so far, with so many of a stated variance that is
#: right before them, and in the long run over as many as one in this step.
CALIBRATION_PRIOR, CALIBRATION_STEP = 8.0, 0.03
#: Log units of a channel's surprise that its slopes learn from at most.
LARGEST_MOVE = 0.6


class PanelModel:
    """State of the two-level model of one partition."""

    SAVED = Saved(
        offers=Part(),
        products=Part(),
        product_level=Part(),
        channel_level=Part(),
        channel_slopes=Part(),
        channel_shock=Array(np.float64, None),
        calibration=Array(np.float64, 1),
    )

    def __init__(self, calendar: Calendar) -> None:
        self.calendar = calendar
        self.offers = OfferState()
        self.products = PanelProducts()
        self.product_level = ProductLevel()
        self.channel_level = ChannelLevel()
        self.channel_slopes = ChannelSlopes()
        self.channel_shock: Floats = np.zeros(0)
        #: What the stated variance is multiplied by, so that its 90 % interval holds as many.
        self.calibration: Floats = np.ones(1)

    def grow(self, offers: int, categories: int, channels: int) -> None:
        """Make room for offers, category rows and channels."""
        self.offers.grow(offers)
        self.products.grow(categories)
        self.channel_slopes.grow(channels)
        missing = channels - len(self.channel_shock)
        if missing > 0:
            self.channel_shock = np.append(self.channel_shock, np.zeros(missing))

    def predict(self, window: WindowRows) -> PanelPrediction:
        """Predict the rows of qualified products."""
        n, seen = len(window), window.seen
        product = self.products.of(window.sku)
        at = np.flatnonzero((product >= 0) & ~np.isnan(seen.price))
        length = (seen.end - seen.start)[at]
        at = at[self.products.long_enough(product[at], length)]
        if not len(at):
            return nothing_covered(n)
        product, offer = product[at], seen.offer[at]
        rows = panel_rows(self.offers, seen.take(at))
        present, place = np.unique(product, return_inverse=True)
        means = averages(rows, place, len(present))
        design = self.products.design(present, means, rows, place)
        level, level_variance = np.zeros(len(present)), np.zeros(len(present))
        block = self.products.state.block[present]
        ready = self.product_level.windows[block] >= WARM_UP
        for b in np.unique(block).tolist():
            mine = np.flatnonzero(block == b)
            slot = self.products.state.slot[present[mine]]
            level[mine], level_variance[mine] = self.product_level.predict(
                b, slot, design[:, mine], *_span(window)
            )
        spread = by_row(means, place)
        local = channel_design(
            self.offers, offer, rows, spread, self.channel_shock[window.channel[at]]
        )
        everywhere = slopes_design(spread)
        channel = window.channel[at]
        slopes = self.channel_slopes.predict(channel, everywhere)
        deviation = self.channel_level.predict(product, local) + slopes
        ratio = (4.0 + self.offers.variance_ratio[offer] * 4.0) / 8.0
        promoted = (rows.promoted > 0.5).astype(np.int64)
        deviation_variance = self.products.state.variance[product, promoted] * ratio
        location, variance = np.zeros(n), np.ones(n)
        location[at] = level[place] + deviation + self._offset(window, at)
        variance[at] = self.calibration[0] * (level_variance[place] + deviation_variance)
        covered = np.zeros(n, np.bool_)
        covered[at] = ready[place] & (self.offers.windows[offer] >= 1.0)
        return PanelPrediction(
            covered, location, variance, at, product, present, rows, design, local, everywhere,
            level, level_variance, deviation, slopes, deviation_variance,
        )  # fmt: skip

    def learn(self, window: WindowRows, prediction: PanelPrediction) -> Floats:
        """Learn both levels; returns the prediction's log score, (n,), 0 where not covered."""
        units = np.maximum(window.seen.units, 0.0)
        score = np.zeros(len(window))
        covered = np.flatnonzero(prediction.covered)
        if len(covered):
            predictive = prediction.forecast()
            chosen = UnitsForecast(
                predictive.means[covered], predictive.sizes[covered], predictive.weights[covered]
            )
            score[covered] = chosen.log_score(units[covered])
            self._calibrate(units[covered], prediction, covered)
        if prediction.rows is not None:
            self._learn_levels(window, units, prediction, prediction.rows)
        self.products.qualify(window, units)
        self.product_level.grow(int(self.products.blocks[0]))
        self.channel_level.grow(len(self.products))
        return score

    def _learn_levels(
        self, window: WindowRows, units: Floats, prediction: PanelPrediction, rows: PanelRows
    ) -> None:
        at, product, present = prediction.at, prediction.product, prediction.present
        offers, products = self.offers, self.products.state
        offer = window.seen.offer[at]
        place = np.searchsorted(present, product)
        target = log(np.maximum(units[at], 0.5)) - self._offset(window, at)
        block = products.block[present]
        fresh = self.product_level.windows[block][place] == 0
        counted = np.where((offers.windows[offer] > 0.0) | fresh, 1.0, 0.0)
        weight = sum_by(place, counted, len(present))
        level = sum_by(place, counted * (target - offers.intercept[offer]), len(present))
        level = level / np.maximum(weight, 1.0)
        learnt = np.unique(block[weight > 0])
        for b in learnt.tolist():
            mine = np.flatnonzero((block == b) & (weight > 0))
            self.product_level.learn(
                b,
                products.slot[present[mine]],
                prediction.design[:, mine],
                level[mine],
                (prediction.level[mine], prediction.level_variance[mine]),
                *_span(window),
            )
        deviation = target - level[place]
        error = deviation - prediction.deviation
        old = counted * np.where(fresh, 0.0, 1.0)
        known = np.flatnonzero(old > 0.0)
        believed = self.channel_level.learn(
            product[known],
            prediction.channel_design[:, known],
            (deviation - prediction.slopes)[known],
            error[known],
        )
        self.product_level.solve(learnt, self.channel_level.slopes())
        rest = (error + prediction.slopes)[known]
        self.channel_slopes.learn(
            window.channel[at][known],
            prediction.slopes_design[:, known],
            np.minimum(np.maximum(rest, -LARGEST_MOVE), LARGEST_MOVE),
            believed,
        )
        self._learn_variances(window.channel[at], offer, product, rows, prediction, error, known)
        remember_prices(offers, window.seen.take(at))
        step = 1.0 / (offers.windows[offer] + 1.0)
        for name, least in (("intercept", 0.02), ("slow", 0.07), ("middle", 0.2), ("fast", 0.5)):
            column = getattr(offers, name)
            column[offer] += np.maximum(step, least) * (deviation - column[offer])
        offers.last[offer] = deviation
        offers.last_price[offer] = prediction.channel_design[5]
        offers.windows[offer] += 1.0
        self.products.remember(present, prediction.design, np.where(weight > 0, level, np.nan))

    def _learn_variances(
        self,
        channel: Ints,
        offer: Ints,
        product: Ints,
        rows: PanelRows,
        prediction: PanelPrediction,
        error: Floats,
        known: Ints,
    ) -> None:
        if not len(known):
            return
        products = self.products.state
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

    def _calibrate(self, units: Floats, prediction: PanelPrediction, covered: Ints) -> None:
        error = log(np.maximum(units, 0.5)) - prediction.location[covered]
        far = error * error > NINETY_PERCENT * NINETY_PERCENT * prediction.variance[covered]
        outside = int(np.count_nonzero(far)) / len(covered)
        windows = float(self.product_level.windows.max())
        step = max(1.0 / (CALIBRATION_PRIOR + windows), CALIBRATION_STEP)
        moved = self.calibration[0] * (1.0 + step * (outside / 0.1 - 1.0))
        self.calibration[0] = min(max(float(moved), 0.25), 4.0)

    def _offset(self, window: WindowRows, at: Ints) -> Floats:
        """Log exposure and calendar of the rows at `at`."""
        seen = window.seen
        factor = self.calendar.log_factor(window.row, seen.start, seen.end - seen.start)
        return factor[at] + log(np.maximum(seen.days[at], 1e-3))


def _span(window: WindowRows) -> tuple[int, int]:
    """Start and length of a window, ms."""
    start = int(window.seen.start[0])
    return start, int(window.seen.end[0]) - start
