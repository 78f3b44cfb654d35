"""A shop at random: products, policies, promises, customers, rivals, of every kind of commerce."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import numpy as np

START = 1_700_006_400_000
HOUR = 3_600_000
DAY = 24 * HOUR
SKUS = ("a", "b", "c")
CHANNELS = ("web", "market")
SEGMENTS = ("b2b", "b2c")
CUSTOMERS = tuple(f"c{i}" for i in range(8))
QUANTITIES = (1, 5, 12, 60)


class World:
    """Events in order, by a generator of random numbers; money in whole minor units."""

    def __init__(self, seed: int) -> None:
        self._rng = np.random.default_rng([seed, 23])
        self.now = START
        self.currency, self.digits = (("EUR", 2), ("JPY", 0), ("KWD", 3))[seed % 3]
        self._numbers = iter(range(1, 10**9))
        self._version = 0
        self._prices: dict[str, int] = {}
        #: Decision ids of the quotes that wait for approval, as whoever plays has heard of them.
        self.proposals: list[str] = []

    def lines(self, days: int) -> Iterator[dict[str, Any]]:
        """The lines of so many days."""
        for sku in SKUS:
            yield self._put("products", self._product(sku))
        yield self._policy()
        for _ in range(days):
            for _ in range(int(self._rng.integers(3, 10))):
                self.now += int(self._rng.integers(1, 2 * HOUR))
                yield self._event()
            self.now += int(self._rng.choice([HOUR, 6 * HOUR, DAY]))
            yield self._put("pricing-control", {"kind": "tick", "time": self.now})

    def _event(self) -> dict[str, Any]:
        kinds = (
            (self._order, 0.3),
            (self._competitor, 0.14),
            (self._contract, 0.1),
            (self._request, 0.14),
            (self._outcome, 0.06),
            (self._listing, 0.06),
            (self._changed_product, 0.08),
            (self._policy, 0.04),
            (self._forget, 0.04),
            (self._approve, 0.04),
        )
        chosen = self._rng.choice(len(kinds), p=[share for _, share in kinds])
        return kinds[int(chosen)][0]()

    def _put(self, topic: str, value: dict[str, Any]) -> dict[str, Any]:
        return {"topic": topic, "value": value, "timestamp": self.now}

    def money(self, minor: float) -> str:
        """Minor units as text, one at least."""
        whole, rest = divmod(max(round(minor), 1), 10**self.digits)
        return f"{whole}.{rest:0{self.digits}d}" if self.digits else str(whole)

    def _any(self, choices: Any) -> Any:
        return choices[int(self._rng.integers(len(choices)))]

    def _maybe(self, value: Any, chance: float = 0.5) -> Any:
        return value if self._rng.random() < chance else None

    def _product(self, sku: str) -> dict[str, Any]:
        price = self._prices.setdefault(sku, int(self._rng.integers(500, 2500)))
        value = {
            "sku": sku,
            "name": sku.upper(),
            "currency": self.currency,
            "price": self.money(price),
            "cost": self.money(price * self._rng.uniform(0.3, 1.05)),
            "category": "tools/hand" if sku == "a" else "tools/power",
            "tax_rate": self._any(["0%", "7%", "19%"]),
            "fees": {"market": {"rate": self._any(["0%", "12%"]), "fixed": self.money(20)}},
            "channels": {"web": {}, "market": {}},
            "list_price": self._maybe(self.money(price * 1.3), 0.3),
            "map_price": self._maybe(self.money(price * 0.85), 0.3),
        }
        return {name: each for name, each in value.items() if each is not None}

    def _changed_product(self) -> dict[str, Any]:
        return self._put("products", self._product(self._any(SKUS)))

    def _policy(self) -> dict[str, Any]:
        rng, self._version = self._rng, self._version + 1
        low = int(rng.integers(200, 1500))
        rails = {
            "minimum_price": self._maybe(self.money(low), 0.3),
            "maximum_price": self._maybe(self.money(low + int(rng.integers(500, 2500))), 0.3),
            "minimum_margin": self._maybe(self._any(["0%", "10%", "35%"])),
            "never_below_cost": self._maybe(True, 0.3),
            "respect_map": self._maybe(True, 0.4),
            "never_above_list_price": self._maybe(True, 0.4),
            "protect_channels": self._maybe(["web"], 0.2),
            "price_endings": self._maybe(["9"], 0.3),
            "max_step_down": self._maybe("10%", 0.3),
        }
        segments = [each for each in map(self._segment, SEGMENTS) if rng.random() < 0.85]
        value = {
            "policy_id": "p",
            "version": self._version,
            "strategy": [
                self._any([{"kind": "match_competitor"}, {"kind": "optimise"}]),
                {"kind": "keep"},
            ],
            "explore": {"kind": self._any(["none", "thompson"])},
            "guardrails": {name: each for name, each in rails.items() if each is not None},
            "segments": segments,
        }
        if rng.random() < 0.5:
            value["recommend"] = {"number": 2, "holdout": "20%"}
        return self._put("pricing-policies", value)

    def _segment(self, segment: str) -> dict[str, Any]:
        quantities = sorted(
            self._rng.choice([2, 5, 10, 50], int(self._rng.integers(0, 4)), replace=False).tolist()
        )
        value: dict[str, Any] = {
            "segment": segment,
            "breaks": [
                {"minimum_quantity": q, "discount": self._any(["2%", "10%", "33.3%"])}
                for q in quantities
            ],
        }
        if self._rng.random() < 0.7:
            value["quotes"] = {
                "largest_discount": self._any(["5%", "30%", "80%"]),
                "approval_above": self._any(["3%", "20%", None]),
            }
        if self._rng.random() < 0.3:
            value["optimise_breaks"] = {"largest_discount": "25%"}
        if self._rng.random() < 0.6:
            value |= {"personalise": True, "personal_discount": self._any(["5%", "25%"])}
            if self._rng.random() < 0.6:
                value["optimise_personal"] = {"every": "P1D", "holdout": "10%", "offers": 2}
        return value

    def _contract(self) -> dict[str, Any]:
        begin = self.now + int(self._any([-3 * DAY, 0, 2 * DAY]))
        value = {
            "contract_id": self._any(["k1", "k2", "k3"]),
            "sku": self._any(SKUS),
            "channel": self._any(CHANNELS),
            "customer_id": self._any([*CUSTOMERS, None, None]),
            "segment": self._any(SEGMENTS),
            "price": self.money(int(self._rng.integers(300, 2200))),
            "currency": self.currency,
            "minimum_quantity": int(self._any(QUANTITIES)),
            "valid_from": begin,
            "valid_until": self._maybe(begin + int(self._rng.integers(1, 20)) * DAY),
            "cancelled": bool(self._rng.random() < 0.15),
        }
        return self._put("contract-prices", value)

    def _order(self) -> dict[str, Any]:
        price = self.money(int(self._rng.integers(300, 2500)))
        lines = [
            {"sku": sku, "quantity": int(self._any([1, 3, 12, 60])), "unit_price": price}
            for sku in self._rng.permutation(SKUS)[: int(self._rng.integers(1, 3))].tolist()
        ]
        value = {
            "order_id": f"o{next(self._numbers)}",
            "time": self.now,
            "currency": self.currency,
            "channel": self._any(CHANNELS),
            "customer_id": self._any(CUSTOMERS),
            "personal_prices": bool(self._rng.random() < 0.85),
            "segment": self._any(SEGMENTS),
            "lines": lines,
        }
        return self._put("orders", value)

    def _competitor(self) -> dict[str, Any]:
        value = {
            "sku": self._any(SKUS),
            "competitor": self._any(["x", "y"]),
            "price": self.money(int(self._rng.integers(300, 2500))),
            "currency": self.currency,
            "time": self.now,
        }
        return self._put("competitor-prices", value)

    def _request(self) -> dict[str, Any]:
        skus = self._rng.permutation(SKUS)[: int(self._rng.integers(1, 4))].tolist()
        value = {
            "quote_id": f"q{next(self._numbers)}",
            "time": self.now,
            "customer_id": self._any(CUSTOMERS),
            "segment": self._any(SEGMENTS),
            "channel": self._any(CHANNELS),
            "currency": self.currency,
            "lines": [{"sku": sku, "quantity": int(self._any(QUANTITIES))} for sku in skus],
        }
        return self._put("quote-requests", value)

    def _outcome(self) -> dict[str, Any]:
        number = next(self._numbers)
        value = {
            "quote_id": f"q{max(number - int(self._rng.integers(1, 30)), 1)}",
            "status": self._any(["won", "lost"]),
            "time": self.now,
        }
        return self._put("quote-outcomes", value)

    def _listing(self) -> dict[str, Any]:
        value: dict[str, Any] = {
            "listing_id": f"l{next(self._numbers)}",
            "category": "toys",
            "condition": self._any(["good", "worn"]),
            "currency": self.currency,
            "listed_at": self.now - DAY,
        }
        if self._rng.random() < 0.6:
            price = self.money(int(self._rng.integers(300, 2500)))
            value |= {"asked": price, "sold_at": self.now, "sold_for": price}
        else:
            value["sell_by"] = self.now + 20 * DAY
        return self._put("market-listings", value)

    def _approve(self) -> dict[str, Any]:
        if not self.proposals:
            return self._competitor()
        decision_id = self.proposals.pop(int(self._rng.integers(len(self.proposals))))
        value = {"kind": "approve", "decision_id": decision_id, "actor": "ann", "time": self.now}
        return self._put("pricing-control", value)

    def _forget(self) -> dict[str, Any]:
        value = {"kind": "forget_customer", "customer_id": self._any(CUSTOMERS), "actor": "ann"}
        return self._put("pricing-control", value | {"time": self.now})


def encoded(line: dict[str, Any]) -> bytes:
    """A line as the pipe takes it."""
    return json.dumps(line).encode()
