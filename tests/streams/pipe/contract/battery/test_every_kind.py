"""Shops at random that sell in every way at once: no price outside a guardrail, none unexplained,
and whoever reads what was published asks what the customer is entitled to.
"""

from __future__ import annotations

import json
import os
from collections import Counter
from collections.abc import Iterator
from typing import Any

import numpy as np
import pytest

from streams.configuration.settings import Settings
from streams.pipe.pipe import Pipe
from tests.online_models.fold.conftest import saved_and_restored
from tests.streams.pipe.contract.battery.judge import KEY, Judge
from tests.streams.pipe.contract.battery.world import World, encoded

SETTINGS = Settings(customer_key=KEY)
DAYS = 24
#: What a decision is: a public price, one below it, a quote, a suggestion, a recommendation.
DECIDED = (
    "price-decisions",
    "price-offers",
    "price-quotes",
    "price-suggestions",
    "recommendations",
)


def trade(seed: int) -> Counter[str]:
    """Play one shop; returns what was looked at."""
    world = World(seed)
    judge = Judge(world.currency, world.digits)
    pipe = Pipe(SETTINGS)
    lines: list[dict[str, Any]] = []
    said: list[bytes] = []
    for line in world.lines(DAYS):
        lines.append(line)
        judge.told(line)
        answers = list(pipe.feed([encoded(line)]))
        for answer in answers:
            judge.said(answer)
        world.proposals += judge.take_proposals()
        said += answers
        if line["topic"] == "pricing-control" and line["value"]["kind"] == "tick":
            judge.standing()
    assert list(restarted(seed, list(map(encoded, lines)))) == said
    return judge.seen


def restarted(seed: int, lines: list[bytes]) -> Iterator[bytes]:
    """What a pricer answers that takes lines in other portions, and between some of them goes on
    from what it has saved.
    """
    rng = np.random.default_rng(seed)
    pipe = Pipe(SETTINGS)
    while lines:
        number = int(rng.integers(1, 20))
        yield from pipe.feed(lines[:number])
        lines = lines[number:]
        if rng.random() < 0.3:
            fold = pipe._guard.fold
            pipe._guard.fold = saved_and_restored(fold, fold.state.settings)


@pytest.mark.parametrize("seed", range(6))
def test_nothing_is_breached_nor_unexplained(seed: int) -> None:
    seen = trade(seed)
    assert all(seen[topic] for topic in ("price-decisions", "price-offers", "price-quotes")), seen


@pytest.mark.slow
def test_a_hundred_thousand_decisions() -> None:
    goal = int(os.environ.get("BATTERY_DECISIONS", "100000"))
    seed = int(os.environ.get("BATTERY_SEED", "1000"))
    seen: Counter[str] = Counter()
    while sum(seen[topic] for topic in DECIDED) < goal:
        seen += trade(seed)
        seed += 1
    print(json.dumps(seen))
    kinds = {*DECIDED, "break", "contract", "personal", "ended", "standing"}
    assert kinds <= set(seen)
