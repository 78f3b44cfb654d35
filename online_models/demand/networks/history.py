"""The past of every offer: its last windows and running levels, fed window by window.

Training replays observations through the same class as the fold, so a feature can hold nothing
that was not known before its window.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from online_models.demand.inputs.observations import Observations
from online_models.demand.networks.levels import (
    CATEGORY_ROWS,
    DISCOUNTS,
    HIGH_KEPT,
    REFERENCE_WEIGHT,
    SHRINKAGE,
    SURPRISE,
    Categories,
    Offers,
    Running,
)
from online_models.numerics.arrays import Floats, Ints
from online_models.numerics.special import log, total
from online_models.persistence.kinds import SAME, Array, Part
from online_models.persistence.saved import Saved, attribute

#: What is kept of a window: units had it been in stock throughout, log price, log price over the
#: competitor's, depth of promotion, share of the window in stock, views; 1 where it was seen at
#: all.
KEPT = ("rate", "log_price", "competitor_gap", "promotion", "available", "views", "seen")


#: Units that are added to what the whole partition sold and should have sold.
SHOP_INERTIA = 20.0
#: Variance of units beyond their mean, in squares of it, that is usual.
OVERDISPERSION = 0.7


class History:
    """The last `lookback` windows of `window_ms` ms, and levels, per offer.

    >>> history = History(Offers(), 86_400_000, lookback=3)
    >>> history.offers.register(0, "a", "x", [], 6.9)
    >>> history.push(Observations.of([0], 0, [4.0], price=[1000.0]))
    >>> history.last(np.array([0]), 3)[0, :, KEPT.index("rate")].tolist()
    [0.0, 0.0, 4.0]
    """

    SAVED = Saved(
        running=Part(),
        categories=Part(),
        windows=attribute("_windows", Array(np.float32, None, SAME, len(KEPT))),
        until=Array(np.int64, None),
        shop=Array(np.float64, SAME),
        bucket=attribute("window_ms", int),
    )

    def __init__(self, offers: Offers, window_ms: int, lookback: int) -> None:
        self.offers = offers
        self.window_ms = window_ms
        self.lookback = lookback
        self.running = Running()
        self.categories = Categories()
        #: Log of the partition's units over their running levels, the newest window last.
        self.shop = np.zeros(lookback)
        #: Shape (offers, lookback, len(KEPT)): rings, each window at its place among all of its
        #: length, so that none has to move for the next one.
        self._windows = np.zeros((0, lookback, len(KEPT)), np.float32)
        #: End of the newest window, ms; −1 before the first.
        self.until = np.zeros(0, np.int64)

    def grow(self) -> None:
        """Give every registered offer a row."""
        size = self.offers.size
        missing = size - len(self.until)
        if missing > 0:
            spare = max(missing, len(self.until) // 4)
            blank = np.zeros((spare, self.lookback, len(KEPT)), np.float32)
            self._windows = np.concatenate([self._windows, blank])
            self.until = np.append(self.until, np.full(spare, -1, np.int64))
        self.running.grow(size)

    def category(self, offer: Ints) -> Ints:
        """Rows of the offers' categories."""
        rows: Ints = self.offers.category[offer] % CATEGORY_ROWS
        return rows

    def last(self, offer: Ints, length: int) -> NDArray[np.float32]:
        """The last windows of offers (n,), the newest last: (n, length, len(KEPT))."""
        newest = self.until[offer] // self.window_ms
        place = (newest[:, None] + np.arange(1 - length, 1)) % self.lookback
        kept: NDArray[np.float32] = self._windows[offer[:, None], place]
        return kept

    def level(self, offer: Ints) -> Floats:
        """Units a window in stock, shrunk to the category's level; shape (n,), positive."""
        units, time = self.running.units[offer, -1], self.running.time[offer, -1]
        prior = self.categories.level(self.category(offer))
        level: Floats = (units + SHRINKAGE * prior) / (time + SHRINKAGE)
        return np.maximum(level, 1e-4)

    def reference(self, offer: Ints) -> Floats:
        """Log of the price that customers are used to, shape (n,); NaN where none is known."""
        own = self.running.reference[offer]
        return np.where(own == own, own, self.offers.first_log_price[offer])

    def push(self, seen: Observations) -> None:
        """Add windows, each offer's in order of time; what is no window after its last is left out.

        Windows of another length and those of offers that were not registered, count for nothing.
        """
        self.grow()
        for rows in seen.windows():
            self._push_rows(seen.take(rows))

    def _push_rows(self, seen: Observations) -> None:
        fits = (seen.end - seen.start == self.window_ms) & (seen.offer < self.offers.size)
        fits &= seen.start >= self.until[np.minimum(seen.offer, len(self.until) - 1)]
        if not fits.any():
            return
        seen = seen.take(np.flatnonzero(fits))
        in_stock = seen.available > 0.0
        time = np.where(in_stock, exposure(seen), 0.0)
        units = np.minimum(np.maximum(seen.units, 0.0), SURPRISE * (self.level(seen.offer) + 1.0))
        units = np.where(in_stock, units, 0.0)
        self._remember(seen, units, time)
        expected = self.level(seen.offer) * time
        self._feel(units, expected)
        self.categories.feel(self.category(seen.offer), units, expected)
        sold = np.flatnonzero(in_stock)
        self._learn_levels(seen.take(sold), units[sold], time[sold])

    def _remember(self, seen: Observations, units: Floats, time: Floats) -> None:
        """Write each offer's newest window, and clear those that were never seen."""
        offer = seen.offer
        last, newest = self.until[offer], seen.end // self.window_ms
        unseen = np.where(last < 0, 0, newest - last // self.window_ms - 1)
        for back in range(1, min(int(unseen.max()), self.lookback - 1) + 1):
            rows = np.flatnonzero(unseen >= back)
            self._windows[offer[rows], (newest[rows] - back) % self.lookback] = 0.0
        self.until[offer] = seen.end
        log_price, gap = log_prices(seen)
        kept = (
            units / np.maximum(time, 1e-3),
            log_price,
            gap,
            seen.promotion,
            time,
            np.minimum(seen.views, 1e6),
            np.ones(len(seen)),
        )
        self._windows[offer, newest % self.lookback] = np.stack(kept, axis=1).astype(np.float32)

    def _feel(self, units: Floats, expected: Floats) -> None:
        """Note how all offers together sold against their levels: what moves the whole shop."""
        weight = total(expected) + SHOP_INERTIA
        moved = log(np.array([(total(units) + SHOP_INERTIA) / weight]))
        self.shop = np.append(self.shop[1:], moved)

    def _learn_levels(self, seen: Observations, units: Floats, time: Floats) -> None:
        offer, running = seen.offer, self.running
        log_price, _ = log_prices(seen)
        self.categories.learn(self.category(offer), units, time, log_price)
        keep = np.array(DISCOUNTS)
        self._learn_scatter(offer, units, time)
        # where orders are not counted, each is of one unit
        orders = np.where(seen.orders == seen.orders, np.minimum(seen.orders, units), units)
        running.orders[offer] = keep * running.orders[offer] + orders[:, None]
        running.units[offer] = keep * running.units[offer] + units[:, None]
        running.time[offer] = keep * running.time[offer] + time[:, None]
        running.age[offer] += 1.0
        running.silence[offer] = np.where(units > 0.0, 0.0, running.silence[offer] + 1.0)
        known = log_price == log_price
        before = self.reference(offer)
        moved = before + REFERENCE_WEIGHT * (log_price - before)
        reference = np.where(before == before, moved, log_price)
        running.reference[offer] = np.where(known, reference, running.reference[offer])

    def _learn_scatter(self, offer: Ints, units: Floats, time: Floats) -> None:
        """How far an offer's units lie from its level, and how high they have been of late."""
        running, mean = self.running, self.level(offer) * time
        error = np.minimum(np.abs(units - mean) / np.sqrt(mean + OVERDISPERSION * mean * mean), 3.0)
        before = running.variability[offer]
        running.variability[offer] = before + REFERENCE_WEIGHT * (error * error - before)
        running.high[offer] = np.maximum(HIGH_KEPT * running.high[offer], units)


def exposure(seen: Observations) -> Floats:
    """Windows' worth of time in stock, at least a thousandth; shape (n,)."""
    return np.minimum(np.maximum(seen.available, 1e-3), 1.0)


def log_prices(seen: Observations) -> tuple[Floats, Floats]:
    """Log price (NaN where unknown), and its gap to the competitor's (0 where there is none)."""
    log_price = np.where(seen.price > 0.0, seen.log_price, np.nan)
    gap = log_price - np.where(seen.competitor_price > 0.0, seen.log_competitor_price, np.nan)
    return log_price, np.where(gap == gap, np.minimum(np.maximum(gap, -1.0), 1.0), 0.0)
