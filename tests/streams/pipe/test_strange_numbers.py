"""No number stops the pricer, and none that is refused changes a byte of what others get."""

from __future__ import annotations

import base64
import copy
import json
from collections.abc import Iterator
from functools import cache
from typing import Any

import pytest

from online_models.fold.fold import Fold
from schemas.records.record import RecordError
from schemas.topics import decode
from schemas.values.instants import DAY, EARLIEST, LATEST
from schemas.values.limits import (
    LARGEST_AMOUNT,
    LARGEST_COUNT,
    LARGEST_NUMBER,
    LARGEST_ORDINAL,
    LARGEST_RATE,
    LARGEST_SHARE,
    LARGEST_WEIGHT,
)
from streams.configuration.settings import Settings
from streams.pipe.pipe import Pipe
from tests.schemas.numeric_fields import fields, is_number
from tests.streams.pipe.shop_days import (
    GOOD,
    MOMENT,
    line,
    of_good,
    policy,
    product,
    run,
    undisturbed,
)

LATER = MOMENT + 30 * DAY
_RAILS = {
    "minimum_price": "6", "maximum_price": "20", "minimum_margin": "0.05", "reference_band": "0.3",
    "reference_price": "10", "max_step_up": "0.1", "max_step_down": "0.1", "cooldown": "PT1H",
    "max_changes_per_day": 4, "price_endings": [".99"], "freeze": [{"from": LATER, "until": LATER}],
}  # fmt: skip
_RAILS["channel_ladder"] = [{"channel": "app", "of": "web", "lowest": "1", "highest": "1"}]
_RAILS["freeze"] = [{"from": LATER, "until": LATER + DAY}]
_MATCHING = {
    "kind": "match_competitor", "which": "rank", "rank": 1, "offset": "-0.01", "max_age": "PT24H",
    "minimum_confidence": 0.8, "known_for": "PT1H", "weights": {"rival": 1.0},
}  # fmt: skip
_USED = {
    "kind": "second_hand", "quick_within": "P7D", "within": "P30D", "patient_within": "P90D",
    "probability": "0.7", "salvage": "0.2",
}  # fmt: skip
_POLICY = policy(
    "bad",
    version=2, priority=1, seed=4, time=MOMENT,
    objective={"horizon": "P30D", "sell_by": LATER, "minimum_units": 3},
    strategy=[_MATCHING, {"kind": "cost_plus", "margin": "0.2"}],
    explore={"kind": "thompson", "budget": "0.01"},
    guardrails=_RAILS,
    breaker={"largest_share": "0.5", "largest_mean_move": "0.1", "window": "PT1H"},
    approval={"required_above_step": "0.5", "expires_after": "PT24H"},
    experiment={"name": "e", "holdout": "0.1"},
    segments=[{"segment": "b2b", "personalise": True, "personal_discount": "0.05",
               "breaks": [{"minimum_quantity": 10, "discount": "0.05"}],
               "quotes": {"largest_discount": "0.3", "approval_above": "0.2", "valid_for": "P14D"},
               "optimise_breaks": {"largest_discount": "0.3"},
               "optimise_personal": {"offers": 2, "every": "P7D", "holdout": "0.1",
                                     "explore": "0.1", "budget": "0.02", "largest_gap": "0.05"}}],
    recommend={"number": 3, "holdout": "0.1", "explore": "0.1", "valid_for": "P7D",
               "learn_from": "1"},
    promotions={"budget": "100", "cost": "1", "depths": ["0.1"], "durations": ["P7D"],
                "ahead": "P14D"},
)  # fmt: skip
_PROMOTION = {
    "promotion_id": "p", "select": {"skus": ["bad"]}, "time": MOMENT, "starts_at": MOMENT,
    "ends_at": LATER, "attributes": {"display": 1},
}  # fmt: skip
_SAID = {"time": MOMENT, "actor": "a", "reason": "r"}
_NEW = product(
    "new",
    time=MOMENT, list_price="12.00", map_price="4.00", tax_rate="0.07", launched_at=MOMENT - DAY,
    ends_at=LATER, fees={"web": {"rate": "0.08", "fixed": "0.10"}},
    channels={"web": {"price": "10.00", "cost": "5.00", "returns": {"rate": "0.1", "cost": "1"}}},
    attributes={"weight": 500},
)  # fmt: skip

#: Topic → valid records about offers that are not the good one; together they hold every number.
RECORDS: dict[str, list[dict[str, Any]]] = {
    "orders": [
        {"order_id": "s", "currency": "EUR", "time": MOMENT,
         "lines": [{"sku": "bad", "quantity": 2, "unit_price": "9.99"}]},
    ],
    "competitor-prices": [
        {"sku": "bad", "competitor": "rival", "price": "9.00", "currency": "EUR", "time": MOMENT,
         "shipping": "0.10", "match_confidence": 0.9},
    ],
    "clickstream": [
        {"sku": "bad", "action": "view", "time": MOMENT, "price_shown": "9.99", "count": 3},
    ],
    "products": [_NEW, product("new")],
    "inventory": [
        {"sku": "bad", "time": MOMENT, "on_hand": 100, "reserved": 3,
         "inbound": [{"quantity": 10, "expected_at": LATER}]},
    ],
    "promotions": [
        {**_PROMOTION, "discount": {kind: amount}}
        for kind, amount in (("percent", "0.1"), ("amount", "0.1"), ("price", "8"))
    ],
    "pricing-policies": [
        _POLICY,
        {**_POLICY, "strategy": [{**_MATCHING, "which": "median", "offset": "-1%"}]},
        {**_POLICY, "strategy": [{"kind": "markdown", "salvage": "0.2"}]},
        {**_POLICY, "strategy": [_USED]},
        {**_POLICY, "strategy": [{"kind": "cost_plus", "margin": "0.2"}], "guardrails": {}},
        {**_POLICY, "strategy": [{"kind": "optimise"}], "guardrails": {"price_endings": [".9"]}},
    ],
    "price-acks": [
        {"decision_id": "d", "sku": "bad", "status": "applied", "price": "9.49", "time": MOMENT},
    ],
    "demand-forecasts": [
        {"model": "m", "version": "1", "sku": "bad", "time": MOMENT, "bucket_start": MOMENT,
         "bucket_end": MOMENT + DAY, "horizon": 3, "valid_until": LATER,
         "points": [{"price": "9.00", "units": 4.5, "spread": 2.5}, {"price": "11", "units": 2}]},
    ],
    "contract-prices": [
        {"contract_id": "c", "sku": "bad", "price": "9.49", "currency": "USD", "time": MOMENT,
         "minimum_quantity": 3, "valid_from": MOMENT, "valid_until": LATER},
    ],
    "quote-requests": [
        {"quote_id": "q", "currency": "USD", "time": MOMENT, "deadline": LATER,
         "lines": [{"sku": "bad", "quantity": 3}]},
    ],
    "market-listings": [
        {"listing_id": "l", "category": "bikes", "condition": "good", "currency": "USD",
         "age": "P730D", "attributes": {"gears": 21}, "asked": "200.00", "sold_for": "190.00",
         "listed_at": MOMENT - DAY, "sold_at": MOMENT, "sell_by": LATER, "time": MOMENT},
        {"listing_id": "m", "category": "bikes", "condition": "good", "currency": "USD",
         "asked": "200.00", "listed_at": MOMENT - DAY, "ended_at": MOMENT},
    ],
    "quote-outcomes": [{"quote_id": "q", "status": "won", "price": "9.49", "time": MOMENT}],
    "basket-lines": [
        {"time": MOMENT, "withdrawals": 1, "order": ["00000000000000a7"], "person": [""],
         "offer": [0],
         "offers": [{"sku": "bad", "channel": "web", "currency": "USD", "price": 999,
                     "margin": 400}]},
    ],
    "quote-lines": [
        {"request": {"quote_id": "q", "currency": "USD", "time": MOMENT, "deadline": LATER,
                     "lines": [{"sku": "bad", "quantity": 3}]},
         "time": MOMENT,
         "lines": [{"place": 0, "public": 949, "entitled": 949, "fixed": 400, "tax_ppm": 70_000,
                    "fee_ppm": 80_000, "largest_discount": 300_000, "approval": 200_000,
                    "approval_expires": DAY, "valid_for": DAY, "exploration": 10_000, "seed": 4,
                    "policy_version": 2,
                    "bounds": [{"rule": "minimum_price", "floor": 100, "ceiling": 2000,
                                "facts": {"level": 3}}]}]},
    ],
    "pricing-control": [
        {"kind": "set_price", "sku": "bad", "price": "9.49", "until": LATER, **_SAID},
        {"kind": "set_price", "sku": "bad", "price": "9.49", "force": True, **_SAID},
        {"kind": "rollback", "select": {"skus": ["bad"]}, "to": MOMENT - DAY, **_SAID},
    ],
    "model-updates": [
        {"model": "demand", "version": 7, "trained_at": "2023-11-16T00:00:00Z",
         "trained_through": "2023-11-16T00:00:00Z", "metrics": {"m": 0.5}, "weights": 1.5,
         "status": "challenger", "architecture": {"hidden": 3}, "chunk": 0, "chunks": 1},
    ],
    "category-evidence": [{"origin": "x", "time": MOMENT, "categories": {"of/bad": [1.0]}}],
}  # fmt: skip

#: Whatever the range of a field, these are at its ends, just beyond, or no numbers.
_ENDS = [
    0, 1, LARGEST_RATE, LARGEST_SHARE, LARGEST_WEIGHT, LARGEST_AMOUNT, LARGEST_COUNT,
    LARGEST_ORDINAL, LARGEST_NUMBER, EARLIEST, LATEST,
]  # fmt: skip
NUMBERS = [
    "NaN", "Infinity", "-Infinity", "1e400", "-1e400", "1e-400", "5e-324", "-0", "-0.0", "1e308",
    "9" * 400, "9" * 5000, "-" + "9" * 400, "0.9999999999999999", "1.0000000000000002",
    "99999999999999", "1e14", "1e15", *(f"-{end}" for end in _ENDS),
    *(str(end + beyond) for end in _ENDS for beyond in (-1, 0, 1)),
]  # fmt: skip
TEXTS = [
    "1e400", "1e-400", "1e-200", "1e15", "1e15%", "99999999999999", "-99.9999%", "99.9999999%",
    "0.00000001%", "P36525D", "P36526D", "PT0S", "PT0.001S", "." + "9" * 8, "." + "9" * 19,
    "9" * 8, "9" * 20, "1" * 64, "0." + "1" * 62, f"{LARGEST_AMOUNT}.000001", "NaN", "Infinity",
]  # fmt: skip
_HERE = "\ue000"


def leaves(node: Any, path: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    if isinstance(node, dict):
        for name, child in node.items():
            yield from leaves(child, (*path, name))
    elif isinstance(node, list):
        for place, child in enumerate(node):
            yield from leaves(child, (*path, place))
    else:
        yield path


#: The paths of the fields that hold a number, by topic; `[]` is any member.
NUMERIC = {
    topic: {
        found.path.replace("from_", "from").replace("[]", ".[]")[1:]
        for found in fields(topic)
        if is_number(found) or found.path.endswith((".offset", ".price_endings[]"))
    }
    for topic in RECORDS
}


def numeric(topic: str, path: tuple[Any, ...]) -> str | None:
    """The field of that topic that holds the number at a path, None where none does."""
    for field in NUMERIC[topic]:
        parts = field.split(".")
        if len(parts) == len(path) and all(
            part in ("[]", given) for part, given in zip(parts, path, strict=True)
        ):
            return field
    return None


CASES = [
    (topic, number, path)
    for topic, records in RECORDS.items()
    for number, record in enumerate(records)
    for path in leaves(record)
    # the variants of a policy differ in its strategy and guardrails
    if numeric(topic, path)
    and path[-1] != "time"
    and (number == 0 or topic != "pricing-policies" or path[0] == "strategy")
]


def altered(topic: str, number: int, path: tuple[Any, ...], raw: str) -> bytes:
    """A record with `raw` JSON at a path."""
    record = copy.deepcopy(RECORDS[topic][number])
    node: Any = record
    for part in path[:-1]:
        node = node[part]
    node[path[-1]] = _HERE
    return json.dumps(record).replace(json.dumps(_HERE), raw).encode()


def sent(topic: str, value: bytes) -> bytes:
    """The line that brings a value as bytes, whatever it is."""
    text = base64.b64encode(value).decode()
    return json.dumps({"topic": topic, "value_base64": text, "timestamp": MOMENT}).encode()


def test_the_records_hold_every_number_of_the_inputs() -> None:
    for topic, records in RECORDS.items():
        held = {numeric(topic, path) for record in records for path in leaves(record)}
        assert NUMERIC[topic] - held == set(), topic


@cache
def judged(topic: str, number: int, path: tuple[Any, ...]) -> tuple[list[bytes], list[bytes]]:
    """The values with strange numbers at a path: those that are refused, and the others."""
    refused, accepted = [], []
    for raw in (*NUMBERS, *map(json.dumps, TEXTS)):
        value = altered(topic, number, path, raw)
        try:
            decode(topic, value)
        except RecordError:
            refused.append(value)
        else:
            accepted.append(value)
    return refused, accepted


@pytest.mark.parametrize(("topic", "number"), dict.fromkeys(case[:2] for case in CASES))
def test_what_is_refused_is_buried_as_it_came_and_changes_nothing(topic: str, number: int) -> None:
    refused = [
        value
        for *record, path in CASES
        if record == [topic, number]
        for value in judged(topic, number, path)[0]
    ]
    _, answers, rest = run(sent(topic, value) for value in refused)
    assert of_good(rest) == undisturbed(topic, len(refused))
    buried = [json.loads(one) for one in answers]
    assert {one["topic"] for one in buried} == {"dead-letters"}
    assert [one["value"].encode() for one in buried] == refused


@pytest.mark.parametrize(("topic", "number", "path"), CASES)
def test_no_number_that_is_accepted_stops_anything(
    topic: str, number: int, path: tuple[Any, ...]
) -> None:
    accepted = judged(topic, number, path)[1]
    pipe, answers, rest = run(sent(topic, value) for value in accepted)
    assert prices(rest) == prices(undisturbed(topic, 0))
    assert_sane([*answers, *rest])
    assert_restorable(pipe)


def prices(lines: list[bytes]) -> list[str]:
    """What the good offer costs, change by change."""
    return [json.loads(one)["value"]["price"] for one in of_good(lines, "price-changes")]


def assert_sane(lines: list[bytes]) -> None:
    """Strict JSON, and no price below zero."""
    for one in lines:
        said = json.loads(one, parse_constant=pytest.fail)
        if said["topic"].startswith("price-"):
            assert [amount for amount in amounts(said["value"]) if amount.startswith("-")] == []


def amounts(value: Any) -> Iterator[str]:
    """All prices in a value, at any depth."""
    for name, child in value.items() if isinstance(value, dict) else ():
        if isinstance(child, str) and (name == "total" or name.endswith("price")):
            yield child
        yield from amounts(child)
    for child in value if isinstance(value, list) else ():
        yield from amounts(child)


def assert_restorable(pipe: Pipe) -> None:
    Fold.restore(pipe._guard.fold.snapshot(), Settings().fold)


SHARES = ("reference_band", "max_step_up", "max_step_down")


@pytest.mark.parametrize(
    ("topic", "value"),
    [
        ("price-acks", {"decision_id": "d", "sku": "bad", "status": "applied",
                        "price": 99999999999999}),
        ("pricing-control", {"kind": "set_price", "sku": "bad", "price": 1e15, **_SAID}),
        *(("pricing-policies", policy("bad", guardrails={name: 1e15})) for name in SHARES),
        ("pricing-policies", policy("bad", approval={"required_above_step": 1e15})),
        ("pricing-policies", policy("bad", guardrails={"price_endings": ["9" * 20]})),
        ("pricing-policies",
         policy("bad", strategy=[{"kind": "match_competitor", "offset": "1e14"}])),
        ("pricing-policies",
         policy("bad", strategy=[{"kind": "match_competitor", "offset": "1e12%"}])),
    ],
)  # fmt: skip
def test_what_no_price_is_computed_with_is_a_dead_letter(topic: str, value: Any) -> None:
    _, answers, rest = run([line(topic, value, MOMENT)])
    assert [json.loads(one)["topic"] for one in answers] == ["dead-letters"]
    assert of_good(rest) == undisturbed(topic, 1)


def test_a_product_for_nothing_that_is_acknowledged_and_rolled_back_is_no_number_less() -> None:
    pipe, answers, rest = run([line("products", product("new", price=0, cost=0), MOMENT)])
    assert "dead-letters" not in {json.loads(one)["topic"] for one in answers}
    assert {json.loads(one)["key"] for one in rest} >= {"new", GOOD}
    assert_sane([*answers, *rest])
    assert_restorable(pipe)


def test_what_is_dear_beyond_measure_stays_within_what_a_price_may_be() -> None:
    """The largest cost with the largest margin, the largest step and the largest competitor."""
    dearest = product("new", price=LARGEST_AMOUNT, cost=LARGEST_AMOUNT, tax_rate=LARGEST_RATE)
    competitor = {"sku": "new", "competitor": "rival", "price": LARGEST_AMOUNT, "currency": "EUR"}
    steps = {"max_step_up": LARGEST_SHARE, "reference_band": LARGEST_SHARE}
    moving = {"kind": "match_competitor", "offset": f"{LARGEST_RATE * 100}%"}
    strategies = [[moving], [{"kind": "cost_plus", "margin": "0.999998"}], [{"kind": "optimise"}]]
    lines = [line("products", dearest, MOMENT), line("competitor-prices", competitor, MOMENT)]
    for version, strategy in enumerate(strategies, start=2):
        ruled = policy("new", version=version, strategy=strategy, guardrails=steps)
        lines.append(line("pricing-policies", ruled, MOMENT))
    for margin in ("0.999998", "-1000"):
        rails = {"minimum_margin": margin}
        lines.append(line("pricing-policies", policy("new", guardrails=rails), MOMENT))
    pipe, answers, rest = run(lines)
    prices = [json.loads(one)["value"]["price"] for one in answers if b'"price-changes"' in one]
    assert all(0 < float(price) <= 10**13 for price in prices)
    assert_sane([*answers, *rest])
    assert_restorable(pipe)
