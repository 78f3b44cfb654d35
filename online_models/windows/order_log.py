"""Which window an order fell into, for as long as it can still be corrected."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from online_models.persistence.kinds import Array, Items, Together
from online_models.persistence.saved import Saved, attribute

Ints = NDArray[np.int64]

#: No line of that order and offer is known.
NONE = -1
#: Spreads offers over 64 bits, so that (order, offer) becomes one key (Knuth's multiplier).
_SPREAD = np.int64(-7046029254386353131)


class OrderLog:
    """Lines of open windows, as sorted runs of (key of order and offer, window).

    A run is merged into the one before it once that is less than twice as long, so that a line is
    moved a logarithmic number of times, and a look-up is a few binary searches. Among equal keys
    the order of arrival is kept. Two of n lines share a key by chance n² / 2⁶⁵ of the time.
    """

    SAVED = Saved(
        runs=attribute("_runs", Items(Together(Array(np.int64, None), Array(np.int64, None)))),
    )

    def __init__(self) -> None:
        self._runs: list[tuple[Ints, Ints]] = []

    def append(self, orders: Ints, offers: Ints, windows: Ints) -> None:
        """Remember placed lines: hash of the order, offer row and window, each (n,)."""
        if not len(orders):
            return
        self._push(_sorted(keys(orders, offers), windows))
        while len(self._runs) > 1 and len(self._runs[-2][0]) < 2 * len(self._runs[-1][0]):
            self._merge()

    def windows(self, orders: Ints, offers: Ints) -> Ints:
        """The window of the latest line of each order at each offer, or NONE, shape (n,)."""
        wanted = keys(orders, offers)
        found = np.full(len(wanted), NONE, dtype=np.int64)
        for run, windows in self._runs:  # oldest first: a later line wins
            place = np.searchsorted(run, wanted, side="right") - 1
            hit = (place >= 0) & (run[place] == wanted)
            found[hit] = windows[place[hit]]
        return found

    def forget(self, closed: int) -> None:
        """Drop lines of windows up to `closed`."""
        runs, self._runs = self._runs, []
        for run, windows in runs:
            keep = windows > closed
            self._push((run[keep], windows[keep]))

    def _push(self, run: tuple[Ints, Ints]) -> None:
        if len(run[0]):
            self._runs.append(run)

    def _merge(self) -> None:
        newer, older = self._runs.pop(), self._runs.pop()
        both = (np.concatenate(parts) for parts in zip(older, newer, strict=True))
        self._push(_sorted(*both))


def keys(orders: Ints, offers: Ints) -> Ints:
    """One 64-bit key per (order, offer), shape (n,)."""
    mixed: Ints = orders ^ (offers * _SPREAD)
    return mixed


def _sorted(run: Ints, windows: Ints) -> tuple[Ints, Ints]:
    order = np.argsort(run, kind="stable")
    return run[order], windows[order]
