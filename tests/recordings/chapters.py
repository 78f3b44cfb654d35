"""Small shops in the pipe's lines, one for each rule: what it does shows in what the pipe answers.

A chapter is played twice: among so few offers that they are decided one by one, and among enough
to be decided together. Prices lie on halves and whole units, so that what is rounded often is
exactly between two prices. A chapter answers the pricer (it approves what was proposed, and
acknowledges what was changed), so it is made while it is played.

`chapters.json` says what must come out, byte for byte. Renew it where a change of prices is meant,
and say why in the commit: `python -m tests.recordings.chapters`.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from hashlib import sha256
from pathlib import Path
from random import Random
from typing import Any

from streams.configuration.settings import Settings
from streams.pipe.pipe import Pipe

Json = dict[str, Any]
#: Lines in, the lines that they lead to out.
Feed = Callable[[Iterable[bytes]], Iterable[bytes]]

EXPECTED = Path(__file__).with_name("chapters.json")
HOUR = 3_600_000
DAY = 24 * HOUR
START = 1_700_006_400_000
STEPS, HOURS = 10, 9
#: Products of a chapter: each size is played.
SIZES = (2, 8)
#: Currency, and by how much its amounts exceed those in dollars.
CURRENCIES = (("USD", 1, 2), ("JPY", 100, 0))
COMPETITORS = ("north", "south", "west", " East ")
MATCH: Json = {"kind": "match_competitor"}
OPTIMISE: Json = {"kind": "optimise"}
KEEP: Json = {"kind": "keep"}


class Shop:
    """Products that a policy rules, and whatever happens around them."""

    def __init__(self, feed: Feed, name: str, products: int) -> None:
        self._feed = feed
        self.random = Random(f"{name} {products}")
        self.now = START
        self.digest = sha256()
        self.topics = Counter[str]()
        self.said: list[Json] = []
        self._lines: list[bytes] = []
        self.prices = {f"p{i}": (4 + 3 * i) * 0.5 for i in range(products)}

    def send(self, topic: str, value: Json | None, key: str | None = None) -> None:
        """A line at this time."""
        line = {"topic": topic, "key": key, "value": value, "timestamp": self.now}
        self._lines.append(json.dumps(line, separators=(",", ":")).encode())

    def control(self, kind: str, **fields: Any) -> None:
        """A human's order."""
        value = {"kind": kind, "time": self.now, "actor": "ann", "reason": "because"}
        self.send("pricing-control", value | fields)

    def tick(self) -> list[Json]:
        """What the pricer says of all that was sent, up to this time."""
        self.send("pricing-control", {"kind": "tick", "time": self.now})
        lines, self._lines = self._lines, []
        self.said = []
        for out in self._feed(lines):
            self.digest.update(out)
            self.said.append(json.loads(out))
            self.topics[self.said[-1]["topic"]] += 1
        return self.said

    def currency(self, sku: str) -> tuple[str, int, int]:
        """(code, scale, digits) of a product's money."""
        return CURRENCIES[int(sku[1:]) % 2]

    def money(self, sku: str, dollars: float) -> str:
        """An amount as text, on whole or half units of the dollar."""
        _, scale, digits = self.currency(sku)
        return f"{dollars * scale:.{digits}f}"

    def open(self, policy: Json) -> None:
        """Products, and the policy that rules them."""
        for i, (sku, price) in enumerate(self.prices.items()):
            money = self.currency(sku)[0]
            value = {"sku": sku, "name": sku, "currency": money, "category": f"food/{money}"}
            value |= {"price": self.money(sku, price), "cost": self.money(sku, price * 0.5)}
            value |= {"list_price": self.money(sku, price + 1.0), "tax_rate": "7%"}
            value |= {"map_price": self.money(sku, price - 0.5), "brand": f"b{i % 3}"}
            value |= {"role": ("kvi", "core", "long_tail")[i % 3], "tags": ["new"] * (i % 2)}
            if i % 3 == 0:
                value["channels"] = {"web": {}, "market": {"price": self.money(sku, price + 0.5)}}
                value["fees"] = {"market": {"rate": "8.5%", "fixed": self.money(sku, 0.25)}}
            if i % 4 == 1:
                value["substitutes"] = ["p0"]
            self.send("products", value, sku)
        self.send("pricing-policies", {"policy_id": "rule"} | policy, "rule")
        self.tick()

    def competitor(self, sku: str, **fields: Any) -> None:
        """One price near the product's."""
        draw = self.random
        near = self.prices[sku] + 0.5 * draw.randint(-3, 3)
        value = {
            "sku": sku,
            "competitor": draw.choice(COMPETITORS),
            "currency": self.currency(sku)[0],
        }
        value |= {"price": self.money(sku, max(near, 0.5)), "time": self.now}
        value |= {"match_confidence": draw.choice([0.5, 0.9, 1.0]), "in_stock": draw.random() < 0.9}
        value |= {"shipping": self.money(sku, draw.choice([0.0, 0.5]))}
        self.send("competitor-prices", value | fields)

    def order(self, sku: str, units: int = 1, **fields: Any) -> None:
        """One line, at a price near the product's."""
        paid = self.prices[sku] + 0.5 * self.random.randint(-1, 1)
        line = {"sku": sku, "quantity": units, "unit_price": self.money(sku, paid)}
        value = {"order_id": f"o{self.random.randrange(10**9)}", "time": self.now}
        value |= {"currency": self.currency(sku)[0], "lines": [line]}
        self.send("orders", value | fields)

    def stock(self, sku: str, on_hand: int, **fields: Any) -> None:
        """A count."""
        self.send("inventory", {"sku": sku, "time": self.now, "on_hand": on_hand} | fields)

    def pass_time(self, step: int) -> None:
        """Some hours of an ordinary shop."""
        self.now += HOURS * HOUR
        draw = self.random
        for sku in self.prices:
            if draw.random() < 0.6:
                self.competitor(sku)
            if draw.random() < 0.7:
                self.order(sku, draw.randint(1, 4))
            if draw.random() < 0.2:
                self.send(
                    "clickstream", {"sku": sku, "action": "view", "time": self.now, "count": 9}
                )
            if step % 6 == 1:
                self.stock(sku, draw.randint(0, 60))


Turn = Callable[[Shop, int], None]
#: The policy of a chapter, and what happens at every step.
Chapter = tuple[Json, tuple[Turn, ...]]


def play(
    feed: Feed, name: str, products: int, chapters: Mapping[str, Chapter] | None = None
) -> Shop:
    """A chapter from beginning to end; of these where any are given."""
    policy, turns = (CHAPTERS if chapters is None else chapters)[name]
    shop = Shop(feed, name, products)
    shop.open(policy)
    for step in range(STEPS):
        shop.pass_time(step)
        for turn in turns:
            turn(shop, step)
        shop.tick()
    shop.now += 30 * HOUR
    shop.tick()
    return shop


def _approves(shop: Shop, step: int) -> None:
    """Of what was proposed a third is approved, a third rejected, and a third runs out."""
    for said in shop.said:
        if said["topic"] == "price-decisions" and said["value"]["outcome"] == "proposed":
            kind = shop.random.choice(["approve", "reject", None])
            if kind is not None:
                shop.control(kind, decision_id=said["value"]["decision_id"])


def _acknowledges(shop: Shop, step: int) -> None:
    for said in shop.said:
        if said["topic"] == "price-changes":
            value = {
                name: said["value"][name] for name in ("decision_id", "sku", "channel", "price")
            }
            value["status"] = shop.random.choice(["applied", "applied", "rejected"])
            if shop.random.random() < 0.8:
                shop.send("price-acks", value | {"time": shop.now}, value["sku"])


def _sets_prices(shop: Shop, step: int, **fields: Any) -> None:
    if step in (3, 6):
        for sku in shop.prices:
            price = shop.money(sku, shop.prices[sku] * (1.5 if step == 3 else 0.6))
            shop.control("set_price", sku=sku, price=price, until=shop.now + 15 * HOUR, **fields)


def _forces_prices(shop: Shop, step: int) -> None:
    _sets_prices(shop, step, force=True)


def _pauses(shop: Shop, step: int) -> None:
    if step in (3, 7):
        shop.control("pause" if step == 3 else "resume", select={"categories": ["food/USD"]})
    if step in (5, 8):
        shop.control("pause" if step == 5 else "resume", select={"roles": ["kvi"]})


def _rolls_back(shop: Shop, step: int) -> None:
    if step == 4:
        shop.control("rollback", select={"brands": ["b0"]}, to=shop.now - 16 * HOUR)
    if step == 6:
        ids = [said["value"]["decision_id"] for said in shop.said if "decision_id" in said["value"]]
        shop.control("rollback", to=min(ids, default="none"))
    if step == 9:
        shop.control("resume")


def _promotes(shop: Shop, step: int) -> None:
    discount = {2: {"percent": "12.5%"}, 4: {"amount": "0.50"}, 6: {"price": "1.50"}}.get(step)
    if discount:
        value = {"promotion_id": f"s{step}", "select": {"tags": ["new"]} if step == 4 else {}}
        value |= {"starts_at": shop.now + 3 * HOUR, "ends_at": shop.now + 23 * HOUR}
        value |= {"discount": discount, "attributes": {"display": 1}}
        shop.send("promotions", value, value["promotion_id"])
    if step == 8:
        value = {"promotion_id": "off", "starts_at": shop.now, "ends_at": shop.now + DAY}
        shop.send("promotions", value | {"discount": {"percent": "20%"}}, "off")
    if step == 9:
        shop.send("promotions", None, "off")


def _sells_to_persons(shop: Shop, step: int) -> None:
    for sku in shop.prices:
        who = f"c{shop.random.randrange(6)}"
        units, segment = shop.random.randint(1, 12), shop.random.choice(["b2c", "b2b", "b2c"])
        shop.order(sku, units, customer_id=who, segment=segment, personal_prices=who != "c5")
    if step == 8:
        shop.control("forget_customer", customer_id="c1")


def _answers_undercuts(shop: Shop, step: int) -> None:
    """A competitor that stays a cent below."""
    for said in shop.said:
        if said["topic"] == "price-changes" and said["value"]["sku"] in shop.prices:
            price = (
                float(said["value"]["price"])
                - 0.01 * CURRENCIES[int(said["value"]["sku"][1:]) % 2][1]
            )
            sku = said["value"]["sku"]
            shop.competitor(
                sku, competitor="robot", price=f"{price:.{shop.currency(sku)[2]}f}", in_stock=True
            )


def _changes_policy(shop: Shop, step: int) -> None:
    if step == 4:
        value = {
            "policy_id": "rule",
            "version": 2,
            "strategy": [{"kind": "cost_plus", "margin": "40%"}],
        }
        shop.send("pricing-policies", value, "rule")
        other = {
            "policy_id": "other",
            "priority": 3,
            "select": {"brands": ["b1"]},
            "strategy": [KEEP],
        }
        shop.send("pricing-policies", other, "other")
    if step == 7:
        shop.send(
            "pricing-policies", {"policy_id": "rule", "version": 3, "status": "paused"}, "rule"
        )
    if step == 9:
        shop.send("pricing-policies", None, "other")


def _changes_products(shop: Shop, step: int) -> None:
    if step == 4:
        value = {"sku": "p1", "name": "p1", "currency": "JPY", "category": "food/JPY"}
        value |= {"price": "350", "cost": "320", "tax_rate": "19%"}
        shop.send("products", value, "p1")
    if step == 6:
        shop.send("products", None, "p0")
    if step == 8:
        shop.order("p1", channel="store:7")


def _sells_used_goods(shop: Shop, step: int) -> None:
    for sku in shop.prices:
        money = shop.currency(sku)[0]
        used = {"category": f"food/{money}", "condition": shop.random.choice(["good", "worn"])}
        used |= {"currency": money, "attributes": {"brand": "b1", "weight": step}}
        asked = {"asked": shop.money(sku, shop.prices[sku] + 0.5 * shop.random.randint(-2, 2))}
        sold = {"sold_at": shop.now} if step % 3 else {"ended_at": shop.now}
        for k in range(4):
            value = {"listing_id": f"{sku}-{step}-{k}", "listed_at": shop.now - DAY * (1 + k)}
            shop.send("market-listings", value | used | asked | sold)
        draft = {
            "listing_id": f"{sku}-{step}",
            "listed_at": shop.now,
            "sell_by": shop.now + 9 * DAY,
        }
        shop.send("market-listings", draft | used)
        if step == 3:
            value = {"sku": f"u-{sku}", "name": sku, "price": shop.money(sku, 9.0), "cost": "1"}
            shop.send("products", value | used, f"u-{sku}")


def _waits_for_goods(shop: Shop, step: int) -> None:
    for sku in shop.prices:
        if step in (2, 7):
            inbound = [{"quantity": 30, "expected_at": shop.now + 30 * HOUR}]
            shop.stock(sku, 2 if step == 2 else 0, inbound=inbound, reserved=1)


def _corrects(shop: Shop, step: int) -> None:
    """Cancellations, returns, repeats, records that came late, and some that are none."""
    sku = next(iter(shop.prices))
    shop.order(sku, 3, order_id=f"same{step}", event_id=f"e{step // 2}")
    if step % 3 == 2:
        status = "cancelled" if step % 2 else "returned"
        shop.order(sku, 1, order_id=f"same{step - 1}", status=status)
    shop.order(sku, 2, time=shop.now - 40 * HOUR)
    shop.competitor(sku, time=shop.now - 20 * HOUR)
    shop.order(sku, 900 if step == 9 else 1)
    if step % 4 == 0:
        shop.order(sku, currency="EUR")
        shop.send("orders", {"order_id": "none", "currency": "USD", "lines": []})
        shop.send("nowhere", {})


def _rails(**rails: Any) -> tuple[Json, tuple[Turn, ...]]:
    """A strategy that goes to and fro within one guardrail, manual prices included."""
    strategy = [MATCH | {"offset": "-1.5%"}, OPTIMISE]
    return {"strategy": strategy, "guardrails": rails}, (_sets_prices,)


def _strategy(*entries: Json, **fields: Any) -> tuple[Json, tuple[Turn, ...]]:
    return {"strategy": list(entries), "guardrails": {}} | fields, ()


def _steered(*turns: Turn, **fields: Any) -> tuple[Json, tuple[Turn, ...]]:
    rails = {"max_step_up": "7.5%", "max_step_down": "7.5%", "minimum_margin": "5%"}
    policy = {"strategy": [MATCH, OPTIMISE], "guardrails": rails}
    return policy | fields, turns


_SELL_BY = {"sell_by": START + 4 * DAY}
_FREEZE = [{"from": START + 20 * HOUR, "until": START + 44 * HOUR}]
_BREAKS = [{"minimum_quantity": 3, "discount": "5%"}, {"minimum_quantity": 9, "discount": "12.5%"}]
_SEGMENTS = [{"segment": "b2b", "breaks": _BREAKS}, {"segment": "b2c", "personalise": True}]
_CROSSED = {"minimum_margin": "45%", "maximum_price": "3"}

#: Name → the policy, and what else happens at every step.
CHAPTERS: dict[str, Chapter] = {
    "minimum_price": _rails(minimum_price="4.5"),
    "maximum_price": _rails(maximum_price="9.5"),
    "minimum_margin": _rails(minimum_margin="42.5%"),
    "never_below_cost": _rails(never_below_cost=True, minimum_margin="-200%"),
    "respect_map": _rails(respect_map=True),
    "reference_band": _rails(reference_band="7.5%"),
    "reference_price": _rails(reference_band="12.5%", reference_price="5"),
    "max_step_up": _rails(max_step_up="2.5%"),
    "max_step_down": _rails(max_step_down="2.5%"),
    "cooldown": _rails(cooldown="PT10H"),
    "max_changes_per_day": _rails(max_changes_per_day=2),
    "price_endings": _rails(price_endings=["9", ".49", ".95", "0.20"]),
    "never_above_list_price": _rails(never_above_list_price=True),
    "protect_channels": _rails(protect_channels=["market"]),
    "channel_ladder": _rails(
        channel_ladder=[{"channel": "web", "of": "market", "lowest": "90%", "highest": "97.5%"}]
    ),
    "freeze": _rails(freeze=_FREEZE),
    "crossed": _rails(**_CROSSED),
    "match lowest": _strategy(MATCH | {"offset": "-0.01", "max_age": "PT9H"}, KEEP),
    "match median": _strategy(MATCH | {"which": "median", "offset": "+2.5%"}, KEEP),
    "match weighed": _strategy(MATCH | {"which": "median", "weights": {"north": 3, "east": 0.5}}),
    "match rank": _strategy(MATCH | {"which": "rank", "rank": 2, "include_shipping": True}, KEEP),
    "match some": _strategy(
        MATCH | {"competitors": ["EAST", "north"], "exclude": ["west"], "minimum_confidence": 0.8},
        KEEP,
    ),
    "match undercut": (
        {"strategy": [MATCH | {"offset": "-0.5%"}, KEEP], "guardrails": {"minimum_margin": "1%"}},
        (_answers_undercuts,),
    ),
    "cost_plus": _strategy({"kind": "cost_plus", "margin": "32.5%"}),
    "markdown": _strategy({"kind": "markdown", "salvage": "12.5%"}, KEEP, objective=_SELL_BY),
    "keep": _steered(_promotes, strategy=[KEEP]),
    "reinforcement": _strategy(
        {"kind": "reinforcement", "model": "absent"}, {"kind": "reinforcement"}
    ),
    "second_hand": _steered(
        _sells_used_goods,
        strategy=[{"kind": "second_hand", "aim": "quick", "probability": "60%"}, OPTIMISE],
        guardrails={"price_endings": ["9", ".49"], "minimum_price": "2"},
    ),
    "optimise profit": _strategy(OPTIMISE),
    "optimise revenue": _strategy(OPTIMISE, objective={"maximise": "revenue", "horizon": "P7D"}),
    "optimise units": _strategy(OPTIMISE, objective={"maximise": "units", "minimum_units": 9}),
    "optimise sell-through": _strategy(OPTIMISE, objective={"maximise": "sell_through"} | _SELL_BY),
    "explore": _strategy(OPTIMISE, explore={"kind": "thompson"}, seed=7),
    "explore endings": _steered(
        explore={"kind": "thompson", "budget": "3%"},
        strategy=[OPTIMISE],
        guardrails={"price_endings": [".99", ".49", "5"], "reference_band": "20%"},
    ),
    "experiment": _steered(experiment={"name": "autumn", "holdout": "40%", "unit": "offer"}),
    "approval": _steered(
        _approves, approval={"required_above_step": "3%", "expires_after": "PT20H"}
    ),
    "acknowledgements": _steered(_acknowledges),
    "manual": _steered(_sets_prices),
    "forced": _steered(_forces_prices),
    "pause": _steered(_pauses),
    "rollback": _steered(_rolls_back),
    "promotions": _steered(_promotes),
    "promotions in bounds": _steered(
        _promotes, _sets_prices, guardrails=_CROSSED | {"cooldown": "PT12H"}
    ),
    "segments": _steered(_sells_to_persons, segments=_SEGMENTS),
    "policies": _steered(_changes_policy),
    "products": _steered(_changes_products),
    "stock": _steered(_waits_for_goods),
    "corrections": _steered(_corrects),
    "by the hour": _steered(buckets="hour"),
}


def summary(name: str) -> Json:
    """By the number of products: SHA-256 of all that the pipe answers, and its records by topic."""
    found: Json = {}
    for products in SIZES:
        shop = play(Pipe(Settings()).feed, name, products)
        topics = dict(sorted(shop.topics.items()))
        found[str(products)] = {"sha256": shop.digest.hexdigest(), "topics": topics}
    return found


def main() -> None:
    """Write what must come out."""
    expected = {name: summary(name) for name in CHAPTERS}
    EXPECTED.write_text(json.dumps(expected, indent=1) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
