"""Planned promotions that run: whether the rest pays."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from online_models.studies.promotions.candidates import Learnt, as_a_rule, on_sale
from online_models.studies.promotions.gain import gain
from online_models.studies.promotions.standing import StandingPlan
from schemas.values.instants import DAY


def losing(learnt: Learnt, running: Sequence[StandingPlan]) -> list[StandingPlan]:
    """Those whose rest loses, even at the upper end of its 90 % interval."""
    found = []
    for currency in dict.fromkeys(plan.currency for plan in running):
        parts = list(on_sale(learnt, currency))
        if not parts:
            continue
        _, _, before = as_a_rule(learnt, parts)
        first = 0
        for part in parts:
            places = {row: place for place, row in enumerate(part.among.tolist())}
            for plan in running:
                place = places.get(learnt.shop.row(plan.sku, plan.channel), -1)
                if plan.currency != currency or place < 0:
                    continue
                rest = max(-(-(plan.end - learnt.shop.now) // DAY), 1)
                (rest_gain,) = gain(
                    part.situation.take(np.array([place])),
                    before.take(np.array([first + place])),
                    np.array([float(plan.price)]),
                    learnt.responses.take(part.among[[place]]),
                    np.array([rest], np.int64),
                )
                if float(rest_gain.upper[0]) < 0.0:
                    found.append(plan)
            first += len(places)
    return found
