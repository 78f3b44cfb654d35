"""An explanation read back: the price that it leads to, and what it says in words."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from online_models.pricing.context.situation import NO_CEILING, NO_FLOOR
from online_models.pricing.guardrails.price_endings import nearest_ending
from online_models.pricing.policy.terms import endings
from online_models.pricing.state.promotions import discounted
from online_models.pricing.strategies.match_competitor import moved
from schemas.records.promotions import Discount
from schemas.values import money
from schemas.values.currencies import minor_digits
from schemas.values.offsets import Offset

Step = Mapping[str, Any]


def recompute(explanation: Sequence[Step], currency: str) -> str:
    """The price, as money text, that follows from the details of an explanation alone.

    The raw price of a model, a draw or an order is what its step says; a matched or promotional
    price is computed from the rival's or the regular price; every rule after it is applied to what
    came before. ValueError where the explanation is empty.
    """
    if not explanation:
        raise ValueError("an explanation needs at least one step")
    digits = minor_digits(currency)
    price = _raw(explanation[0], digits)
    for step in explanation[1:]:
        price = _apply(step, price, digits)
    return money.to_text(price, currency)


def _raw(step: Step, digits: int) -> int:
    detail = step["detail"]
    if step["rule"] == "promotion" and "discount" in detail["promotion"]:
        discount = Discount.model_validate(detail["promotion"]["discount"])
        return discounted(discount, _minor(detail["regular_price"], digits), digits)
    if step["rule"] == "match_competitor":
        rival = _minor(detail["rival"], digits)
        return moved(Offset.parse(detail["offset"]), rival, digits)
    return _minor(step["output"], digits)


def _apply(step: Step, price: int, digits: int) -> int:
    detail = step["detail"]
    if step["rule"] == "explore":
        return _minor(step["output"], digits)
    if detail.get("held") is not None:
        return _minor(detail["held"], digits)
    if detail.get("minimum") is not None:
        price = max(price, _minor(detail["minimum"], digits))
    if detail.get("maximum") is not None:
        price = min(price, _minor(detail["maximum"], digits))
    if "endings" in detail:
        legal = endings(detail["endings"], digits)
        low, high = (detail["lowest"], detail["highest"])
        bounds = (
            max(NO_FLOOR if low is None else _minor(low, digits), 1),
            NO_CEILING if high is None else _minor(high, digits),
        )
        columns = (np.array([amount], dtype=np.int64) for amount in (price, *bounds))
        found = int(nearest_ending(legal, *columns)[0])
        price = price if found < 0 else found
    return price


def _minor(text: str, digits: int) -> int:
    return _AMOUNTS[digits][text]


_AMOUNTS = [money.Amounts(digits) for digits in range(5)]
