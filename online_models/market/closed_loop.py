"""A contender in a market, day after day: the closed loop, and what is kept of it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, fields

import numpy as np

from online_models.market.audit import Audited
from online_models.market.contenders.contender import Contender, RecordedDay, breaches
from online_models.market.market import Market
from online_models.numerics.arrays import Floats, Ints

#: Days between two looks at the elasticities, and the offers whose prices are kept.
LOOK_EVERY = 7
KEPT_OFFERS = 4


@dataclass(frozen=True)
class Track:
    """What one contender did in one market over T days with n offers.

    profit: expected profit of each day in minor units, shape (T,): exact, free of sales noise.
    offer_profit: the same summed over the days by offer, shape (n,).
    prices: asked for the first `KEPT_OFFERS` offers, minor units, shape (T, KEPT_OFFERS).
    look_days, elasticity_error: root mean square error of the believed own elasticities on those
        days, shape (L,); NaN where the contender believes in none.
    breaches: prices outside the guardrails: those of its policies where a contender has any, else
        those that all share. decisions, unexplained: see `Audit`; 0 without policies. Shape (1,)
        each.
    """

    profit: Floats
    offer_profit: Floats
    prices: Ints
    look_days: Ints
    elasticity_error: Floats
    breaches: Ints
    decisions: Ints
    unexplained: Ints

    def columns(self) -> dict[str, Floats | Ints]:
        """The arrays by name."""
        return {f.name: getattr(self, f.name) for f in fields(self)}


def compete(
    market: Market,
    contender: Contender,
    days: int,
    day_done: Callable[[int], None] = lambda _: None,
) -> Track:
    """Let `contender` price `market` for `days` days from where it stands.

    `day_done` is called with each day that is over.
    """
    goods = market.assortment
    profit = np.zeros(days)
    offer_profit = np.zeros(len(goods))
    kept = np.zeros((days, min(KEPT_OFFERS, len(goods))), dtype=np.int64)
    look_days = np.arange(0, days, LOOK_EVERY, dtype=np.int64)
    error = np.full(len(look_days), np.nan)
    outside = 0
    audit = contender.audit if isinstance(contender, Audited) else None
    yesterday = None
    for day in range(days):
        prices = contender.decide(day, yesterday)
        earned = market.expected_profits(prices)
        profit[day] = earned.sum()
        offer_profit += earned
        kept[day] = prices[: kept.shape[1]]
        if audit is None:
            outside += int(breaches(goods, prices).sum())
        if day % LOOK_EVERY == 0:
            believed = contender.elasticities()
            if believed is not None:
                gap = believed - market.elasticities(prices)
                error[day // LOOK_EVERY] = np.sqrt(np.mean(gap**2))
        yesterday = RecordedDay(market.day(prices), prices)
        day_done(day)
    counts = (outside, 0, 0)
    if audit is not None:
        counts = (audit.breaches, audit.decisions, audit.unexplained)
    return Track(
        profit,
        offer_profit,
        kept,
        look_days,
        error,
        *(np.array([count], dtype=np.int64) for count in counts),
    )
