"""A decision in words."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

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
    told = [
        f"{what} ({decision['reason']}): {decision['sku']} on {decision['channel']} at "
        f"{decision['time']}, decision {decision['decision_id']}."
    ]
    steps = decision["explanation"]
    if steps:
        ruled = steps[0]["detail"].get("ruled", "no reason kept")
        policy = f"{decision['policy_id']}, version {decision['policy_version']}"
        told.append(f"Policy {policy} rules: {ruled}.")
    told += [sentence(step) for step in steps]
    told += _outlook(decision)
    if decision["lowest_prior_price_30d"] is not None:
        low = decision["lowest_prior_price_30d"]
        told.append(f"The lowest price of the 30 days before is {low} {currency}.")
    if decision["propensity"] < 1:
        told.append(f"The price was drawn with probability {decision['propensity']:.3g}.")
    return told


def sentence(step: Step) -> str:
    """One step of an explanation; a rule without words of its own is told by its details."""
    said = _SENTENCES.get(step["rule"], _other)(step["detail"])
    output, before = step["output"], step["input"]
    if before is None:
        return f"{said}: {output}."
    if before == output:
        return f"{said}; {output} is left as it is."
    return f"{said}; {before} becomes {output}."


def _optimise(detail: Step) -> str:
    own, cross = (
        [detail[f"{name}{end}"] for end in ("", "_lower", "_upper")]
        for name in ("elasticity", "cross_elasticity")
    )
    goal = detail["maximise"].replace("_", "-")
    return (
        f"The best price for {goal}, given an elasticity of {own[0]:.2f} (95 %: {own[1]:.2f} to "
        f"{own[2]:.2f}) and one of {cross[0]:.2f} ({cross[1]:.2f} to {cross[2]:.2f}) to the "
        f"prices of the rest of the category, is"
    )


def _reinforcement(detail: Step) -> str:
    elasticity = detail["elasticity"]
    return (
        f"Policy {detail['version']}, given an elasticity of {elasticity:.2f}, asks for"
        f" {detail['factor']:g} times the markup price, which is"
    )


def _matched(detail: Step) -> str:
    rival = detail["competitor"] or f"the {detail['which']} of the rivals"
    return f"Following {rival} at {detail['rival']}, offset {detail['offset']}, gives"


def _promotion(detail: Step) -> str:
    promotion = detail["promotion"]
    discount = promotion.get("discount", {})
    off = " ".join(f"{kind} {value}" for kind, value in discount.items())
    return f"Promotion {promotion['promotion_id']} ({off}) on {detail['regular_price']} gives"


def _order(what: str) -> Callable[[Step], str]:
    def told(detail: Step) -> str:
        order = detail.get("order", {})
        by = f" by {order['actor']}" if "actor" in order else ""
        why = f" ({order['reason']})" if "reason" in order else ""
        return f"{what}{by}{why}"

    return told


def _bound(what: str) -> Callable[[Step], str]:
    def told(detail: Step) -> str:
        low, high = detail.get("minimum"), detail.get("maximum")
        if low is not None and high is not None:
            return f"{what} asks for {low} to {high}"
        if low is not None:
            return f"{what} asks for at least {low}"
        return f"{what} does not apply" if high is None else f"{what} asks for at most {high}"

    return told


def _delay(what: str) -> Callable[[Step], str]:
    def told(detail: Step) -> str:
        if detail["held"] is None:
            return f"{what} does not stand in the way"
        return f"{what} holds the price until {detail['until']}"

    return told


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
    "optimise": _optimise,
    "match_competitor": _matched,
    "reinforcement": _reinforcement,
    "cost_plus": lambda d: f"Cost {d['cost']} plus a margin of {d['margin']} gives",
    "markdown": lambda d: f"The price that sells {d['stock']} units in time is",
    "keep": lambda _: "The strategy keeps the price at home",
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
    "minimum_price": _bound("The minimum price"),
    "maximum_price": _bound("The maximum price"),
    "never_above_list_price": _bound("The list price"),
    "respect_map": _bound("The minimum advertised price"),
    "never_below_cost": _bound("Cost, tax and fees"),
    "minimum_margin": _bound("The minimum margin"),
    "protect_channels": _bound("A protected channel"),
    "reference_band": _bound("The band around the reference price"),
    "max_step_down": _bound("The largest step down"),
    "max_step_up": _bound("The largest step up"),
    "price_endings": lambda d: f"Prices end in {' or '.join(d['endings'])}",
    "cooldown": _delay("The cooldown"),
    "max_changes_per_day": _delay("The number of changes per day"),
    "freeze": _delay("A freeze"),
    "bounds_conflict": _conflict,
    "approval": _approval,
    "price_in_force": lambda _: "The price in force stays",
}


def _outlook(decision: Mapping[str, Any]) -> list[str]:
    new, kept = decision.get("expected"), decision.get("expected_kept")
    if new is None or kept is None:
        return []
    told = (
        f"Expected over the horizon: {new['units']:.4g} units and a profit of {new['profit']} "
        f"(90 %: {new['lower']} to {new['upper']})"
    )
    if decision["price"] == decision["previous_price"]:
        return [f"{told}."]
    return [f"{told}, against {kept['units']:.4g} units and {kept['profit']} at the price before."]
