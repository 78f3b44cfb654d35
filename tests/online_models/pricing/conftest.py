"""A small shop around `Pricing`: products, competitors, stock, and a demand curve that is known."""

from __future__ import annotations

import json
from collections.abc import Iterable
from typing import Any

import numpy as np
import pytest
from pydantic import TypeAdapter

from online_models.demand.curves import DemandContext, DemandCurves
from online_models.journal.outputs import Output
from online_models.numerics.special import log
from online_models.pricing.commands.acknowledgements import reconcile
from online_models.pricing.commands.controls import apply_command
from online_models.pricing.decide import decide
from online_models.pricing.policy.settings import PricingSettings
from online_models.pricing.pricing import Pricing
from online_models.pricing.state.causes import Causes
from online_models.shop.catalogue import NO_PRICE, PPM, ROLES, Catalogue
from online_models.shop.competitors import CompetitorPrices
from schemas.records.policy.pricing_policies import Policy
from schemas.records.prices.price_changes import PriceChange
from schemas.records.prices.price_decisions import PriceDecision
from schemas.records.prices.price_offers import PriceOffer
from schemas.records.prices.pricing_alerts import PricingAlert
from schemas.records.pricing_control import PricingControl
from schemas.records.shop.price_acks import PriceAck
from schemas.records.shop.promotions import Promotion
from schemas.values.money import to_minor

HOUR = 3_600_000
DAY = 24 * HOUR
START = 1_700_006_400_000 // DAY * DAY
MODELS: dict[str, Any] = {
    "price-decisions": TypeAdapter(PriceDecision),
    "price-changes": TypeAdapter(PriceChange),
    "pricing-alerts": TypeAdapter(PricingAlert),
    "price-offers": TypeAdapter(PriceOffer),
}
CONTROL: TypeAdapter[Any] = TypeAdapter(PricingControl)


class KnownDemand:
    """`rate` units a day at `anchor` (minor units) with a given elasticity and its deviation."""

    def __init__(
        self,
        anchor: float = 1000.0,
        rate: float = 10.0,
        elasticity: float = -2.0,
        sd: float = 0.1,
        age: float = 30.0,
    ) -> None:
        self.anchor, self.rate, self.elasticity, self.sd = anchor, rate, elasticity, sd
        self.age = age

    def curves(self, offer: Any, context: DemandContext) -> DemandCurves:
        n = len(offer)
        full = np.ones(n)
        return DemandCurves(
            full * self.anchor,
            full * float(log(self.rate)),
            full * self.elasticity,
            full * 0.01,
            full * 0.0,
            full * self.sd**2,
            full * 10.0,
            full * 0.0,
            full * 0.0,
            full * self.sd**4,
            full * self.age,
            full * 0.0,
        )


class Shelf:
    """Stock as told."""

    def __init__(self) -> None:
        self.on_hand = np.zeros(0, dtype=np.int64)
        self.arriving: dict[int, list[tuple[int, int]]] = {}
        self.delivered_every = 1000 * DAY

    def until_delivery(self, rows: Any, now: Any) -> Any:
        """None is expected but what is told."""
        return np.full(len(rows), self.delivered_every)

    def inbound(self, row: int) -> list[tuple[int, int]]:
        return self.arriving.get(row, [])


class Shop:
    """Drives a `Pricing` as the fold does: facts in, decisions out, ticks in between."""

    def __init__(self, settings: PricingSettings | None = None, demand: Any = None) -> None:
        self.settings = settings or PricingSettings()
        self.catalogue = Catalogue()
        self.competitors = CompetitorPrices(self.settings.own_names)
        self.stock = Shelf()
        self.demand = demand or KnownDemand()
        self.pricing = Pricing(
            self.catalogue, self.competitors, self.stock, self.demand, self.settings
        )
        self.now = START
        self.offset = 0
        self.published: list[Output] = []

    def product(
        self,
        sku: str = "a",
        price: str = "10.00",
        cost: str = "5.00",
        channel: str = "web",
        currency: str = "EUR",
        decide: bool = False,
        **traits: Any,
    ) -> int:
        catalogue = self.catalogue
        s = catalogue.sku(sku)
        skus = catalogue.skus
        digits = {"EUR": 2, "JPY": 0, "KWD": 3}[currency]
        skus.known[s] = True
        skus.digits[s] = digits
        skus.currency[s] = catalogue.currency_names.id(currency)
        skus.category[s] = catalogue.category_names.id(traits.get("category", "food/coffee"))
        brand = traits.get("brand")
        skus.brand[s] = -1 if brand is None else catalogue.brand_names.id(brand)
        skus.role[s] = ROLES.index(traits.get("role", "core"))
        skus.tax_ppm[s] = round(traits.get("tax", 0.0) * PPM)
        for name in ("list_price", "map_price"):
            amount = traits.get(name)
            getattr(skus, name)[s] = NO_PRICE if amount is None else to_minor(amount, currency)
        if "launched_at" in traits:
            skus.launched_at[s] = traits["launched_at"]
        catalogue.tags[s] = tuple(traits.get("tags", ()))
        new = catalogue.offer(s, catalogue.channel_names.id(channel)) < 0
        row = catalogue.add_offer(s, catalogue.channel_names.id(channel))
        catalogue.version += 1
        offers = catalogue.offers
        offers.listed[row] = True
        offers.cost[row] = to_minor(cost, currency)
        offers.fee_ppm[row] = round(traits.get("fee", 0.0) * PPM)
        offers.fee_fixed[row] = to_minor(traits.get("fee_fixed", "0"), currency)
        self.stock.on_hand = np.append(
            self.stock.on_hand, np.full(offers.size - len(self.stock.on_hand), -1)
        )
        if new:
            prices = np.array([to_minor(price, currency)], dtype=np.int64)
            self.pricing.appear(np.array([row]), prices, self.now)
        self.pricing.catalogue_changed(np.array([row]), self.now)
        if decide:
            self.decide([row], "products")
        return row

    def competitor(
        self, price: str, sku: str = "a", name: str = "globex", decide: bool = True, **told: Any
    ) -> None:
        s = self.catalogue.sku(sku)
        channel = told.get("channel")
        at = -1 if channel is None else self.catalogue.channel_names.id(channel)
        row = self.competitors.entry(s, name, at)
        book = self.competitors.entries
        currency = self.catalogue.currency_names[self.catalogue.skus.currency[s]]
        book.price[row] = to_minor(price, currency)
        book.shipping[row] = to_minor(told.get("shipping", "0"), currency)
        book.in_stock[row] = told.get("in_stock", True)
        book.confidence_ppm[row] = round(told.get("confidence", 1.0) * PPM)
        book.time[row] = told.get("time", self.now)
        book.since[row] = min(book.since[row], self.now)
        if decide:
            self.decide(self.catalogue.sku_offers[s], "competitor-prices")

    def policy(self, policy_id: str = "p", **fields: Any) -> None:
        policy = Policy.model_validate({"policy_id": policy_id, **fields})
        self.decide(self.pricing.put_policy(policy_id, policy, self.now), "pricing-policies")

    def withdraw(self, policy_id: str = "p") -> None:
        self.decide(self.pricing.put_policy(policy_id, None, self.now), "pricing-policies")

    def promotion(self, promotion_id: str = "sale", **fields: Any) -> None:
        record = Promotion.model_validate({"promotion_id": promotion_id, **fields})
        rows = self.pricing.put_promotion(promotion_id, record, self.now)
        self.decide(rows, "promotions")

    def control(self, **fields: Any) -> None:
        fields = {"actor": "ann", **fields}
        if fields["kind"] in ("pause", "resume", "set_price", "rollback"):
            fields.setdefault("reason", "test")
        rows, outputs = apply_command(self.pricing, CONTROL.validate_python(fields), self.now)
        self._take(outputs)
        self.decide(rows, "pricing-control")

    def ack(self, decision: dict[str, Any], status: str = "applied", **fields: Any) -> None:
        record = PriceAck.model_validate(
            {
                "decision_id": decision["decision_id"],
                "sku": decision["sku"],
                "channel": decision["channel"],
                "status": status,
                "price": decision["price"],
                **fields,
            }
        )
        rows, outputs = reconcile(self.pricing, record, self.now)
        self._take(outputs)
        self.decide(rows, "price-acks")

    def tick(self, wait: int = HOUR, times: int = 1) -> None:
        for _ in range(times):
            self.now += wait
            self.pricing.settle(self.now)
            self.decide(self.pricing.due(self.now), None)

    def decide(self, rows: Iterable[int], topic: str | None) -> None:
        chosen = np.unique(np.asarray(list(rows), dtype=np.int64))
        if not len(chosen):
            return
        n = len(chosen)
        self.offset += 1
        full = np.ones(n, dtype=np.int64)
        topics = [] if topic is None else [topic]
        causes = Causes(topics, full * (-1 if topic is None else 0), full * 0, full * self.offset)
        decided = decide(self.pricing, chosen, full * self.now, causes)
        assert [place for place, _ in decided] == sorted(place for place, _ in decided)
        self._take([output for _, output in decided])

    def _take(self, outputs: list[Output]) -> None:
        for output in outputs:
            MODELS[output.topic].validate_json(output.value)
        self.published += outputs

    def said(self, topic: str) -> list[dict[str, Any]]:
        return [json.loads(o.value) for o in self.published if o.topic == topic]

    @property
    def decisions(self) -> list[dict[str, Any]]:
        return self.said("price-decisions")

    @property
    def changes(self) -> list[dict[str, Any]]:
        return self.said("price-changes")

    def alerts(self, kind: str) -> list[dict[str, Any]]:
        return [alert for alert in self.said("pricing-alerts") if alert["kind"] == kind]

    def price(self, sku: str = "a", channel: str = "web") -> str:
        changes = [c for c in self.changes if (c["sku"], c["channel"]) == (sku, channel)]
        return str(changes[-1]["price"]) if changes else "none"


@pytest.fixture
def shop() -> Shop:
    return Shop()


@pytest.fixture(scope="session")
def new_shop() -> type[Shop]:
    return Shop


@pytest.fixture
def known_demand() -> type[KnownDemand]:
    return KnownDemand
