"""What is legal for one offer, as an outsider would compute it: exact fractions, no shared code."""

from __future__ import annotations

from bisect import bisect_left
from dataclasses import dataclass
from fractions import Fraction
from math import ceil, floor
from typing import Any

from schemas.records.policy.pricing_policies import Policy

#: Cents after which every figure of an ending repeats.
PERIOD = 1000


@dataclass
class Facts:
    """An offer before the decision; money in cents, shares in parts per million."""

    price: int
    first: int
    changed_at: int
    changes_today: int
    cost: int
    fee_fixed: int
    fee_ppm: int
    tax_ppm: int
    list_price: int
    map_price: int
    #: What the store asks from now on, where the offer must not undercut it.
    store_price: int | None


class Oracle:
    """The bounds, endings and delays of one policy at an instant (ms)."""

    def __init__(self, policy: Policy, now: int) -> None:
        rails = policy.guardrails
        self._now = now
        self._rails = rails
        self._lows: dict[str, Fraction] = {}
        self._highs: dict[str, Fraction] = {}
        if rails.minimum_price is not None:
            self._lows["minimum_price"] = Fraction(rails.minimum_price) * 100
        if rails.maximum_price is not None:
            self._highs["maximum_price"] = Fraction(rails.maximum_price) * 100
        self._margins: dict[str, Fraction] = {}
        if rails.never_below_cost:
            self._margins["never_below_cost"] = Fraction(0)
        if rails.minimum_margin is not None:
            self._margins["minimum_margin"] = Fraction(rails.minimum_margin)
        shares = (rails.reference_band, rails.max_step_down, rails.max_step_up)
        self._band, self._down, self._up = (
            None if share is None else Fraction(share) for share in shares
        )
        endings = [text.lstrip("0") for text in rails.price_endings]
        self._ends = [cents for cents in range(PERIOD) if not endings or _ends(cents, endings)]

    def bounds(self, facts: Facts) -> tuple[dict[str, Fraction], dict[str, Fraction]]:
        """The floors and the ceilings by the guardrail that sets them."""
        rails, lows, highs = self._rails, dict(self._lows), dict(self._highs)
        if rails.never_above_list_price and facts.list_price >= 0:
            highs["never_above_list_price"] = Fraction(facts.list_price)
        if rails.respect_map and facts.map_price >= 0:
            lows["respect_map"] = Fraction(facts.map_price)
        for name, margin in self._margins.items():
            # (p / tax − cost − fee p) ≥ margin p / tax
            share = (1 - margin) / (1 + Fraction(facts.tax_ppm, 10**6))
            lows[name] = (facts.cost + facts.fee_fixed) / (share - Fraction(facts.fee_ppm, 10**6))
        if rails.protect_channels and facts.store_price is not None:
            lows["protect_channels"] = Fraction(facts.store_price)
        if self._band is not None:
            told = rails.reference_price
            centre = Fraction(facts.first) if told is None else Fraction(told) * 100
            lows["reference_band"] = centre * (1 - self._band)
            highs["reference_band"] = centre * (1 + self._band)
        if self._down is not None:
            lows["max_step_down"] = facts.price * (1 - self._down)
        if self._up is not None:
            highs["max_step_up"] = facts.price * (1 + self._up)
        return lows, highs

    def free(self, facts: Facts) -> bool:
        """Whether no delay holds the price."""
        rails = self._rails
        return (
            (rails.cooldown is None or facts.changed_at + rails.cooldown <= self._now)
            and (rails.max_changes_per_day is None
                 or facts.changes_today < rails.max_changes_per_day)
            and not rails.freeze
        )  # fmt: skip

    def legal(self, price: int, bounds: tuple[dict[str, Fraction], dict[str, Fraction]]) -> bool:
        """Whether a price keeps all bounds and ends as it must."""
        lows, highs = bounds
        return (
            price >= 1
            and all(price >= low for low in lows.values())
            and all(price <= high for high in highs.values())
            and price % PERIOD in self._ends
        )

    def contradictory(self, bounds: tuple[dict[str, Fraction], dict[str, Fraction]]) -> bool:
        """Whether no price at all is legal."""
        lows, highs = bounds
        if not highs:
            return False
        low = max([1, *(ceil(bound) for bound in lows.values())])
        high = min(floor(bound) for bound in highs.values())
        whole, rest = divmod(low, PERIOD)
        place = bisect_left(self._ends, rest)
        more = self._ends[place] if place < len(self._ends) else PERIOD + self._ends[0]
        return whole * PERIOD + more > high


def _ends(cents: int, endings: list[str]) -> bool:
    text = f"{PERIOD + cents:04d}"
    return any(f"{text[:-2]}.{text[-2:]}".endswith(ending) for ending in endings)


def facts_of(shop: Any, before: dict[str, list[int]], now_day: int) -> list[Facts]:
    """The facts of all offers of a shop whose SKUs sell in the store and then on the web."""
    catalogue = shop.catalogue
    offers, skus = catalogue.offers, catalogue.skus
    sku = offers.sku
    shown = shop.pricing.ledger.price.tolist()
    columns = zip(
        before["price"],
        before["reference_price"],
        before["changed_at"],
        before["changes_on_day"],
        before["changes_day"],
        offers.cost.tolist(),
        offers.fee_fixed.tolist(),
        offers.fee_ppm.tolist(),
        skus.tax_ppm[sku].tolist(),
        skus.list_price[sku].tolist(),
        skus.map_price[sku].tolist(),
        strict=True,
    )
    return [
        Facts(
            price,
            first,
            changed_at,
            changes if day == now_day else 0,
            *more,
            shown[row - 1] if row % 2 else None,
        )
        for row, (price, first, changed_at, changes, day, *more) in enumerate(columns)
    ]
