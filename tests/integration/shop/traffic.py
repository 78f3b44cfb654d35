"""A small shop's events: most input topics, several channels and currencies, always the same."""

from __future__ import annotations

import json
import random
from collections.abc import Iterator
from typing import Any, NamedTuple

#: A Monday, 00:00 UTC.
START = 1_700_438_400_000
MINUTE = 60_000
SKUS = tuple(f"sku-{i:02d}" for i in range(48))
CURRENCIES = ("USD", "JPY", "KWD")
DIGITS = {"USD": 2, "JPY": 0, "KWD": 3}
CATEGORIES = ("matched", "learnt", "kept")
#: A competitor's every move moves a matched offer; the others are priced by the built-in default
#: and by a policy with most guardrails there are.
POLICIES: list[dict[str, Any]] = [
    {
        "policy_id": "match",
        "priority": 5,
        "select": {"categories": ["matched"]},
        "strategy": [
            {"kind": "match_competitor", "which": "lowest", "max_age": "PT6H"},
            {"kind": "keep"},
        ],
        "recommend": {"explore": "20%", "learn_from": "50%"},
    },
    {
        "policy_id": "careful",
        "select": {"categories": ["kept"]},
        "strategy": [{"kind": "match_competitor", "which": "median"}, {"kind": "optimise"}],
        "guardrails": {
            "minimum_margin": "2%",
            "reference_band": "25%",
            "max_step_up": "4%",
            "max_step_down": "4%",
            "cooldown": "PT30M",
            "max_changes_per_day": 6,
            "channel_ladder": [{"channel": "store:1", "of": "web", "lowest": "100%"}],
        },
        "approval": {"required_above_step": "3%", "expires_after": "PT4H"},
        "coordinate_channels": True,
        "segments": [
            {"segment": "b2b", "optimise_breaks": {}, "quotes": {"approval_above": "10%"}},
            {
                "segment": "b2c",
                "personalise": True,
                "personal_discount": "30%",
                "optimise_personal": {"every": "PT6H"},
            },
        ],
    },
    {
        "policy_id": "used",
        "select": {"categories": ["used"]},
        "strategy": [{"kind": "second_hand"}, {"kind": "keep"}],
        "guardrails": {"minimum_price": "2", "price_endings": [".50", ".00"]},
    },
]
#: Every so many events one is of a used thing on the market, one of a quote.
LISTED, QUOTED = 12, 12


#: A product of its own, for tests of a single offer.
TEA = {
    "sku": "tea",
    "name": "Tea",
    "category": "tea",
    "currency": "USD",
    "price": "10.00",
    "cost": 5,
}


class Event(NamedTuple):
    """An input record; `time` is its timestamp in ms."""

    topic: str
    key: str
    value: bytes
    time: int


def currency(sku: str) -> str:
    """Every sixth SKU is sold for yen, the one after it for dinars; used goods are not."""
    place = SKUS.index(sku) % 6 if sku in SKUS else -1
    return {0: "JPY", 1: "KWD"}.get(place, "USD")


def money(sku: str, minor: int) -> str:
    """Minor units as text."""
    digits = DIGITS[currency(sku)]
    return f"{minor / 10**digits:.{digits}f}"


def base_price(sku: str) -> int:
    """The first price, minor units."""
    return 1000 + 75 * SKUS.index(sku)


def catalogue() -> Iterator[Event]:
    """Policies and products."""
    for policy in POLICIES:
        yield _event("pricing-policies", policy["policy_id"], policy, START)
    for i, sku in enumerate(SKUS):
        price = base_price(sku)
        product: dict[str, Any] = {
            "sku": sku,
            "name": f"Item {i}",
            "currency": currency(sku),
            "price": money(sku, price),
            "cost": money(sku, price * 6 // 10),
            "category": CATEGORIES[i % 3],
        }
        if i % 4 == 0:
            product["channels"] = {"web": {}, "store:1": {"price": money(sku, price + 50)}}
        yield _event("products", sku, product, START)
    for sku in ("used-0", "used-1", "used-2"):
        used = {"sku": sku, "name": sku, "currency": "USD", "price": "8.00", "cost": "1.00"}
        used |= {"category": "used", "condition": "good", "attributes": {"brand": "a"}}
        yield _event("products", sku, used, START)
    for i in range(6):
        yield _contract(i)


def _listing(i: int, time: int) -> Event:
    """A used thing is offered, sold or taken back, by turns; or somebody asks what to ask."""
    worn = i % 5 < 2
    value: dict[str, Any] = {
        "listing_id": f"thing-{i}",
        "seller_id": f"c{i % 90}",
        "category": "used",
        "condition": "worn" if worn else "good",
        "attributes": {"brand": "ab"[i % 2]},
        "currency": "USD",
        "listed_at": time,
    }
    if i % 4:
        since = time - (1 + i % 9) * 360 * MINUTE
        value |= {"asked": f"{(6 if worn else 10) + i % 3}.00", "listed_at": since}
        value |= {"sold_at": time} if i % 4 < 3 else {"ended_at": time}
    return _event("market-listings", value["listing_id"], value, time)


def _contract(i: int) -> Event:
    """A price list, and what some of its customers were promised."""
    sku = SKUS[3 * i + 2]
    value: dict[str, Any] = {
        "contract_id": f"contract-{i}",
        "sku": sku,
        "price": money(sku, base_price(sku) * 8 // 10),
        "currency": currency(sku),
        "minimum_quantity": 1 + 4 * (i % 2),
        "valid_from": START,
        "time": START,
    }
    if i % 3 == 0:
        value["customer_id"] = f"customer-{i}"
    return _event("contract-prices", value["contract_id"], value, START)


def _quote(draw: random.Random, i: int, time: int) -> Event:
    """A customer asks for a price of many units, or says what they did about the last one."""
    quote_id = f"quote-{i - i % 2}"
    if i % 2:
        value = {"quote_id": quote_id, "status": draw.choice(["won", "lost"]), "time": time}
        return _event("quote-outcomes", quote_id, value, time)
    asked = [sku for sku in SKUS[2::3] if currency(sku) == "USD"]
    value = {
        "quote_id": quote_id,
        "time": time,
        "customer_id": f"customer-{draw.randrange(9)}",
        "currency": "USD",
        "lines": [{"sku": sku, "quantity": 10 * (1 + i % 4)} for sku in draw.sample(asked, 2)],
    }
    return _event("quote-requests", quote_id, value, time)


def events(number: int, seed: int = 1, step: int = MINUTE) -> Iterator[Event]:
    """Traffic in which a `step` of event time, ms, passes from one event to the next."""
    draw = random.Random(seed)
    for i in range(number):
        time = START + MINUTE + i * step
        sku = draw.choice(SKUS)
        if i % LISTED == 7:
            yield _listing(i // LISTED, time)
        elif i % QUOTED == 2:
            yield _quote(draw, i // QUOTED, time)
        else:
            yield _draw(draw, i, sku, time)


def _draw(draw: random.Random, i: int, sku: str, time: int) -> Event:
    kind = draw.random()
    price = base_price(sku)
    if kind < 0.35:
        lines = [
            {"sku": s, "quantity": draw.randrange(1, 4), "unit_price": money(s, base_price(s))}
            for s in {sku: None, **dict.fromkeys(_like(draw, sku))}
        ]
        number = i if kind < 0.33 else max(0, i - draw.randrange(60))
        status = "placed" if kind < 0.33 else draw.choice(["cancelled", "returned"])
        value: dict[str, Any] = {
            "order_id": f"o{number}",
            "time": time - draw.choice([0, 0, 0, 90 * MINUTE]),
            "currency": currency(sku),
            "customer_id": f"customer-{draw.randrange(90)}",
            "personal_prices": i % 2 == 0,
            "channel": draw.choice(["web", "web", "store:1"]),
            "status": status,
            "lines": lines,
        }
        if i % 5 == 0:
            value["segment"] = "b2b"
        return _event("orders", value["order_id"], value, time)
    if kind < 0.6:
        value = {"sku": sku, "action": draw.choice(["view", "view", "cart"]), "time": time}
        value |= {"session_id": f"s{i % 50}", "personal_prices": i % 3 == 0}
        if draw.random() < 0.2:
            value["event_id"] = f"click-{draw.randrange(400)}"
        return _event("clickstream", sku, value, time)
    if kind < 0.94:
        value = {
            "sku": sku,
            "competitor": f"rival-{draw.randrange(3)}",
            "price": money(sku, int(price * draw.uniform(0.85, 1.15))),
            "currency": currency(sku),
            "time": time,
            "in_stock": draw.random() < 0.95,
        }
        return _event("competitor-prices", sku, value, time)
    if kind < 0.97:
        value = {"sku": sku, "time": time, "on_hand": draw.randrange(40)}
        return _event("inventory", sku, value, time)
    if kind < 0.985:
        promotion = f"promo-{draw.randrange(4)}"
        value = {
            "promotion_id": promotion,
            "select": {"categories": [draw.choice(CATEGORIES)]},
            "starts_at": time + 10 * MINUTE,
            "ends_at": time + 200 * MINUTE,
            "discount": {"percent": "10%"},
        }
        return _event("promotions", promotion, value, time)
    kind_of_control = draw.choice(["pause", "resume", "set_price"])
    value = {"kind": kind_of_control, "actor": "anna", "reason": "drill", "time": time}
    if kind_of_control == "set_price":
        value |= {"sku": sku, "channel": "web", "price": money(sku, price + 10)}
    else:
        value["select"] = {"skus": [sku]}
    return _event("pricing-control", sku, value, time)


def _like(draw: random.Random, sku: str) -> list[str]:
    """Up to two more SKUs that are sold for the same money."""
    same = [other for other in SKUS if currency(other) == currency(sku)]
    return draw.sample(same, draw.randrange(3))


def _event(topic: str, key: str, value: dict[str, Any], time: int) -> Event:
    return Event(topic, key, json.dumps(value, separators=(",", ":")).encode(), time)
