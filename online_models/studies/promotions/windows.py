"""When a promotion may run, and how many usual days its days are worth."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from online_models.fold.state import State
from online_models.numerics.arrays import Flags, Floats, Ints
from online_models.numerics.special import exp
from online_models.studies.promotions.past import PastSales
from schemas.values.instants import DAY

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
    state: State, past: PastSales, rows: Ints, begin: int, ahead: int, lengths: Ints
) -> PromotionTimes:
    """Starts on each of `ahead` days from midnight `begin` (ms) on, for so many days each.

    A promotion overlaps no other of its offer, and begins when the last has been digested.
    """
    starts = begin + np.arange(ahead, dtype=np.int64) * DAY
    days = begin + np.arange(ahead + int(lengths.max()), dtype=np.int64) * DAY
    row = state.demand.registry.category_row[rows]
    factor = np.stack(
        [
            exp(state.demand.calendar.log_factor(row, np.full(len(rows), day), np.full(1, DAY)))
            for day in days.tolist()
        ],
        axis=1,
    )
    free = ~(_scheduled(state, rows, days) | _digesting(state, past, rows, days))
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


def _scheduled(state: State, rows: Ints, days: Ints) -> Flags:
    """Where a promotion is on already, or announced, (n, days)."""
    pricing, taken = state.pricing, np.zeros((len(rows), len(days)), dtype=np.bool_)
    if pricing.promotions.concern(rows):
        for place, day in enumerate(days.tolist()):
            noon = np.full(len(rows), day + DAY // 2)
            taken[:, place] = pricing.promotion_in_force(rows, noon).promoted > 0.0
    return taken


def _digesting(state: State, past: PastSales, rows: Ints, days: Ints) -> Flags:
    """Where what was bought ahead in the last promotion is still missing, (n, days)."""
    promoted = past.promoted[rows]
    length = promoted.shape[1]
    since = np.where(promoted.any(axis=1), promoted[:, ::-1].argmax(axis=1), length + AFTER)
    day = (days + state.settings.demand.utc_offset_ms) // DAY
    last = past.first + length - 1 - since
    digesting: Flags = day[None, :] <= (last + AFTER)[:, None]
    return digesting
