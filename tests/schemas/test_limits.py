"""Every number has a range, and every list and text of an input a largest size."""

from __future__ import annotations

import json

import pytest
from pydantic import BaseModel

from schemas.examples import EXAMPLES
from schemas.records.record import RecordError
from schemas.topics import TOPICS, decode
from schemas.values.limits import LARGEST_AMOUNT, LARGEST_RATE, MOST_QUOTED
from schemas.values.offsets import Offset
from tests.schemas.numeric_fields import Found, fields, is_bounded, is_number

RECORDS = [topic.name for topic in TOPICS.values() if topic.record is not None]
#: What anyone may write, and what partitions tell each other.
READ = [name for name in RECORDS if TOPICS[name].direction != "out"] + ["model-updates"]


@pytest.mark.parametrize("topic", RECORDS)
def test_every_number_has_a_range(topic: str) -> None:
    assert [
        found.path for found in fields(topic) if is_number(found) and not is_bounded(found)
    ] == []


@pytest.mark.parametrize("topic", READ)
def test_every_list_and_text_of_an_input_has_a_largest_size(topic: str) -> None:
    sized = [found for found in fields(topic) if found.kind in (str, tuple, dict)]
    assert [found.path for found in sized if found.longest is None] == []


def test_a_list_that_is_too_long_is_refused_before_its_entries_are_looked_at() -> None:
    lines = [{"sku": "a", "quantity": "not looked at"}] * (MOST_QUOTED + 1)
    value = json.dumps(EXAMPLES["quote-requests"] | {"lines": lines}).encode()
    with pytest.raises(RecordError, match=r"^lines: 201 entries, more than 200 allowed$"):
        decode("quote-requests", value)


def test_the_walk_finds_what_is_nested_optional_and_in_a_union() -> None:
    paths = {found.path for found in fields("pricing-policies") if is_number(found)}
    assert {
        ".guardrails.freeze[].from_",
        ".strategy[].weights[]",
        ".segments[].breaks[].minimum_quantity",
        ".promotions.depths[]",
    } <= paths
    assert ".attributes[]" in {found.path for found in fields("products") if is_number(found)}


def test_the_walk_notices_a_number_without_a_range() -> None:
    class Loose(BaseModel):
        number: float

    (info,) = Loose.model_fields.values()
    assert not is_bounded(Found(".number", info.annotation, tuple(info.metadata)))


@pytest.mark.parametrize(
    "text", [f"{LARGEST_AMOUNT}.01", f"-{LARGEST_AMOUNT}.01", f"{LARGEST_RATE * 100}.1%", "1e12%"]
)
def test_an_offset_has_a_range(text: str) -> None:
    with pytest.raises(ValueError, match=r"beyond any amount|times the price|percentage"):
        Offset.parse(text)
