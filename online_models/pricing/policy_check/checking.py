"""Policies looked at before they go live: who is ruled by what, and which bounds contradict."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from decimal import Decimal
from itertools import pairwise

import numpy as np

from online_models.pricing.context.decision_context import (
    NO_CEILING,
    NO_FLOOR,
    DecisionContext,
    DemandFunction,
    StockLevels,
)
from online_models.pricing.guardrails.bounds import Limits, limits
from online_models.pricing.guardrails.chain import code_names
from online_models.pricing.guardrails.price_endings import nearest_ending
from online_models.pricing.policy.compiled_policy import CompiledPolicy, compile_policy
from online_models.pricing.policy.selection import selected
from online_models.pricing.policy.settings import PricingSettings
from online_models.pricing.policy_check.advice import Finding, advice
from online_models.pricing.pricing import Pricing
from online_models.pricing.state.policy_book import RULINGS
from online_models.shop.catalogue import NO_PRICE, PPM, Catalogue
from online_models.shop.competitors import CompetitorPrices
from schemas.records.policy.pricing_policies import Policy
from schemas.values.money import texts

#: Digits of the currency in which a policy without products is looked at.
_USUAL_DIGITS = 2
#: The instant of the check, for terms that depend on one: any will do.
_AT = 0


@dataclass(frozen=True, slots=True)
class Ruled:
    """An offer and the policy that rules it, with the reason why."""

    sku: str
    channel: str
    policy_id: str
    why: str


@dataclass(frozen=True, slots=True)
class Report:
    """Who is ruled by what, and findings: contradictions first, then advice."""

    ruled: list[Ruled]
    findings: list[Finding]


def check(
    policies: Sequence[Policy],
    catalogue: Catalogue,
    settings: PricingSettings,
    demand: DemandFunction,
    stock: StockLevels,
) -> Report:
    """Look at policies against the offers of a catalogue (which may be empty).

    Offers are taken at their catalogue price; nothing is decided, so demand and stock are not
    asked.
    """
    findings = [*_contradictions(policies, settings), *advice(policies)]
    pricing = Pricing(catalogue, CompetitorPrices(settings.own_names), stock, demand, settings)
    offers = catalogue.offers
    rows = np.flatnonzero(offers.listed & (offers.catalogue_price != NO_PRICE))
    pricing.appear(rows, offers.catalogue_price[rows], _AT)
    for policy in policies:
        pricing.put_policy(policy.policy_id, policy, _AT)
    ruled = [
        Ruled(*catalogue.offer_name(row), _ruler(pricing, slot).policy_id, RULINGS[why])
        for row, slot, why in zip(
            rows.tolist(),
            pricing.ledger.policy[rows].tolist(),
            pricing.ledger.ruling_reason[rows].tolist(),
            strict=True,
        )
    ]
    findings += _contradictory_offers(pricing, rows)
    if len(rows):
        findings += [*_idle(policies, catalogue, ruled), *_ties(ruled)]
    return Report(ruled, sorted(findings, key=lambda finding: not finding.bounds))


def _idle(
    policies: Sequence[Policy], catalogue: Catalogue, ruled: Sequence[Ruled]
) -> Iterator[Finding]:
    """Active policies that rule nothing, and why."""
    by_offer = {(one.sku, one.channel): one.policy_id for one in ruled}
    busy = set(by_offer.values())
    for policy in policies:
        if policy.status != "active" or policy.policy_id in busy:
            continue
        names = map(catalogue.offer_name, selected(catalogue, policy.select).tolist())
        others = Counter(by_offer[name] for name in names if name in by_offer)
        message = "rules no offer of these products: its selector selects nothing"
        if others:
            first, number = others.most_common(1)[0]
            message = f"rules no offer: {first} goes before it on {number} of {others.total()}"
        yield Finding(policy.policy_id, message)


def _ties(ruled: Sequence[Ruled]) -> Iterator[Finding]:
    """Policies that rule by their ids alone."""
    tied = Counter(one.policy_id for one in ruled if one.why == RULINGS[-1])
    for policy_id, number in tied.items():
        message = f"rules {number:,} offers by its id alone: give it or the others a priority"
        yield Finding(policy_id, message)


def _ruler(pricing: Pricing, slot: int) -> Policy:
    return pricing.book.terms(slot, _USUAL_DIGITS).policy


def _contradictory_offers(pricing: Pricing, rows: np.typing.NDArray[np.int64]) -> list[Finding]:
    catalogue, ledger = pricing.state.catalogue, pricing.ledger
    digits = catalogue.skus.digits[catalogue.offers.sku[rows]]
    keys = sorted(set(zip(ledger.policy[rows].tolist(), digits.tolist(), strict=True)))
    found: list[Finding] = []
    for slot, precision in keys:
        chosen = rows[(ledger.policy[rows] == slot) & (digits == precision)]
        terms = pricing.book.terms(slot, precision)
        context = DecisionContext(pricing.state, terms, chosen, np.full(len(chosen), _AT))
        everyone = np.ones(len(chosen), dtype=np.bool_)
        bounds = limits(context, everyone, everyone, everyone)
        for place in np.flatnonzero(bounds.low > bounds.high).tolist():
            names = code_names((int(bounds.low_by[place]), int(bounds.high_by[place])))
            sku, channel = catalogue.offer_name(int(chosen[place]))
            ends = (int(bounds.low[place]), int(bounds.high[place]))
            low, high = texts(ends, precision)
            asking, allowing = code_names([int(bounds.low_by[place])]) or ["a price"], names[-1:]
            if bounds.high_by[place] >= 0:
                allowing = code_names([int(bounds.high_by[place])])
            message = f"{asking[0]} asks for at least {low}, {allowing[0]} allows at most {high}"
            found.append(Finding(terms.policy.policy_id, message, tuple(names), sku, channel))
        found += _no_ending(context, bounds)
        if terms.policy.guardrails.price_endings and not terms.endings:
            message = f"no price with {precision} decimals ends in its price_endings: they are void"
            found.append(Finding(terms.policy.policy_id, message))
    return found


def _no_ending(context: DecisionContext, bounds: Limits) -> Iterator[Finding]:
    """Offers whose bounds leave prices, but none that ends as it must."""
    terms, catalogue = context.terms, context.state.catalogue
    low, high = np.maximum(bounds.low, 1), bounds.high
    if not terms.endings:
        return
    nearest = nearest_ending(
        terms.endings, np.minimum(np.maximum(context.price, low), high), low, high
    )
    for place in np.flatnonzero((bounds.low <= bounds.high) & (nearest == NO_PRICE)).tolist():
        sides = code_names((int(bounds.low_by[place]), int(bounds.high_by[place])))
        least, most = texts((int(low[place]), int(high[place])), terms.digits)
        endings = " or ".join(terms.policy.guardrails.price_endings)
        message = f"no price from {least} to {most} ends in {endings}"
        sku, channel = catalogue.offer_name(int(context.rows[place]))
        names = tuple(sorted({*sides, "price_endings"}))
        yield Finding(terms.policy.policy_id, message, names, sku, channel)


def _contradictions(policies: Sequence[Policy], settings: PricingSettings) -> Iterator[Finding]:
    """Bounds that contradict each other whatever the offer."""
    for policy in policies:
        terms = compile_policy(policy, 0, _USUAL_DIGITS, settings)
        low, high = terms.minimum_price, terms.maximum_price
        if low >= 0 and 0 <= high < low:
            message = "minimum_price is above maximum_price"
            yield Finding(policy.policy_id, message, ("minimum_price", "maximum_price"))
        elif not _legal_ending(terms):
            message = "no price between minimum_price and maximum_price ends as it must"
            bounds = ("minimum_price", "maximum_price", "price_endings")
            yield Finding(policy.policy_id, message, bounds)
        elif max(low, 1) < (trap := _no_way_up(terms)):
            limit = Decimal(trap).scaleb(-_USUAL_DIGITS)
            message = f"below {limit} the next price ending may lie beyond max_step_up: a price "
            yield Finding(policy.policy_id, message + "that falls there may never rise again")


def _legal_ending(terms: CompiledPolicy) -> bool:
    low = max(terms.minimum_price, NO_FLOOR)
    high = terms.maximum_price if terms.maximum_price >= 0 else NO_CEILING
    return not terms.endings or any(
        low + (remainder - low) % modulus <= high for modulus, remainder in terms.endings
    )


def _no_way_up(terms: CompiledPolicy) -> int:
    """The price from which on every step up reaches the next ending (0: everywhere)."""
    if not terms.endings or terms.max_step_up <= 0:
        return 0
    return -(-_widest_gap(terms.endings) * PPM // terms.max_step_up)


def _widest_gap(endings: Sequence[tuple[int, int]]) -> int:
    """The widest gap between prices with these endings, (modulus, remainder), of which each modulus
    divides the greater ones.

    The gaps of the least modulus repeat; an ending of a greater one divides one of so many copies.
    Where there are more copies than such endings, one stays whole.
    """
    moduli = sorted({modulus for modulus, _ in endings})
    period = moduli[0]
    for modulus in moduli:
        if modulus // moduli[0] > sum(greater >= modulus for greater, _ in endings):
            break
        period = modulus
    legal = sorted({at for by, rest in endings if by <= period for at in range(rest, period, by)})
    return max(after - before for before, after in pairwise([*legal, legal[0] + period]))
