"""What promotions of a policy's offers would be like, depth by depth and length by length."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, fields

import numpy as np

from online_models.demand.inputs.observations import Observations
from online_models.fold.state import State
from online_models.numerics.arrays import Flags, Floats, Ints
from online_models.pricing.context.decision_context import DecisionContext
from online_models.pricing.guardrails.bounds import limits
from online_models.pricing.state.ledger import DEFAULT_POLICY
from online_models.pricing.state.promotions import discounted
from online_models.shop.catalogue import PPM
from online_models.studies.promotions.along import BoughtAlong
from online_models.studies.promotions.gain import Gain, Usual, UsualDay, expected, gain, usual
from online_models.studies.promotions.past import PastSales, PromotionTimes, windows
from online_models.studies.promotions.response import LearntResponses, respond
from online_models.studies.promotions.whole_shop import Groups, WholeShop
from schemas.records.policy.planning import Planning
from schemas.records.policy.pricing_policies import Policy
from schemas.records.shop.promotions import Discount
from schemas.values.money import minor_digits
from schemas.values.percentages import to_ppm


@dataclass(frozen=True)
class Learnt:
    """A shop, what was sold in it, what is bought along with what, and what its promotions did."""

    shop: WholeShop
    past: PastSales
    company: BoughtAlong
    responses: LearntResponses

    @classmethod
    def of(cls, shop: WholeShop, parts: Sequence[Observations]) -> Learnt:
        """From the windows that were closed in a shop: their offers are rows of the whole shop."""
        for state in shop.states:
            state.pricing.grow()
        offset = shop.states[0].settings.demand.utc_offset_ms
        past = PastSales.of(parts, shop.size, offset)
        company = BoughtAlong.of(shop)
        return cls(shop, past, company, respond(past, shop.groups, shop.categories, company))

    def among_others(self, parts: Sequence[OffersOnSale], days: Sequence[UsualDay]) -> Usual:
        """What the offers of all parts sell on days like these, one a part, and what others have to
        lose and to win by it; the parts are all that is on sale in their currency.
        """
        among = np.concatenate([part.among for part in parts])
        sold = UsualDay(*(np.concatenate(each) for each in zip(*days, strict=True)))
        profit = np.zeros(self.shop.size)
        profit[among] = sold.profit / np.maximum(sold.units, 1e-9)
        groups = Groups(*(each[among] for each in self.shop.groups))
        return usual(sold, groups, self.company.worth(profit)[among])


@dataclass(frozen=True)
class OffersOnSale:
    """The offers of one partition that are on sale in a currency, all (n,): their rows there and
    among all, which of them the policy rules, what is known of them, and a usual day of theirs.
    """

    state: State
    rows: Ints
    among: Ints
    mine: Flags
    situation: DecisionContext
    sold: UsualDay


@dataclass(frozen=True)
class PromotionTable:
    """What promotions of a part's ruled offers would be like."""

    regular: Ints
    prices: Ints
    gains: Gain
    fits: Flags
    stock: Floats
    on: PromotionTimes


def on_sale(learnt: Learnt, currency: str, policy: Policy | None = None) -> Iterator[OffersOnSale]:
    """What each partition that knows the policy, where one is named, sells in a currency."""
    shop, now = learnt.shop, learnt.shop.now
    digits = minor_digits(currency)
    for state, first in zip(shop.states, shop.first.tolist(), strict=False):
        pricing, catalogue = state.pricing, state.catalogue
        offers, skus, ledger = catalogue.offers, catalogue.skus, pricing.ledger
        sku = offers.sku
        sold = offers.listed & skus.known[sku] & ~skus.retired[sku] & (ledger.price > 0)
        number = catalogue.currency_names.index.get(currency, -1)
        rows = np.flatnonzero(sold & (skus.currency[sku] == number))
        slots = [DEFAULT_POLICY]
        if policy is not None:
            slots = [
                slot
                for slot, each in enumerate(pricing.book.slots)
                if each is not None and each.policy_id == policy.policy_id
            ]
        if not len(rows) or not slots:
            continue
        instants = np.full(len(rows), now, dtype=np.int64)
        terms = pricing.book.terms(slots[0], digits)
        situation = DecisionContext(pricing.state, terms, rows, instants)
        seen = learnt.past.regular[first + rows, -1]
        price = np.where(np.isnan(seen), situation.regular_price, np.rint(seen))
        mine = ledger.policy[rows] == slots[0]
        at_usual = expected(situation, price)
        yield OffersOnSale(state, rows, first + rows, mine, situation, at_usual)


def as_a_rule(learnt: Learnt, parts: Sequence[OffersOnSale]) -> tuple[Ints, Groups, Usual]:
    """Of the offers of all parts, one after another: their rows among all, where they belong, and
    what they sell as a rule.
    """
    among = np.concatenate([part.among for part in parts])
    groups = Groups(*(each[among] for each in learnt.shop.groups))
    return among, groups, learnt.among_others(parts, [part.sold for part in parts])


def promotion_table(
    learnt: Learnt,
    part: OffersOnSale,
    before: Usual,
    taken: Flags,
    planning: Planning,
    begin: int,
    days: Ints,
) -> PromotionTable:
    """Of the part's offers that the policy rules, (n,): `before` is what they sell as a rule; no
    promotion touches a day that is `taken`, (n, days).
    """
    ruled = part.mine
    situation, rows, among = part.situation.take(ruled), part.rows[ruled], part.among[ruled]
    regular = before.price.astype(np.int64)
    digits = situation.terms.digits
    everyone = np.ones(len(rows), dtype=np.bool_)
    least = limits(situation, everyone, ~everyone, ~everyone).low
    off = [Discount(percent=depth) for depth in planning.depths]
    prices = np.array(
        [[discounted(each, price, digits) for each in off] for price in regular.tolist()]
    ).reshape(len(rows), len(off))
    mine = learnt.responses.take(among)
    gains = [gain(situation, before, at.astype(np.float64), mine, days) for at in prices.T]
    stacked = Gain(
        *(np.stack([[getattr(g, f.name) for g in at] for at in gains], 1).T for f in fields(Gain))
    )
    past = learnt.past.take(among)
    on = windows(part.state, past, rows, taken, begin, days)
    deepest = learnt.past.deepest * PPM + 0.5
    tried = np.array([to_ppm(depth) for depth in planning.depths]) <= deepest
    fits = tried & (prices >= least[:, None]) & (prices < regular[:, None])
    stock = np.where(situation.on_hand >= 0, situation.on_hand, np.inf)
    return PromotionTable(regular, prices, stacked, fits, stock, on)


def joined(tables: Sequence[PromotionTable]) -> PromotionTable:
    """The offers of all parts, one after another."""
    on = PromotionTimes(
        tables[0].on.starts,
        tables[0].on.lengths,
        np.concatenate([each.on.worth for each in tables]),
    )
    gains = Gain(
        *(np.concatenate([getattr(each.gains, f.name) for each in tables]) for f in fields(Gain))
    )
    columns = ("regular", "prices", "fits", "stock")
    rest = {name: np.concatenate([getattr(each, name) for each in tables]) for name in columns}
    return PromotionTable(gains=gains, on=on, **rest)
