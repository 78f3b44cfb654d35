"""The price that an explanation leads to."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from online_models.pricing.guardrails import GUARDRAILS, Grid
from online_models.pricing.segments.reduced import discounted as discounted_unit
from online_models.pricing.state.promotions import discounted
from online_models.pricing.strategies import STRATEGIES
from online_models.pricing.strategies.strategy import Recomputable
from online_models.pricing.trace.sheet import minor
from schemas.records.shop.promotions import Discount
from schemas.values import money
from schemas.values.money import minor_digits
from schemas.values.percentages import to_fraction, to_ppm

Step = Mapping[str, Any]

_STRATEGIES = {each.kind: each for each in STRATEGIES if isinstance(each, Recomputable)}
_GRIDS = {rule.name: rule for rule in GUARDRAILS if isinstance(rule, Grid)}


def recompute(explanation: Sequence[Step], currency: str) -> str:
    """The price, as money text, that follows from the details of an explanation alone.

    The raw price of a model, a draw or an order is what its step says; a matched or promotional
    price is computed from the competitor's or the regular price; every rule after it is applied to
    what came before. ValueError where the explanation is empty.
    """
    if not explanation:
        raise ValueError("an explanation needs at least one step")
    digits = minor_digits(currency)
    price = _raw(explanation[0], digits)
    for step in explanation[1:]:
        price = _apply(step, price, digits)
    return money.to_text(price, currency)


def _raw(step: Step, digits: int) -> int:
    rule, detail = step["rule"], step["detail"]
    if rule == "promotion" and "discount" in detail["promotion"]:
        discount = Discount.model_validate(detail["promotion"]["discount"])
        return discounted(discount, minor(detail["regular_price"], digits), digits)
    if rule in _STRATEGIES:
        return _STRATEGIES[rule].recompute(detail, digits)
    return minor(step["output"], digits)


def _apply(step: Step, price: int, digits: int) -> int:
    rule, detail = step["rule"], step["detail"]
    if rule == "explore":
        return minor(step["output"], digits)
    if rule in ("quote", "quantity_break", "personal_discount"):
        return discounted_unit(price, to_ppm(to_fraction(detail["discount"])))
    held, low, high = detail.get("held"), detail.get("minimum"), detail.get("maximum")
    if held is not None:
        return minor(held, digits)
    if low is not None:
        price = max(price, minor(low, digits))
    if high is not None:
        price = min(price, minor(high, digits))
    return _GRIDS[rule].recompute(detail, price, digits) if rule in _GRIDS else price
