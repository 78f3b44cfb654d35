"""A decision as a merchant reads it: in a line, in steps, and for a customer."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, NamedTuple

from streams.web.words.figures import Figures
from streams.web.words.reasons import reason, rule

Decision = Mapping[str, Any]


class NarratedStep(NamedTuple):
    """A rule's effect: its clause, and the price after it; `moved` where it changed the price."""

    text: str
    price: str
    moved: bool


def headline(decision: Decision, figures: Figures) -> str:
    """One sentence: what became of the price, and why.

    >>> headline({"price": "8.99", "previous_price": "8.99", "currency": "USD",
    ...           "outcome": "held", "reason": "price_endings",
    ...           "explanation": [{"rule": "price_endings", "detail": {"endings": [".99"]}}]},
    ...          Figures())
    'Kept at $8.99: prices end in .99.'
    """
    price = figures.price(decision["price"], decision["currency"])
    before = figures.price(decision["previous_price"], decision["currency"])
    what = {
        "changed": f"Changed from {before} to {price}",
        "overridden": f"Set by hand from {before} to {price}",
        "proposed": f"{price} instead of {before} waits for approval",
        "rejected": f"Turned down, it stays at {price}",
        "held": f"Kept at {price}",
    }.get(decision["outcome"], f"At {price}")
    return f"{what}: {_why(decision, figures)}."


def _why(decision: Decision, figures: Figures) -> str:
    name = decision["reason"]
    for step in decision["explanation"]:
        if step["rule"] == name and isinstance(step.get("detail"), Mapping):
            said = rule(name, step["detail"], figures, decision["currency"])
            first = said.split(" ", 1)[0]
            return said if first.isupper() or "asks" in said else said[:1].lower() + said[1:]
    return reason(name)


def steps(decision: Decision, figures: Figures) -> list[NarratedStep]:
    """Every rule from the strategy's raw price to the published one."""
    found = []
    for step in decision["explanation"]:
        detail = step.get("detail")
        detail = detail if isinstance(detail, Mapping) else {}
        before, after = step.get("input"), step.get("output")
        moved = before is not None and before != after
        price = figures.price(after, decision["currency"])
        found.append(
            NarratedStep(rule(step["rule"], detail, figures, decision["currency"]), price, moved)
        )
    return found


def outlook(decision: Decision, figures: Figures) -> str | None:
    """What the price is expected to bring, against the one before."""
    new, kept, currency = (
        decision.get("expected"),
        decision.get("expected_kept"),
        decision["currency"],
    )
    if new is None:
        return None
    said = (
        f"Expected over the policy's horizon: {units(new['units'], figures)} units and "
        f"a profit of {figures.price(new['profit'], currency)}"
    )
    if new["lower"] == new["upper"]:
        said += " (all that there is in stock is expected to sell)"
    else:
        said += (
            f" (90% between {figures.price(new['lower'], currency)} and "
            f"{figures.price(new['upper'], currency)})"
        )
    if kept is None or decision["price"] == decision["previous_price"]:
        return f"{said}."
    return (
        f"{said}; with the price before, {units(kept['units'], figures)} units and "
        f"{figures.price(kept['profit'], currency)}."
    )


def units(number: float, figures: Figures) -> str:
    """Expected units; a fraction of many means nothing.

    >>> units(2.44, Figures()), units(441.9, Figures())
    ('2.4', '442')
    """
    return figures.number(number, 1 if number < 20 else 0)


def wanted(decision: Decision, figures: Figures) -> str:
    """Why the price was wanted before any rule bounded it.

    >>> wanted({"currency": "USD", "explanation": [
    ...     {"rule": "optimise", "input": None, "output": "9", "detail": {"maximise": "profit"}}]},
    ...     Figures())
    'The price that should bring the most profit'
    """
    explored = any(
        step["rule"] == "explore" and step.get("input") != step.get("output")
        for step in decision["explanation"]
    )
    if explored:
        return reason("explore")[:1].upper() + reason("explore")[1:]
    found = steps(decision, figures)
    return found[0].text.partition(";")[0] if found else ""


#: What may be said to anyone: it tells no cost, no rule and no other customer.
_PUBLIC = {
    "match_competitor": "We compare our prices with those of other shops.",
    "promotion": "This product is on promotion.",
    "override": "Our team set this price.",
    "markdown": "This product is on clearance.",
    "rollback": "An earlier price applies again.",
    "regular_price": "A promotion has ended, and the regular price applies again.",
}
_USUALLY = "Our prices follow demand and are looked at regularly."


def for_customers(
    name: str,
    currency: str,
    price: str,
    changed: Decision | None,
    lowest: str | None,
    figures: Figures,
) -> list[str]:
    """What customer service may say of a price, from public facts only."""
    said = [f"{name} costs {figures.price(price, currency)}."]
    if changed is not None:
        said.append(_PUBLIC.get(changed["reason"], _USUALLY))
        before = changed["previous_price"]
        if before is not None and before != price:
            said.append(f"Before, it cost {figures.price(before, currency)}.")
    if lowest is not None:
        shown = figures.price(lowest, currency)
        said.append(f"The lowest price of the 30 days before the last change was {shown}.")
    return said
