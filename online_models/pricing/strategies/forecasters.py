"""Whose published forecasts moved a price, and by how much.

The detail `forecasts` of a step lists the models that count for the offer: what each says at the
regular price, what it counts for, and the price that the strategy would ask without it. `own` is
what the pricer's own models say: with the weights, the curve can be computed again (`recomputed`).
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from typing import Any

import msgspec
import numpy as np

from online_models.demand.curves import DemandCurves, MemberCurves
from online_models.demand.forecasts.mixing import LARGEST_LEVEL_GAP, mixed
from online_models.pricing.context.decision_context import DecisionContext, Floats, Ints
from online_models.pricing.trace.steps import Values
from schemas.values.money import texts

#: The names of the details.
FORECASTS, OWN = "forecasts", "own_models"
#: A weight below is none: no price shows it.
LEAST_WEIGHT = 5e-4
#: Decimals of weights and logs: enough that the third decimal of the curve follows from them.
DECIMALS = 6
#: Prices of some offers, minor units.
Ask = Callable[[DecisionContext], Ints]


def forecast_details(context: DecisionContext, ask: Ask) -> Mapping[str, Values]:
    """The details of offers of which models have published forecasts; none where nobody has.

    `ask` is what the strategy would ask of an offer, given the context's curves.
    """
    curves = context.curves
    members, own = curves.members, curves.own
    if members is None or own is None:
        return {}
    without = [_without(context, own, members, m, ask) for m in range(len(members.models))]
    digits = context.terms.digits

    def said(rows: Ints) -> list[bytes]:
        return [
            msgspec.json.encode(
                [
                    _entry(members, m, row, texts([int(without[m][row])], digits)[0])
                    for m in range(len(members.models))
                    if without[m][row] >= 0
                ]
            )
            for row in rows.tolist()
        ]

    def ours(rows: Ints) -> list[bytes]:
        columns = {
            "elasticity": own.elasticity,
            "log_units_per_day": own.log_rate,
        }
        return [
            msgspec.json.encode({n: round(float(c[row]), DECIMALS) for n, c in columns.items()})
            for row in rows.tolist()
        ]

    return {FORECASTS: said, OWN: ours}


def _without(
    context: DecisionContext, own: DemandCurves, members: MemberCurves, model: int, ask: Ask
) -> Ints:
    """The prices without a model, minor units, −1 where it counts for nothing, (n,)."""
    counts = members.level_weight[:, model] + members.response_weight[:, model]
    rows = np.flatnonzero(counts >= LEAST_WEIGHT)
    prices = np.full(len(context), -1, dtype=np.int64)
    if len(rows):
        rest = mixed(own.take(rows), members.take(rows).without(model))
        prices[rows] = ask(context.take(rows).believing(rest))
    return prices


def _entry(members: MemberCurves, model: int, row: int, price: str) -> dict[str, Any]:
    responds = members.response_weight[row, model] > 0.0
    numbers: dict[str, Floats] = {
        "level_weight": members.level_weight,
        "response_weight": members.response_weight,
        "log_units_per_day": members.log_rate,
        **({"elasticity": members.elasticity} if responds else {}),
    }
    return {
        "model": members.models[model],
        "version": members.versions[model][members.version[row, model]],
        **{name: round(float(each[row, model]), DECIMALS) for name, each in numbers.items()},
        "price_without": price,
    }


def recomputed(detail: Mapping[str, Any]) -> dict[str, float]:
    """The elasticity and the log units a day of the mixture, from its members in a step's detail.

    >>> own = {"elasticity": -2.0, "log_units_per_day": 1.0}
    >>> one = {"level_weight": 0.5, "log_units_per_day": 2.0, "response_weight": 0.25}
    >>> recomputed({"own_models": own, "forecasts": [one | {"elasticity": -4.0}]})
    {'elasticity': -2.5, 'log_units_per_day': 1.5}

    A level is believed within `LARGEST_LEVEL_GAP` of our own:

    >>> far = one | {"log_units_per_day": 9.0, "elasticity": -4.0}
    >>> recomputed({"own_models": own, "forecasts": [far]})["log_units_per_day"]
    2.5
    """
    members: Sequence[Mapping[str, float]] = detail[FORECASTS]
    found = {}
    for name, weight, gap in (
        ("elasticity", "response_weight", math.inf),
        ("log_units_per_day", "level_weight", LARGEST_LEVEL_GAP),
    ):
        own = detail[OWN][name]
        found[name] = (1.0 - sum(each[weight] for each in members)) * own
        for each in members:
            if each[weight] > 0.0:
                found[name] += each[weight] * min(max(each[name], own - gap), own + gap)
    return found


def forecast_sentence(detail: Mapping[str, Any]) -> str:
    """What the sentence of a step says of the models that moved its price."""
    return "".join(map(_phrase, detail.get(FORECASTS, ())))


def _phrase(each: Mapping[str, Any]) -> str:
    level, response = (100.0 * each[f"{name}_weight"] for name in ("level", "response"))
    return (
        f" believing {each['model']} (version {each['version']}) to {level:.0f} % of what sells and"
        f" {response:.0f} % of how it answers to the price (without it: {each['price_without']}),"
    )
