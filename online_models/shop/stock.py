"""What is left to sell: the last count of each offer, less what was sold since."""

from __future__ import annotations

from collections.abc import Iterable
from itertools import chain
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from online_models.numerics.columns import Columns, column
from online_models.persistence.kinds import Array, Items, Part, Together
from online_models.persistence.saved import Saved, attribute
from online_models.shop.catalogue import ALWAYS, NEVER
from schemas.values.instants import DAY, HOUR
from schemas.values.limits import LARGEST_COUNT

UNKNOWN = -1
#: ms in which what is sold is delivered again, where no delivery was seen.
FIRST_GAP = 7 * DAY
#: What arrives so soon, ms, belongs to the delivery before: places and parcels are counted one by
#: one.
LEAST_GAP = 2 * HOUR
#: A count that exceeds what was left by at least one in so many tells of a delivery; of less,
#: returns do, and sales that the warehouse hears of later.
LEAST_RISE = 10
#: Deliveries over which the time until they came is averaged.
REMEMBERED = 8


class StockColumns(Columns):
    """One row per offer: units on hand (−1 unknown), and the event time of the last count; how many
    deliveries the counts told of, since when something is sold that was not delivered again, and
    how long that lasted on average, ms.
    """

    on_hand: NDArray[np.int64] = column(np.int64, UNKNOWN)
    counted_at: NDArray[np.int64] = column(np.int64, ALWAYS)
    deliveries: NDArray[np.int64] = column(np.int64, 0, optional=True)
    short_since: NDArray[np.int64] = column(np.int64, NEVER, optional=True)
    delivery_gap: NDArray[np.int64] = column(np.int64, FIRST_GAP, optional=True)


class Delivery(NamedTuple):
    """(quantity, expected at) of what is on its way; `expected_at` in ms."""

    quantity: int
    expected_at: int


class StockCount(NamedTuple):
    """Units found at a place, and when (ms); `shared` ones serve every channel of the SKU."""

    units: int
    time: int
    inbound: tuple[Delivery, ...] = ()
    shared: bool = False


_INTS = Array(np.int64, None)


class Stock:
    """Stock of one partition's offers.

    A count names a location or none, and a channel or none (it then serves all); the level of an
    offer is the sum over the locations that serve it. Counts are remembered by SKU too, for offers
    that appear after them. Sales reduce a level at the next tick, and only those that happened
    after the last count, so the level does not depend on how the journal was cut into batches.
    They are served from what is the channel's own, then from what all channels share, which is then
    gone for the others too.
    """

    SAVED = Saved(
        levels=Part(),
        locations=attribute("_locations", dict[int, dict[str, StockCount]]),
        counted=attribute("_counted", dict[int, dict[tuple[str, str], StockCount]]),
        sold=attribute("_sold", Items(Together(_INTS, _INTS, _INTS))),
        skus=attribute("_skus", list[int]),
    )
    DERIVED = ("_siblings",)

    def __init__(self) -> None:
        self.levels = StockColumns()
        self._locations: dict[int, dict[str, StockCount]] = {}
        #: SKU of each row, and the rows of each SKU.
        self._skus: list[int] = []
        self._siblings: dict[int, list[int]] = {}
        #: SKU → (channel, "" for all, and location) → count, in order of arrival.
        self._counted: dict[int, dict[tuple[str, str], StockCount]] = {}
        self._sold: list[tuple[NDArray[np.int64], NDArray[np.int64], NDArray[np.int64]]] = []

    def set_back(self, now: int) -> None:
        """No count is from later than `now`, ms."""
        np.minimum(self.levels.counted_at, now, out=self.levels.counted_at)
        short = self.levels.short_since
        np.minimum(short, now, out=short, where=short != NEVER)
        for places in self._locations.values():
            for location, count in places.items():
                places[location] = count._replace(time=min(count.time, now))
        for known in self._counted.values():
            for place, count in known.items():
                known[place] = count._replace(time=min(count.time, now))

    def restored(self) -> None:
        """Find the rows of each SKU."""
        for row, sku in enumerate(self._skus):
            self._siblings.setdefault(sku, []).append(row)

    @property
    def on_hand(self) -> NDArray[np.int64]:
        """Units on hand per offer, −1 where no count was ever seen."""
        return self.levels.on_hand

    def appear(self, row: int, sku: int, channel: str) -> None:
        """Make room for a new offer, which takes over what was counted of its SKU."""
        self.levels.grow(row + 1)
        self._skus.append(sku)
        self._siblings.setdefault(sku, []).append(row)
        for (named, location), count in self._counted.get(sku, {}).items():
            if named in ("", channel):
                self._take(row, location, count)

    def inbound(self, row: int) -> list[tuple[int, int]]:
        """(quantity, expected at) of what is on its way to an offer, place by place."""
        places = self._locations.get(row, {})
        return list(chain.from_iterable(count.inbound for count in places.values()))

    def until_delivery(self, rows: NDArray[np.int64], now: NDArray[np.int64]) -> NDArray[np.int64]:
        """ms until the next delivery is to be expected by those that came, (n,): the mean time
        from a sale to the delivery after it, and no less than has passed since the first sale that
        is not delivered again. So a stock that sells and is not delivered has to last longer and
        longer. What does not sell need not be delivered: that tells nothing.
        """
        waited = np.maximum(now - self.levels.short_since[rows], 0)
        expected: NDArray[np.int64] = np.maximum(self.levels.delivery_gap[rows], waited)
        return expected

    def shared_units(self, row: int) -> int:
        """Units that an offer shares with the other channels of its product."""
        return sum(place.units for place in self._locations.get(row, {}).values() if place.shared)

    def count(
        self, sku: int, channel: str, location: str, count: StockCount, rows: Iterable[int]
    ) -> bool:
        """Take down a count that serves the offers `rows`; False where a later one is known."""
        known = self._counted.setdefault(sku, {})
        before = known.get((channel, location))
        if before is not None:
            if count.time < before.time:
                return False
            # the order of arrival decides between counts of one time: the newer goes to the end
            del known[channel, location]
        count = known[channel, location] = count._replace(shared=not channel)
        for row in rows:
            self._take(row, location, count)
        return True

    def _take(self, row: int, location: str, count: StockCount) -> None:
        places = self._locations.setdefault(row, {})
        before = places.get(location)
        if before is not None and count.time < before.time:
            return
        places[location] = count
        levels = self.levels
        self._add_up(row)
        if before is not None and count.units > before.units + before.units // LEAST_RISE:
            self._delivered(row, count.time)
        elif before is not None and count.units < before.units:
            levels.short_since[row] = min(levels.short_since[row], count.time)
        levels.counted_at[row] = max(levels.counted_at[row], count.time)

    def _delivered(self, row: int, time: int) -> None:
        """Take down that an offer was delivered."""
        levels = self.levels
        gap = time - int(levels.short_since[row])
        levels.short_since[row] = NEVER
        if gap >= LEAST_GAP:
            levels.deliveries[row] += 1
            number = min(int(levels.deliveries[row]), REMEMBERED)
            mean = int(levels.delivery_gap[row])
            levels.delivery_gap[row] = mean + (gap - mean) // number

    def _add_up(self, row: int) -> None:
        """The units of all places are an offer's, as many as a record can say."""
        units = sum(place.units for place in self._locations[row].values())
        self.levels.on_hand[row] = min(units, LARGEST_COUNT)

    def sold(
        self, rows: NDArray[np.int64], units: NDArray[np.int64], times: NDArray[np.int64]
    ) -> None:
        """Remember sales (negative: returned to stock) until the next tick."""
        if len(rows):
            self._sold.append((rows, units, times))

    def settle(self) -> NDArray[np.int64]:
        """Take the remembered sales off the levels; returns the offers that changed, ascending."""
        if not self._sold:
            return np.zeros(0, dtype=np.int64)
        rows, units, times = (np.concatenate(part) for part in zip(*self._sold, strict=True))
        self._sold.clear()
        levels = self.levels
        counts = (levels.on_hand[rows] >= 0) & (times > levels.counted_at[rows])
        net = np.zeros(levels.size, dtype=np.int64)
        np.add.at(net, rows[counts], units[counts])
        sales = counts & (units > 0)
        np.minimum.at(levels.short_since, rows[sales], times[sales])
        changed = dict.fromkeys(np.unique(rows[counts]).tolist())
        for row in list(changed):
            changed.update(dict.fromkeys(self._serve(row, int(net[row]))))
        for row in changed:
            self._add_up(row)
        return np.array(sorted(changed), dtype=np.int64)

    def _serve(self, row: int, units: int) -> list[int]:
        """Take units sold from (negative: return them to) the places of an offer: sales do not say
        where they were served from. Returns the other offers that shared them.
        """
        places = self._locations[row]
        others: dict[int, None] = {}
        for location in sorted(places, key=lambda name: (places[name].shared, name)):
            place = places[location]
            taken = min(place.units, units) if units > 0 else units
            places[location] = place._replace(units=place.units - taken)
            units -= taken
            if place.shared and taken:
                for other in self._siblings[self._skus[row]]:
                    theirs = self._locations.get(other, {}).get(location)
                    if other != row and theirs is not None and theirs.shared:
                        left = max(theirs.units - taken, 0)
                        self._locations[other][location] = theirs._replace(units=left)
                        others[other] = None
            if units == 0:
                break
        return list(others)
