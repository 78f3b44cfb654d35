"""What is left to sell: the last count of each offer, less what was sold since."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray

from online_models.catalogue import ALWAYS
from online_models.columns import Columns

UNKNOWN = -1


class Levels(Columns):
    """One row per offer: units on hand (−1 unknown), and the event time of the last count."""

    FIELDS = {"on_hand": (np.int64, UNKNOWN), "counted_at": (np.int64, ALWAYS)}
    on_hand: NDArray[np.int64]
    counted_at: NDArray[np.int64]


class Stock:
    """Stock of one partition's offers.

    A count names a location or none; the level of an offer is the sum over its locations. Sales
    reduce it at the next tick, and only those that happened after the count, so the level does not
    depend on how the journal was cut into batches.
    """

    def __init__(self) -> None:
        self.levels = Levels()
        self._locations: dict[int, dict[str, int]] = {}
        self._inbound: dict[int, dict[str, list[tuple[int, int]]]] = {}
        self._sold: list[tuple[NDArray[np.int64], NDArray[np.int64], NDArray[np.int64]]] = []

    def grow(self, offers: int) -> None:
        """Make room for new offers."""
        self.levels.grow(offers)

    @property
    def on_hand(self) -> NDArray[np.int64]:
        """Units on hand per offer, −1 where no count was ever seen."""
        return self.levels.on_hand

    def inbound(self, row: int) -> list[tuple[int, int]]:
        """(quantity, expected at) of what is on its way to an offer, soonest first."""
        places = self._inbound.get(row, {})
        return sorted((entry for entries in places.values() for entry in entries), key=_expected)

    def count(
        self, row: int, location: str, units: int, time: int, inbound: list[tuple[int, int]]
    ) -> bool:
        """Take down a count; False where a later one of that offer is already known."""
        if time < self.levels.counted_at[row]:
            return False
        places = self._locations.setdefault(row, {})
        places[location] = max(units, 0)
        self.levels.on_hand[row] = sum(places.values())
        self.levels.counted_at[row] = time
        self._inbound.setdefault(row, {})[location] = inbound
        return True

    def sold(
        self, rows: NDArray[np.int64], units: NDArray[np.int64], times: NDArray[np.int64]
    ) -> None:
        """Remember sales (negative: returned to stock) until the next tick."""
        self._sold.append((rows, units, times))

    def settle(self) -> NDArray[np.int64]:
        """Take the remembered sales off the levels; returns the offers that changed, ascending."""
        if not self._sold:
            return np.zeros(0, dtype=np.int64)
        rows, units, times = (np.concatenate(part) for part in zip(*self._sold, strict=True))
        self._sold.clear()
        levels = self.levels
        counts = (levels.on_hand[rows] >= 0) & (times > levels.counted_at[rows])
        rows, units = rows[counts], units[counts]
        np.subtract.at(levels.on_hand, rows, units)
        changed = np.unique(rows)
        levels.on_hand[changed] = np.maximum(levels.on_hand[changed], 0)
        for row in changed.tolist():
            self._share(row)
        return changed

    def _share(self, row: int) -> None:
        """Bring the locations down to the level: sales do not say where they were served from."""
        places = self._locations[row]
        surplus = sum(places.values()) - int(self.levels.on_hand[row])
        for location in sorted(places):
            taken = min(places[location], surplus) if surplus > 0 else surplus
            places[location] -= taken
            surplus -= taken
            if surplus == 0:
                break

    def snapshot(self) -> dict[str, Any]:
        """Levels and places as plain values."""
        return {
            "levels": self.levels.snapshot(),
            "locations": [[row, places] for row, places in self._locations.items()],
            "inbound": [[row, places] for row, places in self._inbound.items()],
            "sold": [list(part) for part in self._sold],
        }

    @classmethod
    def restore(cls, snapshot: Mapping[str, Any]) -> Stock:
        """The inverse of `snapshot`."""
        stock = cls()
        stock.levels = Levels.restore(snapshot["levels"])
        stock._locations = {row: dict(places) for row, places in snapshot["locations"]}
        stock._inbound = {
            row: {place: [tuple(entry) for entry in entries] for place, entries in places.items()}
            for row, places in snapshot["inbound"]
        }
        stock._sold = [tuple(part) for part in snapshot["sold"]]
        return stock


def _expected(entry: tuple[int, int]) -> tuple[int, int]:
    return entry[1], entry[0]
