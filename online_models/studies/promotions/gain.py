"""What a promotion of an offer would bring, per usual day of it: gain, its interval, and its parts.

Draws from the posterior of all that is uncertain, at once: what the offer usually sells, by how
much a lower price lifts that, how much of the lift is paid back afterwards, and what other offers
lose. The gain is the mean of the draws, so that the best of many estimates is no overestimate.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from online_models.numerics.arrays import Flags, Floats, Ints
from online_models.numerics.special import exp, log, normals, sum_by
from online_models.pricing.context.decision_context import DecisionContext
from online_models.pricing.profit.economics import net_share, unit_profit
from online_models.pricing.profit.substitutes import declared
from online_models.studies.promotions.response import Groups, LearntResponses, curve

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
    log deviation; and, for the category on the channel and for the same goods on all channels, the
    units that are sold in all, and the profit of the others.
    """

    price: Floats
    units: Floats
    deviation: Floats
    category_units: Floats
    category_profit: Floats
    goods_units: Floats
    goods_profit: Floats

    def take(self, chosen: Flags) -> Usual:
        """Some of the offers."""
        return Usual(*(getattr(self, name)[chosen] for name in self.__dataclass_fields__))


@dataclass(frozen=True)
class Gain:
    """A promotion's effects per usual day of it, all (n,): profit added in the mean and at the ends
    of its interval, revenue added net of tax, discounts given, minor units; units sold in it, those
    of them that were not sold without it, how many of these are bought ahead, and the profit taken
    from other offers.
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


def usual(situation: DecisionContext, price: Floats, groups: Groups) -> Usual:
    """What offers sell at regular prices (n,) in minor units; a category row 0 is none."""
    mean, variance = situation.curves.log_demand(price)
    units, deviation = exp(np.minimum(mean, 30.0)), np.sqrt(variance)
    profit = np.maximum(unit_profit(situation, price), 0.0) * units
    local = groups.category * (int(groups.channel.max(initial=0)) + 1) + groups.channel
    alone = groups.category == 0
    near_units, near_profit = _totals(np.where(alone, -1, local), units, profit)
    far_units, far_profit = _totals(groups.sku, units, profit)
    return Usual(
        price, units, deviation, near_units, near_profit - profit, far_units, far_profit - profit
    )


def _totals(group: Ints, units: Floats, profit: Floats) -> tuple[Floats, Floats]:
    """Sums over each offer's group; −1 is a group of one."""
    names, place = np.unique(group, return_inverse=True)
    alone = group < 0
    sums = (np.where(alone, x, sum_by(place, x, len(names))[place]) for x in (units, profit))
    whole, earned = sums
    return whole, earned


def gain(
    situation: DecisionContext,
    before: Usual,
    price: Floats,
    learnt: LearntResponses,
    offers: Ints,
    lengths: Ints,
) -> list[Gain]:
    """Of promotions at `price` (n,), minor units, by length in days, which rise; `offers` (n,) are
    their rows among all.
    """
    step = log(before.price) - log(price)
    usual_margin, margin = unit_profit(situation, before.price), unit_profit(situation, price)
    share = net_share(situation)
    given = declared(situation)
    reached = np.add.accumulate(learnt.probabilities)

    def drawn(number: int, z: Floats) -> list[tuple[Floats, ...]]:
        """By length: profit, revenue, discount, units, extra ones, early ones and profit taken."""
        likely = min(int((reached < (number + 0.5) / DRAWS).sum()), len(reached) - 1)
        response = learnt.responses[likely]
        beta = response.lift.draw(z[0], z[1])[offers]
        more = curve(beta * (1.0 + BENT * z[2]), step)
        paid = np.maximum(response.paid_back.draw(z[3])[offers], 0.0)
        chi = np.maximum(response.category.draw(z[4])[offers], 0.0)
        elsewhere = np.maximum(response.other_channels.draw(z[5])[offers], 0.0)
        kept = response.kept
        rate = before.units * exp(before.deviation * z[6])
        store, sold = np.zeros(len(step)), np.zeros(len(step))
        found: list[tuple[Floats, ...]] = []
        for day in range(1, int(lengths[-1]) + 1):
            sold = sold + exp(more - paid * store)
            store = kept * store + (1.0 - kept) * more
            if day not in lengths:
                continue
            units = rate * sold / day
            extra = units - rate
            early = rate * _missing(paid * store, kept) / day
            lost = (1.0 - exp(-chi * extra / before.category_units)) * before.category_profit
            lost = np.maximum(lost, given * extra)
            lost = lost + (1.0 - exp(-elsewhere * extra / before.goods_units)) * before.goods_profit
            profit = margin * units - usual_margin * (rate + early) - lost
            revenue = share * (price * units - before.price * (rate + early))
            discount = (before.price - price) * units
            found.append((profit, revenue, discount, units, extra, early, lost))
        return found

    draws = [drawn(k, z) for k, z in enumerate(normals(SEED, np.arange(DRAWS), count=7))]
    gains = []
    for place in range(len(lengths)):
        mean = [np.stack([d[place][k] for d in draws]).sum(axis=0) / DRAWS for k in range(7)]
        profits = np.sort(np.stack([d[place][0] for d in draws]), axis=0)
        low, high = profits[int(LOWER * DRAWS)], profits[int(UPPER * DRAWS) - 1]
        gains.append(Gain(mean[0], low, high, *mean[1:]))
    return gains


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
