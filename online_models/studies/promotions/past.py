"""What was sold on every day, as a table, and what offers usually sell.

That is: their own sales around a day, and what others did on that day.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from online_models.demand.inputs.observations import Observations
from online_models.fold.state import State
from online_models.numerics.arrays import Flags, Floats, Ints
from online_models.numerics.special import exp, log
from schemas.values.instants import DAY

#: A smaller discount is none that anybody stocks up for.
LEAST_DEPTH = 0.02
#: A deeper one gives the goods away; its logarithm is no measure of anything.
LARGEST_DEPTH = 0.9


@dataclass(frozen=True)
class PastSales:
    """Days × offers, each (offers, days); `first` is the first day, counted from the epoch.

    `units` sold, `stocked` the share of the day in stock (0 where nothing is known), `depth` the
    share that promotions took off, `regular` the price without them, minor units, as last seen (NaN
    before it was first seen), `advertised` where one was announced that took nothing off, of offers
    for which that is no usual day.
    """

    first: int
    units: Floats
    stocked: Floats
    depth: Floats
    regular: Floats
    advertised: Flags

    def take(self, offers: Ints) -> PastSales:
        """Of some of the offers."""
        return PastSales(
            self.first,
            self.units[offers],
            self.stocked[offers],
            self.depth[offers],
            self.regular[offers],
            self.advertised[offers],
        )

    @property
    def promoted(self) -> Flags:
        """Where a discount ran."""
        ran: Flags = self.depth >= LEAST_DEPTH
        return ran

    @property
    def usually(self) -> Flags:
        """Days in stock without any promotion."""
        return ~self.promoted & ~self.advertised & (self.stocked > 0.0)

    @property
    def step(self) -> Floats:
        """How far promotions took the log price down, 0 without one."""
        depth = np.minimum(self.depth, LARGEST_DEPTH)
        return np.where(self.promoted, -log(1.0 - depth), 0.0)

    @property
    def deepest(self) -> float:
        """The deepest discount that was ever tried, 0 without one."""
        return float(self.depth.max(initial=0.0))

    @classmethod
    def of(cls, parts: Sequence[Observations], offers: int, utc_offset_ms: int) -> PastSales:
        """The table of closed windows in order of time; a day is one of the shop's time zone."""
        starts = [(part.start + utc_offset_ms) // DAY for part in parts]
        known = [day for day in starts if len(day)]
        first = min((int(day.min()) for day in known), default=0)
        days = max((int(day.max()) for day in known), default=first - 1) - first + 1
        units, stocked, depth, announced = (np.zeros((offers, days)) for _ in range(4))
        regular = np.full((offers, days), np.nan)
        for part, day in zip(parts, starts, strict=True):
            at = part.offer, day - first
            np.add.at(units, at, np.maximum(part.units, 0.0))
            np.add.at(stocked, at, part.days)
            np.maximum.at(depth, at, part.promotion)
            np.maximum.at(announced, at, part.promoted)
            usual = (part.promotion < LEAST_DEPTH) & (part.price > 0.0)
            regular[part.offer[usual], (day - first)[usual]] = part.price[usual]
        for later in range(1, days):
            unseen = np.isnan(regular[:, later])
            regular[unseen, later] = regular[unseen, later - 1]
        advertised = (announced > 0.0) & (depth < LEAST_DEPTH)
        seldom = 2 * advertised.sum(axis=1) <= (stocked > 0.0).sum(axis=1)
        advertised &= seldom[:, None]
        return cls(first, units, np.minimum(stocked, 1.0), depth, regular, advertised)


#: Days over which an offer's own sales show what is usual: a season changes it within months.
AROUND = 28.0
#: Days' worth of belief in an offer's mean of all days.
OWN_DAYS = 3.0
#: Units of a day that the belief in an ordinary one is worth.
ORDINARY_UNITS = 20.0


@dataclass(frozen=True)
class UsualSales:
    """Expected units without any promotion, (offers, days), and the units that each is known from,
    (offers, days). `quiet` (offers, days) is what a day without a promotion is worth in it.
    """

    units: Floats
    known_from: Floats
    quiet: Floats

    def take(self, offers: Ints) -> UsualSales:
        """Of some of the offers."""
        return UsualSales(self.units[offers], self.known_from[offers], self.quiet[offers])

    def around(self, values: Floats) -> Floats:
        """The part of `values` (offers, days) that this usual_sales takes for usual."""
        return _around(self.quiet * values) / np.maximum(_around(self.quiet), 1e-9)


def usual_sales(past: PastSales, effect: Floats, channel: Ints) -> UsualSales:
    """The usual_sales, given what promotions did to each day: a factor, (offers, days).

    Days with a promotion do not count. `channel` (offers,).
    """
    quiet = past.usually
    flow = past.stocked * effect
    sold = np.where(quiet, past.units, 0.0)
    exposure = np.where(quiet, flow, 0.0)
    usual = _usual(sold, exposure)
    course = np.ones_like(sold)
    for each in np.unique(channel).tolist():
        rows = channel == each
        expected = (exposure[rows] * usual[rows]).sum(axis=0)
        course[rows] = (sold[rows].sum(axis=0) + ORDINARY_UNITS) / (expected + ORDINARY_UNITS)
    usual = _usual(sold, exposure * course)
    known = _around(exposure * course)
    squares = _around(exposure * course, AROUND / 2.0)
    known_from = usual * known * known / np.maximum(squares, 1e-9)
    return UsualSales(past.stocked * course * usual, known_from, exposure * course)


def _usual(sold: Floats, exposure: Floats) -> Floats:
    """Units per day of exposure, around each day, (offers, days)."""
    mean: Floats = sold.sum(axis=1) / np.maximum(exposure.sum(axis=1), 1e-9)
    usual: Floats = (_around(sold) + OWN_DAYS * mean[:, None]) / (_around(exposure) + OWN_DAYS)
    return usual


def _around(values: Floats, days: float = AROUND) -> Floats:
    """Sums over days with weights that fall off exponentially to both sides, (offers, days)."""
    kept = days / (days + 1.0)
    ahead, behind = values.copy(), values.copy()
    for day in range(1, values.shape[1]):
        ahead[:, day] += kept * ahead[:, day - 1]
        behind[:, -1 - day] += kept * behind[:, -day]
    return ahead + behind - values


#: Days after a promotion of an offer in which it is not promoted again.
AFTER = 21


@dataclass(frozen=True)
class PromotionTimes:
    """Starts × lengths of n offers: `starts` (s,) ms, `lengths` (m,) days, `worth` (n, s, m) in
    usual days, 0 where the offer must not be promoted then.
    """

    starts: Ints
    lengths: Ints
    worth: Floats


def windows(
    state: State, past: PastSales, rows: Ints, taken: Flags, begin: int, lengths: Ints
) -> PromotionTimes:
    """Starts on each of s days from midnight `begin` (ms) on, for so many days each; offers `rows`
    (n,) of the state, of which `past` is.

    A promotion overlaps no other of its offer, and begins when the last has been digested; nor does
    it touch a day that is `taken`, (n, s + longest length).
    """
    count = taken.shape[1]
    ahead = count - int(lengths.max())
    starts = begin + np.arange(ahead, dtype=np.int64) * DAY
    days = begin + np.arange(count, dtype=np.int64) * DAY
    row = state.demand.registry.category_row[rows]
    factor = np.stack(
        [
            exp(state.demand.calendar.log_factor(row, np.full(len(rows), day), np.full(1, DAY)))
            for day in days.tolist()
        ],
        axis=1,
    )
    free = ~(taken | _digesting(state, past, days))
    ends_at = state.catalogue.skus.ends_at[state.catalogue.offers.sku[rows]]
    free &= days[None, :] + DAY <= ends_at[:, None]
    worth, open_days = (
        np.concatenate([np.zeros((len(rows), 1)), np.add.accumulate(each, axis=1)], axis=1)
        for each in (factor, free.astype(np.float64))
    )
    first = np.arange(ahead)[:, None]
    last = first + lengths[None, :]
    whole = open_days[:, last] - open_days[:, first] == lengths
    return PromotionTimes(starts, lengths, np.where(whole, worth[:, last] - worth[:, first], 0.0))


def scheduled(state: State, rows: Ints, days: Ints) -> Flags:
    """Where a promotion is on already, or announced, (n, days)."""
    pricing, taken = state.pricing, np.zeros((len(rows), len(days)), dtype=np.bool_)
    if pricing.promotions.concern(rows):
        for place, day in enumerate(days.tolist()):
            noon = np.full(len(rows), day + DAY // 2)
            taken[:, place] = pricing.promotion_in_force(rows, noon).promoted > 0.0
    return taken


def _digesting(state: State, past: PastSales, days: Ints) -> Flags:
    """Where what was bought ahead in the last promotion is still missing, (n, days)."""
    promoted = past.promoted
    length = promoted.shape[1]
    since = np.where(promoted.any(axis=1), promoted[:, ::-1].argmax(axis=1), length + AFTER)
    day = (days + state.settings.demand.utc_offset_ms) // DAY
    last = past.first + length - 1 - since
    digesting: Flags = day[None, :] <= (last + AFTER)[:, None]
    return digesting
