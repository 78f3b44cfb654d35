"""Money that cannot be: a price of 0.01 at an item of 10.00, cents taken for euros."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from online_models.numerics.special import log
from online_models.persistence.kinds import Array, Part
from online_models.persistence.saved import Saved
from online_models.shop.cleaning.detector import Findings, Money
from online_models.shop.cleaning.evidence import JudgedClicks, JudgedLines
from online_models.shop.cleaning.log_scale import LogScale

Ints = NDArray[np.int64]

#: How surely the first price known of an offer says what customers will pay: standard deviation
#: of a logarithm.
FIRST_PRICE_DEVIATION = 0.5


class _Prices:
    """Prices that somebody reports of an offer, against those before and the first one in force.

    Rule: a factor of 20 from the usual, and six standard deviations of the logarithm. What is sold
    counts; what it is said to have cost does not.
    """

    kind = "impossible_price"
    source = ""

    SAVED = Saved(scale=Part(), first=Array(np.int64, None), findings=Part())

    def __init__(self) -> None:
        self.scale = LogScale()
        self.first: Ints = np.zeros(0, np.int64)
        self.findings = Findings()

    def grow(self, rows: int) -> None:
        """Make room for new offers."""
        if rows > len(self.first):
            self.first = np.append(self.first, np.full(rows - len(self.first), -1))
            self.scale.grow(rows)
            self.findings.grow(rows)

    def doubt(self, offer: Ints, price: Ints) -> NDArray[np.bool_]:
        """Which prices cannot be, (n,)."""
        far = self.scale.far(offer, price)
        if far.any():
            self.findings.note(offer[far], price[far])
        return far

    def settle(self, now: int, prices: Ints) -> None:
        """Renew what is usual, and take down first prices."""
        del now
        touched = self.scale.merge()
        unknown = np.flatnonzero(self.first < 0)
        if len(unknown):
            self.first[unknown] = prices[unknown]
            touched = np.union1d(touched, unknown[self.first[unknown] >= 0])
        touched = touched[self.first[touched] >= 0]
        if len(touched):
            usual = log(np.maximum(self.first[touched], 1).astype(np.float64))
            self.scale.bound(touched, usual, FIRST_PRICE_DEVIATION)

    def describe(
        self, row: int, number: int, value: int, money: Money
    ) -> tuple[str, dict[str, Any]]:
        """The alert."""
        usual = money(int(self.scale.usual_size(np.array([row]))[0]))
        said = money(value)
        message = f"{self.source} a price of {said}, where {usual} is usual: it is not believed"
        return message, {"records": number, "price": said, "usual_price": usual}


class PaidPrices(_Prices):
    """Unit prices of order lines."""

    name = "paid_prices"
    source = "an order tells"

    def judge(self, lines: JudgedLines) -> None:
        """Mark prices that cannot be."""
        lines.priced &= ~self.doubt(lines.offer, lines.price)


class ImpossibleShownPrices(_Prices):
    """Prices that clicks say were shown."""

    name = "shown_prices"
    source = "a click tells"

    def judge(self, clicks: JudgedClicks) -> None:
        """Mark prices that cannot be."""
        priced = np.flatnonzero(clicks.priced)
        if len(priced):
            clicks.priced[priced] = ~self.doubt(clicks.offer[priced], clicks.price[priced])
