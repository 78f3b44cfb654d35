"""The prices that were in force: the 30-day low, and what a rollback restores."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from online_models.numerics.columns import Columns, column
from online_models.numerics.compiled import compiled
from online_models.persistence.kinds import Part
from online_models.persistence.saved import Saved, attribute
from online_models.shop.catalogue import ALWAYS, NO_PRICE
from schemas.values.instants import DAY

Ints = NDArray[np.int64]

#: Directive 98/6/EC, article 6a: the lowest price of at least 30 days before the reduction.
LOOK_BACK = 30 * DAY
NONE = -1
_FIRST_LIMIT = 4096
_NEVER_SEEN = np.iinfo(np.int64).max


class Entries(Columns):
    """Prices by the instant from which they were in force; `before` is the offer's entry before."""

    offer: NDArray[np.int32] = column(np.int32, NONE)
    time: Ints = column(np.int64, ALWAYS)
    price: Ints = column(np.int64, NO_PRICE)
    base: Ints = column(np.int64, NO_PRICE)
    sequence: Ints = column(np.int64, NONE)
    before: Ints = column(np.int64, NONE)


@compiled
def _lowest_prices(
    time: Ints, price: Ints, before: Ints, heads: Ints, until: Ints, launched_at: Ints
) -> Ints:
    found = np.empty_like(heads)
    for i in range(heads.size):
        head, end = heads[i], until[i]
        start = max(end - LOOK_BACK, launched_at[i])
        lowest = last = NO_PRICE
        last_began = end
        while head != NONE:
            began = time[head]
            if before[head] == NONE and launched_at[i] != ALWAYS:
                began = min(began, launched_at[i])
            if began < end and start < end and (lowest == NO_PRICE or price[head] < lowest):
                lowest = price[head]
            if last == NO_PRICE or last_began > until[i]:
                last, last_began = price[head], began
            end = min(end, began)
            if end <= start:
                break
            head = before[head]
        found[i] = last if lowest == NO_PRICE else lowest
    return found


class PriceHistory:
    """Linked entries of all offers in one log; the head of each offer's chain is the ledger's.

    Entries that no question can reach any more are dropped when the log has doubled.
    """

    SAVED = Saved(entries=Part(), limit=attribute("_limit", int))

    def __init__(self, keep: int) -> None:
        self.keep = keep
        self.entries = Entries()
        self._limit = _FIRST_LIMIT

    def append(
        self, heads: Ints, rows: Ints, time: Ints, price: Ints, base: Ints, sequence: Ints
    ) -> None:
        """Take down prices in force from `time` on (distinct `rows`); `heads` is updated."""
        if self.entries.size + len(rows) > self._limit:
            self._drop(heads, int(time.max()))
        entries = self.entries
        at = np.arange(entries.size, entries.size + len(rows))
        entries.grow(entries.size + len(rows))
        entries.offer[at] = rows
        entries.time[at] = time
        entries.price[at] = price
        entries.base[at] = base
        entries.sequence[at] = sequence
        entries.before[at] = heads[rows]
        heads[rows] = at

    def undo(self, heads: Ints, row: int, sequence: int) -> tuple[int, int] | None:
        """Strike an offer's last price, where it is that of `sequence`; returns (price, base)
        of the one before.
        """
        head = int(heads[row])
        if head == NONE or int(self.entries.sequence[head]) != sequence:
            return None
        before = int(self.entries.before[head])
        if before == NONE:
            return None
        heads[row] = before
        return int(self.entries.price[before]), int(self.entries.base[before])

    def lowest_prices(self, heads: Ints, until: Ints, launched_at: Ints) -> Ints:
        """The lowest price in force at any instant of [until − 30 days, until), (n,) each.

        The first price counts from the launch on, and nothing before the launch counts. Where that
        leaves no instant, the price in force just before `until`.
        """
        entries = self.entries
        chains = entries.time, entries.price, entries.before
        return _lowest_prices(*chains, heads, until, launched_at)

    def at(self, head: int, instant: int, now: int) -> int | None:
        """The regular price in force at an instant, changes of that instant included; the first
        one where the offer is younger, None where it ended longer ago than prices are kept.
        """
        time, before = self.entries.time, self.entries.before
        ended = _NEVER_SEEN
        while time[head] > instant and before[head] != NONE:
            ended, head = int(time[head]), int(before[head])
        # what ended before may be gone already, which no answer must depend on
        last = ended if time[head] <= instant else int(time[head])
        return int(self.entries.base[head]) if last > now - self.keep else None

    def of_decision(self, head: int, sequence: int, now: int) -> tuple[int, int] | None:
        """(regular price, its instant) that a decision made or, where it held, left in force;
        None where that price ended longer ago than prices are kept.
        """
        entries, ended = self.entries, _NEVER_SEEN
        while head != NONE and ended > now - self.keep:
            if entries.sequence[head] <= sequence:
                return int(entries.base[head]), int(entries.time[head])
            ended, head = int(entries.time[head]), int(entries.before[head])
        return None

    def _drop(self, heads: Ints, now: int) -> None:
        """Rewrite the log without what ended before the time that is kept."""
        entries = self.entries
        ended = np.full(entries.size, np.iinfo(np.int64).max)
        linked = entries.before != NONE
        ended[entries.before[linked]] = entries.time[linked]
        reachable = np.zeros(entries.size, dtype=np.bool_)
        reachable[heads[heads != NONE]] = True
        reachable[entries.before[linked]] = True
        kept = np.flatnonzero((ended > now - self.keep) & reachable)
        place = np.full(entries.size + 1, NONE, dtype=np.int64)
        place[kept] = np.arange(len(kept))
        fresh = Entries()
        fresh.grow(len(kept))
        for name in Entries.FIELDS:
            getattr(fresh, name)[:] = getattr(entries, name)[kept]
        fresh.before[:] = place[fresh.before]
        heads[:] = place[heads]
        self.entries = fresh
        self._limit = max(_FIRST_LIMIT, 2 * fresh.size)
