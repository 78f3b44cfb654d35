"""Which products the panel model covers, and that it is worth it by the week."""

from __future__ import annotations

import numpy as np
import pytest

from online_models.demand import DemandModels
from online_models.demand.inputs.observations import DAY, Observations
from online_models.demand.panel import products

WEEK = 7 * DAY


def models(offers: int) -> DemandModels:
    found = DemandModels()
    rows = np.arange(offers)
    found.register(rows, rows, 0 * rows, 0 * rows)
    return found


def windows(offers: int, number: int, length: int, seed: int = 1) -> list[Observations]:
    """Products of one channel that are promoted now and then; a flag doubles sales, thresholds in
    price and last week's stock matter, too.
    """
    rng = np.random.default_rng(seed)
    level = 4.0 + 0.5 * rng.standard_normal(offers)
    found, pantry = [], np.zeros(offers)
    for k in range(number):
        promoted = (rng.random(offers) < 0.25).astype(np.float64)
        cut = promoted * rng.uniform(0.05, 0.35, offers)
        log_rate = level - 2.0 * np.log(1.0 - cut) + 0.7 * promoted + 0.8 * (cut > 0.2) - pantry
        pantry = 0.3 * promoted
        units = rng.poisson(np.exp(log_rate + 0.2 * rng.standard_normal(offers)))
        attributes = np.zeros((offers, 4))
        attributes[:, 0] = promoted
        price = 500.0 * (1.0 - cut)
        found.append(
            Observations.of(
                np.arange(offers),
                k * length,
                units,
                length=length,
                price=price,
                promoted=promoted,
                attributes=attributes,
            )
        )
    return found


@pytest.mark.parametrize(("length", "covered"), [(WEEK, True), (DAY, False)])
def test_products_of_one_channel_are_covered_by_the_week(length: int, covered: bool) -> None:
    found = models(6)
    report = [found.learn(seen) for seen in windows(6, 8, length)][-1]
    assert bool((report.member("panel").weights > 0.0).any()) == covered


def test_what_is_covered_by_the_week_is_not_forecast_by_the_day() -> None:
    found = models(6)
    for seen in windows(6, 8, WEEK):
        found.learn(seen)
    (day, *_), (week, *_) = (windows(6, 1, length, seed=2) for length in (DAY, WEEK))
    weights = [found.predict(seen).member("panel").weights for seen in (day, week)]
    assert not weights[0].any()
    assert weights[1].any()


def test_products_with_few_channels_are_taken_up_to_a_number(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(products, "MOST_ALONE", 4)
    found = models(6)
    report = [found.learn(seen) for seen in windows(6, 8, WEEK)][-1]
    assert (report.member("panel").weights.sum(axis=1) > 0.0).sum() == 4


def test_what_is_not_covered_has_no_forecast_and_makes_no_figure(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(products, "MOST_ALONE", 4)
    found = models(6)
    report = [found.learn(seen) for seen in windows(6, 8, WEEK)][-1]
    told, units = report.member("panel"), report.observations.units
    figures = told.mean, told.log_score(units), told.log_location(), told.quantile(0.5)
    for values in (*figures, *told.pit(units)):
        assert np.isnan(values).sum() == 2
    assert np.nanmean(told.log_score(units)) > -8.0


def error() -> float:
    """Root mean squared error of log units over the later weeks."""
    found, errors = models(20), []
    for k, seen in enumerate(windows(20, 40, WEEK)):
        told = found.learn(seen).forecast.log_location()
        if k >= 16:
            errors.append(np.log(seen.units) - told)
    return float(np.sqrt(np.mean(np.concatenate(errors) ** 2)))


def test_by_the_week_the_mixture_gains_from_it_with_single_channels(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    better = error()
    monkeypatch.setattr(products, "MOST_ALONE", 0)
    assert better < 0.97 * error()
