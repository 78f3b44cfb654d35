"""Which policy a listing is under, and what that policy's guardrails make of a price."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, NamedTuple

import numpy as np

from online_models.pricing.context.decision_context import NO_CEILING
from online_models.pricing.guardrails.price_endings import nearest_ending
from online_models.pricing.policy.compiled_policy import CompiledPolicy
from online_models.pricing.policy.selection import Traits
from online_models.pricing.state.ledger import DEFAULT_POLICY
from online_models.pricing.state.policy_book import PolicyBook
from online_models.shop.catalogue import NO_PRICE
from schemas.records.policy.second_hand import SecondHand
from schemas.records.second_hand.market_listings import MarketListing
from schemas.values.money import minor_digits, texts

#: Where no policy with such a strategy selects a listing.
USUAL = SecondHand(kind="second_hand")


class Bounded(NamedTuple):
    """A price in minor units and the steps of the guardrails that led to it."""

    price: int
    steps: list[dict[str, Any]]


@dataclass(frozen=True, slots=True)
class SuggestionTerms:
    """A policy's entry for used goods and its bounds, in the integers of a listing's currency."""

    policy: CompiledPolicy
    entry: SecondHand

    @classmethod
    def of(cls, book: PolicyBook, listing: MarketListing) -> SuggestionTerms:
        """Those of the policy that rules a listing, among those with such a strategy."""
        brand = listing.attributes.get("brand")
        traits = Traits(
            listing.sku or "",
            listing.channel,
            listing.category,
            brand if isinstance(brand, str) else None,
            "core",
            (),
        )
        slot, _ = book.ruler(traits, kind=USUAL.kind)
        policy = book.terms(slot, minor_digits(listing.currency))
        entries = [e for e in policy.policy.strategy if isinstance(e, SecondHand)]
        entry = entries[0] if entries and slot != DEFAULT_POLICY else USUAL
        return cls(policy, entry)

    @property
    def contradict(self) -> bool:
        """Whether the bounds leave no price."""
        return self.policy.maximum_price != NO_PRICE and self._low > self._high

    @property
    def _low(self) -> int:
        return max(self.policy.minimum_price, 1)

    @property
    def _high(self) -> int:
        highest = self.policy.maximum_price
        return NO_CEILING if highest == NO_PRICE else highest

    def bounded(self, price: int) -> Bounded:
        """A price within the bounds: on either side, then on the grid of its endings."""
        steps: list[dict[str, Any]] = []
        if self.policy.minimum_price != NO_PRICE:
            raised = max(price, self.policy.minimum_price)
            least = {"minimum": self._text(self.policy.minimum_price)}
            steps.append(self._step("minimum_price", price, raised, least))
            price = raised
        if self.policy.maximum_price != NO_PRICE:
            lowered = min(price, self._high)
            steps.append(
                self._step("maximum_price", price, lowered, {"maximum": self._text(self._high)})
            )
            price = lowered
        if self.policy.endings:
            columns = (np.array([amount]) for amount in (price, self._low, self._high))
            found = int(nearest_ending(self.policy.endings, *columns)[0])
            ended = price if found == NO_PRICE else found
            detail = {
                "endings": list(self.policy.policy.guardrails.price_endings),
                "lowest": self._text(self._low),
                "highest": None if self._high == NO_CEILING else self._text(self._high),
            }
            steps.append(self._step("price_endings", price, ended, detail))
            price = ended
        return Bounded(price, steps)

    def _step(self, rule: str, before: int, after: int, detail: dict[str, Any]) -> dict[str, Any]:
        return {
            "rule": rule,
            "input": self._text(before),
            "output": self._text(after),
            "detail": detail,
        }

    def _text(self, amount: int) -> str:
        return texts([amount], self.policy.digits)[0]
