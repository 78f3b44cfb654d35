"""Promotions that are over, offer by offer: those that were planned, and those that the merchant
announced himself, by the windows in which they were in force.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np

from online_models.demand.inputs.observations import Observations
from online_models.numerics.arrays import Floats, Ints
from online_models.studies.promotions.candidates import Learnt
from online_models.studies.promotions.past import LEAST_DEPTH, PastSales
from online_models.studies.promotions.standing import StandingPlan
from schemas.values.instants import DAY
from schemas.values.instants import to_text as instant_text

#: An announced promotion is judged as long as this after it is over, ms: costs are those of today.
JUDGED_WITHIN = 90 * DAY
#: Days before it from which must be known what the offer sells.
LEAST_BEFORE = 14
#: Windows with one promotion's id that lie further apart, ms, are two times of it.
APART = 7 * DAY


class PromotedWindows(NamedTuple):
    """Windows of the past by rows of the whole shop, and the promotion of each: a place among the
    `names`, −1 without one, (n,).
    """

    seen: Observations
    promotion: Ints
    names: list[str]


@dataclass(frozen=True)
class EndedPromotion:
    """A promotion of the offer `row` that is over, in [start, end) ms; it ran on `days` of the past
    sales, (days,). Money in minor units of `currency`; `planned_profit` is None where nobody
    planned it. An `advertisement` took nothing off the price.
    """

    promotion_id: str
    policy_id: str
    sku: str
    channel: str
    currency: str
    row: int
    start: int
    end: int
    days: Ints
    price: int
    cost: int = 0
    planned_profit: int | None = None
    advertisement: bool = False

    @property
    def identity(self) -> tuple[str, str, str, str]:
        """What its record has in no other: promotion, SKU, channel and start."""
        return self.promotion_id, self.sku, self.channel, instant_text(self.start)


def ended_plans(learnt: Learnt, plans: Collection[StandingPlan]) -> Iterator[EndedPromotion]:
    """Those of the plans that did run: in whose time their offer really was promoted."""
    past, offset = learnt.past, learnt.shop.states[0].settings.demand.utc_offset_ms
    for plan in plans:
        row = learnt.shop.row(plan.sku, plan.channel)
        begin, end = ((t + offset) // DAY - past.first for t in (plan.start, plan.end))
        days = np.arange(max(begin, 0), min(end, past.units.shape[1]))
        days = days[past.promoted[row, days]] if row >= 0 else days[:0]
        if _known(past, days):
            yield EndedPromotion(
                plan.plan_id,
                plan.policy_id,
                plan.sku,
                plan.channel,
                plan.currency,
                row,
                plan.start,
                plan.end,
                days,
                plan.price,
                plan.cost,
                plan.profit,
            )


def ended_announced(
    learnt: Learnt, windows: PromotedWindows, plans: Collection[str]
) -> Iterator[EndedPromotion]:
    """Those that nobody planned (`plans` are ids), and that ended within `JUDGED_WITHIN`.

    One that took nothing off an offer in any window was an advertisement of it.
    """
    shop, past = learnt.shop, learnt.past
    seen, offset = windows.seen, shop.states[0].settings.demand.utc_offset_ms
    standing = [shop.promotion(name) or name in plans for name in windows.names]
    judged = np.array([*(not each for each in standing), False])
    deep = seen.promotion >= LEAST_DEPTH
    pair = windows.promotion * (int(seen.offer.max(initial=0)) + 1) + seen.offer
    with_one = judged[windows.promotion] & (deep | ~np.isin(pair, pair[deep]))
    order = np.flatnonzero(with_one)
    order = order[np.lexsort((seen.start[order], seen.offer[order], windows.promotion[order]))]
    offer, number = seen.offer[order], windows.promotion[order]
    start, end = seen.start[order], seen.end[order]
    new = (np.diff(offer) != 0) | (np.diff(number) != 0) | (start[1:] - end[:-1] > APART)
    for some in np.split(np.arange(len(order)), np.flatnonzero(new) + 1):
        if not len(some):
            continue
        row, begin, over = int(offer[some[0]]), int(start[some[0]]), int(end[some[-1]])
        days = np.unique((start[some] + offset) // DAY) - past.first
        if not _known(past, days) or days[0] < LEAST_BEFORE or shop.now - over > JUDGED_WITHIN:
            continue
        advertisement = not deep[order[some]].any()
        if advertisement and not past.advertised[row, days].all():
            continue
        sku, channel = shop.name(row)
        yield EndedPromotion(
            windows.names[int(number[some[0]])],
            shop.ruling(row),
            sku,
            channel,
            shop.currency(row),
            row,
            begin,
            over,
            days,
            _paid(seen.units[order[some]], seen.price[order[some]]),
            advertisement=advertisement,
        )


def _known(past: PastSales, days: Ints) -> bool:
    """Whether it ran at all, and the day after it is known: on the last one it may still run, or be
    half counted.
    """
    return len(days) > 0 and int(days[-1]) < past.units.shape[1] - 1


def _paid(units: Floats, price: Floats) -> int:
    """The mean price of the units sold, of the windows where nothing was, minor units; 0 where no
    price is known.
    """
    shown = price > 0.0
    weight = np.maximum(units, 0.0)[shown]
    if not weight.sum() > 0.0:
        weight = np.ones(len(weight))
    return round(float((weight * price[shown]).sum() / max(float(weight.sum()), 1.0)))
