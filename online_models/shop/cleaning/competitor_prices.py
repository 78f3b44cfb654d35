"""Competitors' prices that must be confirmed before they are followed."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from online_models.persistence.kinds import Part
from online_models.persistence.saved import Saved
from online_models.shop.cleaning.detector import Findings, Money
from online_models.shop.cleaning.evidence import CompetitorSighting, within

Ints = NDArray[np.int64]

#: Cents for euros and back: a factor of 100, give or take a price move of 40 %.
CENTS = 100
LEAST_MIXUP, MOST_MIXUP = CENTS / 1.4, CENTS * 1.4
#: A known competitor whose price moves by a larger factor is not believed at once; one that is seen
#: for the first time has the merchant's own price to be compared with, and more freedom.
LARGEST_MOVE = 5.0
LARGEST_GAP = 10.0
#: A second sighting confirms the first where they are within this factor.
SAME = 1.1


class _SightingRule:
    """A rule over single prices, without a memory of its own: what it needs is in the sighting."""

    SAVED = Saved(findings=Part())

    def __init__(self) -> None:
        self.findings = Findings()

    def grow(self, rows: int) -> None:
        """Make room for new SKUs."""
        self.findings.grow(rows)

    def _held(self, sighting: CompetitorSighting) -> bool:
        self.findings.grow(sighting.sku + 1)
        self.findings.number[sighting.sku] += 1
        self.findings.value[sighting.sku] = sighting.price
        return True

    def settle(self, now: int, prices: Ints) -> None:
        """Nothing changes with time."""


class CompetitorUnitMixups(_SightingRule):
    """A competitor's price about 100 times, or a hundredth of, its last one (of the merchant's own
    where it is seen for the first time).

    A feed that mixes up cents and euros does so again: not a repetition confirms it, but another
    competitor at about that price, or the merchant's own price next to it.
    """

    kind = "competitor_unit_mixup"
    name = "rival_unit_mixups"

    def passes(self, price: Ints, trusted: Ints) -> NDArray[np.bool_]:
        """Whatever is no hundred times the last price, nor a hundredth."""
        low, high = np.minimum(price, trusted), np.maximum(price, trusted)
        ratio = high / np.maximum(low, 1)
        return (low <= 0) | (ratio < LEAST_MIXUP) | (ratio > MOST_MIXUP)

    def holds(self, sighting: CompetitorSighting) -> bool:
        """Whether the price looks mixed up."""
        price, trusted = sighting.price, sighting.trusted
        if trusted and not _mixed_up(price, trusted):
            return False
        own = sighting.own()
        if not trusted and not any(_mixed_up(price, reference) for reference in own):
            return False
        if any(within(price, reference, LARGEST_MOVE) for reference in own):
            return False  # it was the last price that was mixed up
        return not sighting.another_near() and self._held(sighting)

    def describe(
        self, row: int, number: int, value: int, money: Money
    ) -> tuple[str, dict[str, Any]]:
        """The alert."""
        del row
        price = money(value)
        message = f"a competitor's price of {price} looks like cents mixed up: it is not followed"
        return message, {"records": number, "price": price}


class CompetitorSpikes(_SightingRule):
    """A competitor's price more than 5 times, or less than a fifth of, its last one; 10 times and a
    tenth of the merchant's own where it is seen for the first time; or none at all.

    The price is used once it is seen again, or another competitor asks about as much. But one that
    is more than 10 times the price of the product's record, or less than a tenth of it, is no
    competitor's word alone, however often it is said, and however small the steps to it: it is used
    while another competitor, whose price is believed, asks about as much.
    """

    kind = "competitor_price_spike"
    name = "rival_spikes"

    def passes(self, price: Ints, trusted: Ints) -> NDArray[np.bool_]:
        """Whatever is near the last price."""
        near = (trusted <= price * LARGEST_MOVE) & (price <= trusted * LARGEST_MOVE)
        return (price > 0) & near

    def holds(self, sighting: CompetitorSighting) -> bool:
        """Whether the price wants to be confirmed."""
        price, trusted, catalogue_price = sighting.price, sighting.trusted, sighting.catalogue_price
        if catalogue_price and not within(price, catalogue_price, LARGEST_GAP):
            return not sighting.believed_near() and self._held(sighting)
        if trusted:
            if within(price, trusted, LARGEST_MOVE):
                return False
        else:
            own = sighting.own()
            if price > 0 and (not own or any(within(price, p, LARGEST_GAP) for p in own)):
                return False
        if sighting.held and within(price, sighting.held, SAME):
            return False
        return not sighting.another_near() and self._held(sighting)

    def describe(
        self, row: int, number: int, value: int, money: Money
    ) -> tuple[str, dict[str, Any]]:
        """The alert."""
        del row
        price = money(value)
        message = f"a competitor's price of {price} is far from the last: it wants confirmation"
        return message, {"records": number, "price": price}


def implausible(price: Ints, catalogue_price: Ints) -> NDArray[np.bool_]:
    """Mask of the prices, (n,), that are far from those of the products' records, if any."""
    near = (catalogue_price <= price * LARGEST_GAP) & (price <= catalogue_price * LARGEST_GAP)
    return np.asarray((catalogue_price > 0) & ~near)


def _mixed_up(price: int, reference: int) -> bool:
    low, high = sorted((price, reference))
    return low > 0 and LEAST_MIXUP <= high / low <= MOST_MIXUP
