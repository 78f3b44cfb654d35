"""Which products the panel model covers, where they sit, and what it remembers of them."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from online_models.demand.inputs.observations import DAY, WindowRows
from online_models.demand.panel.features import PanelRows
from online_models.demand.panel.product import SLOTS
from online_models.numerics.arrays import Floats, Ints
from online_models.numerics.columns import Columns, column
from online_models.numerics.special import exp, sum_by
from online_models.persistence.kinds import Array, Part
from online_models.persistence.saved import Saved

#: A product qualifies with so many channels in a window that sell so many units on average.
LEAST_CHANNELS, LEAST_UNITS = 12, 5.0
#: In windows of a week or longer fewer channels do: counts are no longer small, and what moves a
#: week (promotions, competitors, the product's own level) is what this model knows. Each product
#: takes 25 kB, so those with few channels are taken up to this many.
MOST_ALONE = 2000
#: What makes a window long enough, ms: for products that many channels sell, and for the others.
SHORTEST_MS, WEEK_MS = DAY // 2, 7 * DAY
REFERENCE_BUCKETS = 8


class ProductState(Columns):
    """One row per qualified product."""

    block: Ints = column(np.int64, -1)
    slot: Ints = column(np.int64, 0)
    #: Price deviations of the last windows, the newest last.
    past_prices: Floats = column(np.float64, np.nan, REFERENCE_BUCKETS)
    last_price: Floats = column(np.float64, 0.0)
    last_promoted: Floats = column(np.float64, 0.0)
    #: Smoothed past promotions: what the pantry holds.
    stocked_up: Floats = column(np.float64, 0.0)
    #: Variance of the channel level without and with a promotion.
    variance: Floats = column(np.float64, 0.1, 2)
    #: Smoothed mean log units.
    log_units: Floats = column(np.float64, np.nan)
    #: The shortest window that is forecast, ms.
    shortest_ms: Ints = column(np.int64, SHORTEST_MS, optional=True)


class PanelProducts:
    """Qualified products: dense rows, each at a slot of a block of its category."""

    SAVED = Saved(
        state=Part(),
        product_of=Array(np.int64, None),
        open_block=Array(np.int64, None),
        taken=Array(np.int64, None),
        blocks=Array(np.int64, 1),
    )

    def __init__(self) -> None:
        self.state = ProductState()
        #: Product of each SKU id, −1 where it has not qualified.
        self.product_of: Ints = np.zeros(0, np.int64)
        #: Block of each category row that still has free slots, and how many are taken.
        self.open_block: Ints = np.zeros(0, np.int64)
        self.taken: Ints = np.zeros(0, np.int64)
        self.blocks = np.zeros(1, np.int64)

    def __len__(self) -> int:
        return len(self.state)

    def grow(self, categories: int) -> None:
        """Make room for category rows."""
        missing = categories - len(self.open_block)
        if missing > 0:
            self.open_block = np.append(self.open_block, np.full(missing, -1))
            self.taken = np.append(self.taken, np.zeros(missing, np.int64))

    def of(self, sku: Ints) -> Ints:
        """Product of each row's SKU, −1 where it has not qualified."""
        if not len(self.product_of):
            return np.full(len(sku), -1)
        inside = (sku >= 0) & (sku < len(self.product_of))
        return np.where(inside, self.product_of[np.where(inside, sku, 0)], -1)

    def long_enough(self, product: Ints, length_ms: Ints) -> NDArray[np.bool_]:
        """Mask of the windows, (n,), that are long enough for the products whose they are."""
        return np.asarray(length_ms >= self.state.shortest_ms[product])

    def qualify(self, window: WindowRows, units: Floats) -> None:
        """Admit the products that enough channels now sell enough of (by the week: any), by SKU
        id.
        """
        length = int(window.seen.end[0] - window.seen.start[0])
        if length < SHORTEST_MS:
            return
        known = self.of(window.sku)
        new = np.flatnonzero((known < 0) & (window.sku >= 0) & ~np.isnan(window.seen.price))
        if not len(new):
            return
        skus, first, place = np.unique(window.sku[new], return_index=True, return_inverse=True)
        channels = np.bincount(place, minlength=len(skus))
        average = sum_by(place, units[new], len(skus)) / channels
        many = channels >= LEAST_CHANNELS
        fit = (many | (length >= WEEK_MS)) & (average >= LEAST_UNITS)
        for i in np.flatnonzero(fit).tolist():
            if many[i] or len(self) < MOST_ALONE:
                row = int(window.row[new[first[i]]])
                self._admit(int(skus[i]), row, SHORTEST_MS if many[i] else WEEK_MS)

    def remember(self, present: Ints, design: Floats, level: Floats) -> None:
        """Keep what the next window's regressors need of this one's; `level` is NaN if unknown."""
        state = self.state
        old = state.log_units[present]
        moved = np.where(np.isnan(old), level, old + 0.1 * (level - old))
        state.log_units[present] = np.where(np.isnan(level), old, moved)
        state.past_prices[present, :-1] = state.past_prices[present, 1:]
        state.past_prices[present, -1] = design[1]
        state.last_price[present] = design[1]
        state.last_promoted[present] = design[5]
        state.stocked_up[present] = 0.6 * state.stocked_up[present] + 0.8 * design[5]

    def design(self, present: Ints, means: PanelRows, rows: PanelRows, place: Ints) -> Floats:
        """Regressors of the product level, named by `panel_kernel.PRIOR`, (LINEAR, products)."""
        state = self.state
        past = state.past_prices[present]
        reference = np.zeros(len(present))
        known = np.zeros(len(present))
        for k in range(REFERENCE_BUCKETS):
            there = ~np.isnan(past[:, k])
            reference += np.where(there, past[:, k], 0.0)
            known += there
        reference = reference / np.maximum(known, 1.0)
        step = np.where(known > 0.0, means.price - reference, 0.0)
        sibling_price, *sibling_attributes = self._siblings(present, means)
        gap = rows.price - means.price[place]
        counts = np.maximum(np.bincount(place, minlength=len(present)), 1)
        scatter = np.sqrt(sum_by(place, gap * gap, len(present)) / counts)
        return np.stack(
            [
                np.ones(len(present)),
                means.price,
                step,
                means.competitor_mean,
                means.competitor,
                means.promoted,
                means.depth,
                *means.attributes,
                sibling_price,
                *sibling_attributes,
                state.last_price[present],
                state.last_promoted[present],
                state.stocked_up[present],
                np.maximum(-step - 1.0, 0.0),
                scatter,
                step * means.promoted,
            ]
        )

    def _siblings(self, present: Ints, means: PanelRows) -> list[Floats]:
        """Price and attributes of the other products of the block, weighted by what they sell."""
        block = self.state.block[present]
        blocks = int(block.max()) + 1
        size = self.state.log_units[present]
        size = exp(np.minimum(np.where(np.isnan(size), 0.0, size), 20.0))
        others = sum_by(block, size, blocks)[block] - size
        divisor = np.where(others > 0.0, others, 1.0)

        def of_others(value: Floats) -> Floats:
            whole = sum_by(block, size * value, blocks)[block]
            return np.where(others > 0.0, (whole - size * value) / divisor, 0.0)

        return [of_others(value) for value in (means.price, *means.attributes)]

    def _admit(self, sku: int, category: int, shortest_ms: int) -> None:
        if sku >= len(self.product_of):
            missing = max(sku + 1, 2 * len(self.product_of)) - len(self.product_of)
            self.product_of = np.append(self.product_of, np.full(missing, -1))
        if self.open_block[category] < 0 or self.taken[category] == SLOTS:
            self.open_block[category] = self.blocks[0]
            self.blocks[0] += 1
            self.taken[category] = 0
        product = len(self.state)
        self.state.grow(product + 1)
        self.state.block[product] = self.open_block[category]
        self.state.slot[product] = self.taken[category]
        self.state.shortest_ms[product] = shortest_ms
        self.taken[category] += 1
        self.product_of[sku] = product
