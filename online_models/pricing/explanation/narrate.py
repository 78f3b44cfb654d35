"""A decision in words."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from online_models.pricing.guardrails import GUARDRAILS
from online_models.pricing.strategies import STRATEGIES
from online_models.pricing.strategies.because import BECAUSE

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
    reason = decision["reason"].replace("_", " ")
    sentences = [
        f"{what} ({reason}): {decision['sku']} on {decision['channel']} at "
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
        low, since = decision["lowest_prior_price_30d"], ""
        if decision.get("promotion_id") is not None:
            since = " the promotion's first reduction"
        sentences.append(f"The lowest price of the 30 days before{since} is {low} {currency}.")
    if decision["propensity"] < 1:
        sentences.append(f"The price was drawn with probability {decision['propensity']:.3g}.")
    return sentences


def sentence(step: Step) -> str:
    """One step of an explanation; a rule without words of its own is said by its details."""
    output, before = step["output"], step["input"]
    said = _SENTENCES.get(step["rule"], _other)({**step["detail"], "output": output})
    if before is None:
        others = step["detail"].get(BECAUSE, {}).get("passed_over", ())
        return f"{''.join(f'{other}; ' for other in others)}{said}: {output}."
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
        undoes = f", which undoes {order['undoes']}" if "undoes" in order else ""
        return f"{what}{by}{why}{undoes}"

    return narrated


def _approval(detail: Step) -> str:
    limit = detail.get("required_above_step", "the limit")
    if "held" in detail:
        return f"A step above {limit} needs approval, which is pending or was refused"
    return f"A step above {limit} needs approval"


def _breaker(detail: Step) -> str:
    terms = [
        f"{name} {detail[key]}"
        for key, name in (("largest_share", "share"), ("largest_mean_move", "mean move"))
        if key in detail
    ]
    return (
        f"{detail['changed']} of {detail['offers']} offers of the category have changed within"
        f" {detail['window']}, by {100 * detail['mean_move']:+.2f} % on average over all, and one"
        f" more passes the breaker's largest {' or '.join(terms)}: until {detail['until']} changes"
        " need approval"
    )


def _personal(detail: Step) -> str:
    if "gain" not in detail:
        return f"The personal discount is {detail['discount']}"
    return (
        f"A personal discount of {detail['discount']} is expected to add {detail['gain']} of profit"
        f" with customers of cluster {detail['cluster']}, the most of those allowed or near it:"
        f" {detail['units']:.3g} units instead of {detail['without']:.3g}"
    )


def _quantity_break(detail: Step) -> str:
    said = f"Orders of this quantity get {detail['discount']} off"
    if "elasticity" not in detail:
        return said
    return f"{said}, at which they earn most by their elasticity of {detail['elasticity']}"


def _conflict(detail: Step) -> str:
    bounds = detail["bounds"]
    if len(bounds) == 1:
        return f"{bounds[0]} leaves no legal price"
    return f"{' and '.join(bounds)} contradict each other and leave no legal price"


_SAID_ELSEWHERE = ("ruled", "output")


def _other(detail: Step) -> str:
    unsaid = {name: value for name, value in detail.items() if name not in _SAID_ELSEWHERE}
    facts = {name: value for name, value in unsaid.items() if value is not None}
    return "A rule applied" + "".join(f", {name} {value}" for name, value in facts.items())


_SENTENCES: dict[str, Callable[[Step], str]] = {
    **{strategy.kind: strategy.sentence for strategy in STRATEGIES},
    **{rule.name: rule.sentence for rule in GUARDRAILS},
    "explore": lambda _: "The price drawn for today by exploration is asked for",
    "promotion": _promotion,
    "override": _order("A manual price"),
    "rollback": _order("A rollback"),
    "paused": _order("The kill switch is on"),
    "approved": _order("A proposal was approved"),
    "rejected": _order("A proposal was rejected"),
    "proposal_expired": _order("A proposal expired"),
    "refused_by_shop": _order("The shop refused or altered the last change, and is left alone yet"),
    "regular_price": _order("The regular price returns"),
    "holdout": lambda d: f"Experiment {d['experiment']} leaves this offer alone",
    "bounds_conflict": _conflict,
    "approval": _approval,
    "breaker": _breaker,
    "public_price": lambda detail: (
        "Nobody pays more than the public price" if "maximum" in detail else "Everybody pays"
    ),
    "contract": lambda detail: f"Contract {detail['contract']} promises a price",
    "entitled": lambda detail: f"The customer pays no more without a quote ({detail['by']})",
    "quote": lambda detail: f"The quote takes {detail['discount']} off",
    "quantity_break": _quantity_break,
    "self_selection": lambda detail: (
        f"The other quantities leave {detail['minimum']} to {detail['maximum']}, so that nobody"
        " gains by splitting an order or by buying more than they need"
    ),
    "personal_discount": _personal,
    "promised": lambda _: "An offer made before holds, no higher than the public price",
    "price_in_force": lambda _: "The price in force stays",
}


def _outlook(decision: Mapping[str, Any]) -> list[str]:
    new, kept = decision.get("expected"), decision.get("expected_kept")
    if new is None or kept is None:
        return []
    basis = "Expected over the horizon"
    if new.get("basis") == "prior":
        basis = "Nothing of its sales is learnt yet; of offers like it is expected over the horizon"
    forecast = (
        f"{basis}: {new['units']:.4g} units and a profit of {new['profit']} "
        f"(90 %: {new['lower']} to {new['upper']})"
    )
    if decision["price"] == decision["previous_price"]:
        return [f"{forecast}."]
    return [
        f"{forecast}, against {kept['units']:.4g} units and {kept['profit']} at the price before."
    ]
