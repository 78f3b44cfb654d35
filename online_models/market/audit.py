"""Every decision of a pricer looked at from outside: legal under its policy, and explained."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from decimal import Decimal
from fractions import Fraction
from functools import cached_property, lru_cache
from math import ceil, floor
from typing import Any, NamedTuple, Protocol, TypedDict, runtime_checkable

from online_models.market.assortment import Assortment
from online_models.pricing.explanation.recompute import recompute
from online_models.pricing.state.policy_book import BUILT_IN
from schemas.records.policy.guardrails import Guardrails
from schemas.records.policy.pricing_policies import Policy
from schemas.values.instants import DAY, to_ms

MINOR = 100
NEVER = -(10**15)
#: Decisions of a tick share their instant.
instant = lru_cache(to_ms)


class AuditedStep(TypedDict):
    """A step of an explanation."""

    rule: str
    input: str | None
    output: str
    detail: dict[str, Any]


class AuditedChange(TypedDict):
    """What is looked at of a record of topic `price-changes`."""

    decision_id: str
    sku: str
    price: str


class AuditedDecision(AuditedChange):
    """What is looked at of a record of topic `price-decisions`."""

    policy_id: str
    previous_price: str
    time: str
    outcome: str
    explanation: list[AuditedStep]


class Bounds(NamedTuple):
    """Lowest and highest legal price in minor units, whatever was asked before."""

    low: int
    high: int


class Audit:
    """Counts decisions, and those that break a rule.

    Bounds are computed anew from policies and products in exact fractions, by none of the code that
    prices: an error there shows here.

    Attributes
    ----------
    decisions: looked at. breaches: changes to a price that a guardrail of the ruling policy
        forbids. unexplained: decisions whose explanation is missing, has a gap, or does not lead to
        their price, and changes without a decision.
    """

    def __init__(self, assortment: Assortment, policies: Sequence[Mapping[str, Any]]) -> None:
        self.decisions = self.breaches = self.unexplained = 0
        ruling = [BUILT_IN, *map(Policy.model_validate, policies)]
        self._rails = {policy.policy_id: policy.guardrails for policy in ruling}
        self._goods = {
            sku: AuditedOffer(assortment, row) for row, sku in enumerate(assortment.skus)
        }
        self._currency = assortment.currency
        self._bounds: dict[tuple[str, str], Bounds] = {}

    def change(self, change: AuditedChange) -> None:
        """Look at a record of topic `price-changes`, after the decision that it came from."""
        last = self._goods[change["sku"]].decision
        self.unexplained += last != (change["decision_id"], change["price"])

    def take(self, decision: AuditedDecision) -> None:
        """Look at a record of topic `price-decisions`, in the order of publication."""
        self.decisions += 1
        self.unexplained += not explained(decision, self._currency)
        if decision["outcome"] in ("changed", "overridden"):
            self.breaches += not self._legal(decision)
            last = decision["decision_id"], decision["price"]
            self._goods[decision["sku"]].decision = last

    def _legal(self, decision: AuditedDecision) -> bool:
        sku, policy = decision["sku"], decision["policy_id"]
        rails, good = self._rails[policy], self._goods[sku]
        price, before = minor(decision["price"]), minor(decision["previous_price"])
        at = instant(decision["time"])
        day = at // DAY
        changes = good.changes if day == good.day else 0
        kept = (
            self._within(policy, sku, price)
            and stepped(price, before, rails.max_step_up, rails.max_step_down)
            and (rails.max_changes_per_day is None or changes < rails.max_changes_per_day)
            and (rails.cooldown is None or at - good.changed_at >= rails.cooldown)
            and not any(freeze.from_ <= at < freeze.until for freeze in rails.freeze)
            and ending(f"{price:04d}", rails.price_endings)
        )
        good.day, good.changes, good.changed_at = day, changes + 1, at
        return kept

    def _within(self, policy: str, sku: str, price: int) -> bool:
        bounds = self._bounds.get((policy, sku))
        if bounds is None:
            bounds = self._goods[sku].bounds(self._rails[policy])
            self._bounds[policy, sku] = bounds
        return bounds.low <= price <= bounds.high


class AuditedOffer:
    """An offer as in its record, and when and by which decision its price last changed."""

    def __init__(self, assortment: Assortment, row: int) -> None:
        self._assortment, self._row = assortment, row
        self.changed_at = NEVER
        self.day, self.changes = NEVER, 0
        self.decision: tuple[str, str] | None = None

    @cached_property
    def _record(self) -> Mapping[str, Any]:
        return self._assortment.products()[self._row]

    def bounds(self, rails: Guardrails) -> Bounds:
        """Where the guardrails that look at no other price leave room."""
        first = Fraction(int(self._assortment.first_price[self._row]))
        lows, highs = [Fraction(1)], [Fraction(10**15)]
        if rails.minimum_price is not None:
            lows.append(Fraction(rails.minimum_price) * MINOR)
        if rails.maximum_price is not None:
            highs.append(Fraction(rails.maximum_price) * MINOR)
        if rails.minimum_margin is not None:
            lows.append(self._margin(Fraction(rails.minimum_margin)))
        if rails.never_below_cost:
            lows.append(self._margin(Fraction(0)))
        if rails.reference_band is not None:
            reference, band = rails.reference_price, Fraction(rails.reference_band)
            centre = first if reference is None else Fraction(reference) * MINOR
            lows.append(centre * (1 - band))
            highs.append(centre * (1 + band))
        for binds, field, bound in (
            (rails.respect_map, "map_price", lows),
            (rails.never_above_list_price, "list_price", highs),
        ):
            if binds and self._record.get(field) is not None:
                bound.append(Fraction(str(self._record[field])) * MINOR)
        return Bounds(ceil(max(lows)), floor(min(highs)))

    def _margin(self, margin: Fraction) -> Fraction:
        """The price p with (p / tax − cost − fee p) = margin p / tax."""
        goods, row = self._assortment, self._row
        tax, fee = (Fraction(f"{rates[row]:g}") for rates in (goods.tax_rate, goods.fee_rate))
        return Fraction(int(goods.cost[row])) / ((1 - margin) / (1 + tax) - fee)


@runtime_checkable
class Audited(Protocol):
    """A contender whose decisions are looked at."""

    audit: Audit


def explained(decision: AuditedDecision, currency: str) -> bool:
    """Whether the explanation is a chain of steps that leads to the decision's price."""
    steps, price = decision["explanation"], None
    for step in steps:
        if step["input"] != price:
            return False
        price = step["output"]
    found: bool = price is not None and price == decision["price"] == recompute(steps, currency)
    return found


@lru_cache(1 << 14)
def minor(text: str) -> int:
    """Minor units of money text with two digits; prices repeat, and this is hot.

    >>> minor("12.99")
    1299
    """
    whole, cents = text.split(".")
    return int(whole + cents)


def stepped(price: int, before: int, up: Decimal | None, down: Decimal | None) -> bool:
    """Whether a step keeps the longest ones allowed, shares of the price before.

    >>> stepped(105, 100, Decimal("0.05"), None), stepped(94, 100, None, Decimal("0.05"))
    (True, False)
    """
    return (up is None or price <= before * (1 + Fraction(up))) and (
        down is None or price >= before * (1 - Fraction(down))
    )


def ending(price: str, endings: Sequence[str]) -> bool:
    """Whether a price in minor digits ends as one of these (".99", "5") says; none binds nothing.

    >>> ending("1299", [".99"]), ending("1295", [".99"]), ending("1295", [])
    (True, False, True)
    """
    if not endings:
        return True
    text = f"{price[:-2]}.{price[-2:]}"
    return any(text.endswith(end.lstrip("0")) for end in endings)
