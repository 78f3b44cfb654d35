"""What a price is expected to bring over the objective's horizon."""

from __future__ import annotations

from typing import Any

import numpy as np

from online_models.columns import FEW
from online_models.pricing.economics import net_share, unit_profit
from online_models.pricing.objective import outlook, span
from online_models.pricing.sheet import Sheet
from online_models.pricing.single_expectation import LARGEST, singly_expected
from online_models.pricing.situation import Floats, Ints, Situation
from online_models.pricing.trace import MoneyTexts


def expected(
    situation: Situation, new: Ints, kept: Ints, money: MoneyTexts
) -> tuple[list[bytes], list[bytes]]:
    """JSON of units, revenue (net of tax), profit and its 90 % interval, at the new and the kept
    prices, minor units, (n,) each.

    The interval is that of the posterior of the rate; a day's luck is not in it.
    """
    if len(new) <= FEW:
        return singly_expected(situation, new, kept, money)
    at = np.stack([new, kept], axis=1).astype(np.float64)
    sold = outlook(situation, at, span(situation))
    margin = unit_profit(situation, at)
    revenue = _minor(at * net_share(situation)[:, None] * sold.units)
    profit = _minor(margin * sold.units)
    one, other = _minor(margin * sold.lower), _minor(margin * sold.upper)
    lower, upper = np.minimum(one, other), np.maximum(one, other)

    def told(rows: Any, k: int) -> list[bytes]:
        units = list(map(b"%.6g".__mod__, sold.units[rows, k].tolist()))
        sheet = Sheet()
        sheet.say(b'{"units":')
        sheet.put(units)
        columns = {"revenue": revenue, "profit": profit, "lower": lower, "upper": upper}
        for name, amounts in columns.items():
            sheet.say(f',"{name}":'.encode())
            sheet.put(money.of(amounts[rows, k]))
        sheet.say(b"}")
        return list(sheet.records())

    at_new = told(slice(None), 0)
    at_kept = at_new.copy()
    # most prices stay, and are not to be told twice
    moved = (new != kept).nonzero()[0]
    if len(moved):
        for place, text in zip(moved.tolist(), told(moved, 1), strict=True):
            at_kept[place] = text
    return at_new, at_kept


def _minor(amount: Floats) -> Ints:
    return np.rint(np.minimum(np.maximum(amount, -LARGEST), LARGEST)).astype(np.int64)
