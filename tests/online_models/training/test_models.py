"""The battery that every model of the zoo and every baseline passes just by being registered."""

from __future__ import annotations

import multiprocessing
from dataclasses import replace

import numpy as np
import pytest

from online_models.demand.inputs.observations import DAY, Observations
from online_models.demand.networks.history import History
from online_models.demand.networks.inputs import inputs
from online_models.demand.networks.levels import Offers
from online_models.demand.networks.zoo import ARCHITECTURES
from online_models.training import dataset as datasets
from online_models.training.baselines import BASELINES
from online_models.training.dataset import Dataset
from online_models.training.model_card import measure
from online_models.training.models import DeepModel, Model, build
from online_models.training.search import SearchTrial, cross_validate, grid, random_points
from tests.online_models.conftest import SPEC

#: Recurrent networks are built and trained in one way; one of them stands for both.
IN_SHORT = [name for name in ARCHITECTURES if name != "lstm"]
NAMES = [
    *BASELINES,
    *(pytest.param(name, marks=pytest.mark.deep) for name in IN_SHORT),
    pytest.param("lstm", marks=[pytest.mark.deep, pytest.mark.slow]),
]


@pytest.fixture(scope="module", params=NAMES)
def fitted(request: pytest.FixtureRequest, dataset: Dataset) -> tuple[str, Model, Dataset]:
    if request.param != "level":
        pytest.importorskip("sklearn", reason="scikit-learn is not installed (the `sklearn` extra)")
    past, held = datasets.at(dataset.end, 0.2)
    return request.param, build(request.param).fit(dataset.take(past)), dataset.take(held)


def test_forecasts_are_counts_that_beat_the_seasonal_naive(
    fitted: tuple[str, Model, Dataset],
) -> None:
    _, model, held = fitted
    forecast = model.predict(held.inputs)
    assert (forecast.mean > 0.0).all()
    assert (forecast.size > 0.0).all()
    measures = measure(forecast, held.units, held.naive)
    assert measures.mase < 0.9
    assert np.isfinite(list(measures.document().values())).all()


def test_a_row_does_not_depend_on_its_neighbours(fitted: tuple[str, Model, Dataset]) -> None:
    _, model, held = fitted
    together = model.predict(held.inputs).mean
    alone = model.predict(held.inputs.take(np.array([17]))).mean
    assert alone[0] == pytest.approx(together[17], rel=1e-12)


def test_a_forest_draws_a_share_of_the_rows_however_many_units_they_sell(dataset: Dataset) -> None:
    pytest.importorskip("sklearn", reason="scikit-learn is not installed (the `sklearn` extra)")
    few = dataset.take(slice(0, 800))
    much = replace(few.inputs, offset=few.inputs.offset + np.log(1000.0))
    for data in (few, replace(few, inputs=much, units=1000.0 * few.units)):
        forest = build("forest", {"trees": 30}).fit(data).estimator  # type: ignore[attr-defined]
        drawn = [tree.tree_.weighted_n_node_samples[0] for tree in forest.estimators_]
        assert max(drawn) <= 0.31 * len(data)


def test_networks_learn_that_demand_falls_with_the_price(
    fitted: tuple[str, Model, Dataset],
) -> None:
    _, model, held = fitted
    if isinstance(model, DeepModel):
        assert model.network is not None
        slopes = model.network.outputs(held.inputs).slopes
        assert 1.0 < slopes[:, 0].mean() + 0.5 * slopes[:, 3].mean() < 3.5


@pytest.mark.deep
def test_the_same_seed_trains_the_same_weights(dataset: Dataset) -> None:
    small = dataset.take(slice(0, 600))
    # as the trainer does: where TensorFlow has run before, it keeps the threads that it has
    with multiprocessing.get_context("spawn").Pool(1) as fresh:
        first, second = fresh.map(_weights, [small, small])
    assert all(np.array_equal(first[name], second[name]) for name in first)


def _weights(data: Dataset) -> dict[str, np.ndarray]:
    trained = build("mlp", {"units": (32,)}, seed=3).fit(data)
    return dict(trained.network.weights)  # type: ignore[attr-defined]


def test_unknown_models_and_hyper_parameters_are_refused() -> None:
    with pytest.raises(ValueError, match="no model 'oracle'"):
        build("oracle")
    with pytest.raises(ValueError, match=r"mlp\.dropout"):
        build("mlp", {"dropout": 3.0})
    with pytest.raises(ValueError, match="predict before fit"):
        build("mlp").predict(None)  # type: ignore[arg-type]


def test_a_grid_has_every_point_once_and_a_random_search_distinct_ones() -> None:
    whole = grid(["mlp", "tree"])
    assert len({trial.key for trial in whole}) == len(whole) == 36 + 9
    some = random_points(["mlp", "tree"], 4, seed=1)
    assert len({trial.key for trial in some}) == 8
    assert {trial.key for trial in some} <= {trial.key for trial in grid(["mlp", "tree"], seed=1)}
    assert some[0].hyper == ARCHITECTURES["mlp"].defaults()
    assert len(random_points(["linear"], 4)) == 1


def test_cross_validation_scores_each_fold_on_its_own_later_time(dataset: Dataset) -> None:
    seen: list[tuple[int, int]] = []
    score = cross_validate(
        SearchTrial("level", {}),
        dataset,
        3,
        0.1,
        done=lambda _fold, forecast, held: seen.append((int(held.end.min()), len(forecast.mean))),
    )
    assert [start for start, _ in seen] == sorted({start for start, _ in seen})
    assert [rows for _, rows in seen] == [int(fold.rows) for fold in score.folds]
    assert score.mean["mase"] == pytest.approx(np.mean([fold.mase for fold in score.folds]))


@pytest.mark.deep
def test_what_a_name_says_of_demand_is_learnt_for_offers_without_a_past() -> None:
    """Offers called deluxe sell four times as much; two that never sold differ in their names."""
    rng = np.random.default_rng(6)
    count, days = 200, 60
    offers = Offers()
    for row in range(count + 2):
        words = ["thing", "deluxe" if row % 2 else "basic"]
        offers.register(row, f"sku-{row}", "food", words, float(np.log(1000.0)))
    offer, start = np.tile(np.arange(count), days), np.repeat(DAY * np.arange(days), count)
    units = rng.poisson(np.where(offer % 2, 8.0, 2.0) * np.exp(0.3 * rng.normal(size=count))[offer])
    sold = Observations.of(offer, start, units, price=1000.0)
    network = build("mlp").fit(datasets.build(sold, offers, SPEC, skip=14)).network  # type: ignore[attr-defined]
    history = History(offers, DAY, SPEC.lookback)
    history.grow()
    for rows in sold.windows():
        history.push(sold.take(rows))
    new = Observations.of([count, count + 1], days * DAY, [0.0, 0.0], price=1000.0)
    basic, deluxe = network.outputs(inputs(history, new, SPEC)).log_mean
    assert np.log(2.0) < deluxe - basic < np.log(6.0)
