"""Write the golden recording anew: `python tests/recordings/renew.py`.

`shop.jsonl` is a month of a small, made-up shop in the pipe's lines; `expected.json` says what must
come out of it, byte for byte. Renew both where a change of prices is meant, and say why in the
commit: a replay of the merchant's journal will change with it.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterable, Iterator
from hashlib import sha256
from pathlib import Path
from random import Random
from typing import Any

from streams.configuration.settings import Settings
from streams.pipe.pipe import Pipe

FOLDER = Path(__file__).parent
SHOP = FOLDER / "shop.jsonl"
EXPECTED = FOLDER / "expected.json"
SETTINGS = {"days": {"bucket": "P1D"}, "hours": {"bucket": "PT6H", "lateness": "PT1H"}}
HOUR = 3_600_000
START = 1_700_006_400_000
DAYS = 30
CURRENCIES = {"tea": ("USD", "12.50", "6.10"), "rice": ("JPY", "1500", "900")}
SKUS = [f"{kind}{i}" for kind in CURRENCIES for i in range(4)]


def summary(lines: Iterable[bytes], options: dict[str, str]) -> dict[str, Any]:
    """What the pipe answers: SHA-256 of all its bytes, and the number of records by topic."""
    pipe = Pipe(Settings(**options))
    whole, topics = sha256(), Counter[str]()
    for out in pipe.feed(lines):
        whole.update(out)
        topics[json.loads(out)["topic"]] += 1
    return {"sha256": whole.hexdigest(), "topics": dict(sorted(topics.items()))}


def shop() -> Iterator[bytes]:
    """A month of the shop."""
    random = Random(20231115)
    yield from _opening()
    orders = 0
    for hour in range(DAYS * 24):
        now = START + hour * HOUR
        for _ in range(random.choice([0, 0, 0, 1, 1, 2])):
            orders += 1
            yield _order(random, f"o{orders}", now)
        if random.random() < 0.03 and orders:
            number = random.randrange(max(1, orders - 9), orders + 1)
            yield _order(random, f"o{number}", now, random.choice(["cancelled", "returned"]))
        yield from _rest(random, hour, now)
        yield _line("pricing-control", {"kind": "tick", "time": now + HOUR})


def _line(topic: str, value: Any, key: str | None = None) -> bytes:
    line = {"topic": topic, "key": key, "value": value}
    return json.dumps(line, separators=(",", ":")).encode()


def _opening() -> Iterator[bytes]:
    for sku in SKUS:
        kind = sku[:-1]
        currency, price, cost = CURRENCIES[kind]
        value = {"sku": sku, "name": sku, "currency": currency, "price": price, "cost": cost}
        value |= {"category": f"food/{kind}", "tax_rate": "7%"}
        channels: dict[str, Any] = {"web": {}}
        if sku.endswith("0"):
            channels["marketplace:a"] = {}
        if kind == "rice":  # tea is not sold in the store: its orders there are counted only
            channels["store:1"] = {}
        fees = {"marketplace:a": {"rate": "8%", "fixed": "0"}}
        yield _line("products", value | {"channels": channels, "fees": fees}, sku)
    follow = {"kind": "match_competitor", "which": "lowest", "offset": "-1%", "max_age": "PT48H"}
    policy = {"policy_id": "rice", "version": 1, "select": {"categories": ["food/rice"]}}
    rails = {"minimum_margin": "5%", "max_step_up": "5%", "max_step_down": "5%"}
    rails |= {"cooldown": "PT3H", "price_endings": ["0", "9"]}
    policy |= {"strategy": [follow, {"kind": "optimise"}], "guardrails": rails}
    yield _line("pricing-policies", policy)


def _order(random: Random, name: str, now: int, status: str = "placed") -> bytes:
    kind = random.choice(list(CURRENCIES))
    currency, price, _ = CURRENCIES[kind]
    skus = random.sample([sku for sku in SKUS if sku.startswith(kind)], random.choice([1, 1, 2]))
    lines = [{"sku": s, "quantity": random.randint(1, 4), "unit_price": price} for s in skus]
    time = now - random.choice([0, 0, 0, 2 * HOUR])
    value = {"order_id": name, "time": time, "currency": currency, "lines": lines}
    value |= {"status": status, "customer_id": f"c{random.randrange(50)}"}
    if random.random() < 0.1:
        value["channel"] = "store:1"
    return _line("orders", value)


def _rest(random: Random, hour: int, now: int) -> Iterator[bytes]:
    sku = random.choice(SKUS)
    currency, price, cost = CURRENCIES[sku[:-1]]
    if random.random() < 0.4:
        count = random.randint(1, 20)
        yield _line("clickstream", {"sku": sku, "action": "view", "time": now, "count": count})
    if random.random() < 0.3:
        asked = str(round(float(price) * random.uniform(0.9, 1.1)))
        value = {"sku": sku, "competitor": random.choice("xyz"), "price": asked, "time": now}
        yield _line("competitor-prices", value | {"currency": currency})
    if random.random() < 0.05:
        yield _line("inventory", {"sku": sku, "time": now, "on_hand": random.randint(0, 40)})
    if hour == 200:
        promotion = {"promotion_id": "sale", "select": {"categories": ["food/tea"]}}
        promotion |= {"starts_at": now + HOUR, "ends_at": now + 50 * HOUR}
        yield _line("promotions", promotion | {"discount": {"percent": "15%"}})
    if hour == 300:
        yield _line("products", None, "tea3")
    if hour in (350, 380):
        kind = "pause" if hour == 350 else "resume"
        yield _line("pricing-control", {"kind": kind, "reason": "stocktaking", "actor": "me"})
    if hour == 400:
        value = {"kind": "set_price", "sku": "rice1", "price": "1400", "until": now + 30 * HOUR}
        yield _line("pricing-control", value | {"reason": "fair", "actor": "me"})
    if hour % 100 == 99:
        wrong = {"sku": sku, "competitor": "x", "price": cost, "currency": "EUR", "time": now}
        yield _line("competitor-prices", wrong)


def main() -> None:
    """Write the recording and what must come out of it."""
    lines = list(shop())
    SHOP.write_bytes(b"".join(line + b"\n" for line in lines))
    expected = {name: summary(lines, options) for name, options in SETTINGS.items()}
    EXPECTED.write_text(json.dumps(expected, indent=2) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
