"""A decision in words."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from online_models.pricing.guardrails import GUARDRAILS
from online_models.pricing.strategies import STRATEGIES

Step = Mapping[str, Any]


def words(decision: Mapping[str, Any]) -> list[str]:
    """A record of `price-decisions` in sentences: what, who ruled, every rule, what is expected."""
    price, before, currency = decision["price"], decision["previous_price"], decision["currency"]
    what = {
        "changed": f"The price changes from {before} to {price} {currency}",
        "overridden": f"A manual order changes the price from {before} to {price} {currency}",
        "proposed": f"A change from {before} to {price} {currency} waits for approval",
        "rejected": f"A proposal is turned down and the price stays at {price} {currency}",
        "held": f"The price stays at {price} {currency}",
    }[decision["outcome"]]
    sentences = [
        f"{what} ({decision['reason']}): {decision['sku']} on {decision['channel']} at "
        f"{decision['time']}, decision {decision['decision_id']}."
    ]
    steps = decision["explanation"]
    if steps:
        ruled = steps[0]["detail"].get("ruled", "no reason kept")
        policy = f"{decision['policy_id']}, version {decision['policy_version']}"
        sentences.append(f"Policy {policy} rules: {ruled}.")
    sentences += [sentence(step) for step in steps]
    sentences += _outlook(decision)
    if decision["lowest_prior_price_30d"] is not None:
        low = decision["lowest_prior_price_30d"]
        sentences.append(f"The lowest price of the 30 days before is {low} {currency}.")
    if decision["propensity"] < 1:
        sentences.append(f"The price was drawn with probability {decision['propensity']:.3g}.")
    return sentences


def sentence(step: Step) -> str:
    """One step of an explanation; a rule without words of its own is said by its details."""
    said = _SENTENCES.get(step["rule"], _other)(step["detail"])
    output, before = step["output"], step["input"]
    if before is None:
        return f"{said}: {output}."
    if before == output:
        return f"{said}; {output} is left as it is."
    return f"{said}; {before} becomes {output}."


def _promotion(detail: Step) -> str:
    promotion = detail["promotion"]
    discount = promotion.get("discount", {})
    off = " ".join(f"{kind} {value}" for kind, value in discount.items())
    return f"Promotion {promotion['promotion_id']} ({off}) on {detail['regular_price']} gives"


def _order(what: str) -> Callable[[Step], str]:
    def narrated(detail: Step) -> str:
        order = detail.get("order", {})
        by = f" by {order['actor']}" if "actor" in order else ""
        why = f" ({order['reason']})" if "reason" in order else ""
        return f"{what}{by}{why}"

    return narrated


def _approval(detail: Step) -> str:
    limit = detail.get("required_above_step", "the limit")
    if "held" in detail:
        return f"A step above {limit} needs approval, which is pending or was refused"
    return f"A step above {limit} needs approval"


def _conflict(detail: Step) -> str:
    return f"{' and '.join(detail['bounds'])} contradict each other and leave no legal price"


def _other(detail: Step) -> str:
    facts = {name: value for name, value in detail.items() if value is not None and name != "ruled"}
    return "A rule applied" + "".join(f", {name} {value}" for name, value in facts.items())


_SENTENCES: dict[str, Callable[[Step], str]] = {
    **{strategy.kind: strategy.sentence for strategy in STRATEGIES},
    **{rule.name: rule.sentence for rule in GUARDRAILS},
    "explore": lambda _: "Exploration draws a price",
    "promotion": _promotion,
    "override": _order("A manual price"),
    "rollback": _order("A rollback"),
    "paused": _order("The kill switch is on"),
    "approved": _order("A proposal was approved"),
    "rejected": _order("A proposal was rejected"),
    "proposal_expired": _order("A proposal expired"),
    "refused_by_shop": _order("The shop refused the last change, and it is not tried again yet"),
    "regular_price": _order("The regular price returns"),
    "holdout": lambda d: f"Experiment {d['experiment']} leaves this offer alone",
    "bounds_conflict": _conflict,
    "approval": _approval,
    "price_in_force": lambda _: "The price in force stays",
}


def _outlook(decision: Mapping[str, Any]) -> list[str]:
    new, kept = decision.get("expected"), decision.get("expected_kept")
    if new is None or kept is None:
        return []
    forecast = (
        f"Expected over the horizon: {new['units']:.4g} units and a profit of {new['profit']} "
        f"(90 %: {new['lower']} to {new['upper']})"
    )
    if decision["price"] == decision["previous_price"]:
        return [f"{forecast}."]
    return [
        f"{forecast}, against {kept['units']:.4g} units and {kept['profit']} at the price before."
    ]
