"""Which interval an order fell into, for as long as it can still be corrected."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray

Ints = NDArray[np.int64]


class OrderLog:
    """Lines of open intervals: (hash of the order, offer, interval), in order of arrival."""

    def __init__(self) -> None:
        self._parts: list[tuple[Ints, Ints, Ints]] = []

    def append(self, orders: Ints, offers: Ints, intervals: Ints) -> None:
        """Remember placed lines."""
        if len(orders):
            self._parts.append((orders, offers, intervals))

    def interval(self, order: int, offer: int) -> int | None:
        """The interval of the latest line of `order` at `offer`, or None where it is not known."""
        self._merge()
        for orders, offers, intervals in self._parts:
            found = np.flatnonzero((orders == order) & (offers == offer))
            if len(found):
                return int(intervals[found[-1]])
        return None

    def forget(self, closed: int) -> None:
        """Drop lines of intervals up to `closed`."""
        self._merge()
        for i, (orders, offers, intervals) in enumerate(self._parts):
            keep = intervals > closed
            self._parts[i] = orders[keep], offers[keep], intervals[keep]

    def _merge(self) -> None:
        if len(self._parts) > 1:
            orders, offers, intervals = zip(*self._parts, strict=True)
            self._parts = [
                (np.concatenate(orders), np.concatenate(offers), np.concatenate(intervals))
            ]

    def snapshot(self) -> dict[str, Any]:
        """The lines as three arrays."""
        self._merge()
        empty = np.zeros(0, dtype=np.int64)
        orders, offers, intervals = self._parts[0] if self._parts else (empty, empty, empty)
        return {"orders": orders, "offers": offers, "intervals": intervals}

    @classmethod
    def restore(cls, snapshot: Mapping[str, Any]) -> OrderLog:
        """The inverse of `snapshot`."""
        log = cls()
        log.append(snapshot["orders"], snapshot["offers"], snapshot["intervals"])
        return log
