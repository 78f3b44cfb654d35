"""What competitors ask: the last word of each competitor per SKU, as linked entries."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from online_models.numerics.arrays import filled
from online_models.numerics.columns import Columns, column
from online_models.persistence.kinds import Part
from online_models.persistence.saved import Saved
from online_models.shop.catalogue import ALWAYS, NEVER, Interner
from schemas.values.instants import DAY

#: No product has more honest competitors on one channel; past it a new one takes the place of the
#: stalest entry there, of one that is not proven where there is any.
MOST_COMPETITORS = 128
#: Entries of a product on all channels: a dozen competitors in each of some hundred stores.
MOST_ENTRIES = 4096
#: A competitor of a product is proven once its prices have come for so long: names that somebody
#: invents are not, however many there are.
PROVEN_MS = DAY
#: Of an entry of which no price was followed yet; a day more still is an instant.
NOT_YET = NEVER // 2
#: Names that no entry has any more are forgotten once there are more of them than of the others,
#: and than this.
SPARE_NAMES = 1_000


class CompetitorEntries(Columns):
    """One row per (SKU, competitor, channel). Money in minor units of the SKU's currency.

    `channel` −1: the entry counts for every channel. `own` marks the merchant's own name. `since`
    is when its first price came, by the clock and not by what the price says of itself.
    """

    sku: NDArray[np.int32] = column(np.int32, -1)
    competitor: NDArray[np.int32] = column(np.int32, -1)
    channel: NDArray[np.int32] = column(np.int32, -1)
    price: NDArray[np.int64] = column(np.int64, 0)
    shipping: NDArray[np.int64] = column(np.int64, 0)
    in_stock: NDArray[np.bool_] = column(np.bool_, True)
    own: NDArray[np.bool_] = column(np.bool_, False)
    confidence_ppm: NDArray[np.int64] = column(np.int64, 1_000_000)
    time: NDArray[np.int64] = column(np.int64, ALWAYS)
    since: NDArray[np.int64] = column(np.int64, NOT_YET)


class CompetitorPrices:
    """The competitor prices of one partition.

    Entries are linked by SKU and channel, in ascending order of their rows: `first` and `last`,
    (SKUs,), hold the rows of those that count for every channel, `following`, (entries or more,),
    the row after each; −1 where there is none. `filled`, (SKUs,), counts all entries of a SKU.
    """

    SAVED = Saved(entries=Part(), names=Part())
    DERIVED = (
        "first",
        "last",
        "following",
        "filled",
        "_index",
        "_ends",
        "_channels",
        "_on_channel",
    )

    def __init__(self, own_names: frozenset[str] = frozenset()) -> None:
        self.own_names = frozenset(name.strip().casefold() for name in own_names)
        self.names = Interner()
        self.entries = CompetitorEntries()
        self.first: NDArray[np.int32] = np.zeros(0, dtype=np.int32)
        self.last: NDArray[np.int32] = np.zeros(0, dtype=np.int32)
        self.following: NDArray[np.int32] = np.zeros(0, dtype=np.int32)
        self.filled: NDArray[np.int32] = np.zeros(0, dtype=np.int32)
        self._index: dict[tuple[int, int, int], int] = {}
        #: (SKU row, channel) → first and last entry, where they count for that channel alone.
        self._ends: dict[tuple[int, int], tuple[int, int]] = {}
        #: SKU row → channels that have entries of their own.
        self._channels: dict[int, list[int]] = {}
        #: (SKU row, channel) → number of entries.
        self._on_channel: dict[tuple[int, int], int] = {}

    def entry(self, sku: int, competitor: str, channel: int) -> int:
        """The row of an entry, added where it is new (and then to be filled by the caller)."""
        if competitor not in self.names.index:
            self._forget_names()
        name = self.names.id(competitor)
        key = (sku, name, channel)
        row = self._index.get(key)
        if row is None:
            full = self._full(sku, channel)
            row = self._stalest(sku, channel) if full else self.entries.size
            self._index[key] = row
            self.entries.grow(row + 1)
            self.entries.sku[row] = sku
            self.entries.competitor[row] = name
            self.entries.channel[row] = channel
            self.entries.own[row] = self._is_own(competitor)
            self.entries.time[row] = ALWAYS
            self.entries.since[row] = NOT_YET
            if not full:
                self._place(sku, channel, row)
        return row

    def entries_of(
        self, skus: Sequence[int], competitors: Sequence[str], channels: Sequence[int]
    ) -> list[int]:
        """`entry` of each of distinct SKUs, the new ones added in their order; where all are known,
        of whatever SKUs.
        """
        names: list[Any] = list(map(self.names.index.get, competitors))
        keys: list[Any] = list(zip(skus, names, channels, strict=True))
        rows: list[Any] = list(map(self._index.get, keys))
        new = [i for i, row in enumerate(rows) if row is None]
        known = max(skus, default=0) < len(self.filled)
        if None in names or not known or any(map(self._full, skus, channels)):
            return list(map(self.entry, skus, competitors, channels))
        first = self.entries.size
        self.entries.grow(first + len(new))
        for row, i in enumerate(new, start=first):
            rows[i] = self._index[keys[i]] = row
            self._place(skus[i], channels[i], row)
        fresh = self.entries
        fresh.sku[first:] = [skus[i] for i in new]
        fresh.competitor[first:] = [names[i] for i in new]
        fresh.channel[first:] = [channels[i] for i in new]
        fresh.own[first:] = [self._is_own(competitors[i]) for i in new]
        return rows

    def known_entries(
        self, skus: Sequence[int], competitors: Sequence[str], channels: Sequence[int]
    ) -> list[int]:
        """The row of each entry, −1 where there is none yet."""
        names: Any = map(self.names.index.get, competitors)
        keys = zip(skus, names, channels, strict=True)
        return [self._index.get(key, -1) for key in keys]

    def _is_own(self, competitor: str) -> bool:
        return competitor.strip().casefold() in self.own_names

    def _forget_names(self) -> None:
        """Drop the names that no entry has, if they are many."""
        if len(self.names) < SPARE_NAMES + 2 * self.entries.size:
            return
        used = np.unique(self.entries.competitor)
        self.entries.competitor[:] = np.searchsorted(used, self.entries.competitor)
        self.names = Interner(self.names[i] for i in used.tolist())
        columns = (self.entries.sku, self.entries.competitor, self.entries.channel)
        keys = zip(*(column.tolist() for column in columns), strict=True)
        self._index = {key: row for row, key in enumerate(keys)}

    def _full(self, sku: int, channel: int) -> bool:
        many = sku < len(self.filled) and bool(self.filled[sku] >= MOST_ENTRIES)
        return many or self._on_channel.get((sku, channel), 0) >= MOST_COMPETITORS

    def _stalest(self, sku: int, channel: int) -> int:
        """The entry of a SKU that was seen longest ago, of the unproven ones if there are any, on
        the channel if that is full: it is given up for one there.
        """
        rows, entries = self.rows_of(sku), self.entries
        if self._on_channel.get((sku, channel), 0) >= MOST_COMPETITORS:
            rows = rows[entries.channel[rows] == channel]
        proven = entries.since[rows] + PROVEN_MS <= entries.time[rows]
        row = int(rows[np.lexsort((entries.time[rows], proven))[0]])
        before = int(entries.channel[row])
        del self._index[sku, int(entries.competitor[row]), before]
        if channel != before:
            kept = self._rows_on(sku, before)
            self._link(sku, before, kept[kept != row])
            self._link(sku, channel, np.sort(np.append(self._rows_on(sku, channel), row)))
        self._on_channel[sku, before] -= 1
        self._on_channel[sku, channel] = self._on_channel.get((sku, channel), 0) + 1
        return row

    def _link(self, sku: int, channel: int, rows: NDArray[np.int64]) -> None:
        """Link anew the entries of a SKU on a channel."""
        self.following[rows] = [*rows[1:].tolist(), -1][: len(rows)]
        self._bound(sku, channel, *((int(rows[0]), int(rows[-1])) if len(rows) else (-1, -1)))

    def _bound(self, sku: int, channel: int, first: int, last: int) -> None:
        if channel < 0:
            self.first[sku], self.last[sku] = first, last
            return
        if (sku, channel) not in self._ends:
            self._channels.setdefault(sku, []).append(channel)
        self._ends[sku, channel] = first, last

    def set_back(self, now: int) -> None:
        """No price is from later than `now`, ms."""
        np.minimum(self.entries.time, now, out=self.entries.time)
        seen = self.entries.since != NOT_YET
        self.entries.since[seen] = np.minimum(self.entries.since[seen], now)

    def restored(self) -> None:
        """Index the entries, in the same order of rows; whose name is the merchant's own is as the
        settings say now.
        """
        entries = self.entries
        own = np.array([self._is_own(name) for name in self.names.names], dtype=np.bool_)
        if entries.size:
            entries.own[:] = own[entries.competitor]
        keys = zip(
            entries.sku.tolist(), entries.competitor.tolist(), entries.channel.tolist(), strict=True
        )
        for row, key in enumerate(keys):
            self._index[key] = row
            self._place(key[0], key[2], row)

    def _place(self, sku: int, channel: int, row: int) -> None:
        if sku >= len(self.first):
            more = max(sku + 1, 2 * len(self.first), 64) - len(self.first)
            nothing = np.full(more, -1, dtype=np.int32)
            self.first = np.concatenate([self.first, nothing])
            self.last = np.concatenate([self.last, nothing])
            self.filled = np.concatenate([self.filled, np.zeros(more, dtype=np.int32)])
        if row >= len(self.following):
            more = max(row + 1, 2 * len(self.following), 64) - len(self.following)
            self.following = np.concatenate([self.following, np.full(more, -1, dtype=np.int32)])
        first, last = self._bounds(sku, channel)
        if last >= 0:
            self.following[last] = row
        self._bound(sku, channel, row if first < 0 else first, row)
        self.filled[sku] += 1
        self._on_channel[sku, channel] = self._on_channel.get((sku, channel), 0) + 1

    def _bounds(self, sku: int, channel: int) -> tuple[int, int]:
        if channel < 0:
            return int(self.first[sku]), int(self.last[sku])
        return self._ends.get((sku, channel), (-1, -1))

    def _rows_on(self, sku: int, channel: int) -> NDArray[np.int64]:
        rows: list[int] = []
        row, _ = self._bounds(sku, channel)
        while row >= 0:
            rows.append(row)
            row = int(self.following[row])
        return np.array(rows, dtype=np.int64)

    def rows_of(self, sku: int) -> NDArray[np.int64]:
        """Entry rows of a SKU, (n,), ascending: in the order in which they came."""
        if sku >= len(self.first):
            return np.zeros(0, dtype=np.int64)
        rows = [self._rows_on(sku, channel) for channel in (-1, *self._channels.get(sku, ()))]
        return np.sort(np.concatenate(rows))

    def firsts(
        self, sku: NDArray[np.int32], channel: NDArray[np.int32]
    ) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
        """The first entry for every channel, and that for the offer's own alone, of offers by SKU
        and channel, (n,); −1 where there is none.
        """
        everywhere = filled(len(sku), -1)
        met = sku < len(self.first)
        everywhere[met] = self.first[sku[met]]
        beside = filled(len(sku), -1)
        if self._ends:
            ends = map(self._ends.get, zip(sku.tolist(), channel.tolist(), strict=True))
            beside[:] = [-1 if found is None else found[0] for found in ends]
        return everywhere, beside
