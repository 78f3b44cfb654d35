"""What a closed window says of demand: units, views, and what was shown, at each offer."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from online_models.shop.listing import Listing
from online_models.windows.demand_windows import ClosedWindow, averages
from online_models.windows.price_evidence import Belief, Contradictions, PriceEvidence
from online_models.windows.signals import ATTRIBUTES, Signal, WindowSums
from schemas.values.instants import DAY

Ints = NDArray[np.int64]
Floats = NDArray[np.float64]


class ClosedWindows(NamedTuple):
    """Columns of `Observations`, (n,): one row per offer on sale or seen in a window."""

    offer: Ints
    start: int
    units: Floats
    length: int
    views: Ints
    price: Floats
    competitor_price: Floats
    competitor_mean: Floats
    promotion: Floats
    promoted: Floats
    attributes: Floats
    available: Floats
    stocked_out: NDArray[np.bool_]
    orders: Ints
    exploration: Floats

    @property
    def days(self) -> Floats:
        """Days in stock."""
        share: Floats = np.minimum(np.maximum(self.available, 0.0), 1.0)
        return self.length / DAY * share


def observe(
    closed: ClosedWindow,
    later: list[WindowSums],
    listing: Listing,
    evidence: PriceEvidence,
    belief: Belief,
) -> tuple[ClosedWindows, Contradictions]:
    """Every priced offer that was on sale or seen in the window, with the price that it showed
    (`PriceEvidence.shown`), and where that was another than the one in force; `listing` and
    `evidence` move on. `later`: the open windows after it.
    """
    sums, length_ms = closed.sums, closed.length_ms
    # more was returned than the log knows to have been sold: orders from before it began
    np.maximum(sums.units, 0, out=sums.units)
    on_sale = sums.area[:, Signal.ON_SALE]
    seen = (on_sale > 0) | (sums.units != 0) | (sums.views != 0)
    rows = np.flatnonzero(seen & listing.priced & closed.counted)
    mean, present = averages(sums, rows)
    believed = np.where(present, mean[:, Signal.PRICE], np.nan)
    shown, contradictions = evidence.shown(rows, sums, believed, later, listing, belief)
    on_sale = on_sale[rows]
    available = sums.area[rows, Signal.AVAILABLE] / length_ms
    # what a bulk order or a bot adds is a fact, and no demand
    units = (sums.units[rows] - np.maximum(sums.excess[rows], 0)).astype(np.float64)
    # sold although the stock record said none: the record was late, the units are real
    available = np.where((units > 0) & (available <= 0), on_sale / length_ms, available)
    drawn = shown.as_believed & (mean[:, Signal.DRAWN] > 0.5)
    windows = ClosedWindows(
        rows,
        closed.start_ms,
        units,
        length=length_ms,
        views=sums.views[rows] - sums.ignored[rows],
        price=shown.price,
        competitor_price=mean[:, Signal.COMPETITOR_LOWEST],
        competitor_mean=mean[:, Signal.COMPETITOR_MEAN],
        promotion=mean[:, Signal.DEPTH],
        promoted=mean[:, Signal.PROMOTED],
        attributes=mean[:, Signal.ATTRIBUTE : Signal.ATTRIBUTE + ATTRIBUTES].copy(),
        available=available,
        stocked_out=sums.area[rows, Signal.AVAILABLE] < on_sale,
        orders=sums.lines[rows],
        # a window in which the pricer drew for part of the time only speaks of that part
        exploration=np.where(drawn, mean[:, Signal.DEVIATION], np.nan),
    )
    return windows, contradictions
