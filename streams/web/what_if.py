"""What an offer would sell and earn at other prices, from what its last decision says."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from math import exp, log
from typing import Any, NamedTuple

from schemas.values.money import minor_digits, to_minor, to_text
from streams.web.words.figures import Figures
from streams.web.words.reasons import rule

#: Standard deviations of the central 90 % of a normal distribution, and of 95 %.
NINETY = 1.6449
NINETY_FIVE = 1.96
#: Half and twice the price in force: beyond, the pricer's elasticity changes no more. Its own rule
#: is compiled, and a console loads no compiler.
REACH = log(2.0)
#: The demand models know nothing of prices that far away.
FURTHEST = 10


class Range(NamedTuple):
    """An expectation with its central 90 %."""

    mean: float
    lower: float
    upper: float


class PriceBound(NamedTuple):
    """A rule that bounds the price: what it says, and the amounts in minor units."""

    text: str
    low: int | None
    high: int | None

    def allows(self, price: int) -> bool:
        """Whether a price keeps it."""
        return (self.low is None or price >= self.low) and (self.high is None or price <= self.high)


@dataclass(frozen=True)
class WhatIfCurve:
    """The pricer's curve through the units expected at the price in force.

    base: that price, minor units. units: expected there over the policy's horizon. elasticity,
    deviation: of units to the price. bend: change of the elasticity by log price. spread: lower and
    upper units there as shares of `units`. stock: all that there is to sell, where that sells out
    at the price in force; None otherwise.
    """

    currency: str
    base: int
    units: float
    elasticity: float
    deviation: float
    bend: float
    spread: tuple[float, float]
    tax_rate: float
    cost: float
    fee_rate: float
    fee_fixed: float
    limits: tuple[PriceBound, ...]
    stock: float | None = None

    def sold(self, price: float) -> Range:
        """Units over the horizon at a price in minor units.

        The level's and the slope's errors are taken to add up, which errs on the wide side. Where
        the stock sells out anyway, a lower price sells no more of it, and a higher one may still
        sell all: how many more would have been bought is not known.
        """
        x = log(price / self.base)
        inside = min(max(x, -REACH), REACH)
        expected = self.elasticity * x + self.bend * inside * (x - 0.5 * inside)
        width = NINETY * self.deviation * x
        mean, *ends = (exp(logs) for logs in (expected, expected - width, expected + width))
        low, high = self.spread
        if self.stock is not None:
            least, mean = (min(1.0, share) for share in (min(ends), mean))
            return Range(self.stock * mean, self.stock * least, self.stock)
        return Range(
            self.units * mean,
            self.units * low * min(ends),
            self.units * high * max(ends),
        )

    def unit_profit(self, price: float) -> float:
        """What one unit leaves after tax, cost and fees, in minor units."""
        return price / (1 + self.tax_rate) - self.cost - self.fee_rate * price - self.fee_fixed

    def profit(self, price: float) -> Range:
        """Profit over the horizon, in minor units."""
        each = self.unit_profit(price)
        mean, low, high = (units * each for units in self.sold(price))
        return Range(mean, min(low, high), max(low, high))

    def broken(self, price: int) -> list[str]:
        """The rules that a price would break."""
        return [limit.text for limit in self.limits if not limit.allows(price)]

    @property
    def legal(self) -> tuple[int | None, int | None]:
        """The lowest and the highest price that all rules allow, None where none bounds it."""
        lows = [limit.low for limit in self.limits if limit.low is not None]
        highs = [limit.high for limit in self.limits if limit.high is not None]
        return max(lows, default=None), min(highs, default=None)


def demand_curve(
    row: Mapping[str, Any], decision: Mapping[str, Any], figures: Figures
) -> WhatIfCurve | None:
    """The curve of an offer's row and last decision; None where no model has spoken yet, or where
    the offer has never sold: what a model takes from other products is no expectation of it.
    """
    if row["observed_at"] is None:
        return None
    slope = _slope(row, decision)
    kept = decision.get("expected_kept") or decision.get("expected")
    currency, before = decision["currency"], decision["previous_price"] or decision["price"]
    base = to_minor(before, currency)
    if slope is None or kept is None or not kept["units"] or base <= 0 or row["cost"] is None:
        return None
    profit, lower, upper = (float(kept[name]) for name in ("profit", "lower", "upper"))
    spread = (max(0.0, lower / profit), upper / profit) if profit > 0 else (1.0, 1.0)
    return WhatIfCurve(
        currency,
        base,
        float(kept["units"]),
        *slope,
        spread,
        row["tax_rate"] or 0.0,
        row["cost"],
        row["fee_rate"] or 0.0,
        row["fee_fixed"] or 0,
        tuple(_limits(decision, figures)),
        float(kept["units"]) if lower == upper and profit else None,
    )


def _slope(
    row: Mapping[str, Any], decision: Mapping[str, Any]
) -> tuple[float, float, float] | None:
    """Elasticity, its standard deviation, and its change by log price."""
    for step in decision["explanation"]:
        detail = step["detail"] if isinstance(step["detail"], Mapping) else {}
        if detail.get("elasticity") is not None:
            names = "elasticity", "elasticity_deviation", "elasticity_change"
            slope, deviation, bend = (float(detail.get(name) or 0.0) for name in names)
            return slope, deviation, bend
    if row["elasticity"] is None:
        return None
    return row["elasticity"], (row["elasticity_upper"] - row["elasticity"]) / NINETY_FIVE, 0.0


def _limits(decision: Mapping[str, Any], figures: Figures) -> list[PriceBound]:
    currency = decision["currency"]
    found = []
    for step in decision["explanation"]:
        detail = step["detail"] if isinstance(step["detail"], Mapping) else {}
        low, high = (
            None if detail.get(name) is None else to_minor(detail[name], currency)
            for name in ("minimum", "maximum")
        )
        if low is not None or high is not None:
            found.append(PriceBound(rule(step["rule"], detail, figures, currency), low, high))
    return found


def asked(curve: WhatIfCurve, price: str) -> dict[str, Any]:
    """What a price would bring, as the API tells it; ValueError where it makes no sense."""
    minor, currency = to_minor(price, curve.currency), curve.currency
    if not 0 < minor <= FURTHEST * curve.base:
        raise ValueError(f"it must be above zero, and within {FURTHEST} times the present one")
    units, profit, broken = curve.sold(minor), curve.profit(minor), curve.broken(minor)
    return {
        "currency": currency,
        "price": to_text(minor, currency),
        "units": units.mean,
        "units_lower": units.lower,
        "units_upper": units.upper,
        "profit": whole(profit.mean, currency),
        "profit_lower": whole(profit.lower, currency),
        "profit_upper": whole(profit.upper, currency),
        "units_now": curve.units,
        "profit_now": whole(curve.profit(curve.base).mean, currency),
        "allowed": not broken,
        "limits": broken,
    }


def whole(minor: float, currency: str) -> str:
    """Minor units as plain decimal text, for a record."""
    digits = minor_digits(currency)
    return f"{minor / 10**digits:.{digits}f}"
