"""Lines in, lines out, in lockstep by ticks."""

from __future__ import annotations

import base64
import json
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from streams.configuration.policy_file import load
from streams.configuration.settings import Settings
from streams.pipe.pipe import Pipe
from tests import networks

START = 1_700_006_400_000
DAY = 86_400_000
PRODUCT = {"sku": "a", "name": "A", "currency": "USD", "price": "10.00", "cost": 5, "category": "c"}


def line(topic: str, value: Any, **fields: Any) -> bytes:
    return json.dumps({"topic": topic, "key": None, "value": value, **fields}).encode()


def tick(time: Any, **fields: Any) -> bytes:
    return line("pricing-control", {"kind": "tick", "time": time, **fields})


def click(time: int = START, **fields: Any) -> bytes:
    return line("clickstream", {"sku": "a", "action": "view", "time": time, **fields})


def said(lines: list[bytes], **options: Any) -> list[dict[str, Any]]:
    return [json.loads(found) for found in Pipe(Settings(), **options).feed(lines)]


MENU = st.sampled_from(
    [
        line("products", PRODUCT),
        line("products", PRODUCT | {"sku": "b", "currency": "EUR"}),
        line("products", None, key="a") + b"\n",
        click(),
        click(START + DAY),
        click() + b"\r",
        line("orders", {"order_id": "o", "currency": "USD", "lines": []}),
        line("orders", {"order_id": "o", "time": START, "currency": "USD", "lines": [
            {"sku": sku, "quantity": 1, "unit_price": 9} for sku in "ab"]}),
        line("competitor-prices", {"sku": "a", "competitor": "x", "price": 9, "currency": "USD"},
             timestamp=START),
        tick(START + 1),
        tick(START + 3 * DAY),
        tick("never"),
        line("pricing-control", {"kind": "pause", "reason": "r", "actor": "me"}),
        b"",
        b"{",
        b"\xff",
    ]
)  # fmt: skip


@given(lines=st.lists(MENU, max_size=25), cuts=st.sets(st.integers(1, 24), max_size=6))
@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.too_slow])
def test_how_lines_are_handed_over_changes_nothing(lines: list[bytes], cuts: set[int]) -> None:
    def fed(places: list[int]) -> list[bytes]:
        pipe = Pipe(Settings())
        edges = [0, *(p for p in places if p < len(lines)), len(lines)]
        return [out for low, high in pairwise(edges) for out in pipe.feed(lines[low:high])]

    whole = fed([])
    assert fed(list(range(1, len(lines)))) == whole
    assert fed(sorted(cuts)) == whole


@pytest.mark.parametrize("time", [START, "2023-11-15T01:00:00+01:00"])
def test_a_tick_answers_with_what_is_due_and_then_with_itself_as_it_was_asked(time: Any) -> None:
    answer = said([line("products", PRODUCT), tick(time)])
    assert [out["topic"] for out in answer] == ["price-decisions", "pricing-control"]
    echo = {"topic": "pricing-control", "key": None, "value": {"kind": "tick", "time": time}}
    assert answer[-1] == echo


def test_every_tick_is_echoed_even_one_that_was_seen_before() -> None:
    answers = said([tick(START, event_id="e"), tick(START, event_id="e"), tick(START - 5)])
    echoes = [a["value"]["time"] for a in answers if a["topic"] == "pricing-control"]
    assert echoes == [START, START, START - 5]
    (alert,) = [a["value"] for a in answers if a["topic"] == "pricing-alerts"]
    assert alert["kind"] == "duplicate_event"


def test_an_order_that_is_sent_twice_without_an_event_id_counts_once() -> None:
    sold = {"sku": "a", "quantity": 2, "unit_price": "9.99"}
    order = {"order_id": "o", "time": START + 1, "currency": "USD", "lines": [sold, sold]}
    orders = [line("orders", order), line("orders", order), line("orders", order | {"time": None})]
    answer = said([line("products", PRODUCT), *orders, tick(START + 3 * DAY)])
    units = [out["value"]["units"] for out in answer if out["topic"] == "demand-observations"]
    assert units[0] == 4
    alerts = [out["value"] for out in answer if out["topic"] == "pricing-alerts"]
    assert "duplicate_event" in {alert["kind"] for alert in alerts}


def test_observations_come_with_the_first_tick_past_the_lateness() -> None:
    lines = [line("products", PRODUCT), click(), tick(START + 2 * DAY)]
    assert "demand-observations" not in {out["topic"] for out in said(lines)}
    answer = said([*lines, tick(START + 2 * DAY + 1)])
    (found,) = [out for out in answer if out["topic"] == "demand-observations"]
    assert (found["key"], found["value"]["views"]) == ("a", 1)


@pytest.mark.parametrize(
    ("bad", "value"),
    [
        (b"{", {"value": "{"}),
        (b"[]\r", {"value": "[]"}),
        (b"\xff\xfe", {"value_base64": base64.b64encode(b"\xff\xfe").decode()}),
        (b'{"topic": "orders", "key": "k", "value": {"a": [1, 2]}}', {"value": '{"a": [1, 2]}'}),
        (b'{"topic": "orders", "value_base64": "/w=="}', {"value_base64": "/w=="}),
        (b'{"topic": "orders", "value_base64": "?"}', None),
        (b'{"topic": "orders", "value": ' + b"[" * 9999 + b"}", None),
        (b'{"topic": "orders", "key": "\\ud800", "value": {}}', None),
        (b'{"topic": "clickstream", "value": {}, "timestamp": 99999999999999999999}', None),
        (b'{"topic": "clickstream", "value": {"sku": "a", "action": "view"}}', None),
    ],
)
def test_a_bad_line_is_a_dead_letter_and_nothing_worse(
    bad: bytes, value: dict[str, str] | None
) -> None:
    letter, _, echo = said([bad, line("products", PRODUCT), tick(START)])
    assert letter["topic"] == "dead-letters"
    assert set(letter["headers"]) == {"error", "source-topic", "source-partition", "source-offset"}
    assert letter["headers"]["error"]
    if value is not None:
        found = {k: v for k, v in letter.items() if k.startswith("value")}
        assert found == value
    assert echo["topic"] == "pricing-control"


def test_dead_letters_stand_between_the_answers_to_what_came_before_and_after() -> None:
    answer = said([line("products", PRODUCT), click(), b"{", line("nowhere", {}), click(START + 1)])
    assert [out["topic"] for out in answer] == ["price-decisions", "dead-letters", "dead-letters"]
    assert [out["headers"]["source-topic"] for out in answer[1:]] == ["stdin", "nowhere"]


def test_a_control_record_without_a_time_holds_from_where_it_stands() -> None:
    pause = line("pricing-control", {"kind": "pause", "reason": "r", "actor": "me"})
    competitor = line(
        "competitor-prices",
        {"sku": "a", "competitor": "x", "price": 8, "currency": "USD", "time": START + 5},
    )
    answer = said([line("products", PRODUCT), click(), pause, competitor])
    last = answer[-1]["value"]
    assert (last["outcome"], last["reason"], last["time"]) == (
        "held",
        "paused",
        "2023-11-15T00:00:00.005Z",
    )


def test_policies_given_at_the_start_rule_from_the_first_decision_on(tmp_path: Path) -> None:
    policy = {"policy_id": "mine", "version": 4, "strategy": [{"kind": "keep"}]}
    path = tmp_path / "policies.json"
    path.write_text(json.dumps(policy))
    answer = said([line("products", PRODUCT), tick(START)], policies=load(path))
    assert answer[0]["value"]["policy_id"] == "mine"
    assert answer[0]["value"]["policy_version"] == 4


def test_money_never_passes_through_a_float() -> None:
    lines = [
        line("products", PRODUCT | {"price": "90071992547.93", "cost": "1"}),
        line("pricing-policies", {"policy_id": "p", "version": 1, "strategy": [{"kind": "keep"}]}),
        tick(START),
    ]
    assert said(lines)[0]["value"]["price"] == "90071992547.93"


def test_a_network_on_the_way_in_forecasts_or_is_refused_with_an_alert() -> None:
    values = networks.records(networks.network(1), "v1", "champion")
    lines = [line("products", PRODUCT), tick(START)]
    lines += [line("model-updates", value, timestamp=START) for value in values]
    lines += [line("model-updates", {**values[-1], "version": "v2", "sha256": "0"})]
    lines += [tick(START + i * DAY) for i in range(1, 4)]
    found = said(lines)
    (alert,) = (f["value"] for f in found if f["topic"] == "pricing-alerts")
    assert (alert["kind"], alert["details"]["version"]) == ("model_rejected", "v2")
    decided = [f["value"]["model_version"] for f in found if f["topic"] == "price-decisions"]
    assert decided[0] == "online"
