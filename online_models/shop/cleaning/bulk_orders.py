"""A pallet bought once: the sale is a fact, but no measure of demand."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from online_models.persistence.kinds import Part
from online_models.persistence.saved import Saved
from online_models.shop.cleaning.common_scale import CommonScale
from online_models.shop.cleaning.detector import Findings, Money
from online_models.shop.cleaning.evidence import JudgedLines

Ints = NDArray[np.int64]


class BulkOrderDetector:
    """Order lines of far more units than the offer's lines have.

    Rule: more than 20 times the usual quantity (a discounted geometric mean), and more than six
    standard deviations of its logarithm. The line counts as one of usual size, its price (bulk has
    prices of its own) not at all. An offer that sells in bulk now and then is no exception to
    itself: once about a twelfth of its lines are large, they are usual.
    """

    kind = "anomalous_order"
    name = "bulk_orders"

    SAVED = Saved(scale=Part(), findings=Part())

    def __init__(self) -> None:
        self.scale = CommonScale()
        self.findings = Findings()

    def grow(self, rows: int) -> None:
        """Make room for new offers."""
        self.scale.rows.grow(rows)
        self.findings.grow(rows)

    def judge(self, lines: JudgedLines) -> None:
        """Mark bulk lines."""
        bulk = self._bulk(lines.offer, lines.quantity, True)
        if bulk.any():
            rows, quantity = lines.offer[bulk], lines.quantity[bulk]
            lines.excess[bulk] = quantity - self.scale.rows.usual_size(rows)
            lines.priced[bulk] = False
            self.findings.note(rows, quantity)

    def corrected(self, offer: Ints, quantity: Ints) -> Ints:
        """The excess that cancelled or returned lines take back, (n,)."""
        bulk = self._bulk(offer, quantity, False)
        return np.where(bulk, quantity - self.scale.rows.usual_size(offer), 0)

    def _bulk(self, offer: Ints, quantity: Ints, count: bool) -> NDArray[np.bool_]:
        far = self.scale.rows.far(offer, quantity, count)
        if far.any():
            far &= quantity > self.scale.rows.usual_size(offer)
        return far

    def settle(self, now: int, prices: Ints) -> None:
        """Renew what is usual."""
        del now, prices
        self.scale.settle()

    def describe(
        self, row: int, number: int, value: int, money: Money
    ) -> tuple[str, dict[str, Any]]:
        """The alert."""
        del money
        usual = int(self.scale.rows.usual_size(np.array([row]))[0])
        orders = "an order" if number == 1 else f"{number} orders, the last one"
        message = f"{orders} of {value:,} units, where {usual:,} is usual, will not be learnt from"
        return message, {"orders": number, "quantity": value, "usual_quantity": usual}
