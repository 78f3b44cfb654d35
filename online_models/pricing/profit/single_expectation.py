"""What prices of a few offers are expected to bring, in plain Python numbers.

To the bit what `outlook` and `unit_profit` say of arrays: every operation is theirs, in their
order. For one offer, NumPy's calls cost many times what they compute.
"""

from __future__ import annotations

from math import sqrt

from online_models.numerics.elementary import exp_one, log_one
from online_models.pricing.context.situation import DecisionContext, Ints
from online_models.pricing.profit.objective import LARGEST_LOG, NINETY, span
from online_models.pricing.trace.steps import MoneyTexts
from online_models.shop.catalogue import PPM

#: Forecasts beyond any amount are cut to it; they could not be written.
LARGEST = 1e15


def singly_expected(
    situation: DecisionContext, new: Ints, kept: Ints, money: MoneyTexts
) -> tuple[list[bytes], list[bytes]]:
    """`expected`, one by one."""
    over, curves = span(situation), situation.curves
    columns = (
        new,
        kept,
        over.days,
        over.stock,
        situation.tax_ppm,
        situation.fee_ppm,
        situation.fee_fixed + situation.cost,
        curves.anchor_price,
        curves.log_rate,
        curves.elasticity,
        curves.log_rate_variance,
        curves.covariance,
        curves.elasticity_variance,
    )
    at_new, at_kept = [], []
    for price, before, *terms in zip(*[column.tolist() for column in columns], strict=True):
        at_new.append(_told(money, price, *terms))
        at_kept.append(at_new[-1] if before == price else _told(money, before, *terms))
    return at_new, at_kept


def _told(
    money: MoneyTexts,
    amount: int,
    days: float,
    stock: float,
    tax_ppm: int,
    fee_ppm: int,
    fixed: int,
    anchor: float,
    log_rate: float,
    elasticity: float,
    log_rate_variance: float,
    covariance: float,
    elasticity_variance: float,
) -> bytes:
    price = float(amount)
    x = log_one(price) - log_one(anchor)
    log_units = elasticity * x + log_rate
    slope = 2.0 * covariance + elasticity_variance * x
    width = NINETY * sqrt(max(log_rate_variance + slope * x, 0.0))
    logs = log_units + 0.5 * log_rate_variance, log_units - width, log_units + width
    units, low, high = [min(exp_one(min(log, LARGEST_LOG)) * days, stock) for log in logs]
    share = PPM / float(PPM + tax_ppm)
    margin = price * (share - fee_ppm / PPM) - float(fixed)
    lower, upper = sorted((_minor(margin * low), _minor(margin * high)))
    return b'{"units":%.6g,"revenue":%b,"profit":%b,"lower":%b,"upper":%b}' % (
        units,
        money[_minor(price * share * units)],
        money[_minor(margin * units)],
        money[lower],
        money[upper],
    )


def _minor(amount: float) -> int:
    return round(min(max(amount, -LARGEST), LARGEST))
