"""A shop's days as lines of the pipe, around whatever comes in between."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from functools import cache
from typing import Any

from schemas.values.instants import DAY, HOUR
from streams.configuration.settings import Settings
from streams.pipe.pipe import Pipe

START = 1_700_006_400_000
#: When the strange record comes.
MOMENT = START + 2 * DAY + 1
#: Follows its competitor, whatever is learnt elsewhere; the others are what records are strange
#: about.
GOOD = "good"
SKUS = (GOOD, "bad", "new")


def line(topic: str, value: Any, at: int) -> bytes:
    return json.dumps({"topic": topic, "key": None, "value": value, "timestamp": at}).encode()


def product(sku: str, **fields: Any) -> dict[str, Any]:
    money = {"currency": "EUR", "price": "10.00", "cost": "5.00"}
    return {"sku": sku, "name": sku, "category": f"of/{sku}", **money, **fields}


def policy(sku: str, **fields: Any) -> dict[str, Any]:
    matching = {"kind": "match_competitor", "offset": "-0.01"}
    rails = {"minimum_margin": "5%", "price_endings": [".99", ".49"]}
    # what is learnt of others has no say in the good one's price
    strategy = [matching, {"kind": "keep" if sku == GOOD else "optimise"}]
    return {
        "policy_id": f"of-{sku}",
        "select": {"skus": [sku]},
        "strategy": strategy,
        "guardrails": rails,
        **fields,
    }


def tick(at: int) -> bytes:
    return line("pricing-control", {"kind": "tick", "time": at}, at)


def day(number: int) -> Iterator[bytes]:
    """All offers' events of a day of `START`'s."""
    for hour in (9, 20):
        at = START + number * DAY + hour * HOUR
        for place, sku in enumerate(SKUS):
            price = 9.5 + 0.1 * ((hour + place + number) % 7)
            competitor = {
                "sku": sku,
                "competitor": "rival",
                "price": round(price, 2),
                "currency": "EUR",
            }
            yield line("competitor-prices", competitor, at + place)
            shown = {"sku": sku, "action": "view", "count": 20 + hour, "price_shown": "9.99"}
            yield line("clickstream", shown, at + 10 + place)
            lines = [{"sku": sku, "quantity": 1 + (hour + number) % 3, "unit_price": 9.99}]
            order = {"order_id": f"o-{number}-{hour}-{place}", "currency": "EUR", "lines": lines}
            yield line("orders", order, at + 20 + place)
            yield line("inventory", {"sku": sku, "on_hand": 400 - hour}, at + 30 + place)
        yield tick(at + HOUR)


def before() -> list[bytes]:
    lines = [line("pricing-policies", policy(sku), START) for sku in SKUS]
    lines += [line("products", product(sku), START) for sku in SKUS if sku != "new"]
    return [*lines, *day(0), *day(1)]


def after(decisions: Iterable[str]) -> list[bytes]:
    """Days on which the shop acknowledges `decisions`, and an operator rolls back and resumes."""
    at = START + 3 * DAY
    lines = [tick(MOMENT + 2), *day(2)]
    for decision in decisions:
        ack = {"decision_id": decision, "status": "applied", "price": "9.49"}
        lines += [line("price-acks", {**ack, "sku": sku}, at - 2 * HOUR) for sku in ("bad", "new")]
    said = {"actor": "a", "reason": "r", "select": {"skus": ["bad", "new"]}}
    lines += [
        line("pricing-control", {"kind": "rollback", "to": at - 3 * HOUR, **said}, at - HOUR),
        tick(at),
        line("pricing-control", {"kind": "resume", **said}, at + 1),
    ]
    return [*lines, *day(3), tick(at + 2 * DAY)]


def decisions(lines: Iterable[bytes]) -> list[str]:
    """The ids of what was decided for the offers that records are strange about."""
    found = [json.loads(one) for one in lines]
    decided = [one["value"] for one in found if one["topic"] == "price-decisions"]
    return [one["decision_id"] for one in decided if one["sku"] != GOOD]


def run(strange: Iterable[bytes]) -> tuple[Pipe, list[bytes], list[bytes]]:
    """The pipe at the end of the days, its answers to the strange lines, and those after them."""
    pipe = Pipe(Settings())
    first = list(pipe.feed(before()))
    answers = list(pipe.feed(strange))
    return pipe, answers, list(pipe.feed(after(decisions([*first, *answers]))))


def of_good(lines: Iterable[bytes], topic: str | None = None) -> list[bytes]:
    """Those about the good offer."""
    found = [(one, json.loads(one)) for one in lines]
    return [
        one
        for one, said in found
        if (said["key"] or "").split("|")[0] == GOOD and topic in (None, said["topic"])
    ]


def undisturbed(topic: str, records: int) -> list[bytes]:
    """What is said of the good offer where so many records of a topic are refused."""
    return _undisturbed(topic if records else "", records)


@cache
def _undisturbed(topic: str, records: int) -> list[bytes]:
    return of_good(run([line(topic, {}, MOMENT)] * records)[2])
