"""Markets by name: a curve and any parts, joined by a plus sign."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from online_models.market.assortment import DEAREST, Assortment, draw_assortment
from online_models.market.competitors import COMPETITORS, Competitors
from online_models.market.corruption import CORRUPTIONS
from online_models.market.demand import DEMAND_CURVES
from online_models.market.demand.curves import DemandCurve
from online_models.market.demand.index import sum_shifts
from online_models.market.effects import EFFECTS
from online_models.market.likeness import Likeness, Weekdays
from online_models.market.market import Market
from online_models.market.problem import SalesDistribution
from online_models.market.stock import STOCKS

#: Sizes of the negative binomial that the part `overdispersed` gives the sales.
OVERDISPERSED = 2.0
#: Parts that are settings of the market itself.
SETTINGS = ("taxed", "overdispersed")
#: How recorded competitors behave: what is known of them is their level.
QUIET_COMPETITOR = "sleep"

#: Markets with a name of their own: name → the parts they stand for.
MARKETS: dict[str, str] = {
    "plain": "log_linear",
    "nested": "nested_logit",
    "mixed": "mixed_logit",
    "seasonal": "log_linear+season+shock+overdispersed",
    "drifting": "valuation+drift+season",
    "remembering": "log_linear+reference",
    "stockpiling": "choke+pantry",
    "advertised": "valuation+advertising+taxed",
    "matched": "log_linear+match",
    "undercutting": "choke+undercut",
    "cycling": "valuation+cycle+sleep",
    "contested": "log_linear+drift+season+undercut+cycle",
    "stocked": "valuation+replenished+overdispersed",
    "fresh": "log_linear+perishable",
    "outlet": "valuation+season+collection+overdispersed",
    "marketplace": "log_linear+cycle+sleep+taxed",
    "wholesale": "log_linear+reference+overdispersed+bulk_orders",
    "second_hand": "valuation+sleep",
    "dirty": "log_linear+bulk_orders+unit_mixups+bot_clicks+missing_fields+duplicates+late_events"
    "+sleep",
    "wild": "nested_logit+season+shock+drift+advertising+reference+pantry+match+cycle+sleep"
    "+overdispersed+taxed+bulk_orders+unit_mixups+bot_clicks+missing_fields+duplicates+late_events",
}


class UnknownPartError(ValueError):
    """A market's name holds a part that nobody registered."""


def parts(name: str) -> list[str]:
    """The parts that a market's name stands for; its own name may be the first of more.

    Raises
    ------
    UnknownPartError
        Where a part is none of the registered ones, or there is not exactly one curve.

    >>> parts("plain+season")
    ['log_linear', 'season']
    """
    found = [part for word in name.split("+") for part in MARKETS.get(word, word).split("+")]
    known = [*DEMAND_CURVES, *EFFECTS, *COMPETITORS, *STOCKS, *CORRUPTIONS, *SETTINGS]
    for part in found:
        if part not in known:
            raise UnknownPartError(
                f"market {name!r}: no part {part!r}; there are {', '.join(known)}"
            )
    if sum(part in DEMAND_CURVES for part in found) != 1:
        raise UnknownPartError(
            f"market {name!r}: exactly one curve of {', '.join(DEMAND_CURVES)} is needed"
        )
    if sum(part in STOCKS for part in found) > 1:
        raise UnknownPartError(
            f"market {name!r}: at most one stock of {', '.join(STOCKS)} is possible"
        )
    return list(dict.fromkeys(found))


def compose(
    name: str, seed: int, offers: int = 120, sales: float = 8.0, like: Likeness | None = None
) -> Market:
    """Build the market `name` with `offers` offers that sell `sales` a day each on average.

    With a likeness, its offers, costs, weekdays, noise and competitors stand in for drawn ones, and
    `offers`, `sales` and the `SETTINGS` count for nothing. Its competitors keep their prices,
    unless the name says how competitors behave; the part `season` has weekdays of its own.

    >>> compose("nested+match", seed=1, offers=30).competitors.names
    ('match',)
    """
    chosen = parts(name)
    behaviours = [part for part in COMPETITORS if part in chosen]
    if like is None:
        assortment = draw_assortment(seed, offers, sales, taxed="taxed" in chosen)
        size, levels = OVERDISPERSED if "overdispersed" in chosen else None, None
    else:
        assortment, size, levels = like.draw(seed), like.size, like.competitors
        if levels is not None and not behaviours:
            behaviours = [QUIET_COMPETITOR]
    curve = next(part for part in chosen if part in DEMAND_CURVES)
    competitors = Competitors(
        {part: COMPETITORS[part]() for part in behaviours}, assortment, seed, levels
    )
    demand = DEMAND_CURVES[curve](assortment, seed)
    if like is None:
        assortment = with_best_costs(assortment, demand, competitors)
    effects = [EFFECTS[part](assortment, seed) for part in EFFECTS if part in chosen]
    if like is not None and "season" not in chosen:
        effects.append(Weekdays(like.weekdays))
    stock = next((part for part in chosen if part in STOCKS), None)
    return Market(
        name=name,
        seed=seed,
        assortment=assortment,
        demand=demand,
        effects=effects,
        competitors=competitors,
        stock=None if stock is None else STOCKS[stock](assortment, seed),
        corruptions=[(part, CORRUPTIONS[part]()) for part in CORRUPTIONS if part in chosen],
        sales=SalesDistribution(size),
    )


#: No offer costs less than this share of its target price, net.
CHEAPEST = 0.12


def with_best_costs(
    assortment: Assortment, demand: DemandCurve, competitors: Competitors
) -> Assortment:
    """The assortment with the costs that solve the first-order conditions at `target`.

    kept · rate + Jᵀ (kept · p − cost) = 0 is linear in the costs; J is the Jacobian of the rates
    by the prices. The clairvoyant of a quiet market therefore asks `target`, but where a cost had
    to be bounded by `CHEAPEST` or `DEAREST`, so that fixed prices err alike in every market.
    """
    n = len(assortment)
    index = sum_shifts([], n, *competitors.lowest())
    target, kept = assortment.target, assortment.kept
    earned = kept * demand.rates(target, index)
    if demand.separable:
        margins = -earned / demand.pullback(target, index, np.ones(n))
    else:
        transposed = np.stack([demand.pullback(target, index, unit) for unit in np.eye(n)]).T
        margins = np.asarray(np.linalg.solve(transposed, -earned), dtype=np.float64)
    dearest = DEAREST * kept * assortment.first_price
    cost = np.clip(kept * target - margins, CHEAPEST * kept * target, dearest)
    return replace(assortment, cost=np.rint(cost).astype(np.int64))
