"""Rules and reasons as a merchant says them; each is a clause that a sentence ends with."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, NamedTuple

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
    amounts = _Amounts(figures, currency)
    if name in _CLAUSES:
        return _CLAUSES[name](detail, amounts)
    words = policy_words().get(f"guardrails.{name}")
    return (words and _bound(words.label, detail, amounts)) or _capital(reason(name))


class _Amounts(NamedTuple):
    """How the figures of a step are written."""

    figures: Figures
    currency: str

    def money(self, value: Any) -> str:
        return self.figures.price(value, self.currency)

    def written(self, value: Any) -> str:
        return self.figures.written(str(value))


Clause = Callable[[Detail, _Amounts], str]


def _capital(text: str) -> str:
    return text[:1].upper() + text[1:]


def _bound(text: str, detail: Detail, amounts: _Amounts) -> str | None:
    money = amounts.money
    low, high = detail.get("minimum"), detail.get("maximum")
    if low is not None and high is not None:
        return f"{text}: from {money(low)} to {money(high)}"
    if low is not None:
        return f"{text}: at least {money(low)}"
    return f"{text}: at most {money(high)}" if high is not None else None


def _optimise(detail: Detail, amounts: _Amounts) -> str:
    goal = plain(detail.get("maximise", "profit"))
    said = f"The price that should bring the most {goal}"
    if detail.get("elasticity") is not None:
        less = amounts.figures.number(abs(detail["elasticity"]), 1)
        said += f"; one per cent dearer sells about {less} per cent less"
    return said


def _match(detail: Detail, amounts: _Amounts) -> str:
    said = f"{detail.get('competitor', 'a competitor')} asks {amounts.money(detail.get('rival'))}"
    offset = str(detail.get("offset") or "0")
    if not offset.strip("-0.%"):
        return said
    return f"{said}, and the rule is {amounts.written(offset)} against it"


def _endings(detail: Detail, amounts: _Amounts) -> str:
    return f"Prices end in {' or '.join(map(amounts.written, detail.get('endings', ())))}"


def _cooldown(detail: Detail, _: _Amounts) -> str:
    return f"At least {span(detail.get('cooldown'))} between two changes"


def _per_day(detail: Detail, _: _Amounts) -> str:
    number = detail.get("changes", 1)
    return f"At most {number} change{'s' if number != 1 else ''} a day"


def _conflict(detail: Detail, _: _Amounts) -> str:
    names = [reason(name) for name in detail.get("bounds", ())]
    return f"No price satisfies all rules: {'; '.join(names)}"


def _approval(detail: Detail, amounts: _Amounts) -> str:
    limit = amounts.written(detail.get("required_above_step", "the limit"))
    return f"A step above {limit} needs approval"


def _discounted(name: str) -> Clause:
    def said(detail: Detail, amounts: _Amounts) -> str:
        off = f": {amounts.written(detail['discount'])} off" if detail.get("discount") else ""
        return _capital(_OTHERS[name]) + off

    return said


def _person(text: str) -> Clause:
    def said(detail: Detail, _: _Amounts) -> str:
        order = detail.get("order") or {}
        by = f" by {order['actor']}" if order.get("actor") else ""
        why = f" ({order['reason']})" if order.get("reason") else ""
        return f"{text}{by}{why}"

    return said


def _promotion(detail: Detail, amounts: _Amounts) -> str:
    promotion = detail.get("promotion") or {}
    regular = detail.get("regular_price")
    off = f" on {amounts.money(regular)}" if regular is not None else ""
    return f"Promotion {promotion.get('promotion_id', '')}{off}"


def _holdout(detail: Detail, _: _Amounts) -> str:
    return f"The experiment {detail.get('experiment', '')} leaves this offer alone"


_CLAUSES: dict[str, Clause] = {
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
