"""What is learnt from is the price that the shop showed, from the moment at which it did."""

from __future__ import annotations

from typing import Any

import pytest

from online_models.pricing.policy.settings import PricingSettings
from schemas.values.instants import DAY, HOUR
from tests.online_models.fold.conftest import START, Journal, Run

RAILS = {"reference_band": None, "max_step_up": "50%", "max_changes_per_day": 9, "cooldown": "PT0S"}


def repriced(journal: Journal, version: int, time: int, margin: str) -> None:
    journal.tick(time)
    strategy = [{"kind": "cost_plus", "margin": margin}]
    journal.policy("p", time, version=version, strategy=strategy, guardrails=RAILS)


def opened(journal: Journal, acknowledges: bool) -> None:
    """A shop whose price is changed as it opens, and again in the middle of the second day."""
    journal.product()
    repriced(journal, 1, START, "37.5%")
    if acknowledges:
        journal.ack(START, sequence=2, price="8.00")
    repriced(journal, 2, START + DAY + 12 * HOUR, "50%")


def observed(run: Any, journal: Journal) -> list[str]:
    """Prices of the first four days."""
    journal.tick(START + 6 * DAY)
    pricing = PricingSettings(ack_timeout_ms=2 * DAY)
    result: Run = run(journal, pricing=pricing)
    changes = [change["price"] for change in result.values("price-changes")]
    assert changes[:2] == ["8.00", "10.00"], changes
    return [o["price"] for o in result.values("demand-observations")][:4]


def test_a_shop_that_does_not_acknowledge_shows_prices_at_once(journal: Any, run: Any) -> None:
    opened(journal, acknowledges=False)
    assert observed(run, journal) == ["8.00", "9.00", "10.00", "10.00"]


def test_a_shop_that_applies_prices_at_night_shows_them_from_then_on(
    journal: Any, run: Any
) -> None:
    opened(journal, acknowledges=True)
    journal.order(START + 2 * DAY)
    journal.ack(START + 2 * DAY + 6 * HOUR, sequence=3, price="10.00")
    assert observed(run, journal) == ["8.00", "8.00", "9.50", "10.00"]


def test_a_price_that_is_not_acknowledged_in_time_counts_as_shown(journal: Any, run: Any) -> None:
    opened(journal, acknowledges=True)
    journal.tick(START + 3 * DAY + 12 * HOUR)
    assert observed(run, journal) == ["8.00", "8.00", "8.00", "9.00"]


def test_a_rejected_price_was_never_shown(journal: Any, run: Any) -> None:
    opened(journal, acknowledges=True)
    journal.ack(START + 3 * DAY, sequence=3, price="10.00", status="rejected")
    assert observed(run, journal)[:3] == ["8.00", "8.00", "8.00"]


@pytest.mark.parametrize("last", [True, False])
def test_a_shop_that_is_a_change_behind_shows_what_it_says(
    journal: Any, run: Any, last: bool
) -> None:
    opened(journal, acknowledges=True)
    repriced(journal, 3, START + DAY + 18 * HOUR, "60%")
    journal.ack(START + 2 * DAY, sequence=3, price="10.00")
    if last:
        journal.ack(START + 3 * DAY, sequence=4, price="12.50")
    expected = ["8.00", "8.00", "10.00", "12.50" if last else "10.62"]
    journal.tick(START + 3 * DAY + 18 * HOUR)
    assert observed(run, journal) == expected


def imagined(journal: Journal, run: Any) -> Run:
    journal.tick(START + 6 * DAY)
    result: Run = run(journal, pricing=PricingSettings(imagined=True))
    assert [change["price"] for change in result.values("price-changes")] == ["12.50"]
    assert result.values("pricing-alerts") == []
    return result


def test_imagined_prices_stand_beside_those_that_the_shop_showed(journal: Any, run: Any) -> None:
    journal.product()
    repriced(journal, 1, START, "60%")
    journal.ack(START, sequence=2, price="8.00")
    journal.order(START + 2 * DAY)
    journal.ack(START + 2 * DAY + 6 * HOUR, sequence=3, price="10.00")
    journal.ack(START + 3 * DAY, sequence=4, price="8.00", status="rejected")
    observations = imagined(journal, run).values("demand-observations")
    assert [o["price"] for o in observations][:4] == ["8.00", "8.00", "9.50", "10.00"]


def test_beside_imagined_prices_what_was_paid_is_learnt_where_no_shop_tells(
    journal: Any, run: Any
) -> None:
    journal.product()
    repriced(journal, 1, START, "60%")
    journal.order(START + HOUR, price=900)
    observations = imagined(journal, run).values("demand-observations")
    assert [o["price"] for o in observations][:3] == ["9.00", "9.00", "9.00"]


@pytest.mark.parametrize("strategy", ["match_competitor", "optimise"])
def test_of_a_past_what_competitors_cannot_move_at_once_is_decided_at_ticks(
    journal: Any, run: Any, strategy: str
) -> None:
    journal.product()
    kinds = [{"kind": strategy}]
    journal.policy("p", START, version=1, strategy=kinds, guardrails={"max_changes_per_day": 1})
    journal.tick(START)
    for minute, price in enumerate([1000, 1000, 990, 980, 970]):
        journal.competitor(START + HOUR + minute * 60_000, price=price)
    journal.tick(START + 2 * HOUR)
    result: Run = run(journal, pricing=PricingSettings(imagined=True))
    made = result.values("price-decisions")
    causes = [d["cause"]["topic"] for d in made if d["cause"]["topic"] == "competitor-prices"]
    assert len(causes) == (3 if strategy == "match_competitor" else 0)
    changes = [d["price"] for d in result.values("price-changes")]
    assert changes == (["9.90"] if strategy == "match_competitor" else [])
