"""Rules and reasons as a merchant says them; each is a clause that a sentence ends with."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from streams.web.words.figures import Figures, plain
from streams.web.words.policy_fields import kind_words, policy_words, strategies
from streams.web.words.spans import span

Detail = Mapping[str, Any]

#: Reasons of decisions that no field of a policy stands for.
_OTHERS = {
    "no_change": "no better price was found",
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
    "public_price": "what everybody pays",
    "entitled": "what the customer pays without a quote",
    "quote": "the discount with the best expected profit",
    "quantity_break": "what a quantity break gives",
    "contract": "what the customer was promised",
    "personal_discount": "the personal discount that adds most profit",
    "promised": "what the customer was offered before",
    "self_selection": "a larger order pays no more a unit, and no less in all",
}
#: All reasons: guardrails, the breaker and the kinds of strategies bring their own words.
REASONS = {
    **{p.removeprefix("guardrails."): w.because for p, w in policy_words().items() if w.because},
    **{kind: w.because for kind in strategies() if (w := kind_words(kind)) and w.because},
    **_OTHERS,
}


def reason(name: str | None) -> str:
    """A decision's reason in words."""
    return REASONS.get(name or "", plain(name))


def rule(name: str, detail: Detail, figures: Figures, currency: str) -> str:
    """What a step's rule demanded, with its figures."""

    def money(value: Any) -> str:
        return figures.price(value, currency)

    if name in _CLAUSES:
        return _CLAUSES[name](detail, money)
    words = policy_words().get(f"guardrails.{name}")
    return (words and _bound(words.label, detail, money)) or _capital(reason(name))


Money = Callable[[Any], str]


def _capital(text: str) -> str:
    return text[:1].upper() + text[1:]


def _bound(text: str, detail: Detail, money: Money) -> str | None:
    low, high = detail.get("minimum"), detail.get("maximum")
    if low is not None and high is not None:
        return f"{text}: from {money(low)} to {money(high)}"
    if low is not None:
        return f"{text}: at least {money(low)}"
    return f"{text}: at most {money(high)}" if high is not None else None


def _optimise(detail: Detail, _: Money) -> str:
    goal = plain(detail.get("maximise", "profit"))
    said = f"The price that should bring the most {goal}"
    if detail.get("elasticity") is not None:
        said += f"; one per cent dearer sells about {abs(detail['elasticity']):.1f} per cent less"
    return said


def _match(detail: Detail, money: Money) -> str:
    said = f"{detail.get('competitor', 'a competitor')} asks {money(detail.get('rival'))}"
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


def _discounted(name: str) -> Callable[[Detail, Money], str]:
    def said(detail: Detail, _: Money) -> str:
        off = f": {detail['discount']} off" if detail.get("discount") else ""
        return _capital(_OTHERS[name]) + off

    return said


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
    "quote": _discounted("quote"),
    "quantity_break": _discounted("quantity_break"),
    "personal_discount": _discounted("personal_discount"),
    "holdout": _holdout,
    "override": _person("A price set by hand"),
    "rollback": _person("A roll-back"),
    "paused": _person("Pricing was paused"),
    "approved": _person("Approved"),
    "rejected": _person("Rejected"),
    "refused_by_shop": _person("The shop refused the last change"),
}
