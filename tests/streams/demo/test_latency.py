from __future__ import annotations

import msgspec
import pytest

from streams.demo.latency import Place, Stopwatch


def decision(topic: str, offset: int, outcome: str = "held") -> bytes:
    cause = {"topic": topic, "partition": 3, "offset": offset}
    return msgspec.json.encode({"sku": "a", "outcome": outcome, "cause": cause})


def at(offset: int) -> Place:
    return ("competitor-prices", 3, offset)


def test_latency_is_from_sending_to_the_first_decision_that_can_be_read() -> None:
    watch = Stopwatch()
    watch.see(decision("competitor-prices", 0), 10.0)
    watch.see(decision("competitor-prices", 0), 99.0)
    watch.see(decision("competitor-prices", 1, "changed"), 20.0)
    watch.see(decision("orders", 2, "changed"), 30.0)
    latency = watch.latency({at(0): 9.99, at(1): 19.98, at(9): 0.0})
    assert latency is not None
    assert (latency.prices, latency.changes) == (2, 1)
    assert latency.p50 == pytest.approx(10) or latency.p50 == pytest.approx(20)
    assert latency.p99 == pytest.approx(20)


def test_the_percentiles_are_those_of_the_waits() -> None:
    watch = Stopwatch()
    for offset in range(101):
        watch.see(decision("competitor-prices", offset), 0.001 * offset)
    latency = watch.latency({at(offset): 0.0 for offset in range(101)})
    assert latency is not None
    assert (latency.p50, latency.p99) == (pytest.approx(50), pytest.approx(99))


def test_without_a_timed_price_there_is_no_latency() -> None:
    watch = Stopwatch()
    watch.see(decision("competitor-prices", 1), 1.0)
    assert watch.latency({}) is None
