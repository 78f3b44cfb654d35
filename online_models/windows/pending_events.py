"""Orders and clicks that wait to be added up.

Nothing reads their sums before the next barrier. So they wait until then: what would be dozens of
passes over an event or two each is one over hundreds.
"""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

Ints = NDArray[np.int64]


class PendingOrders(NamedTuple):
    """Order lines: offer row, status, ms, units, unit price, hash of the order's id, and whether
    the buyer is of no segment with prices of its own, (n,).
    """

    offer: Ints
    status: NDArray[np.int8]
    time: Ints
    units: Ints
    price: Ints
    order: Ints
    public: NDArray[np.bool_]

    def take(self, chosen: NDArray[np.intp]) -> PendingOrders:
        """The lines at some places."""
        return PendingOrders(*_taken(self, chosen))


class PendingClicks(NamedTuple):
    """Clicks: offer row, action, ms, number, price shown (−1: none), and whose they are, (n,)."""

    offer: Ints
    action: NDArray[np.int8]
    time: Ints
    number: Ints
    price: Ints
    person: Ints


class PendingEvents:
    """What waits, in the order of the events."""

    def __init__(self) -> None:
        self._orders: list[PendingOrders] = []
        self._clicks: list[PendingClicks] = []
        self._size = 0

    def __len__(self) -> int:
        return self._size

    def order(self, orders: PendingOrders) -> None:
        """Let order lines wait."""
        self._orders.append(orders)
        self._size += len(orders.offer)

    def click(self, clicks: PendingClicks) -> None:
        """Let clicks wait."""
        self._clicks.append(clicks)
        self._size += len(clicks.offer)

    def drain(self) -> tuple[PendingOrders | None, PendingClicks | None]:
        """All that waits, None where nothing does; it waits no longer."""
        orders = PendingOrders(*_joined(self._orders)) if self._orders else None
        clicks = PendingClicks(*_joined(self._clicks)) if self._clicks else None
        self._orders, self._clicks, self._size = [], [], 0
        return orders, clicks


def _taken(columns: PendingOrders, chosen: NDArray[np.intp]) -> list[NDArray[Any]]:
    return [column[chosen] for column in columns]


def _joined(parts: list[PendingOrders] | list[PendingClicks]) -> list[NDArray[Any]]:
    if len(parts) == 1:
        return list(parts[0])
    return [np.concatenate(columns) for columns in zip(*parts, strict=True)]
