"""A merchant hears of drifting demand together, by category first, and once a week."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest

from online_models.demand import DemandModels, Observations
from online_models.demand.networks.champions import Notice
from online_models.demand.records.drift_reports import PAUSE, DriftReports
from online_models.persistence.saved import restore, save
from schemas.values.instants import DAY

TEA, COFFEE = 0, 1


@pytest.fixture(scope="module")
def demand() -> DemandModels:
    """Six offers of tea and thirty of coffee that have sold."""
    models, rows = DemandModels(), np.arange(36)
    models.register(rows, rows, 0 * rows, np.where(rows < 6, TEA, COFFEE))
    models.learn(Observations.of(rows, 0, np.ones(36), price=np.full(36, 100.0)))
    return models


CATALOGUE: Any = SimpleNamespace(
    offer_name=lambda row: (f"sku-{row}", "web"), category_names=["tea", "coffee"]
)


def told(drifting: DriftReports, demand: DemandModels, now: int) -> list[Notice]:
    return drifting.due(demand, CATALOGUE, now)


def test_a_category_in_which_many_drift_is_told_apart_from_stray_offers(
    demand: DemandModels,
) -> None:
    drifting = DriftReports()
    drifting.add(np.array([0, 2, 3, 20, 30]))
    tea, others = told(drifting, demand, DAY)
    assert (tea.kind, tea.severity, tea.details["category"]) == ("demand_drift", "warning", "tea")
    assert (tea.details["count"], tea.details["of"]) == (3, 6)
    assert others.severity == "info"
    assert [offer["sku"] for offer in others.details["offers"]] == ["sku-20", "sku-30"]


def test_an_offer_that_drifts_every_day_is_told_once_a_week(demand: DemandModels) -> None:
    drifting, reports = DriftReports(), []
    for day in range(1, 71):
        drifting.add(np.array([day % 36]))
        again = DriftReports()
        restore(again, save(drifting))
        drifting = again
        reports += told(drifting, demand, day * DAY)
    assert sum("category" not in report.details for report in reports) == 70 * DAY // PAUSE
    # nobody is forgotten in between
    assert sum(report.details["count"] for report in reports) >= 63


def test_silence_is_not_told(demand: DemandModels) -> None:
    assert not told(DriftReports(), demand, DAY)
