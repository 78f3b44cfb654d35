"""Policies looked at before they go live: who is ruled by what, and which bounds contradict."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np

from online_models.pricing.context.decision_context import (
    DecisionContext,
    DemandFunction,
    StockLevels,
)
from online_models.pricing.guardrails.bounds import Limits, limits
from online_models.pricing.guardrails.chain import code_names
from online_models.pricing.guardrails.price_endings import nearest_ending
from online_models.pricing.policy.selection import selected
from online_models.pricing.policy.settings import PricingSettings
from online_models.pricing.policy_check.advice import advice
from online_models.pricing.policy_check.contradictions import USUAL_DIGITS, contradictions
from online_models.pricing.policy_check.finding import Finding
from online_models.pricing.pricing import Pricing
from online_models.pricing.state.policy_book import RULINGS
from online_models.shop.catalogue import NO_PRICE, Catalogue
from online_models.shop.competitors import CompetitorPrices
from schemas.records.policy.pricing_policies import Policy
from schemas.values.money import texts

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
    findings = [*contradictions(policies), *advice(policies)]
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
    return pricing.book.terms(slot, USUAL_DIGITS).policy


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
        lowest = np.maximum(bounds.low, 1)
        for place in np.flatnonzero(lowest > bounds.high).tolist():
            names = code_names((int(bounds.low_by[place]), int(bounds.high_by[place])))
            sku, channel = catalogue.offer_name(int(chosen[place]))
            ends = (int(lowest[place]), int(bounds.high[place]))
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
