"""Elasticities recovered where merchants price on demand; and what cannot be recovered."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import numpy as np
import pytest

from online_models.studies.elasticity.double_ml import double_ml
from online_models.studies.elasticity.panel import panel
from online_models.studies.elasticity.rows import double_ml_rows
from tests.online_models.studies.elasticity.markets import Panelled, naive, slow_sellers, stores


def errors(market: Panelled) -> tuple[np.ndarray, np.ndarray]:
    """Errors of the products' own estimates, and the same in standard deviations."""
    found = panel(market.parts, market.offers)
    assert found is not None
    said = double_ml(found).product
    error = said.theta - market.truth[found.products]
    return error, error / np.sqrt(said.variance)


def hidden(seed: int) -> Panelled:
    return slow_sellers(seed, hidden=0.4)


@pytest.mark.parametrize("market", [stores, slow_sellers, hidden])
def test_elasticities_are_recovered(market: Callable[[int], Panelled]) -> None:
    told = [errors(market(seed)) for seed in range(5)]
    assert abs(np.mean([error.mean() for error, _ in told])) <= 0.15
    assert np.mean([(np.abs(score) < 1.96).mean() for _, score in told]) >= 0.88


def test_a_spreadsheet_would_be_far_off() -> None:
    markets = [slow_sellers(seed) for seed in range(3)]
    assert np.mean([(naive(m) - m.truth).mean() for m in markets]) > 0.4


def test_prices_set_on_demand_that_nobody_sees_mislead_unless_chance_is_told() -> None:
    market = slow_sellers(0, hidden=0.4)
    untold = [replace(part, exploration=np.full(len(part), np.nan)) for part in market.parts]
    assert errors(replace(market, parts=untold))[0].mean() > 0.4


def test_a_category_is_the_mean_of_its_products() -> None:
    market = stores(3)
    row = double_ml_rows(market.parts, market.offers, "category")
    assert abs(row.mean[0] - market.truth.mean()) < 3.0 * np.sqrt(row.variance[0])
    assert np.sqrt(row.variance[0]) < 0.15


def test_channels_of_a_product_agree_and_every_offer_has_a_row() -> None:
    market = stores(4)
    rows = double_ml_rows(market.parts, market.offers, "offer")
    assert len(rows.ids) == 80
    by_product = rows.mean.reshape(8, 10)
    assert by_product.std(axis=1).max() < 0.5 * by_product.mean(axis=1).std()
    inside = np.abs(by_product - market.truth[:, None]) < 2.5 * np.sqrt(rows.variance).reshape(
        8, 10
    )
    assert inside.mean() > 0.85


def test_brands_have_rows_of_their_own() -> None:
    market = stores(5)
    rows = double_ml_rows(market.parts, market.offers, "brand")
    truth = [market.truth[k::2].mean() for k in (0, 1)]
    assert rows.ids.tolist() == [0, 1]
    assert np.abs(rows.mean - truth).max() < 3.0 * np.sqrt(rows.variance.max())


def test_what_never_changed_its_price_is_as_its_category_is() -> None:
    market = stores(6)
    fixed = [
        replace(part, price=np.where(part.offer < 10, 300.0, part.price)) for part in market.parts
    ]
    rows = double_ml_rows(fixed, market.offers, "offer")
    category = double_ml_rows(fixed, market.offers, "category")
    assert np.allclose(rows.mean[:10], rows.mean[0])
    assert abs(rows.mean[0] - category.mean[0]) < 0.3
    assert rows.variance[0] > 3.0 * rows.variance[10:].max()


def test_the_same_recording_gives_the_same_figures_in_any_pieces() -> None:
    market = stores(7, products=4, shops=4, weeks=40)
    whole = double_ml_rows(market.parts, market.offers, "offer", cross=True)
    again = double_ml_rows(market.parts[::-1], market.offers, "offer", cross=True)
    assert np.array_equal(whole.mean, again.mean)
    assert np.array_equal(whole.cross, again.cross)


def test_a_recording_that_tells_nothing_gives_the_prior() -> None:
    market = stores(8, weeks=1)
    rows = double_ml_rows(market.parts, market.offers, "category", cross=True)
    assert -2.5 < rows.mean[0] < -0.5
    assert np.sqrt(rows.variance[0]) > 1.5
    assert np.isnan(rows.cross[0])


@pytest.mark.slow
@pytest.mark.parametrize("market", [stores, slow_sellers, hidden])
def test_bias_and_coverage_over_many_markets(market: Callable[[int], Panelled]) -> None:
    told = [errors(market(seed)) for seed in range(100, 160)]
    assert abs(np.mean([error.mean() for error, _ in told])) <= 0.1
    assert 0.92 <= np.mean([(np.abs(score) < 1.96).mean() for _, score in told]) <= 0.97
