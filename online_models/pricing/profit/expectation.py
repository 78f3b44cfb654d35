"""What a price is expected to bring over the objective's horizon."""

from __future__ import annotations

from functools import cache
from math import sqrt
from typing import NamedTuple

import numpy as np

from online_models.demand.curves import bent_one
from online_models.numerics.arrays import finite
from online_models.numerics.compiled import compiled
from online_models.numerics.elementary import exp_one, log_one
from online_models.numerics.special import NINETY_PERCENT
from online_models.pricing.context.decision_context import DecisionContext, Flags, Floats, Ints
from online_models.pricing.profit.objective import LARGEST_LOG, span
from online_models.shop.catalogue import PPM

#: Forecasts beyond any amount are cut to it; they could not be written.
LARGEST = 1e15


class Terms(NamedTuple):
    """What the expectation of an offer rests on, (n,) each: see `Span`, `Deductions` and
    `DemandCurves`; `fixed` is the fee and cost of a unit.
    """

    days: Floats
    stock: Floats
    tax_ppm: Ints
    fee_ppm: Ints
    fixed: Ints
    anchor_price: Floats
    log_rate: Floats
    elasticity: Floats
    bend: Floats
    log_rate_variance: Floats
    covariance: Floats
    elasticity_variance: Floats


def expected(context: DecisionContext, new: Ints, kept: Ints) -> tuple[list[bytes], list[bytes]]:
    """JSON of units, revenue (net of tax), profit and its 90 % interval, at the new and the kept
    prices, minor units, (n,) each.

    The interval is that of the posterior of the rate, without what chance adds on a day. Where
    nothing of an offer's sales is learnt yet, it says that its basis is the prior.
    """
    over, curves = span(context), context.curves
    terms = Terms(
        over.days,
        over.stock,
        context.tax_ppm,
        context.fee_ppm,
        context.fee_fixed + context.cost,
        curves.anchor_price,
        curves.log_rate,
        curves.elasticity,
        curves.bend,
        curves.log_rate_variance,
        curves.covariance,
        curves.elasticity_variance,
    )
    digits = context.terms.digits
    at_new = _texts(forecasts(terms, new, np.arange(len(new))), digits, curves.age < 0.0)
    at_kept = at_new.copy()
    # most prices stay, and are not to be written twice
    changed = (new != kept).nonzero()[0]
    if len(changed):
        texts = _texts(forecasts(terms, kept, changed), digits, curves.age[changed] < 0.0)
        for place, text in zip(changed.tolist(), texts, strict=True):
            at_kept[place] = text
    return at_new, at_kept


@compiled
def _at_most(x: float, most: float) -> float:
    """NaN stays."""
    return most if x > most else x


@compiled
def forecasts(terms: Terms, price: Ints, chosen: Ints) -> Floats:
    """Units, revenue, profit and its interval at the prices of the chosen offers, (5, chosen).

    To the bit what `outlook` and `unit_profit` make of them: each operation is theirs.
    """
    found = np.empty((5, chosen.size))
    for place in range(chosen.size):
        i = chosen[place]
        x = log_one(max(float(price[i]), 1.0)) - log_one(terms.anchor_price[i])
        log_units = terms.elasticity[i] * x
        log_units += bent_one(terms.bend[i], x)
        log_units += terms.log_rate[i]
        widening = 2.0 * terms.covariance[i] + terms.elasticity_variance[i] * x
        variance = terms.log_rate_variance[i] + widening * x
        width = NINETY_PERCENT * sqrt(variance if variance >= 0.0 or variance != variance else 0.0)
        days, stock = terms.days[i], terms.stock[i]
        mean = log_units + 0.5 * terms.log_rate_variance[i]
        units = _at_most(exp_one(_at_most(mean, LARGEST_LOG)) * days, stock)
        low = _at_most(exp_one(_at_most(log_units - width, LARGEST_LOG)) * days, stock)
        high = _at_most(exp_one(_at_most(log_units + width, LARGEST_LOG)) * days, stock)
        share = PPM / float(PPM + terms.tax_ppm[i])
        margin = price[i] * (share - terms.fee_ppm[i] / PPM) - float(terms.fixed[i])
        found[0, place] = units
        found[1, place] = price[i] * share * units
        found[2, place] = margin * units
        found[3, place] = min(margin * low, margin * high)
        found[4, place] = max(margin * low, margin * high)
    return found


def _texts(found: Floats, digits: int, prior: Flags) -> list[bytes]:
    amounts = found[1:]
    np.rint(np.minimum(np.maximum(amounts, -LARGEST), LARGEST), out=amounts)
    # a negative nothing is nothing
    amounts += 0.0
    amounts /= 10**digits
    columns = finite(found).tolist()
    texts = list(map(_template(digits).__mod__, zip(*columns, strict=True)))
    for place in prior.nonzero()[0].tolist():
        texts[place] = texts[place][:-1] + b',"basis":"prior"}'
    return texts


@cache
def _template(digits: int) -> bytes:
    """The printf form of an expectation."""
    names = "revenue", "profit", "lower", "upper"
    amounts = "".join(f',"{name}":"%.{digits}f"' for name in names)
    return b'{"units":%.6g' + amounts.encode() + b"}"
