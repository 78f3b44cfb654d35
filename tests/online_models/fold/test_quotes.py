"""Competitors' prices that cannot move a price before the next tick are taken together."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from online_models.fold import quotes
from online_models.fold.state import FoldSettings
from online_models.pricing.policy.settings import PricingSettings
from schemas.values.instants import DAY, HOUR
from tests.online_models.fold.conftest import START, Journal, Run, cut

IMAGINED = FoldSettings(pricing=PricingSettings(imagined=True))


def shop(journal: Journal) -> Journal:
    """`a` follows no competitor, `b` does, once a day, and `c` as often as they move."""
    for sku in "abc":
        journal.product(sku, channels={"web": {}, "store": {}})
    follow = [{"kind": "match_competitor", "max_age": "P30D"}, {"kind": "optimise"}]
    for sku, most in (("b", 1), ("c", 9)):
        rails = {"max_changes_per_day": most, "cooldown": "PT0S", "reference_band": "50%"}
        selected = {"skus": [sku]}
        journal.policy(sku, START, version=1, select=selected, strategy=follow, guardrails=rails)
    journal.tick(START)
    return journal


def quoted(journal: Journal, seed: int, days: int = 4, an_hour: int = 40) -> Journal:
    """Usual prices, some far off, out of order, in another currency, sold out, or of a newcomer."""
    rng = np.random.default_rng(seed)
    for hour in range(6 * days):
        start = START + 4 * HOUR * hour
        for minute in sorted(rng.integers(0, 60, an_hour).tolist()):
            factor = rng.choice([1.0, 1.0, 1.0, 1.0, 1.0, 1.0, 6.0, 100.0, 0.1])
            newcomer = rng.random() < 0.02
            journal.competitor(
                start + minute * 60_000 - int(rng.random() < 0.05) * HOUR,
                "abc"[rng.integers(3)],
                int(factor * rng.integers(850, 1150)),
                f"n{hour}" if newcomer else "xyz"[rng.integers(3)],
                in_stock=bool(rng.random() < 0.95),
                channel=[None, "web", "store"][rng.integers(3)],
                currency="EUR" if rng.random() < 0.03 else "USD",
            )
            if rng.random() < 0.02:
                journal.stock(start + minute * 60_000, "abc"[rng.integers(3)], 7)
        journal.tick(start + 2 * HOUR)
    journal.tick(START + (days + 3) * DAY)
    return journal


@pytest.mark.parametrize("seed", range(6))
def test_taken_together_or_one_by_one_they_say_the_same(seed: int) -> None:
    batch = quoted(shop(Journal()), seed).batch()
    whole = Run(IMAGINED).feed(batch)
    single = Run(IMAGINED).feed(*cut(batch, range(len(batch))))
    assert whole.outputs == single.outputs
    kinds = {alert["kind"] for alert in whole.values("pricing-alerts")}
    assert {"competitor_price_spike", "currency_mismatch"} <= kinds
    assert any(d["cause"]["topic"] == "competitor-prices" for d in whole.values("price-decisions"))


def test_what_is_told_again_and_again_is_taken_at_once(monkeypatch: Any) -> None:
    taken: list[int] = []

    def noted(state: Any, some: Any, places: Any, now: Any) -> Any:
        taken.append(len(places))
        return take(state, some, places, now)

    take = quotes.take_quotes
    monkeypatch.setattr(quotes, "take_quotes", noted)
    journal = shop(Journal())
    for hour in range(4):
        for minute in range(10):
            for competitor in "xyz":
                for channel in ("web", "store"):
                    moment = START + hour * HOUR + minute * 60_000
                    journal.competitor(moment, "a", 900 + minute, competitor, channel=channel)
        journal.tick(START + (hour + 1) * HOUR)
    Run(IMAGINED).feed(journal.batch())
    # the first hour brings what is new
    assert taken == [6] * 30
