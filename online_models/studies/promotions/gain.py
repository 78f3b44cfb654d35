"""What a promotion of an offer would bring, per usual day of it: gain, its interval, and its parts.

Draws from the posterior of all that is uncertain, at once: what the offer usually sells, by how
much a lower price lifts that, how much of the lift is paid back afterwards, and what other offers
lose. The gain is the mean of the draws, so that the best of many estimates is no overestimate.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np

from online_models.numerics.arrays import Flags, Floats, Ints
from online_models.numerics.special import exp, log, normals, sum_by
from online_models.pricing.context.decision_context import DecisionContext
from online_models.pricing.profit.economics import net_share, unit_profit
from online_models.pricing.profit.substitutes import declared
from online_models.studies.promotions.response import LearntResponses, PromotionResponse, curve
from online_models.studies.promotions.whole_shop import Groups

#: Draws of what is uncertain; every offer and depth gets the same ones, so that they compare.
DRAWS = 400
SEED = 20_041
#: Ends of the interval, as shares of the draws: 90 % lie within.
LOWER, UPPER = 0.05, 0.95
#: Deviation of the log lift about the curve, as a share of it: no shop's is quite that.
BENT = 0.1
#: Terms of the series for what is missing after a promotion.
TERMS = 8


@dataclass(frozen=True)
class Usual:
    """Offers at their regular prices, minor units, all (n,): median units of a usual day and their
    log deviation; the profit that what is bought along with a unit leaves; and, for the category on
    the channel and for the same goods on all channels, the units that are sold in all, the profit
    of the others, and that of what is bought along with them.
    """

    price: Floats
    units: Floats
    deviation: Floats
    along: Floats
    category_units: Floats
    category_profit: Floats
    category_along: Floats
    goods_units: Floats
    goods_profit: Floats
    goods_along: Floats

    def take(self, chosen: Flags | Ints) -> Usual:
        """Some of the offers."""
        return Usual(*(getattr(self, name)[chosen] for name in self.__dataclass_fields__))


@dataclass(frozen=True)
class Gain:
    """A promotion's effects per usual day of it, all (n,): profit added in the mean and at the ends
    of its interval, revenue added net of tax, discounts given, minor units; units sold in it, those
    of them that were not sold without it, how many of these are bought ahead, the profit taken from
    other offers, and that of what is bought along.
    """

    profit: Floats
    lower: Floats
    upper: Floats
    revenue: Floats
    discount: Floats
    units: Floats
    extra: Floats
    ahead: Floats
    taken: Floats
    along: Floats

    def over(self, usual_days: float, cost: float) -> Gain:
        """In all, of a promotion that is worth so many usual days and costs `cost` itself."""
        net = {"profit", "lower", "upper"}
        return Gain(
            *(
                getattr(self, name) * usual_days - (cost if name in net else 0.0)
                for name in self.__dataclass_fields__
            )
        )


class UsualDay(NamedTuple):
    """Of a usual day at `price`, all (n,): median units, their log deviation, and the profit."""

    price: Floats
    units: Floats
    deviation: Floats
    profit: Floats


def expected(situation: DecisionContext, price: Floats) -> UsualDay:
    """What offers sell at regular prices (n,) in minor units."""
    mean, variance = situation.curves.log_demand(price)
    units = exp(np.minimum(mean, 30.0))
    profit = np.maximum(unit_profit(situation, price), 0.0) * units
    return UsualDay(price, units, np.sqrt(variance), profit)


def usual(sold: UsualDay, groups: Groups, along: Floats) -> Usual:
    """The same among all others, where what is bought along with a unit leaves `along`, (n,); a
    category row 0 is none.
    """
    price, units, deviation, profit = sold
    local = groups.category * (int(groups.channel.max(initial=0)) + 1) + groups.channel
    alone = groups.category == 0
    near, far = (
        (_total(group, units), *(_total(group, each) - each for each in (profit, along * units)))
        for group in (np.where(alone, -1, local), groups.sku)
    )
    return Usual(price, units, deviation, along, *near, *far)


def _total(group: Ints, values: Floats) -> Floats:
    """Sums over each offer's group; −1 is a group of one."""
    names, place = np.unique(group, return_inverse=True)
    return np.where(group < 0, values, sum_by(place, values, len(names))[place])


class DrawnPromotion(NamedTuple):
    """A draw of what is uncertain of n promotions: the `normal` deviates behind what is common to
    all; the response, and by offer, (n,), the share that is paid back, the log lift, and usual
    units a day.
    """

    normal: Floats
    response: PromotionResponse
    paid: Floats
    lift: Floats
    rate: Floats


def gain(
    situation: DecisionContext,
    before: Usual,
    price: Floats,
    learnt: LearntResponses,
    lengths: Ints,
) -> list[Gain]:
    """Of promotions at `price` (n,), minor units, by length in days, which rise; all is of the same
    n offers.
    """
    step = log(before.price) - log(price)
    drawn = []
    for number, z in enumerate(common_normals()):
        response, paid, lift = drawn_response(learnt, number, z, step, z[1])
        rate = before.units * exp(before.deviation * z[6])
        drawn.append(DrawnPromotion(z, response, paid, lift, rate))
    return [summary(each) for each in effects(situation, before, price, lengths, drawn)]


def common_normals() -> Floats:
    """What all promotions of a draw have in common, (DRAWS, 8)."""
    return normals(SEED, np.arange(DRAWS), count=8)


def drawn_response(
    learnt: LearntResponses, number: int, z: Floats, step: Floats, own: Floats | float
) -> tuple[PromotionResponse, Floats, Floats]:
    """A draw of the response, of the share that is paid back, and of the log lift, (n,) each, of
    which `own` is the part of each offer.
    """
    reached = np.add.accumulate(learnt.probabilities)
    likely = min(int((reached < (number + 0.5) / DRAWS).sum()), len(reached) - 1)
    response = learnt.responses[likely]
    beta = response.lift.draw(z[0], own)
    paid = np.maximum(response.paid_back.draw(z[3]), 0.0)
    return response, paid, curve(beta * (1.0 + BENT * z[2]), step)


#: By draw: profit, revenue, discount, units, extra ones, early ones, profit taken, and that of what
#: is bought along, (n,) each, per usual day.
Effects = list[tuple[Floats, ...]]


def effects(
    situation: DecisionContext,
    before: Usual,
    price: Floats,
    lengths: Ints,
    drawn: Sequence[DrawnPromotion],
    held: Floats | float = 1.0,
) -> list[Effects]:
    """Those of each draw, by length; other promotions leave the share `held` of what is sold."""
    usual_margin, margin = unit_profit(situation, before.price), unit_profit(situation, price)
    share = net_share(situation)
    given = declared(situation)
    by_length: list[Effects] = [[] for _ in lengths]
    for z, response, paid, more, rate in drawn:
        chi = np.maximum(response.category.draw(z[4]), 0.0)
        elsewhere = np.maximum(response.other_channels.draw(z[5]), 0.0)
        kept, share_along = response.kept, response.along.draw(z[7])
        store, run, place = np.zeros(len(price)), np.zeros(len(price)), 0
        for day in range(1, int(lengths[-1]) + 1):
            run = run + exp(more - paid * store)
            store = kept * store + (1.0 - kept) * more
            if day not in lengths:
                continue
            units = rate * run / day
            extra = units - rate
            early = rate * _missing(paid * store, kept) / day
            near = 1.0 - exp(-chi * extra / before.category_units)
            far = 1.0 - exp(-elsewhere * extra / before.goods_units)
            lost = np.maximum(near * before.category_profit, given * extra)
            lost = lost + far * before.goods_profit
            # who comes for it instead of another buys what goes with it instead, too
            along = before.along * extra - near * before.category_along - far * before.goods_along
            along = share_along * along
            units = units * held
            profit = margin * units - usual_margin * (rate + early) - lost + along
            revenue = share * (price * units - before.price * (rate + early))
            discount = (before.price - price) * units
            by_length[place].append((profit, revenue, discount, units, extra, early, lost, along))
            place += 1
    return by_length


def summary(drawn: Effects) -> Gain:
    """Means of the draws, and the ends of the interval of the profit."""
    mean = [np.stack([each[k] for each in drawn]).sum(axis=0) / DRAWS for k in range(8)]
    low, high = ends(np.stack([each[0] for each in drawn]))
    return Gain(mean[0], low, high, *mean[1:])


def ends(draws: Floats) -> tuple[Floats, Floats]:
    """Those of the interval that holds 90 % of the draws, (DRAWS, …)."""
    ordered = np.sort(draws, axis=0)
    return ordered[int(LOWER * DRAWS)], ordered[int(UPPER * DRAWS) - 1]


def _missing(fill: Floats, kept: float) -> Floats:
    """Usual days missing after a promotion: Σ over days of 1 − e^{−x}, where x starts from `fill`
    and `kept` of it is left a day later; the exponential's series, summed over days by term.
    """
    term, days, power = np.ones(len(fill)), np.zeros(len(fill)), 1.0
    for place in range(1, TERMS + 1):
        term = term * -fill / place
        power *= kept
        days = days - term / (1.0 - power)
    return days
