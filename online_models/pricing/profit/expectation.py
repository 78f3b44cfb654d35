"""What a price is expected to bring over the objective's horizon."""

from __future__ import annotations

from typing import Any

import numpy as np

from online_models.numerics.columns import FEW
from online_models.pricing.context.situation import DecisionContext, Floats, Ints
from online_models.pricing.profit.economics import net_share, unit_profit
from online_models.pricing.profit.objective import outlook, span
from online_models.pricing.profit.single_expectation import LARGEST, singly_expected
from online_models.pricing.trace.sheet import Sheet
from online_models.pricing.trace.steps import MoneyTexts


def expected(
    situation: DecisionContext, new: Ints, kept: Ints, money: MoneyTexts
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
    revenue = at * net_share(situation)[:, None] * sold.units
    profit = margin * sold.units
    one, other = margin * sold.lower, margin * sold.upper
    lower, upper = np.minimum(one, other), np.maximum(one, other)
    digits = situation.terms.digits

    def told(rows: Any, k: int) -> list[bytes]:
        units = list(map(b"%.6g".__mod__, sold.units[rows, k].tolist()))
        sheet = Sheet()
        sheet.say(b'{"units":')
        sheet.put(units)
        columns = {"revenue": revenue, "profit": profit, "lower": lower, "upper": upper}
        for name, amounts in columns.items():
            sheet.say(f',"{name}":'.encode())
            sheet.put(_amounts(amounts[rows, k], digits))
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


def _amounts(minor: Floats, digits: int) -> list[bytes]:
    """JSON of forecasts in minor units: each is another, so that remembering them would not pay."""
    whole = np.rint(np.minimum(np.maximum(minor, -LARGEST), LARGEST))
    # a negative nothing is nothing
    whole += 0.0
    return list(map(b'"%%.%df"'.__mod__(digits).__mod__, (whole / 10**digits).tolist()))
