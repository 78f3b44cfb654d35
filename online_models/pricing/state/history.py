"""The prices that were in force: the 30-day low, and what a rollback restores."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from online_models.numerics.columns import FEW, Columns, column
from online_models.persistence.kinds import Part
from online_models.persistence.saved import Saved, attribute
from online_models.shop.catalogue import ALWAYS, NO_PRICE
from schemas.values.instants import DAY

Ints = NDArray[np.int64]

#: Directive 98/6/EC, article 6a: the lowest price of at least 30 days before the reduction.
LOOK_BACK = 30 * DAY
NONE = -1
_FIRST_LIMIT = 4096
#: From so many chains on it is cheaper to walk them together.
_TOGETHER = 16
_NEVER_SEEN = np.iinfo(np.int64).max


class Entries(Columns):
    """Prices by the instant from which they were in force; `before` is the offer's entry before."""

    offer: NDArray[np.int32] = column(np.int32, NONE)
    time: Ints = column(np.int64, ALWAYS)
    price: Ints = column(np.int64, NO_PRICE)
    base: Ints = column(np.int64, NO_PRICE)
    sequence: Ints = column(np.int64, NONE)
    before: Ints = column(np.int64, NONE)


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

    def lowest(self, head: int, until: int, launched_at: int) -> int:
        """The lowest price in force at any instant of [until − 30 days, until).

        The first price counts from the launch on, and nothing before the launch counts. Where that
        leaves no instant, the price in force just before `until`.
        """
        entries = self.entries
        time, price, before = entries.time.item, entries.price.item, entries.before.item
        start = max(until - LOOK_BACK, launched_at)
        lowest = last = NO_PRICE
        end, last_began = until, until
        while head != NONE:
            began, amount, earlier = time(head), price(head), before(head)
            if earlier == NONE and launched_at != ALWAYS:
                began = min(began, launched_at)
            if began < end and start < end:
                lowest = amount if lowest == NO_PRICE else min(lowest, amount)
            if last == NO_PRICE or last_began > until:
                last, last_began = amount, began
            end = min(end, began)
            if end <= start:
                break
            head = earlier
        return last if lowest == NO_PRICE else lowest

    def lowest_prices(self, heads: Ints, until: Ints, launched_at: Ints) -> Ints:
        """`lowest` of many offers, (n,) each: only the chains of prices that are younger than the
        time looked back on need to be walked.
        """
        entries = self.entries
        if len(heads) <= FEW:
            columns = heads.tolist(), until.tolist(), launched_at.tolist()
            return np.array(list(map(self.lowest, *columns)), dtype=np.int64)
        found: Ints = entries.price[heads]
        start = np.maximum(until - LOOK_BACK, launched_at)
        young = np.flatnonzero(entries.time[heads] > start)
        if len(young) > _TOGETHER:
            found[young] = self._walk(heads[young], until[young], start[young], launched_at[young])
        else:
            for place in young.tolist():
                terms = int(heads[place]), int(until[place]), int(launched_at[place])
                found[place] = self.lowest(*terms)
        return found

    def _walk(self, heads: Ints, until: Ints, start: Ints, launched_at: Ints) -> Ints:
        """`lowest` of many offers, all chains one entry further at a time."""
        entries = self.entries
        found = np.empty(len(heads), dtype=np.int64)
        lowest, last = np.full(len(heads), _NEVER_SEEN), np.full(len(heads), NO_PRICE)
        last_began, end = until.copy(), until.copy()
        left, head = np.arange(len(heads)), heads
        while True:
            began, amount, earlier = entries.time[head], entries.price[head], entries.before[head]
            oldest = earlier == NONE
            if oldest.any():
                first = oldest & (launched_at != ALWAYS)
                began = np.where(first, np.minimum(began, launched_at), began)
            np.minimum(lowest, amount, out=lowest, where=(began < end) & (start < end))
            later = (last == NO_PRICE) | (last_began > until)
            if later.any():
                last = np.where(later, amount, last)
                last_began = np.where(later, began, last_began)
            end = np.minimum(end, began)
            goes_on = (end > start) & ~oldest
            if goes_on.all():
                head = earlier
                continue
            over = ~goes_on
            found[left[over]] = np.where(lowest == _NEVER_SEEN, last, lowest)[over]
            if over.all():
                return found
            left, head = left[goes_on], earlier[goes_on]
            until, start, launched_at = until[goes_on], start[goes_on], launched_at[goes_on]
            lowest, last = lowest[goes_on], last[goes_on]
            last_began, end = last_began[goes_on], end[goes_on]

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
