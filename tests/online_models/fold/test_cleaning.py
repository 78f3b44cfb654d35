"""Dirt in the stream: published as it came, kept out of what is learnt, and told."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from online_models.fold.fold import Fold
from online_models.fold.state import FoldSettings
from online_models.journal.batch import Status

HOUR = 3_600_000
DAY = 24 * HOUR
START = 1_700_006_400_000 // DAY * DAY


@pytest.fixture
def learnt() -> Callable[..., tuple[list[Any], list[float], list[float]]]:
    """(outputs, units learnt, prices learnt) of a journal, with one offer, day by day."""

    def watched(journal: Any) -> tuple[list[Any], list[float], list[float]]:
        units: list[float] = []
        prices: list[float] = []
        fold = Fold(FoldSettings(observe_only=True))

        def seen(observations: Any, _report: Any) -> None:
            units.extend(observations.units.tolist())
            prices.extend(observations.price.tolist())

        fold.state.on_learnt = seen
        return fold.step(journal.batch()), units, prices

    return watched


def ordinary(journal: Any, days: int = 12) -> int:
    """Days of five single orders; returns the first instant after them."""
    journal.product()
    for day in range(days):
        for hour in range(5):
            journal.order(START + day * DAY + hour * HOUR, order=f"o{day}-{hour}")
        journal.tick(START + (day + 1) * DAY)
    return START + days * DAY


def alerts(run: Any, kind: str) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = run.values("pricing-alerts", kind=kind)
    return found


def test_a_bulk_order_is_published_and_told_but_not_learnt(
    journal: Any, run: Any, learnt: Any
) -> None:
    now = ordinary(journal)
    journal.order(now + HOUR, order="first")
    journal.order(now + HOUR, quantity=500, order="pallet")
    for days in (1, 3):
        journal.tick(now + days * DAY)
    whole = run(journal)
    published = whole.values("demand-observations")
    (busy,) = (v for v in published if v["units"] > 5)
    assert busy["units"] == 501
    assert busy["features"]["bulk_units"] == 499
    assert sum("bulk_units" in v["features"] for v in published) == 1
    assert max(learnt(journal)[1]) == 5.0
    told = alerts(whole, "anomalous_order")
    assert [(a["sku"], a["channel"], a["details"]["quantity"]) for a in told] == [("a", "web", 500)]


def test_a_bulk_order_that_is_cancelled_leaves_the_others(journal: Any, learnt: Any) -> None:
    now = ordinary(journal)
    for i in range(3):
        journal.order(now + HOUR, order=f"first-{i}")
    journal.order(now + HOUR, quantity=500, order="pallet")
    journal.tick(now + 2 * HOUR)
    journal.order(now + 3 * HOUR, quantity=500, order="pallet", status=Status.CANCELLED)
    journal.tick(now + 3 * DAY)
    units = learnt(journal)[1]
    assert units[12] == 3.0


def test_a_price_of_a_cent_is_told_and_not_learnt(journal: Any, run: Any, learnt: Any) -> None:
    now = ordinary(journal)
    journal.order(now + HOUR, price=1, order="first")
    journal.order(now + 2 * HOUR, price=900, order="second")
    journal.tick(now + 3 * DAY)
    assert learnt(journal)[2][12] == 900.0
    told = alerts(run(journal), "impossible_price")
    assert [a["details"]["price"] for a in told] == ["0.01"]


MATCH = [{"kind": "match_competitor", "offset": "-0.01"}, {"kind": "keep"}]


def test_a_rival_in_cents_is_told_and_not_followed(journal: Any, run: Any) -> None:
    journal.policy("match", START - 1, strategy=MATCH)
    journal.product()
    journal.competitor(START + HOUR, price=950)
    journal.tick(START + 2 * HOUR)
    for hour in (3, 4, 5):
        journal.competitor(START + hour * HOUR, price=9)
        journal.tick(START + hour * HOUR + 1)
    whole = run(journal)
    assert [v["price"] for v in whole.values("price-changes")] == ["9.49"]
    told = alerts(whole, "competitor_unit_mixup")
    assert [(a["sku"], a["details"]["price"]) for a in told] == [("a", "0.09")]


def test_a_rival_that_collapses_is_followed_once_it_is_seen_again(journal: Any, run: Any) -> None:
    journal.policy("match", START - 1, strategy=MATCH)
    journal.product(cost="0.10")
    journal.competitor(START + HOUR, price=950)
    journal.competitor(START + 2 * HOUR, price=150)
    journal.tick(START + 2 * HOUR + 1)
    held = [v["price"] for v in run(journal).values("price-changes")]
    assert held == ["9.49"]
    journal.competitor(START + 3 * HOUR, price=150)
    journal.tick(START + 3 * HOUR + 1)
    whole = run(journal)
    assert [v["price"] for v in whole.values("price-changes")] == ["9.49", "1.49"]
    assert len(alerts(whole, "competitor_price_spike")) == 1


def test_a_held_price_that_is_sold_out_ends_the_match(journal: Any, run: Any) -> None:
    journal.policy("match", START - 1, strategy=MATCH)
    journal.product()
    journal.competitor(START + HOUR, price=950)
    journal.competitor(START + 2 * HOUR, price=9, in_stock=False)
    journal.tick(START + 3 * HOUR)
    assert [v["price"] for v in run(journal).values("price-changes")] == ["9.49", "10.00"]


def test_clicks_between_an_hours_start_and_its_first_tick_count_for_it(
    journal: Any, run: Any
) -> None:
    journal.product("a")
    journal.tick(START)
    text = journal.rows.text
    for at in (START + HOUR + 1, START + HOUR + 200):
        for _ in range(40):
            journal._add(
                1, at, "clickstream", sku=text("a"), channel=text("web"), person=77, count=1
            )
        journal.tick(at + 100)
    journal.tick(START + 3 * HOUR)
    assert [a["details"]["records"] for a in alerts(run(journal), "click_hammering")] == [20]


def test_one_session_that_hammers_an_offer_is_told(journal: Any, run: Any) -> None:
    now = ordinary(journal, days=2)
    text = journal.rows.text
    for i in range(200):
        journal._add(
            1, now + i, "clickstream", sku=text("a"), channel=text("web"), person=77, count=1
        )
    journal.tick(now + DAY)
    journal.tick(now + 3 * DAY)
    whole = run(journal)
    (busy,) = (v for v in whole.values("demand-observations") if v["views"])
    assert (busy["views"], busy["features"]["bot_views"]) == (200, 140)
    assert [a["details"]["records"] for a in alerts(whole, "click_hammering")] == [140]
