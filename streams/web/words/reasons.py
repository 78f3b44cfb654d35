"""Rules and reasons as a merchant says them; each is a clause that a sentence ends with."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from streams.web.words.figures import Figures, plain
from streams.web.words.spans import span

Detail = Mapping[str, Any]

#: Reasons of decisions that are no rule with facts of its own.
REASONS = {
    "no_change": "no better price was found",
    "optimise": "this price is expected to earn most",
    "match_competitor": "a rival's price is followed",
    "cost_plus": "the price is the cost plus a margin",
    "markdown": "the stock is to be sold in time",
    "reinforcement": "a trained policy chose this price",
    "keep": "the price is to stay as it is",
    "explore": "another price is tried, to learn what it sells",
    "promotion": "a promotion is running",
    "override": "someone set the price by hand",
    "set_price": "someone set the price by hand",
    "rollback": "prices were rolled back",
    "paused": "pricing is paused",
    "approved": "the proposal was approved",
    "rejected": "the proposal was rejected",
    "proposal_expired": "nobody answered the proposal in time",
    "refused_by_shop": "the shop refused the last change",
    "regular_price": "the regular price returns",
    "holdout": "the offer belongs to an experiment that leaves it alone",
    "bounds_conflict": "rules contradict each other",
    "approval_required": "a step this large needs approval",
    "awaiting_approval": "the proposal still waits for approval",
    "declined": "the same proposal was turned down before",
    "strategy": "a rule of the policy sets the price",
    "approval": "a step this large needs approval",
    "price_in_force": "the price in force stays",
    "price_endings": "prices have fixed endings",
    "cooldown": "the last change was too recent",
    "max_changes_per_day": "the day's changes are used up",
    "minimum_margin": "the margin must not fall further",
    "never_below_cost": "it must not be sold below cost",
    "minimum_price": "it may not be cheaper",
    "maximum_price": "it may not be dearer",
    "reference_band": "the price must stay near its reference",
    "max_step_up": "it may not rise faster",
    "max_step_down": "it may not fall faster",
    "never_above_list_price": "it may not exceed the list price",
    "respect_map": "the maker's lowest advertised price holds",
    "protect_channels": "another channel's price is protected",
    "freeze": "prices are frozen",
    "breaker": "too many prices of the category would move at once, and they wait",
}


def reason(name: str | None) -> str:
    """A decision's reason in words."""
    return REASONS.get(name or "", plain(name))


def rule(name: str, detail: Detail, figures: Figures, currency: str) -> str:
    """What a step's rule demanded, with its figures."""
    said = _CLAUSES.get(name)
    if said is None:
        return _capital(reason(name))
    return said(detail, lambda value: figures.price(value, currency))


Money = Callable[[Any], str]


def _capital(text: str) -> str:
    return text[:1].upper() + text[1:]


def _bound(text: str) -> Callable[[Detail, Money], str]:
    def said(detail: Detail, money: Money) -> str:
        low, high = detail.get("minimum"), detail.get("maximum")
        if low is not None and high is not None:
            return f"{text}: from {money(low)} to {money(high)}"
        if low is not None:
            return f"{text}: at least {money(low)}"
        return f"{text}: at most {money(high)}" if high is not None else text

    return said


def _optimise(detail: Detail, _: Money) -> str:
    goal = plain(detail.get("maximise", "profit"))
    said = f"The price that should bring the most {goal}"
    if detail.get("elasticity") is not None:
        said += f"; one per cent dearer sells about {abs(detail['elasticity']):.1f} per cent less"
    return said


def _match(detail: Detail, money: Money) -> str:
    said = f"{detail.get('competitor', 'a rival')} asks {money(detail.get('rival'))}"
    offset = str(detail.get("offset") or "0")
    return said if not offset.strip("-0.%") else f"{said}, and the rule is {offset} against it"


def _endings(detail: Detail, _: Money) -> str:
    return f"Prices end in {' or '.join(detail.get('endings', ()))}"


def _cooldown(detail: Detail, _: Money) -> str:
    return f"At least {span(detail.get('cooldown'))} between two changes"


def _per_day(detail: Detail, _: Money) -> str:
    number = detail.get("changes", 1)
    return f"At most {number} change{'s' if number != 1 else ''} a day"


def _conflict(detail: Detail, _: Money) -> str:
    names = [reason(name) for name in detail.get("bounds", ())]
    return f"No price satisfies all rules: {'; '.join(names)}"


def _approval(detail: Detail, _: Money) -> str:
    return f"A step above {detail.get('required_above_step', 'the limit')} needs approval"


def _person(text: str) -> Callable[[Detail, Money], str]:
    def said(detail: Detail, _: Money) -> str:
        order = detail.get("order") or {}
        by = f" by {order['actor']}" if order.get("actor") else ""
        why = f" ({order['reason']})" if order.get("reason") else ""
        return f"{text}{by}{why}"

    return said


def _promotion(detail: Detail, money: Money) -> str:
    promotion = detail.get("promotion") or {}
    regular = detail.get("regular_price")
    off = f" on {money(regular)}" if regular is not None else ""
    return f"Promotion {promotion.get('promotion_id', '')}{off}"


def _holdout(detail: Detail, _: Money) -> str:
    return f"The experiment {detail.get('experiment', '')} leaves this offer alone"


_CLAUSES: dict[str, Callable[[Detail, Money], str]] = {
    "optimise": _optimise,
    "match_competitor": _match,
    "price_endings": _endings,
    "cooldown": _cooldown,
    "max_changes_per_day": _per_day,
    "bounds_conflict": _conflict,
    "approval": _approval,
    "promotion": _promotion,
    "holdout": _holdout,
    "minimum_margin": _bound("The margin that must be kept"),
    "never_below_cost": _bound("Never below cost"),
    "minimum_price": _bound("The lowest price allowed"),
    "maximum_price": _bound("The highest price allowed"),
    "reference_band": _bound("The band around the reference price"),
    "max_step_up": _bound("The largest rise at once"),
    "max_step_down": _bound("The largest fall at once"),
    "never_above_list_price": _bound("Never above the list price"),
    "respect_map": _bound("The lowest advertised price of the maker"),
    "protect_channels": _bound("Other channels are protected"),
    "override": _person("A price set by hand"),
    "rollback": _person("A roll-back"),
    "paused": _person("Pricing was paused"),
    "approved": _person("Approved"),
    "rejected": _person("Rejected"),
    "refused_by_shop": _person("The shop refused the last change"),
}
