"""What was the case just before a decision: taken down from the state, beside the explanation."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any, cast
from unittest.mock import patch

import msgspec
import numpy as np

from online_models.demand.curves import DemandContext
from online_models.fold import tick
from online_models.pricing import decide as deciding
from online_models.pricing.context.decision_context import DecisionContext
from online_models.pricing.pricing import Pricing
from schemas.records.policy.pricing_policies import Policy
from schemas.records.shop.promotions import Promotion

NONE = -1


@dataclass(frozen=True)
class Rival:
    """A competitor's price of the product, money in minor units."""

    name: str
    channel: str | None
    price: int
    shipping: int
    confidence: float
    time: int
    since: int
    in_stock: bool
    own: bool


@dataclass(frozen=True)
class Member:
    """A model that publishes forecasts: what it counts for, and what it says."""

    name: str
    version: str
    level_weight: float
    response_weight: float
    log_rate: float
    elasticity: float
    bend: float


@dataclass(frozen=True)
class Curve:
    """What is believed of demand: see `DemandCurves`."""

    anchor_price: float
    log_rate: float
    elasticity: float
    log_rate_variance: float
    covariance: float
    elasticity_variance: float
    cross: float
    cross_variance: float
    age: float
    bend: float
    members: tuple[Member, ...] = ()
    own: Curve | None = None


@dataclass(frozen=True)
class ChannelShare:
    """A channel that takes from a stock: what it costs and charges there, and who buys."""

    regular: int
    cost: int
    fee_fixed: int
    fee_ppm: int
    tax_ppm: int
    anchor_price: float
    log_rate: float
    elasticity: float
    log_rate_variance: float
    bend: float


@dataclass(frozen=True)
class SharedStock:
    """What the channels of a product had to sell together, and for how many days."""

    units: int
    days: float
    channels: tuple[ChannelShare, ...]


@dataclass(frozen=True)
class Facts:
    """An offer; money in minor units, instants in ms, shares as fractions, −1 where unknown."""

    now: int
    digits: int
    currency: str
    traits: dict[str, Any]
    policy: Policy
    policies: tuple[Policy, ...]
    edition: int
    price: int
    regular: int
    first: int
    home: int
    changed_at: int
    changes_today: int
    cost: int
    fee_fixed: int
    fee_ppm: int
    tax_ppm: int
    list_price: int
    map_price: int
    launched_at: int
    #: Prices of the product on other channels, by channel, where it is listed.
    elsewhere: dict[str, int]
    #: Where a ladder cuts those prices off: above 0 from what is higher, below it from lower.
    presses: dict[str, int]
    rivals: tuple[Rival, ...]
    on_hand: int
    inbound: tuple[tuple[int, int], ...]
    delivery: int
    #: As it was when the channels were last coordinated; None where they are not.
    shared: SharedStock | None
    curve: Curve
    #: Unit profits of the declared substitutes on the channel, and of the category's sales.
    substitutes: tuple[float, ...]
    category_profit: float
    promotions: tuple[Promotion, ...]
    override: int
    override_until: int
    rollback: int
    paused: bool
    retry_at: int
    proposal: int
    proposal_price: int
    proposal_expires: int
    verdict: int
    declined_raw: int
    declined_edition: int
    #: (instant, price, regular price, number of the decision), the last first.
    history: tuple[tuple[int, int, int, int], ...]
    reduced_by: str | None
    reduced_at: int
    race: tuple[int, int]
    alike: int
    seat: str
    #: Of a used thing what a usual one of its category is worth, the factors of what it is, ppm,
    #: and its chances of a sale in the time of the policy's aim, by its price in per mille of its
    #: worth; nothing where too little is known of such. None where it is not used.
    used: tuple[int, tuple[tuple[str, int], ...], dict[int, float]] | tuple[()] | None


@contextmanager
def witness(taken: dict[str, Facts]) -> Iterator[None]:
    """Take down the facts of every decision that is made meanwhile, by its id."""
    decided, valued = deciding._decide_block, tick.value_units
    shared: dict[int, SharedStock] = {}

    def coordinated(pricing: Pricing, now: int) -> None:
        valued(pricing, now)
        shared.clear()
        shared.update(_shared(pricing, now))

    def beside(pricing: Pricing, context: DecisionContext, *rest: Any) -> Any:
        facts = [_facts(pricing, context, place, shared) for place in range(len(context))]
        found = decided(pricing, context, *rest)
        for place, output in found:
            if output.topic == "price-decisions":
                taken[msgspec.json.decode(output.value)["decision_id"]] = facts[place]
        return found

    with (
        patch.object(deciding, "_decide_block", beside),
        patch.object(tick, "value_units", coordinated),
    ):
        yield


def _shared(pricing: Pricing, now: int) -> Iterator[tuple[int, SharedStock]]:
    """Of each offer the stock that its product's coordinated channels share."""
    catalogue, ledger, stock = pricing.state.catalogue, pricing.ledger, pricing.state.stock
    offers, skus = catalogue.offers, catalogue.skus
    for rows in catalogue.sku_offers:
        slots = {row: pricing.book.slots[int(ledger.policy[row])] for row in rows}
        ruled = [
            row
            for row, policy in slots.items()
            if policy is not None and policy.coordinate_channels
            if offers.listed[row] and ledger.regular_price[row] > 0
        ]
        if len(ruled) < 2:
            continue
        regular = ledger.regular_price[ruled].astype(np.float64)
        at, none = np.full(len(ruled), now), np.zeros(len(ruled))
        asked = DemandContext(at, regular, none + np.nan, none, none)
        curves = pricing.state.demand.curves(np.array(ruled), asked)
        objective = cast("Policy", slots[ruled[0]]).objective
        days = objective.horizon / 86_400_000
        if objective.sell_by is not None and objective.sell_by > now:
            days = (objective.sell_by - now) / 86_400_000
        else:
            usual = stock.until_delivery(np.array(ruled), np.full(len(ruled), now))
            days = min(days, float(usual.min()) / 86_400_000)
        coming = [(time - now) / 86_400_000 for row in ruled for _, time in stock.inbound(row)]
        names = ("anchor_price", "log_rate", "elasticity", "log_rate_variance", "bend")
        channels = tuple(
            ChannelShare(
                int(ledger.regular_price[row]),
                int(offers.cost[row]),
                int(offers.fee_fixed[row]),
                int(offers.fee_ppm[row]),
                int(skus.tax_ppm[offers.sku[row]]),
                *(float(getattr(curves, name)[place]) for name in names),
            )
            for place, row in enumerate(ruled)
        )
        units = min(stock.shared_units(row) for row in ruled)
        found = SharedStock(units, min([days, *(d for d in coming if d > 0)]), channels)
        yield from ((row, found) for row in ruled)


def _facts(
    pricing: Pricing, context: DecisionContext, place: int, shared: Mapping[int, SharedStock]
) -> Facts:
    state = pricing.state
    catalogue, ledger = state.catalogue, state.ledger
    row, sku, channel = (int(x[place]) for x in (context.rows, context.sku, context.channel))
    skus, offers, now = catalogue.skus, catalogue.offers, int(context.now[place])
    category, brand = int(skus.category[sku]), int(skus.brand[sku])
    roles = ("kvi", "core", "long_tail")
    traits = {
        "sku": catalogue.sku_names[sku],
        "channel": catalogue.channel_names[channel],
        "category": catalogue.category_names[category] if category >= 0 else "",
        "brand": catalogue.brand_names[brand] if brand >= 0 else None,
        "role": roles[int(skus.role[sku])],
        "tags": catalogue.tags[sku],
    }
    others = [other for other in catalogue.sku_offers[sku] if other != row and offers.listed[other]]
    reduced = int(ledger.reduced_by[row])
    like = [
        other
        for other in range(offers.size)
        if offers.listed[other]
        and offers.channel[other] == channel
        and skus.category[offers.sku[other]] == category
        and skus.digits[offers.sku[other]] == skus.digits[sku]
        and ledger.policy[other] == ledger.policy[row]
    ]
    return Facts(
        now=now,
        digits=int(skus.digits[sku]),
        currency=catalogue.currency_names[int(skus.currency[sku])],
        traits=traits,
        policy=context.terms.policy,
        policies=tuple(p for p in pricing.book.slots[1:] if p is not None),
        edition=context.terms.policy_version,
        price=int(ledger.price[row]),
        regular=int(ledger.regular_price[row]),
        first=int(ledger.reference_price[row]),
        home=int(ledger.pre_match_price[row]),
        changed_at=int(ledger.changed_at[row]),
        changes_today=int(
            ledger.changes_on_day[row] if ledger.changes_day[row] == now // 86_400_000 else 0
        ),
        cost=int(offers.cost[row]),
        fee_fixed=int(offers.fee_fixed[row]),
        fee_ppm=int(offers.fee_ppm[row]),
        tax_ppm=int(skus.tax_ppm[sku]),
        list_price=int(skus.list_price[sku]),
        map_price=int(skus.map_price[sku]),
        launched_at=int(skus.launched_at[sku]),
        elsewhere={catalogue.offer_name(other)[1]: int(ledger.price[other]) for other in others},
        presses={
            catalogue.offer_name(other)[1]: state.channels.presses.get(other, 0) for other in others
        },
        rivals=tuple(_rivals(pricing, sku)),
        on_hand=int(state.stock.on_hand[row]),
        inbound=tuple(state.stock.inbound(row)),
        delivery=int(state.stock.until_delivery(context.rows, context.now)[place]),
        shared=shared.get(row),
        curve=_curve(context.curves, place),
        substitutes=tuple(
            float(ledger.unit_profit[other])
            for name in catalogue.substitutes[sku]
            if (known := catalogue.sku_names.index.get(name)) is not None
            and (other := catalogue.offer(known, channel)) >= 0
        ),
        category_profit=float(
            state.margins.mean(skus.category[sku : sku + 1], offers.channel[row : row + 1])[0]
        ),
        promotions=tuple(p for p in pricing.promotions._records if p is not None),
        override=int(ledger.override_price[row]),
        override_until=int(ledger.override_until[row]),
        rollback=int(ledger.rollback_price[row]),
        paused=bool(ledger.paused[row]),
        retry_at=int(ledger.retry_at[row]),
        proposal=int(ledger.proposal[row]),
        proposal_price=int(ledger.proposal_price[row]),
        proposal_expires=int(ledger.proposal_expires[row]),
        verdict=int(ledger.verdict[row]),
        declined_raw=int(ledger.declined_raw_price[row]),
        declined_edition=int(ledger.declined_version[row]),
        history=tuple(_history(pricing, row)),
        reduced_by=pricing.promotions.ids[reduced] if reduced >= 0 else None,
        reduced_at=int(ledger.reduced_at[row]),
        race=(int(ledger.undercut_pause_until[row]), int(ledger.answered_undercuts[row])),
        alike=len(like),
        seat=state.seat.version,
        used=_used(context, row, sku, now),
    )


def _used(context: DecisionContext, row: int, sku: int, now: int) -> Any:
    known = context.state.second_hand
    thing = known.things.get(sku)
    if thing is None:
        return None
    value = known.listings.value
    if not value.estimate(value.row(thing, add=False)).familiar:
        return ()
    factors, sale = value.factors(thing), known.listings.sale
    entries = [e for e in context.terms.policy.strategy if e.kind == "second_hand"]
    if not entries:
        return ()
    times = {"quick": entries[0].quick_within, "patient": entries[0].patient_within}
    days = times.get(entries[0].aim, entries[0].within) / 86_400_000
    shares = np.arange(600, 1405, 5)
    left = sale.survival(
        sale.row(thing, add=False),
        np.log(shares / 1000),
        known.age_days(row, now),
        np.array([days]),
    )
    chances = dict(zip(shares.tolist(), (1.0 - left[:, 0]).tolist(), strict=True))
    return factors.base, tuple(factors.parts), chances


def _rivals(pricing: Pricing, sku: int) -> Iterator[Rival]:
    book = pricing.state.competitors
    entries = book.entries
    for at in book.rows_of(sku).tolist():
        channel = int(entries.channel[at])
        yield Rival(
            book.names[int(entries.competitor[at])],
            None if channel < 0 else pricing.state.catalogue.channel_names[channel],
            int(entries.price[at]),
            int(entries.shipping[at]),
            int(entries.confidence_ppm[at]) / 1e6,
            int(entries.time[at]),
            int(entries.since[at]),
            bool(entries.in_stock[at]),
            bool(entries.own[at]),
        )


def _history(pricing: Pricing, row: int) -> Iterator[tuple[int, int, int, int]]:
    entries = pricing.history.entries
    at = int(pricing.ledger.history_entry[row])
    while at != NONE:
        columns = entries.time, entries.price, entries.base, entries.sequence
        time, price, base, number = (int(column[at]) for column in columns)
        yield time, price, base, number
        at = int(entries.before[at])


def _curve(curves: Any, place: int) -> Curve:
    names = [name for name in Curve.__dataclass_fields__ if name not in ("members", "own")]
    values: dict[str, Any] = {name: float(getattr(curves, name)[place]) for name in names}
    if curves.members is None:
        return Curve(**values)
    said = curves.members
    members = tuple(
        Member(
            said.models[m],
            said.versions[m][int(said.version[place, m])],
            *(float(column[place, m]) for column in said[3:]),
        )
        for m in range(len(said.models))
    )
    return Curve(**values, members=members, own=_curve(curves.own, place))
