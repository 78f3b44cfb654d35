"""Who counted for how much in the curves that prices are decided by, and what each would ask."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from online_models.demand.curves import DemandContext, DemandCurves, MemberCurves
from online_models.demand.ensemble.models import DemandModels
from online_models.demand.forecasts.mixing import mixed
from online_models.demand.inputs.observations import Observations
from online_models.numerics.arrays import Floats
from online_models.numerics.special import exp, log

#: The pricer's own models, and all together.
OWN, TOGETHER = "own models", "together"
#: Prices that are tried, as multiples of the price in force: the built-in policy's band.
TRIED = np.linspace(0.7, 1.3, 61)


class UnitProfit(NamedTuple):
    """Profit of a unit at a gross price p, minor units: p · `share` − `fixed`, (n,) each."""

    share: Floats
    fixed: Floats


class MemberWindow(NamedTuple):
    """Of one window, means over its offers: what a member's level and its price response counted
    for, and the price that it alone would ask over the price in force (NaN: it says nothing).
    """

    level: float
    response: float
    price_ratio: float


NOTHING = MemberWindow(0.0, 0.0, float("nan"))


class MemberHistory:
    """A `MemberWindow` of every member and every window, the pricer's own models first."""

    def __init__(self) -> None:
        self.starts: list[int] = []
        self.windows: dict[str, list[MemberWindow]] = {OWN: [], TOGETHER: []}

    def add(self, models: DemandModels, seen: Observations, profit: UnitProfit) -> None:
        """Take the curves as they are once a window is learnt."""
        rows = np.flatnonzero((seen.price > 0.0) & (profit.fixed > 0.0))
        if not len(rows):
            return
        seen, profit = seen.take(rows), UnitProfit(*(each[rows] for each in profit))
        context = DemandContext(
            seen.end, seen.price, seen.competitor_price, seen.promotion, seen.promoted
        )
        curves = models.curves(seen.offer, context)
        own, members = curves.own or curves, curves.members
        found = {TOGETHER: MemberWindow(1.0, 1.0, _ratio(curves, seen.price, profit))}
        level, response = 1.0, 1.0
        for m, name in enumerate(members.models if members else ()):
            assert members is not None
            its_level = float(members.level_weight[:, m].mean())
            its_response = float(members.response_weight[:, m].mean())
            level, response = level - its_level, response - its_response
            said = np.flatnonzero(members.elasticity[:, m] < 0.0)
            ratio = float("nan")
            if len(said):
                part = UnitProfit(*(each[said] for each in profit))
                alone = mixed(own.take(said), _alone(members.take(said), m))
                ratio = _ratio(alone, seen.price[said], part)
            found[name] = MemberWindow(its_level, its_response, ratio)
        found[OWN] = MemberWindow(level, response, _ratio(own, seen.price, profit))
        for name in (*self.windows, *found):
            history = self.windows.setdefault(name, [NOTHING] * len(self.starts))
            if len(history) == len(self.starts):
                history.append(found.get(name, NOTHING))
        self.starts.append(int(seen.start[0]))


def _alone(members: MemberCurves, model: int) -> MemberCurves:
    """As if that member alone counted."""
    weight = np.zeros_like(members.level_weight)
    weight[:, model] = 1.0
    return members._replace(level_weight=weight, response_weight=weight)


def _ratio(curves: DemandCurves, price: Floats, profit: UnitProfit) -> float:
    """Mean of the most profitable price over the price in force."""
    tried = price[:, None] * TRIED
    demand = exp(curves.log_demand(tried)[0] - curves.log_rate[:, None])
    worth = (tried * profit.share[:, None] - profit.fixed[:, None]) * demand
    best = TRIED[np.argmax(worth, axis=1)]
    return float(exp(np.array([log(best).mean()]))[0])
