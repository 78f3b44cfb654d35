"""Promotions that a merchant announces in a simulated shop, and what each really brings."""

from __future__ import annotations

import copy
from collections.abc import Sequence
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from online_models.market.calendar import day_start
from online_models.studies.promotions.brought import results
from online_models.studies.promotions.ended import PromotedWindows, ended_announced
from tests.online_models.studies.promotions.promoted_shop import AFTER, WEEK, Shop

#: Days after a promotion until nothing of it is missing any more.
QUIET = 28


class Announced(NamedTuple):
    """What a promotion really adds to the market's expected profit, what its results say together,
    minor units, and the most units of a control; and these records.
    """

    true: float
    profit: float
    lower: float
    upper: float
    control: float
    records: list[dict[str, Any]]


def announced(
    shop: Shop, offers: Sequence[NDArray[np.int64]], percents: Sequence[int]
) -> list[Announced]:
    """Promote each group of offers for a week from today on, and go on until nothing of it is
    missing.
    """
    day = shop.market.today
    skus = shop.market.assortment.skus
    values = [
        {
            "promotion_id": f"own-{day}-{place}",
            "select": {"skus": [skus[offer] for offer in group.tolist()]},
            "starts_at": day_start(day),
            "ends_at": day_start(day + WEEK),
            "discount": {"percent": f"{percent}%"},
        }
        for place, (group, percent) in enumerate(zip(offers, percents, strict=True))
    ]
    shop.announce(day, *values)
    prices = shop.regular.copy()
    for group, percent in zip(offers, percents, strict=True):
        prices[group] = np.rint(shop.regular[group] * (100 - percent) / 100).astype(np.int64)
    true = [_adds(shop, prices, group) for group in offers]
    said: list[dict[str, Any]] = []
    for later in range(WEEK + QUIET):
        at = prices if later < WEEK else shop.regular
        shop.step(shop.journal.day(shop.market.day(at), day + later))
        if later == WEEK + 2:
            said = judged(shop)
    found = []
    for value, adds in zip(values, true, strict=True):
        mine = [each for each in said if each["promotion_id"] == value["promotion_id"]]
        said_of_all = [each["together"] for each in mine[:1] if "together" in each] or mine
        ends = (100.0 * sum(float(e[n]) for e in said_of_all) for n in ("profit", "lower", "upper"))
        control = max((each["control_units"] for each in mine), default=0.0)
        found.append(Announced(adds, *ends, control, mine))
    return found


def judged(shop: Shop) -> list[dict[str, Any]]:
    """The results of all that was announced."""
    learnt = shop.learnt()
    seen, promotion = shop.recorded.promoted_observations()
    rows = np.array([learnt.shop.row(*each) for each in shop.recorded.listed], np.int64)
    seen.offer[:] = rows[seen.offer]
    windows = PromotedWindows(seen, promotion, shop.recorded.promotions.names)
    return list(results(learnt, ended_announced(learnt, windows, ())))


def _adds(shop: Shop, prices: NDArray[np.int64], group: NDArray[np.int64]) -> float:
    """What the group's promotion adds beside the others."""
    without = prices.copy()
    without[group] = shop.regular[group]
    totals = []
    for at in (without, prices):
        market, total = copy.deepcopy(shop.market), 0.0
        for day in range(AFTER):
            now = at if day < WEEK else shop.regular
            total += market.expected_profit(now)
            market.day(now)
        totals.append(total)
    return totals[1] - totals[0]
