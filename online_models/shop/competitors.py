"""What competitors ask: the last word of each competitor per SKU, as a padded matrix."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from online_models.numerics.columns import Columns, column
from online_models.persistence.kinds import Part
from online_models.persistence.saved import Saved
from online_models.shop.catalogue import ALWAYS, NEVER, Interner
from schemas.values.instants import DAY

#: Most SKUs are watched at a handful of competitors; the matrix doubles where one has more.
FIRST_WIDTH = 4
#: No product has more honest competitors; past it a new one takes the place of the stalest entry,
#: of one that is not proven where there is any.
MOST_COMPETITORS = 128
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

    `slots` (shape (SKUs, width), int32) holds entry rows, −1 where there is none: gather
    `entries.price[slots[sku]]` and mask with `slots[sku] >= 0`.
    """

    SAVED = Saved(entries=Part(), names=Part())
    DERIVED = ("slots", "filled", "_index")

    def __init__(self, own_names: frozenset[str] = frozenset()) -> None:
        self.own_names = frozenset(name.strip().casefold() for name in own_names)
        self.names = Interner()
        self.entries = CompetitorEntries()
        self.slots: NDArray[np.int32] = np.full((0, FIRST_WIDTH), -1, dtype=np.int32)
        self.filled: NDArray[np.int32] = np.zeros(0, dtype=np.int32)
        self._index: dict[tuple[int, int, int], int] = {}

    def entry(self, sku: int, competitor: str, channel: int) -> int:
        """The row of an entry, added where it is new (and then to be filled by the caller)."""
        if competitor not in self.names.index:
            self._forget_names()
        name = self.names.id(competitor)
        key = (sku, name, channel)
        row = self._index.get(key)
        if row is None:
            full = sku < len(self.filled) and self.filled[sku] == MOST_COMPETITORS
            row = self._index[key] = self._stalest(sku) if full else self.entries.size
            self.entries.grow(row + 1)
            self.entries.sku[row] = sku
            self.entries.competitor[row] = name
            self.entries.channel[row] = channel
            self.entries.own[row] = self._is_own(competitor)
            self.entries.time[row] = ALWAYS
            self.entries.since[row] = NOT_YET
            if not full:
                self._place(sku, row)
        return row

    def entries_of(
        self, skus: Sequence[int], competitors: Sequence[str], channels: Sequence[int]
    ) -> list[int]:
        """`entry` of each of distinct SKUs, the new ones added in their order."""
        names: list[Any] = list(map(self.names.index.get, competitors))
        keys: list[Any] = list(zip(skus, names, channels, strict=True))
        rows: list[Any] = list(map(self._index.get, keys))
        new = [i for i, row in enumerate(rows) if row is None]
        known = max(skus, default=0) < len(self.filled)
        if None in names or not known or (self.filled[list(skus)] == MOST_COMPETITORS).any():
            return list(map(self.entry, skus, competitors, channels))
        first = self.entries.size
        self.entries.grow(first + len(new))
        for row, i in enumerate(new, start=first):
            rows[i] = self._index[keys[i]] = row
            self._place(skus[i], row)
        fresh = self.entries
        fresh.sku[first:] = [skus[i] for i in new]
        fresh.competitor[first:] = [names[i] for i in new]
        fresh.channel[first:] = [channels[i] for i in new]
        fresh.own[first:] = [self._is_own(competitors[i]) for i in new]
        return rows

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

    def _stalest(self, sku: int) -> int:
        """The entry of a SKU that was seen longest ago, of the unproven ones if there are any:
        it is given up.
        """
        rows, entries = self.slots[sku], self.entries
        proven = entries.since[rows] + PROVEN_MS <= entries.time[rows]
        row = int(rows[np.lexsort((entries.time[rows], proven))[0]])
        del self._index[sku, int(entries.competitor[row]), int(entries.channel[row])]
        return row

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
            self._place(key[0], row)

    def _place(self, sku: int, row: int) -> None:
        if sku >= len(self.slots):
            rows = max(sku + 1, 2 * len(self.slots), 64)
            slots = np.full((rows, self.slots.shape[1]), -1, dtype=np.int32)
            slots[: len(self.slots)] = self.slots
            self.slots = slots
            self.filled = np.concatenate(
                [self.filled, np.zeros(rows - len(self.filled), dtype=np.int32)]
            )
        place = int(self.filled[sku])
        if place == self.slots.shape[1]:
            self.slots = np.pad(self.slots, ((0, 0), (0, place)), constant_values=-1)
        self.slots[sku, place] = row
        self.filled[sku] += 1

    def rows_of(self, skus: NDArray[np.integer[Any]]) -> NDArray[np.int32]:
        """Entry rows of each SKU, shape (n, width), −1 where there is none."""
        if not len(self.slots):
            return np.full((len(skus), 1), -1, dtype=np.int32)
        inside = skus < len(self.slots)
        rows: NDArray[np.int32] = self.slots[np.where(inside, skus, 0)]
        return rows if inside.all() else np.where(inside[:, None], rows, np.int32(-1))
