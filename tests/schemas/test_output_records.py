"""Output records are strict: known fields, canonical forms, exact money."""

from __future__ import annotations

import copy
import json
import re
from typing import Annotated, Any

import pytest
from pydantic import TypeAdapter, ValidationError

from schemas.examples import EXAMPLES
from schemas.records.dead_letters import DeadLetterHeaders
from schemas.records.record import RecordError
from schemas.topics import TOPICS, decode
from schemas.values.limits import LARGEST_AMOUNT
from tests.schemas.numeric_fields import fields, is_number

OUTPUTS = [topic.name for topic in TOPICS.values() if topic.direction == "out"]


def times(topic: str) -> list[str]:
    return [name for name, text in EXAMPLES[topic].items() if str(text).endswith("Z")]


def test_every_output_topic_has_strict_cases() -> None:
    assert len(OUTPUTS) == 13


@pytest.mark.parametrize("topic", OUTPUTS)
def test_the_example_comes_out_as_it_went_in(topic: str) -> None:
    record = decode(topic, json.dumps(EXAMPLES[topic]).encode())
    text = TOPICS[topic].adapter.dump_json(record, by_alias=True, exclude_unset=True)
    assert json.loads(text) == EXAMPLES[topic]


@pytest.mark.parametrize("topic", [topic for topic in OUTPUTS if topic != "model-updates"])
def test_an_unknown_field_is_an_error(topic: str) -> None:
    with pytest.raises(RecordError, match="surprise: Extra inputs are not permitted"):
        decode(topic, json.dumps({**EXAMPLES[topic], "surprise": 1}).encode())


def test_a_field_of_a_newer_trainer_is_left_out() -> None:
    document = EXAMPLES["model-updates"]
    record = decode("model-updates", json.dumps({**document, "surprise": [1, {}]}).encode())
    assert record == decode("model-updates", json.dumps(document).encode())


@pytest.mark.parametrize(("topic", "field"), [(t, f) for t in OUTPUTS for f in times(t)])
@pytest.mark.parametrize(
    "time",
    [
        1714564800000,
        "2024-05-01T14:00:00+02:00",
        "2024-05-01T12:00:00+00:00",
        "2024-05-01T12:00:00.000Z",
        "2024-05-01 12:00:00Z",
    ],
)
def test_time_is_utc_text_with_z(topic: str, field: str, time: Any) -> None:
    with pytest.raises(RecordError, match=f"^{field}: "):
        decode(topic, json.dumps({**EXAMPLES[topic], field: time}).encode())


@pytest.mark.parametrize(
    ("topic", "field"),
    [
        ("price-changes", "price"),
        ("price-changes", "previous_price"),
        ("price-changes", "lowest_prior_price_30d"),
        ("price-decisions", "price"),
        ("price-offers", "price"),
    ],
)
@pytest.mark.parametrize("price", ["12.5", "12.500", "12", 12.5, "1e1", "+12.50", "012.50", ".50"])
def test_money_is_text_with_the_currency_s_minor_digits(topic: str, field: str, price: Any) -> None:
    with pytest.raises(RecordError, match=f"^{field}: "):
        decode(topic, json.dumps({**EXAMPLES[topic], field: price}).encode())


def test_yen_have_no_decimals_and_dinars_three() -> None:
    for currency, price in (("JPY", "1500"), ("KWD", "1.500")):
        money = dict.fromkeys(("price", "previous_price", "lowest_prior_price_30d"), price)
        decode(
            "price-changes",
            json.dumps(EXAMPLES["price-changes"] | money | {"currency": currency}).encode(),
        )


def test_what_is_computed_from_the_largest_price_can_be_said() -> None:
    more = f"{LARGEST_AMOUNT * 21 // 20}.00"
    decode("price-changes", json.dumps(EXAMPLES["price-changes"] | {"price": more}).encode())


def decision(**changes: Any) -> bytes:
    return json.dumps({**copy.deepcopy(EXAMPLES["price-decisions"]), **changes}).encode()


def step(rule: str, before: str | None, after: str) -> dict[str, Any]:
    return {"rule": rule, "input": before, "output": after, "detail": {}}


def test_an_explanation_is_an_unbroken_chain_to_the_price() -> None:
    decode("price-decisions", decision(explanation=[step("keep", None, "12.49")]))
    broken = [step("keep", None, "12.99"), step("cap", "12.98", "12.49")]
    with pytest.raises(RecordError, match=r"explanation\[1\].input is not the output before"):
        decode("price-decisions", decision(explanation=broken))
    with pytest.raises(RecordError, match="the last output of explanation is not the price"):
        decode("price-decisions", decision(explanation=[step("keep", None, "12.48")]))
    with pytest.raises(RecordError, match=r"explanation\[0\].output: '12.5' should be '12.50'"):
        decode("price-decisions", decision(explanation=[step("keep", None, "12.5")]))


@pytest.mark.parametrize("propensity", [-0.1, 1.1, "1"])
def test_a_propensity_is_a_probability(propensity: Any) -> None:
    with pytest.raises(RecordError, match=r"^propensity: "):
        decode("price-decisions", decision(propensity=propensity))


def test_dead_letter_headers_travel_as_bytes_under_their_names() -> None:
    headers = DeadLetterHeaders(
        error="sku: required, but absent",
        source_topic="orders",
        source_partition=3,
        source_offset=7,
    )
    assert headers.kafka() == [
        ("error", b"sku: required, but absent"),
        ("source-topic", b"orders"),
        ("source-partition", b"3"),
        ("source-offset", b"7"),
    ]


def test_a_record_is_immutable() -> None:
    record = decode("price-changes", json.dumps(EXAMPLES["price-changes"]).encode())
    with pytest.raises(ValidationError, match="frozen"):
        record.price = "0.01"


#: Money of outputs that is no price: a difference may be below zero.
DIFFERENCES = {
    "revenue",
    "profit",
    "planned_profit",
    "lower",
    "upper",
    "margin",
    "expected",
    "brought_along",
    "taken_from_others",
    "discount",
}


@pytest.mark.parametrize("topic", OUTPUTS)
def test_no_record_can_say_a_price_below_zero(topic: str) -> None:
    for found in fields(topic):
        patterns = (getattr(each, "pattern", None) for each in found.constraints)
        for money in (each for each in patterns if each and re.match(each, "9.99")):
            name = found.path.rpartition(".")[2]
            assert bool(re.match(money, "-0.01")) == (name in DIFFERENCES), found.path


PRICES = [
    ("price-changes", "price"),
    ("price-changes", "previous_price"),
    ("price-changes", "lowest_prior_price_30d"),
    ("price-decisions", "price"),
    ("price-offers", "price"),
    ("promotion-plans", "price"),
    ("promotion-results", "price"),
    ("demand-observations", "price"),
    ("demand-observations", "competitor_price"),
]


@pytest.mark.parametrize(("topic", "field"), PRICES)
def test_a_price_below_zero_is_refused(topic: str, field: str) -> None:
    with pytest.raises(ValidationError, match=field):
        TOPICS[topic].adapter.validate_python({**EXAMPLES[topic], field: "-0.01"})


@pytest.mark.parametrize("field", ["input", "output"])
def test_no_step_of_an_explanation_can_say_a_price_below_zero(field: str) -> None:
    steps = [step("match_competitor", None, "1.00"), step("cap", "1.00", "12.49")]
    for each in steps:
        with pytest.raises(RecordError, match=f"{field}: "):
            decode("price-decisions", decision(explanation=[each | {field: "-0.01"}]))


@pytest.mark.parametrize("topic", OUTPUTS)
@pytest.mark.parametrize("number", [float("nan"), float("inf"), -float("inf")])
def test_no_field_can_say_what_is_no_number(topic: str, number: float) -> None:
    numbers = [found for found in fields(topic) if is_number(found)]
    for found in numbers:
        field = TypeAdapter(Annotated[found.kind, *found.constraints])
        with pytest.raises(ValidationError):
            field.validate_python(number)
