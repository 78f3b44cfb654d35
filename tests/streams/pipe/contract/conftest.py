"""A shop outside the pricer: JSON lines in, JSON lines out, nothing else known."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import pytest

from streams.configuration.policy_file import PolicyRecord
from streams.configuration.settings import Settings
from streams.pipe.pipe import Pipe

#: 2023-11-15T00:00:00Z, a midnight.
START = 1_700_006_400_000
MINUTE = 60_000
HOUR = 60 * MINUTE
DAY = 24 * HOUR
Record = dict[str, Any]


def text(instant: int) -> str:
    """An instant (ms) as the output writes it."""
    moment = datetime.fromtimestamp(instant / 1000, UTC)
    return moment.isoformat(timespec="milliseconds").replace("+00:00", "Z")


class Shop:
    """One pipe; `now` (ms) is the event time of what is sent next."""

    def __init__(self, *policies: Record, **settings: Any) -> None:
        given = [PolicyRecord(p["policy_id"], json.dumps(p).encode()) for p in policies]
        self._pipe = Pipe(Settings(**settings), given)
        self.now = START
        self.said: list[Record] = [json.loads(line) for line in self._pipe.opening]

    def send(self, topic: str, value: Any, key: str | None = None, **fields: Any) -> list[Record]:
        """What the pipe answers to one line."""
        line = json.dumps({"topic": topic, "key": key, "value": value, **fields}).encode()
        found = [json.loads(out) for out in self._pipe.feed([line])]
        self.said += found
        return found

    def tick(self, ahead: int = 0) -> list[Record]:
        """Let time pass by `ahead` ms and ask."""
        self.now += ahead
        return self.send("pricing-control", {"kind": "tick", "time": self.now})

    def product(self, sku: str = "a", **fields: Any) -> list[Record]:
        """A product for 10.00 that cost 4.00."""
        value = {
            "sku": sku,
            "name": sku.upper(),
            "currency": "USD",
            "price": "10.00",
            "cost": "4.00",
            "category": "food/coffee",
        }
        self.send("products", value | fields, key=sku, timestamp=self.now)
        return self.tick()

    def policy(self, policy_id: str = "p", **fields: Any) -> list[Record]:
        """A policy from now on."""
        value = {"policy_id": policy_id, "version": 1, "status": "active", **fields}
        self.send("pricing-policies", value, key=policy_id, timestamp=self.now)
        return self.tick()

    def competitor(self, price: str | None, who: str = "rival", **fields: Any) -> list[Record]:
        """A competitor's price; None: it is out of stock."""
        self.now += 1
        value = {
            "sku": "a",
            "competitor": who,
            "price": price or "99.00",
            "currency": "USD",
            "time": self.now,
            "in_stock": price is not None,
        }
        self.send("competitor-prices", value | fields)
        return self.tick()

    def control(self, kind: str, **fields: Any) -> list[Record]:
        """An order of a human, a millisecond later."""
        self.now += 1
        fields = {"reason": "because", "actor": "ann"} | fields
        self.send("pricing-control", {"kind": kind, "time": self.now, **fields})
        return self.tick()

    def topic(self, name: str) -> list[Record]:
        """The values said on a topic so far."""
        return [out["value"] for out in self.said if out["topic"] == name]

    @property
    def changes(self) -> list[Record]:
        """`price-changes` so far."""
        return self.topic("price-changes")

    @property
    def decisions(self) -> list[Record]:
        """`price-decisions` so far."""
        return self.topic("price-decisions")

    @property
    def last(self) -> Record:
        """The latest decision."""
        found: Record = self.decisions[-1]
        return found

    def prices(self, sku: str = "a", channel: str = "web") -> list[str]:
        """The prices of an offer in order of its changes."""
        return [
            change["price"]
            for change in self.changes
            if (change["sku"], change["channel"]) == (sku, channel)
        ]

    def alerts(self, kind: str) -> list[Record]:
        """The alerts of a kind so far."""
        return [alert for alert in self.topic("pricing-alerts") if alert["kind"] == kind]


@pytest.fixture(scope="session", name="new_shop")
def fixture_new_shop() -> Callable[..., Shop]:
    """Shops of one's own: (*policies, **settings)."""
    return Shop


@pytest.fixture
def shop() -> Shop:
    """A shop with default settings and no policy."""
    return Shop()
