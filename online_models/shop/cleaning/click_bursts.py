"""Traffic counted beforehand that is far above the offer's own: a bot, or a counter gone wild."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from online_models.persistence.kinds import Part
from online_models.persistence.saved import Saved
from online_models.shop.cleaning.common_scale import CommonScale
from online_models.shop.cleaning.detector import Findings, Money
from online_models.shop.cleaning.evidence import JudgedClicks

Ints = NDArray[np.int64]


class ClickBursts:
    """Records of far more clicks than the offer's records have.

    Rule: more than 20 times the usual count, and more than six standard deviations of its
    logarithm. The record counts as one of usual size.
    """

    kind = "click_burst"
    name = "click_bursts"

    SAVED = Saved(scale=Part(), findings=Part())

    def __init__(self) -> None:
        self.scale = CommonScale()
        self.findings = Findings()

    def grow(self, rows: int) -> None:
        """Make room for new offers."""
        self.scale.rows.grow(rows)
        self.findings.grow(rows)

    def judge(self, clicks: JudgedClicks) -> None:
        """Mark bursts."""
        burst = self.scale.rows.far(clicks.offer, clicks.count)
        if burst.any():
            rows, count = clicks.offer[burst], clicks.count[burst]
            surplus = np.maximum(count - self.scale.rows.usual_size(rows), 0)
            clicks.ignored[burst] = np.maximum(clicks.ignored[burst], surplus)
            self.findings.note(rows[surplus > 0], count[surplus > 0])

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
        records = "a record" if number == 1 else f"{number} records, the last one"
        message = (
            f"{records} of {value:,} clicks, where {usual:,} is usual, will not be learnt from"
        )
        return message, {"records": number, "clicks": value, "usual_clicks": usual}
