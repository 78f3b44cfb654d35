"""Prices in force from decisions, and how those of two runs differ."""

from __future__ import annotations

import json

from schemas.values.instants import HOUR
from streams.recording.entry import Entry
from streams.replay.price_differences import PriceDifferences, price_differences
from streams.replay.price_history import PriceInForce, PublishedPrices

START = 1_700_006_400_000
A, B = ("a", "web"), ("b", "web")


def course(*told: tuple[int, str, str, str, float]) -> PublishedPrices:
    """From (hour, sku, outcome, price, propensity); the price before is 10.00."""
    found = PublishedPrices()
    for hour, sku, outcome, price, propensity in told:
        at = START + hour * HOUR
        value = {"sku": sku, "channel": "web", "price": price, "previous_price": "10.00"}
        value |= {"outcome": outcome, "effective_at": at}
        rules = ["optimise", "explore"] if propensity < 1.0 else ["optimise"]
        steps = [{"rule": rule, "input": None, "output": price} for rule in rules]
        value |= {"explanation": steps, "propensity": propensity}
        found.add(Entry("price-decisions", 0, 0, b"a", json.dumps(value).encode(), at))
    return found


def test_a_price_stands_until_the_next_and_a_proposal_changes_none() -> None:
    found = course(
        (0, "a", "held", "10.00", 1.0),
        (4, "a", "proposed", "14.00", 1.0),
        (6, "a", "changed", "11.00", 0.25),
    )
    sure, drawn = PriceInForce("10.00", 1.0, False), PriceInForce("11.00", 0.25, True)
    assert found.drawn == 1
    assert found.at(A, START - 1) is None
    assert found.at(A, START + 5 * HOUR) == sure
    assert found.at(A, START + 6 * HOUR) == drawn


def test_a_window_belongs_to_what_stood_for_most_of_it() -> None:
    found = course((0, "a", "held", "10.00", 1.0), (6, "a", "changed", "11.00", 0.25))
    sure, drawn = PriceInForce("10.00", 1.0, False), PriceInForce("11.00", 0.25, True)
    assert found.during(A, START, START + 8 * HOUR) == sure
    assert found.during(A, START, START + 12 * HOUR) is None
    assert found.during(A, START, START + 24 * HOUR) == drawn
    assert found.during(A, START + 48 * HOUR, START + 72 * HOUR) == drawn
    assert found.during(A, START - 24 * HOUR, START) is None
    assert found.during(B, START, START + 8 * HOUR) is None


def test_moves_count_every_instant_at_which_either_run_decided() -> None:
    old = course(
        (0, "a", "held", "10.00", 1.0), (0, "b", "held", "10.00", 1.0), (5, "b", "held", "10.00", 1)
    )
    new = course(
        (0, "a", "held", "10.00", 1.0),
        (2, "a", "changed", "11.00", 1.0),
        (3, "a", "changed", "8.00", 1.0),
        (1, "b", "held", "10.00", 1.0),
        (0, "c", "held", "10.00", 1.0),
    )
    mean = (0.1 - 0.2) / 2
    assert price_differences(new, old) == PriceDifferences(2, 1, 5, 1, 1, mean, -0.2, A)
    assert price_differences(old, old).apart == 0
