"""Forecasts that are published: what of them is kept, what they move, and what is told."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from online_models.demand.forecasts.published import MOST_MODELS
from online_models.pricing.explanation.narrate import words
from online_models.pricing.strategies.forecasters import recomputed

DAY = 86_400_000
START = 1_700_006_400_000 // DAY * DAY
Fold = Callable[..., Any]


def alerts(result: Any) -> dict[str, int]:
    return {
        value["kind"]: value["details"]["count"]
        for value in result.values("pricing-alerts")
        if value["kind"].endswith("_forecast") or value["kind"] == "currency_mismatch"
    }


def opened(journal: Any) -> Any:
    journal.product()
    journal.tick(START)
    return journal


@pytest.mark.parametrize(
    ("kind", "fields"),
    [
        ("unknown_forecast", {"sku": "nobody"}),
        ("unknown_forecast", {"channel": "elsewhere"}),
        ("late_forecast", {"start": START - DAY}),
        ("late_forecast", {"valid_until": START}),
        ("flat_forecast", {"units": [5.0, 5.0, 5.0]}),
        ("flat_forecast", {"units": [5.0, 6.0, 7.0]}),
        ("currency_mismatch", {"currency": "EUR"}),
        ("unusable_forecast", {"points": [{"price": "0", "units": 5}]}),
    ],
)
def test_a_forecast_that_is_of_no_use_is_counted_and_told(
    journal: Any, run: Fold, kind: str, fields: dict[str, Any]
) -> None:
    opened(journal).forecast(START + 1, **fields)
    journal.tick(START + 2)
    assert alerts(run(journal)) == {kind: 1}


def test_a_sound_forecast_is_not_told(journal: Any, run: Fold) -> None:
    opened(journal).forecast(START + 1)
    journal.tick(START + 2)
    assert alerts(run(journal)) == {}


def test_models_beyond_the_most_are_turned_away_until_one_falls_silent(
    journal: Any, run: Fold
) -> None:
    opened(journal)
    for k in range(MOST_MODELS + 1):
        journal.forecast(START + k, model=f"m{k}")
    journal.tick(START + 60 * DAY)
    journal.tick(START + 61 * DAY)
    journal.forecast(START + 61 * DAY, model="late")
    journal.tick(START + 61 * DAY + 1)
    result = run(journal)
    assert alerts(result) == {"surplus_forecast": 1}
    assert result.fold.state.demand.forecasts.models == ("late",)


def test_a_name_that_only_a_forecast_says_takes_no_room(journal: Any, run: Fold) -> None:
    opened(journal)
    for k in range(20):
        journal.forecast(START + 1, sku=f"ghost{k}")
    journal.tick(START + 2)
    result = run(journal)
    assert alerts(result) == {"unknown_forecast": 20}
    assert len(result.fold.state.catalogue.sku_names) == 1
    assert result.fold.state.catalogue.strays == 0


def test_forecasts_are_scored_and_weighed_among_the_experts(journal: Any, run: Fold) -> None:
    opened(journal)
    for day in range(40):
        at = START + day * DAY
        journal.forecast(at + 1, model="good", units=[7.0], horizon=3, start=at)
        journal.forecast(at + 1, model="bad", units=[70.0], horizon=3, start=at)
        journal.order(at + 2, quantity=7, order=f"o{day}")
        journal.tick(at + DAY)
    weights = run(journal).values("demand-observations")[-1]["forecast"]["weights"]
    assert weights["published:good"] > 0.2
    assert weights["published:bad"] < 0.05


def decided(result: Any) -> tuple[dict[str, Any], dict[str, Any]]:
    """The last decision, and the detail of its strategy's step."""
    decision = result.values("price-decisions")[-1]
    return decision, decision["explanation"][0]["detail"]


def steady(journal: Any, days: int, units: list[float] | None) -> Any:
    """A week and more of five a day, a forecast each day if any."""
    opened(journal)
    for day in range(days):
        at = START + day * DAY
        if units:
            journal.forecast(at + 1, units=units, horizon=3, start=at, version="7")
        journal.order(at + 2, quantity=5, order=f"o{day}")
        journal.tick(at + DAY)
    return journal


def test_a_decision_says_whose_forecast_moved_the_price_and_by_how_much(
    journal: Any, new_journal: Any, run: Fold
) -> None:
    result = run(steady(journal, 12, [30.0, 5.0, 1.0]))
    assert decided(result)[1]["forecasts"][0]["response_weight"] == 0.0
    # as if months of prices had borne it out
    result.fold.state.demand.forecasts.judge.evidence[:] = 8.0
    more = new_journal()
    more.offsets = journal.offsets
    more.tick(START + 13 * DAY)
    result.feed(more.batch())
    decision, detail = decided(result)
    (member,) = detail["forecasts"]
    assert (member["model"], member["version"]) == ("m", "7")
    assert member["response_weight"] > 0.9
    assert member["elasticity"] < -10.0
    asked = decision["explanation"][0]["output"]
    assert float(asked) < float(member["price_without"])
    found = recomputed(detail)
    assert found["elasticity"] == pytest.approx(detail["elasticity"], abs=1e-3)
    assert found["log_units_per_day"] == pytest.approx(detail["log_units_per_day"], abs=1e-3)
    sentence = words(decision)[2]
    assert "believing m (version 7) to" in sentence
    assert member["price_without"] in sentence


def test_where_nobody_forecasts_no_decision_speaks_of_it(journal: Any, run: Fold) -> None:
    _, detail = decided(run(steady(journal, 12, None)))
    assert "forecasts" not in detail
    assert "own_models" not in detail
