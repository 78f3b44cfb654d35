"""A shop in which every page of the console has something to show, priced by the pricer itself.

    python -m tests.streams.web.full_shop sqlite:////tmp/shop.sqlite

It sells groceries and kitchen goods on the web and in a store, to households and hotels, in spring
2024; its customers are simulated.
"""

from __future__ import annotations

import base64
import json
import math
import random
import sys
from collections.abc import Iterator
from typing import Any

from sqlalchemy import Engine

from schemas.examples import EXAMPLES
from schemas.values.instants import DAY, HOUR, to_ms, to_text
from streams.configuration.settings import Settings
from streams.pipe.pipe import Pipe
from streams.web.store.database import open_store
from streams.web.store.intake.record import Taken
from streams.web.store.intake.take import TOPICS, take

START = to_ms("2024-03-01T00:00:00Z")
DAYS = 75
SETTINGS: dict[str, Any] = {"bucket": "P1D", "timezone": "Europe/Berlin"}
#: Name, category, brand, usual price, share of it that the product costs, sales a day.
GOODS: tuple[tuple[str, str, str, float, float, float], ...] = (
    ("Coffee, whole beans, 500 g", "food/coffee", "Aroma", 8.99, 0.62, 22),
    ("Coffee, ground, 250 g", "food/coffee", "Aroma", 4.79, 0.6, 30),
    ("Espresso capsules, 30 pieces", "food/coffee", "Barista", 9.49, 0.5, 14),
    ("Decaffeinated coffee, 250 g", "food/coffee", "Aroma", 5.29, 0.61, 6),
    ("Earl Grey, 20 bags", "food/tea", "Kontor", 2.49, 0.45, 16),
    ("Green tea Sencha, loose, 100 g", "food/tea", "Kontor", 6.95, 0.5, 7),
    ("Peppermint tea, 25 bags", "food/tea", "Kontor", 1.99, 0.42, 12),
    ("Rooibos vanilla, loose, 250 g", "food/tea", "Kontor", 7.49, 0.48, 4),
    ("Oat drink, 1 l", "food/drinks", "Hafer", 1.89, 0.66, 40),
    ("Apple juice, cloudy, 1 l", "food/drinks", "Obsthof", 2.29, 0.6, 25),
    ("Elderflower syrup, 0.5 l", "food/drinks", "Obsthof", 4.49, 0.55, 6),
    ("Mineral water, 12 × 0.7 l", "food/drinks", "Quelle", 6.49, 0.72, 18),
    ("Olive oil, extra virgin, 0.75 l", "food/pantry", "Lesbos", 11.9, 0.68, 9),
    ("Spaghetti no. 5, 500 g", "food/pantry", "Nonna", 1.79, 0.58, 35),
    ("Basmati rice, 1 kg", "food/pantry", "Himalaya", 3.99, 0.6, 15),
    ("Honey from the Black Forest, 500 g", "food/pantry", "Imkerei Süß", 6.99, 0.57, 8),
    ("Strawberry jam, 340 g", "food/pantry", "Obsthof", 3.29, 0.5, 13),
    ("Dark chocolate 85 %, 100 g", "food/pantry", "Cacao", 2.79, 0.52, 28),
    (
        "Coffee machine with grinder, stainless steel, milk frother and app, 1.8 l, model KX-450",
        "kitchen/machines",
        "Barista",
        449.0,
        0.71,
        0.9,
    ),
    ("Electric kettle, 1.7 l", "kitchen/machines", "Volt", 39.9, 0.6, 3),
    ("Hand blender, 800 W", "kitchen/machines", "Volt", 49.9, 0.58, 2),
    ("Toaster, two slices", "kitchen/machines", "Volt", 34.9, 0.62, 2.5),
    ("Frying pan, cast iron, 28 cm", "kitchen/pans", "Schmiede", 59.0, 0.55, 1.6),
    ("Saucepan, 20 cm", "kitchen/pans", "Schmiede", 42.0, 0.56, 1.4),
    ("Chef's knife, 21 cm", "kitchen/tools", "Schmiede", 79.0, 0.5, 1.1),
    ("Coffee filters no. 4, 100 pieces", "kitchen/tools", "Aroma", 2.19, 0.4, 20),
    ("Kitchen scales, digital", "kitchen/tools", "Volt", 19.9, 0.52, 2.2),
    ("Paper napkins, 50 pieces", "household/paper", "Blatt", 1.59, 0.5, 17),
    ("Dish soap, lemon, 0.5 l", "household/cleaning", "Klar", 1.29, 0.48, 26),
    ("Laundry detergent, 60 washes", "household/cleaning", "Klar", 14.9, 0.66, 7),
)
#: New on the last day: nobody has bought it.
NEVER_SOLD = ("Matcha set with bowl and whisk", "food/tea", "Kontor", 34.9, 0.5, 0.0)
KVI = frozenset(("sku-01", "sku-05", "sku-09", "sku-14"))
COMPETITORS = ("markthalle.example", "kaufgut.example", "teeladen.example")
GROUPS = ("hotel", "school", "office")
POLICIES: tuple[dict[str, Any], ...] = (
    {
        "policy_id": "key-items",
        "priority": 30,
        "select": {"roles": ["kvi"]},
        "strategy": [
            {"kind": "match_competitor", "which": "lowest", "max_age": "P3D"},
            {"kind": "optimise"},
        ],
        "guardrails": {
            "minimum_margin": "8%",
            "max_step_up": "10%",
            "max_step_down": "10%",
            "price_endings": [".99", ".49"],
        },
    },
    {
        "policy_id": "kitchen",
        "priority": 20,
        "select": {"categories": ["kitchen"]},
        "strategy": [{"kind": "optimise"}],
        "explore": {"kind": "thompson", "budget": "2%"},
        "guardrails": {
            "minimum_margin": "10%",
            "reference_band": "25%",
            "max_changes_per_day": 1,
            "price_endings": [".90", ".00"],
        },
        "approval": {"required_above_step": "2%", "expires_after": "P7D"},
        "segments": [{"segment": group, "quotes": {"largest_discount": "30%"}} for group in GROUPS],
    },
    {
        "policy_id": "grocery",
        "priority": 10,
        "strategy": [{"kind": "optimise"}],
        "explore": {"kind": "thompson", "budget": "2%"},
        "guardrails": {
            "minimum_margin": "5%",
            "reference_band": "20%",
            "max_step_up": "5%",
            "max_step_down": "5%",
            "max_changes_per_day": 1,
            "price_endings": [".99", ".49", ".79"],
        },
        "approval": {"required_above_step": "12%", "expires_after": "P2D"},
        "experiment": {"name": "spring", "holdout": "30%", "unit": "sku"},
        "segments": [
            {
                "segment": "hotel",
                "breaks": [{"minimum_quantity": 12, "discount": "6%"}],
                "quotes": {"largest_discount": "25%"},
            },
            *({"segment": group, "quotes": {"largest_discount": "20%"}} for group in GROUPS[1:]),
        ],
    },
    {
        "policy_id": "used",
        "priority": 5,
        "select": {"categories": ["used"]},
        "strategy": [{"kind": "second_hand"}, {"kind": "keep"}],
    },
)
PROMOTIONS: tuple[tuple[str, str, int, int, str], ...] = (
    ("easter-coffee", "food/coffee", 25, 32, "15%"),
    ("tea-weeks", "food/tea", 40, 54, "10%"),
    ("spring-cleaning", "household/cleaning", DAYS - 4, DAYS + 6, "12%"),
    ("summer-drinks", "food/drinks", DAYS + 10, DAYS + 20, "20%"),
)
CONDITIONS = {"like_new": 0.85, "good": 0.7, "acceptable": 0.5}
USED = (("grinder", 89.0), ("espresso machine", 310.0), ("stand mixer", 240.0))


class _Shop:
    """Simulated customers, competitors and stock, and the pricer that watches them."""

    def __init__(self) -> None:
        self.luck = random.Random(7)
        self.pipe = Pipe(Settings(**SETTINGS))
        self.goods = {f"sku-{n:02d}": good for n, good in enumerate(GOODS, 1)}
        self.price: dict[tuple[str, str], float] = {}
        self.lines: list[bytes] = []
        self.told: list[Taken] = []
        self.offsets: dict[str, int] = {}
        self.answers: list[dict[str, Any]] = []

    def say(self, topic: str, value: dict[str, Any] | bytes, time: int, key: str = "") -> None:
        """A record of an input topic, to the pricer and to the console."""
        body = value if isinstance(value, bytes) else json.dumps(value).encode()
        line = {"topic": topic, "key": key, "timestamp": time}
        line["value_base64"] = base64.b64encode(body).decode()
        self.lines.append(json.dumps(line).encode())
        if topic in TOPICS:
            self.told.append(self._taken(topic, key, body, time))

    def _taken(self, topic: str, key: str, body: bytes, time: int, headers: Any = ()) -> Taken:
        place = self.offsets[topic] = self.offsets.get(topic, -1) + 1
        return Taken(topic, 0, place, key.encode(), body, time, headers)

    def listen(self, time: int) -> None:
        """Let the pricer read what was said until `time`, and hear what it says."""
        self.say("pricing-control", {"kind": "tick", "time": to_text(time)}, time)
        lines, self.lines = self.lines, []
        for line in self.pipe.feed(lines):
            said = json.loads(line)
            topic, value = said["topic"], said["value"]
            if topic not in TOPICS or topic == "pricing-control":
                continue
            headers = [(name, text.encode()) for name, text in said.get("headers", {}).items()]
            body = value if isinstance(value, str) else json.dumps(value)
            at = said.get("timestamp", time)
            self.told.append(self._taken(topic, "", body.encode(), at, headers))
            if topic == "price-changes":
                self.price[value["sku"], value["channel"]] = float(value["price"])
                self._shown(value, time)
            elif topic == "price-quotes":
                self.answers.append(value)

    def _shown(self, change: dict[str, Any], time: int) -> None:
        fields = {name: change[name] for name in ("decision_id", "sku", "channel", "price")}
        status = "rejected" if self.luck.random() < 0.01 else "applied"
        ack = {**fields, "status": status, "time": to_text(time)}
        if status == "rejected":
            ack["reason"] = "the shop's article is locked"
        self.say("price-acks", ack, time)

    def open(self) -> None:
        """Policies, products and what is promised."""
        for policy in POLICIES:
            value = {"version": 1, "status": "active", "time": to_text(START), **policy}
            self.say("pricing-policies", value, START, policy["policy_id"])
        for sku, good in self.goods.items():
            self.list_(sku, good, START)
        for topic, fields in (
            ("contract-prices", {"sku": "sku-12", "price": "5.40", "segment": "hotel"}),
            (
                "contract-prices",
                {
                    "sku": "sku-01",
                    "price": "7.70",
                    "segment": "office",
                    "contract_id": "office-2024",
                    "customer_id": None,
                },
            ),
        ):
            value = {**EXAMPLES[topic], **fields, "time": to_text(START), "event_id": fields["sku"]}
            value["valid_from"] = to_text(START)
            self.say(topic, value, START, fields["sku"])
        for name, category, first, last, off in PROMOTIONS:
            value = {
                "promotion_id": name,
                "select": {"categories": [category]},
                "time": to_text(START),
                "starts_at": to_text(START + first * DAY),
                "ends_at": to_text(START + last * DAY),
                "discount": {"percent": off},
                "kind": "campaign",
            }
            self.say("promotions", value, START, name)

    def list_(self, sku: str, good: Any, time: int) -> None:
        """A product of the catalogue."""
        name, category, brand, price, cost, _ = good
        number = int(sku[-2:])
        channels: dict[str, Any] = {"web": {}}
        if number % 3 == 1:
            channels["store:112"] = {"price": f"{price * 1.03:.2f}"}
        value = {
            "sku": sku,
            "name": name,
            "currency": "EUR",
            "price": f"{price:.2f}",
            "cost": f"{price * cost:.2f}",
            "category": category,
            "brand": brand,
            "channels": channels,
            "time": to_text(time),
        }
        if sku in KVI:
            value["role"] = "kvi"
        for channel in channels:
            self.price[sku, channel] = float(channels[channel].get("price", value["price"]))
        self.say("products", value, time, sku)

    def day(self, day: int) -> None:
        """What happens on one day."""
        begin, luck = START + day * DAY, self.luck
        for n, sku in enumerate(self.goods):
            usual = self.goods[sku][3]
            if n % 4 != 3 and (day + n) % 2 == 0:
                for competitor in COMPETITORS[: 1 + n % 3]:
                    price = usual * (0.97 + 0.05 * math.sin(day / 9 + n + len(competitor)))
                    value = {"sku": sku, "competitor": competitor, "price": f"{price:.2f}"}
                    value |= {"currency": "EUR", "time": to_text(begin + HOUR)}
                    self.say("competitor-prices", value, begin + HOUR, sku)
        events = [event for offer in self.price for event in self._sales(offer, day)]
        for time, topic, value in sorted(events, key=lambda each: each[0]):
            self.say(topic, value, time, value.get("sku", ""))
        self._used(day)
        self._trade(day)
        if luck.random() < 0.1:
            value = {"order_id": f"o-{day}", "customer_id": "Ada", "lines": [{"sku": "sku-02"}]}
            self.say("orders", json.dumps(value).encode(), begin + HOUR)
        self.listen(begin + DAY)

    def _sales(self, offer: tuple[str, str], day: int) -> Iterator[tuple[int, str, dict[str, Any]]]:
        sku, channel = offer
        _, category, _, usual, _, rate = self.goods.get(sku, NEVER_SOLD)
        luck, begin = self.luck, START + day * DAY
        out = sku == "sku-13" and 50 <= day < 54
        off = [p for p in PROMOTIONS if p[1] == category and p[2] <= day < p[3]]
        price = self.price[offer] * (1 - float(off[0][4].rstrip("%")) / 100 if off else 1)
        rate *= (price / usual) ** (-1.6 - int(sku[-2:]) % 4 * 0.5)
        rate *= 1 + 0.3 * math.sin(2 * math.pi * day / 7) + 0.002 * day
        if channel != "web":
            rate *= 0.4
        if sku == "sku-08" and day > 55:
            rate *= 3.5
        stock = {"sku": sku, "channel": channel, "on_hand": 0 if out else 120 - day % 30 * 3}
        yield begin + 1, "inventory", {**stock, "time": to_text(begin + 1)}
        views = {"sku": sku, "action": "view", "channel": channel, "count": int(rate * 9) + 2}
        yield begin + 2 * HOUR, "clickstream", {**views, "time": to_text(begin + 2 * HOUR)}
        sold = 0 if out else _poisson(luck, rate)
        for n in range(min(sold, 4)):
            quantity = sold // 4 + (n < sold % 4)
            time = begin + luck.randrange(3 * HOUR, 23 * HOUR)
            line = {"sku": sku, "quantity": quantity, "unit_price": f"{price:.2f}"}
            if off:
                line["promotion_id"] = off[0][0]
            order = {"order_id": f"{sku}-{channel}-{day}-{n}", "time": to_text(time)}
            order |= {"channel": channel, "currency": "EUR", "status": "placed", "lines": [line]}
            yield time, "orders", order

    def _used(self, day: int) -> None:
        begin, luck = START + day * DAY, self.luck
        for n in range(4):
            kind, worth = USED[luck.randrange(3)]
            condition = luck.choice(list(CONDITIONS))
            value = worth * CONDITIONS[condition] * math.exp(luck.gauss(0, 0.15))
            asked = value * luck.uniform(0.9, 1.3)
            listing = {
                "listing_id": f"l-{day}-{n}",
                "category": f"used/{kind}s",
                "condition": condition,
                "age": f"P{luck.randrange(60, 1500)}D",
                "attributes": {"brand": luck.choice(["Barista", "Volt"])},
                "channel": "web",
                "currency": "EUR",
                "asked": f"{asked:.2f}",
                "listed_at": to_text(begin + 5 * HOUR),
                "time": to_text(begin + 5 * HOUR),
            }
            if n == 0:
                listing["sell_by"] = to_text(begin + 40 * DAY)
            self.say("market-listings", listing, begin + 5 * HOUR)
            if asked < value * 1.12 and day < DAYS - 12:
                sold = {"sold_at": to_text(begin + 9 * DAY), "sold_for": f"{asked * 0.95:.2f}"}
                self.later.setdefault(day + 9, []).append({**listing, **sold})
        for listing in self.later.pop(day, []):
            listing["time"] = listing["sold_at"]
            self.say("market-listings", listing, begin + 5 * HOUR)

    later: dict[int, list[dict[str, Any]]] = {}

    def _trade(self, day: int) -> None:
        begin, luck = START + day * DAY, self.luck
        for quoted in self.answers:
            if quoted["status"] == "offered" and day < DAYS - 3:
                won = luck.random() < 1.9 - 1.7 * float(quoted["total"]) / float(
                    quoted["public_total"] or quoted["total"]
                )
                outcome = {"quote_id": quoted["quote_id"], "status": "won" if won else "lost"}
                outcome |= {"price": quoted["total"], "time": to_text(begin + 6 * HOUR)}
                self.say("quote-outcomes", outcome, begin + 6 * HOUR)
        self.answers.clear()
        for n in range(2):
            lines = [
                {"sku": sku, "quantity": luck.choice([10, 24, 60, 200])}
                for sku in luck.sample(list(self.goods), 1 + luck.randrange(3))
            ]
            request = {
                "quote_id": f"Q-2024-{day * 2 + n:04d}",
                "time": to_text(begin + 7 * HOUR),
                "customer_id": f"house-{luck.randrange(30)}",
                "segment": luck.choice(GROUPS),
                "channel": "web",
                "currency": "EUR",
                "lines": lines,
            }
            self.say("quote-requests", request, begin + 7 * HOUR)

    def end(self) -> None:
        """What is new on the last day, and what only a trainer or a planner writes."""
        now = START + DAYS * DAY
        self.goods["sku-99"] = NEVER_SOLD
        self.list_("sku-99", NEVER_SOLD, now)
        self.listen(now + HOUR)
        for n, status in enumerate(("champion", "challenger", "retired")):
            value = {**EXAMPLES["model-updates"], "model": "demand", "status": status}
            value |= {"version": f"2024-05-{9 - 2 * n:02d}", "metrics": {"mase": 0.71 + 0.02 * n}}
            value |= {"trained_at": to_text(now - 2 * n * DAY), "weights": {}}
            value |= {"trained_through": to_text(now - (2 * n + 1) * DAY)}
            self.told.append(self._taken("model-updates", "", json.dumps(value).encode(), now))
        for sku in ("sku-03", "sku-17"):
            value = {**EXAMPLES["promotion-plans"], "sku": sku, "plan_id": f"p-{sku}"}
            value |= {"starts_at": to_text(now + 5 * DAY), "ends_at": to_text(now + 12 * DAY)}
            self.told.append(self._taken("promotion-plans", "", json.dumps(value).encode(), now))


def _poisson(luck: random.Random, mean: float) -> int:
    count, chance, limit = 0, luck.random(), math.exp(-min(mean, 600.0))
    while chance > limit:
        count, chance = count + 1, chance * luck.random()
    return count


def records(days: int = DAYS) -> list[Taken]:
    """What the console reads of the topics, in order."""
    shop = _Shop()
    shop.open()
    shop.listen(START + 1)
    for day in range(DAYS - days, DAYS):
        shop.day(day)
    shop.end()
    return shop.told


def fill(store: Engine, days: int = DAYS) -> None:
    """Put the shop into an empty store."""
    told = records(days)
    for low in range(0, len(told), 4000):
        take(store, told[low : low + 4000], {}, {})


def main() -> None:
    """Fill the store that is named."""
    fill(open_store(sys.argv[1]))


if __name__ == "__main__":
    main()
