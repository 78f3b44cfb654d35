"""What personal offers brought: customers who may get some against those who are held out."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import NamedTuple

import numpy as np

from online_models.pricing.personal.draws import held_out
from online_models.studies.experiments.lift import FIRST_LOOK, LEAST_UNITS, Lift, LiftExperiment
from schemas.records.policy.pricing_policies import Policy
from schemas.records.shop.orders import Order
from schemas.records.shop.products import Product
from schemas.values.instants import DAY


class CustomerProfit(NamedTuple):
    """What an order left: day since the epoch, customer (keyed hash), currency, money."""

    day: int
    customer: int
    currency: str
    profit: float


@dataclass(frozen=True)
class Uplift:
    """Profit a day and customer in a segment and currency since the first learnt offer; `lift` is
    None where `why` says what is lacking.
    """

    segment: str
    currency: str
    held_out: int
    treated: int
    days: int
    lift: Lift | None
    why: str = ""


@dataclass
class UpliftSource:
    """What a recording has of it: terms by segment, and what customers who agreed brought."""

    policies: dict[str, Policy] = field(default_factory=dict)
    products: dict[str, Product] = field(default_factory=dict)
    sales: list[CustomerProfit] = field(default_factory=list)
    #: Customer → segment of the first order that agreed.
    agreed: dict[int, str] = field(default_factory=dict)

    def sold(self, order: Order, customer: int, segment: str, at: int) -> None:
        """Take an order, valued by the products as they are known now."""
        if order.personal_prices:
            self.agreed.setdefault(customer, segment)
        sign = 1.0 if order.status == "placed" else -1.0
        profit = sum(self._left(line.sku, float(line.unit_price), order.channel) * line.quantity
                     for line in order.lines if line.sku in self.products)  # fmt: skip
        self.sales.append(CustomerProfit(at // DAY, customer, order.currency, sign * profit))

    def _left(self, sku: str, price: float, channel: str) -> float:
        product = self.products[sku]
        left = price / (1.0 + float(product.tax_rate)) - float(product.cost)
        fee = product.fees.get(channel)
        return left if fee is None else left - price * float(fee.rate) - float(fee.fixed)


def uplifts(source: UpliftSource, first_offer: dict[str, int]) -> list[Uplift]:
    """By segment and currency; `first_offer` is the ms of each segment's first learnt offer."""
    active = [policy for policy in source.policies.values() if policy.status == "active"]
    ranked = sorted(active, key=lambda policy: (-policy.priority, policy.policy_id))
    found: list[Uplift] = []
    for segment, since in sorted(first_offer.items()):
        terms = [
            (policy.seed, each.optimise_personal)
            for policy in ranked
            for each in policy.segments
            if each.segment == segment and each.personalise and each.optimise_personal is not None
        ]
        if not terms or terms[0][1] is None:
            continue
        seed, share = terms[0][0], float(terms[0][1].holdout)
        customers = sorted(who for who, own in source.agreed.items() if own == segment)
        mine = set(customers)
        sales = [sale for sale in source.sales if sale.customer in mine]
        out = held_out(seed, customers, share)
        for currency in sorted({sale.currency for sale in sales}):
            own = [sale for sale in sales if sale.currency == currency]
            found.append(_measured(segment, currency, customers, out, own, since // DAY))
    return found


def _measured(
    segment: str,
    currency: str,
    customers: Sequence[int],
    out: np.ndarray,
    sales: Sequence[CustomerProfit],
    start: int,
) -> Uplift:
    place = {customer: i for i, customer in enumerate(customers)}
    first, last = min(sale.day for sale in sales), max(sale.day for sale in sales)
    # the last day may be recorded in part
    days = max(last - start, 0)
    before, profits = np.zeros(len(customers)), np.zeros((days, len(customers)))
    for sale in sales:
        if sale.day < start:
            before[place[sale.customer]] += sale.profit / max(start - first, 1)
        elif sale.day < last:
            profits[sale.day - start, place[sale.customer]] += sale.profit
    held = int(out.sum())
    counts = held, len(customers) - held, days
    if min(counts[:2]) < LEAST_UNITS:
        why = f"each arm needs {LEAST_UNITS} customers"
        return Uplift(segment, currency, *counts, None, why)
    if days < FIRST_LOOK:
        return Uplift(segment, currency, *counts, None, f"{FIRST_LOOK} days are needed")
    experiment = LiftExperiment(out, before)
    for day in profits:
        experiment.learn(day)
    return Uplift(segment, currency, *counts, experiment.lift())
