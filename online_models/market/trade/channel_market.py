"""A market of products on two channels that share one stock, which does not last.

Customers who look at a channel buy where the price is below what the product is worth to them,
which is logistic; some of those who do not buy look at the other channel. The marketplace keeps a
part of each sale. Stock comes every other week, less than the channels would sell. Nothing here is
of constant elasticity.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Any

import numpy as np

from online_models.fold.fold import Fold
from online_models.fold.state import FoldSettings
from online_models.journal.batch import FORCED, BatchBuilder, Fact, Kind, SourcePartition
from online_models.market.calendar import day_start
from online_models.numerics.arrays import Floats, Ints
from schemas.values.instants import to_text

PRODUCTS = 12
CHANNELS = ("web", "market")
FEE = 0.12
#: Days between two deliveries.
CYCLE = 14
#: Customers who find nothing on one channel and look at the other.
SWITCHING = 0.15


def policy(coordinated: bool) -> dict[str, Any]:
    """The marketplace is never below the own shop; with or without the shared stock in mind."""
    ladder = [{"channel": "market", "of": "web", "lowest": "100%"}]
    return {
        "policy_id": "channels",
        "strategy": [{"kind": "optimise"}],
        "explore": {"kind": "thompson", "budget": "2%"},
        "objective": {"maximise": "profit", "horizon": f"P{CYCLE}D"},
        "guardrails": {
            "minimum_margin": "0%",
            "reference_band": "60%",
            "max_step_up": "6%",
            "max_step_down": "6%",
            "channel_ladder": ladder,
        },
        "coordinate_channels": coordinated,
    }


class ChannelMarket:
    """Twelve products on two channels; `seed` makes them."""

    def __init__(self, seed: int) -> None:
        self.rng = np.random.default_rng([seed, 11])
        rng = self.rng
        self.cost: Floats = np.rint(rng.uniform(800, 1600, PRODUCTS)) / 100.0
        self.worth: Floats = self.cost[:, None] * rng.uniform(1.25, 1.6, (PRODUCTS, 2))
        self.spread: Floats = self.worth * rng.uniform(0.10, 0.18, (PRODUCTS, 2))
        self.visitors: Floats = rng.uniform(10.0, 30.0, (PRODUCTS, 2))
        self.price: Floats = np.rint(self.cost * 130.0) / 100.0
        wanted = self.rates(np.stack([self.price, self.price], axis=1)).sum(axis=1)
        self.delivery: Ints = np.rint(wanted * CYCLE * rng.uniform(0.35, 0.7, PRODUCTS)).astype(
            np.int64
        )

    def rates(self, prices: Floats) -> Floats:
        """Expected units a day that customers want at prices (products, 2)."""
        buys = 1.0 / (1.0 + np.exp((prices - self.worth) / self.spread))
        left = self.visitors * (1.0 - buys)
        return np.asarray(self.visitors * buys + SWITCHING * left[:, ::-1] * buys)

    def sell(self, prices: Floats, stock: Ints) -> Ints:
        """Units sold on a day, (products, 2), no more than there are: who comes first is served."""
        wanted = self.rng.poisson(self.rates(prices))
        sold = np.zeros_like(wanted)
        for i in range(PRODUCTS):
            total = int(wanted[i].sum())
            if total <= stock[i]:
                sold[i] = wanted[i]
            else:
                web = self.rng.hypergeometric(int(wanted[i, 0]), int(wanted[i, 1]), int(stock[i]))
                sold[i] = web, stock[i] - web
        return sold

    def profit(self, prices: Floats, sold: Ints) -> float:
        """What a day earned."""
        kept = prices * (1.0 - np.array([0.0, FEE])) - self.cost[:, None]
        return float((kept * sold).sum())


@dataclass(frozen=True)
class ChannelTrack:
    """Profit of each day, (days,), and how often the marketplace was below the own shop."""

    profit: Floats
    breaches: int


def trade(market: ChannelMarket, days: int, coordinated: bool) -> ChannelTrack:
    """Let the fold price both channels."""
    fold = Fold(FoldSettings())
    source, place = SourcePartition("facts", 0), 0
    prices = np.stack([market.price, market.price], axis=1)
    stock = np.zeros(PRODUCTS, dtype=np.int64)
    profit, breaches = np.zeros(days), 0
    rows = BatchBuilder()

    def say(topic: str, time: int, value: dict[str, Any], key: str | None) -> None:
        nonlocal place
        place += 1
        detail = rows.fact(Fact(topic, key, json.dumps(value).encode()))
        rows.add(Kind.FACT, time, source, offset=place, detail=detail, sku=rows.text(key))

    def step(time: int) -> None:
        nonlocal rows
        rows.add(Kind.TICK, time, flag=FORCED)
        for output in fold.step(rows.batch()):
            if output.topic == "price-changes":
                value = json.loads(output.value)
                at = int(value["sku"][2:]), CHANNELS.index(value["channel"])
                prices[at] = float(value["price"])
        rows = BatchBuilder()

    say("pricing-policies", day_start(0), policy(coordinated), None)
    for i in range(PRODUCTS):
        value: dict[str, Any] = {"sku": f"c-{i}", "name": "C", "category": "tools"}
        value |= {"price": f"{market.price[i]:.2f}", "cost": f"{market.cost[i]:.2f}"}
        value |= {"channels": {name: {} for name in CHANNELS}, "currency": "EUR"}
        say("products", day_start(0), value | {"fees": {"market": {"rate": FEE}}}, f"c-{i}")
    step(day_start(0))
    for day in range(days):
        start = day_start(day)
        if day % CYCLE == 0:
            stock += market.delivery
            arrives = to_text(day_start(day + CYCLE))
            for i in range(PRODUCTS):
                inbound = [{"quantity": int(market.delivery[i]), "expected_at": arrives}]
                count = {"sku": f"c-{i}", "time": start, "on_hand": int(stock[i])}
                say("inventory", start, count | {"inbound": inbound}, f"c-{i}")
            step(start)
        breaches += int((prices[:, 1] < prices[:, 0] - 1e-9).sum())
        sold = market.sell(prices, stock)
        profit[day] = market.profit(prices, sold)
        stock -= sold.sum(axis=1)
        for i, c in zip(*np.nonzero(sold), strict=True):
            place += 1
            rows.add(
                Kind.ORDER,
                start + 3_600_000,
                source,
                offset=place,
                amount=round(100 * prices[i, c]),
                count=int(sold[i, c]),
                extra=place,
                sku=rows.text(f"c-{i}"),
                channel=rows.text(CHANNELS[c]),
                currency=rows.text("EUR"),
            )
        step(day_start(day + 1))
    return ChannelTrack(profit, breaches)
