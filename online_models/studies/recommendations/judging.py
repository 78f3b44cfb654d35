"""Recommendations against the most popular items, each order judged before it is learnt."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass
from typing import Any, NamedTuple

import numpy as np

from online_models.numerics.special import NINETY_FIVE_PERCENT
from online_models.recommendations.baskets import Baskets


class ItemBasket(NamedTuple):
    """An order: its customer (None: not known), and in their order its items, each once, with the
    margin that one left.
    """

    customer: str | None
    items: Mapping[int, float]


@dataclass
class RankingJudgement:
    """Of the orders judged: how often the last item was among those recommended, and the margin
    that they found, by recommendations and by the most popular items. `gain` is the share that
    recommendations find more, with its 95 % interval (delta method).
    """

    orders: int
    number: int
    hits: float
    popular_hits: float
    margin: float
    popular_margin: float
    gain: float
    gain_lower: float
    gain_upper: float

    def document(self) -> dict[str, Any]:
        """As `--json` prints it."""
        return asdict(self)


def judge(baskets: Iterable[ItemBasket], number: int, learnt_first: int) -> RankingJudgement:
    """Learn the first orders; of each one after them hide the last item, recommend by the rest and
    by the margins known until then, and learn the whole order after that.

    Raises ValueError where no order of two items or more is left to judge.
    """
    model = Baskets()
    margin: dict[int, float] = {}
    hits: list[tuple[bool, bool, float]] = []
    for place, basket in enumerate(baskets):
        if place >= learnt_first and len(basket.items) > 1:
            *shown, hidden = basket.items
            chosen = model.recommend(basket.customer, shown, number, margin)
            best = hidden in [each.item for each in chosen]
            popular = hidden in model.popular(shown, number)
            hits.append((best, popular, max(basket.items[hidden], 0.0)))
        model.learn(basket.customer, list(basket.items))
        margin |= basket.items
    if not hits:
        raise ValueError("no order of two items or more is left to judge")
    table = np.array(hits, dtype=np.float64)
    found, usual = table[:, 0] * table[:, 2], table[:, 1] * table[:, 2]
    gain, lower, upper = _gain(found, usual)
    return RankingJudgement(
        orders=len(table),
        number=number,
        hits=float(table[:, 0].mean()),
        popular_hits=float(table[:, 1].mean()),
        margin=float(found.mean()),
        popular_margin=float(usual.mean()),
        gain=gain,
        gain_lower=lower,
        gain_upper=upper,
    )


def _gain(found: Any, usual: Any) -> tuple[float, float, float]:
    """Ratio of two means of one sample less 1, with its interval by the delta method."""
    below = float(usual.mean())
    if below <= 0.0:
        return float("nan"), float("nan"), float("nan")
    ratio = float(found.mean()) / below
    error = float(np.std(found - ratio * usual)) / (below * np.sqrt(len(found)))
    half = NINETY_FIVE_PERCENT * error
    return ratio - 1.0, float(ratio - 1.0 - half), float(ratio - 1.0 + half)
