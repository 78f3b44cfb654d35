"""A battery that every demand expert passes just by being in `EXPERTS`.

Each check takes the name of an expert (or `mixture`) and raises AssertionError where it fails.
"""

from __future__ import annotations

import itertools
import math
from collections.abc import Callable, Iterable, Iterator
from dataclasses import fields, replace

import numpy as np

from online_models.demand.curves import DemandContext
from online_models.demand.ensemble.experts import EXPERTS
from online_models.demand.ensemble.models import DemandModels
from online_models.demand.ensemble.report import LearnReport
from online_models.demand.forecast import UnitsForecast
from online_models.demand.inputs.observations import ATTRIBUTES, DAY, Observations
from online_models.demand.networks.network import Network
from online_models.demand.networks.spec import Spec
from online_models.demand.networks.zoo import ARCHITECTURES, head
from online_models.demand.settings import DemandSettings
from online_models.numerics.arrays import Flags, Floats, Ints
from online_models.numerics.special import exp, log, normals, power, uniforms
from online_models.persistence.plain import leaves
from online_models.persistence.saved import restore, save

#: Regressors of River that are plugged in by name: one of each kind.
RIVER = (
    "river.linear_model.BayesianLinearRegression",
    "river.linear_model.LinearRegression",
    "river.tree.HoeffdingAdaptiveTreeRegressor(seed=1)",
)
#: Experts in whose belief levels wander while nothing is seen.
WANDERING = ("filter", "panel", "mixture")
#: Two products that every channel sells, and single offers.
CHANNELS, PRODUCTS, SINGLES = 14, 2, 60
OFFERS = CHANNELS * PRODUCTS + SINGLES
#: Log of the negative-binomial size that the battery's network tells: ordinary days scatter less
#: than it says, so that it stays champion.
CHAMPION_LOG_SIZE = 2.5
#: Rows that an expert must learn from a hostile stream.
HOSTILE_UPDATES = 100_000


def subjects() -> list[str]:
    """Names of all that is to be checked."""
    return [*EXPERTS, *RIVER, "mixture"]


def settings_for(expert: str) -> DemandSettings:
    """The expert and the leading one, so that what they share is there."""
    if expert == "mixture":
        return DemandSettings()
    leading = next(iter(EXPERTS))
    if expert in RIVER:
        return DemandSettings(experts=(leading,), river=(expert,))
    return DemandSettings(experts=tuple(dict.fromkeys((leading, expert))))


def registered(expert: str, order: Ints | None = None) -> DemandModels:
    """Models that know the battery's offers, offer i at dense row order[i]."""
    models = DemandModels(settings_for(expert))
    row = np.arange(OFFERS) if order is None else order
    paired = np.arange(OFFERS) < CHANNELS * PRODUCTS
    sku = np.where(paired, np.arange(OFFERS) // CHANNELS, np.arange(OFFERS))
    channel = np.where(paired, np.arange(OFFERS) % CHANNELS, 0)
    models.register(row, sku, channel, sku % 3)
    if expert == "deep":
        _install(models, row)
    return models


def _install(models: DemandModels, rows: Ints) -> None:
    """A champion near the running level, surer than it, which knows what every offer is."""
    for i, row in enumerate(rows.tolist()):
        models.deep.describe(row, f"sku-{i}", f"category-{i % 3}", ["word"], float(log(1000.0)))
    architecture, spec = ARCHITECTURES["mlp"], Spec(items=64, categories=8)
    hyper = architecture.defaults()
    weights = {
        name: 0.01 * normals(1, np.arange(math.prod(shape)))[:, 0].astype(np.float32).reshape(shape)
        for name, shape in head.shapes(architecture, spec, hyper).items()
    }
    weights["head/bias"][1] = CHAMPION_LOG_SIZE
    models.deep.champions.install("v1", Network(architecture, spec, hyper, weights), champion=True)


def ordinary_days(days: int, seed: int = 1, first: int = 0) -> list[Observations]:
    """Days of steady sellers whose prices move now and then."""
    rows = np.arange(OFFERS)
    level = 2.0 + 0.5 * normals(seed, rows)[:, 0]
    out = []
    for day in range(first, first + days):
        chance = uniforms(seed, day, rows, count=3)
        price = 1000.0 * exp(0.1 * np.floor(3.0 * chance[:, 0]) - 0.1)
        promoted = (chance[:, 1] < 0.1).astype(np.float64)
        rate = exp(level - 2.0 * np.floor(3.0 * chance[:, 0]) * 0.1 + 0.4 * promoted)
        units = np.rint(rate * (0.6 + 0.8 * chance[:, 2]))
        out.append(
            Observations.of(rows, day * DAY, units, price=price, promoted=promoted, orders=units)
        )
    return out


def hostile_windows(seed: int = 2) -> Iterator[Observations]:
    """Thousand- and million-fold orders, prices of a cent, months of silence, nonsense: no end."""
    rows = np.arange(OFFERS)
    now = 0
    for window in itertools.count():
        chance = uniforms(seed, window, rows, count=8)
        length = (DAY, DAY, DAY // 24, 7 * DAY)[window // 200 % 4]
        now += length if chance[0, 7] > 0.01 else 90 * DAY
        units = np.floor(10.0 * chance[:, 0] * chance[:, 1])
        units = np.where(chance[:, 2] < 0.01, 1e3 * (units + 1.0), units)
        units = np.where(chance[:, 2] < 0.001, 1e6 * (units + 1.0), units)
        units = np.where(chance[:, 2] > 0.99, -5.0, units)
        price = np.where(chance[:, 3] < 0.02, 0.01, 1000.0 * (0.5 + chance[:, 3]))
        price = np.where(chance[:, 3] > 0.98, 1e12, price)
        price = np.where(chance[:, 4] < 0.05, np.nan, price)
        price = np.where(chance[:, 4] > 0.99, -1.0, price)
        competitor = np.where(chance[:, 5] < 0.3, np.nan, power(10.0, 9.0 * chance[:, 5]))
        attributes = np.where(chance[:, :ATTRIBUTES] < 0.01, 1e9, 0.0)
        silent = uniforms(seed + 1, window // 60, rows)[:, 0] < 0.2
        seen = Observations.of(
            rows,
            now - length,
            units,
            length=length,
            price=price,
            competitor_price=competitor,
            promotion=2.0 * chance[:, 6] - 0.5,
            promoted=(chance[:, 6] < 0.1).astype(np.float64),
            attributes=attributes,
            available=np.where(chance[:, 7] < 0.05, 0.0, 1.5 * chance[:, 7]),
        )
        yield seen.take(np.flatnonzero(~silent))


def until(updates: int, windows: Iterable[Observations]) -> Iterator[Observations]:
    """As many windows as it takes to have so many rows."""
    seen = 0
    for window in windows:
        if seen >= updates:
            return
        seen += len(window)
        yield window


def context(day: int) -> DemandContext:
    """All offers at their usual price."""
    return DemandContext.at_prices(np.full(OFFERS, day * DAY), np.full(OFFERS, 1000.0))


def checked(report: LearnReport, expert: str) -> UnitsForecast:
    """The forecast of the checked expert."""
    return report.forecast if expert == "mixture" else report.member(expert)


def joined(days: list[Observations]) -> Observations:
    """All days in one."""
    return Observations(
        *(np.concatenate([getattr(d, f.name) for d in days]) for f in fields(Observations))
    )


def check_many_windows_at_once_equal_one_by_one(expert: str) -> None:
    """A tick that closes many windows learns them like many ticks."""
    days = ordinary_days(25)
    slow, fast = registered(expert), registered(expert)
    alone = np.concatenate([checked(slow.learn(day), expert).mean for day in days])
    together = checked(fast.learn(joined(days)), expert).mean
    np.testing.assert_array_equal(together, alone)
    _assert_same_state(slow, fast)


def check_order_of_rows_is_irrelevant(expert: str) -> None:
    """Rows of a tick may come in any order, to the last bit."""
    first, second = registered(expert), registered(expert)
    for day in ordinary_days(25):
        shuffled = np.argsort(uniforms(9, day.start, day.offer)[:, 0], kind="stable")
        found = checked(second.learn(day.take(shuffled)), expert).mean
        np.testing.assert_array_equal(found, checked(first.learn(day), expert).mean[shuffled])
    _assert_same_state(first, second)


def check_order_of_offers_is_irrelevant(expert: str) -> None:
    """Which dense row an offer has changes nothing but the rounding."""
    order = np.argsort(uniforms(8, np.arange(OFFERS))[:, 0], kind="stable")
    first, second = registered(expert), registered(expert, order)
    for day in ordinary_days(25):
        moved = replace(day, offer=order)
        expected = checked(first.learn(day), expert).mean
        np.testing.assert_allclose(checked(second.learn(moved), expert).mean, expected, rtol=1e-3)


def check_a_restored_model_goes_on_alike(expert: str) -> None:
    """A snapshot holds all that matters."""
    models = registered(expert)
    models.learn(joined(ordinary_days(20)))
    again = restore(DemandModels(models.settings), save(models))
    _assert_same_state(models, again)
    later = joined(ordinary_days(5, first=20))
    first, second = checked(models.learn(later), expert), checked(again.learn(later), expert)
    np.testing.assert_array_equal(first.mean, second.mean)
    _assert_same_state(models, again)


def check_hostile_data_leave_no_nan(expert: str) -> None:
    """A hundred thousand hostile updates leave finite forecasts that recover afterwards."""
    models = registered(expert)
    for seen in until(HOSTILE_UPDATES, hostile_windows()):
        models.learn(seen)
    arrays = [(name, a) for name, a in leaves(save(models)) if isinstance(a, np.ndarray)]
    for name, array in arrays:
        # Usual prices and markups may be unknown, which is NaN; nothing is infinite.
        assert not np.isinf(array).any(), name
        unknown = ("price", "anchor", "rival", "windows", "markup", "implied", "usual")
        if not any(word in name for word in unknown):
            assert not np.isnan(array).any(), name
    last = 40 * 365
    for day in ordinary_days(90, first=last):
        models.learn(day)
    if expert == "deep":
        _install(models, np.arange(OFFERS))  # nonsense may rightly have demoted it
    for day in ordinary_days(30, first=last + 90):
        report = models.learn(day)
    forecast = checked(report, expert)
    covered = _spoken(forecast)
    mean, units = forecast.mean[covered], report.observations.units[covered]
    assert np.isfinite(mean).all()
    assert np.abs(np.log((mean.sum() + 1.0) / (units.sum() + 1.0))) < 0.5, "does not recover"
    curves = models.curves(np.arange(OFFERS), context(last + 120))
    assert np.isfinite(curves.log_rate).all()
    assert (np.abs(curves.elasticity) < 20.0).all()


def check_forecasts_are_distributions(expert: str) -> None:
    """Means and sizes are positive, weights sum to one, quantiles are in order."""
    models = registered(expert)
    report = models.learn(joined(ordinary_days(20)))
    forecast = checked(report, expert)
    covered = _spoken(forecast)
    assert (forecast.means[covered] > 0.0).all()
    assert (forecast.sizes[covered] > 0.0).all()
    np.testing.assert_allclose(forecast.weights[covered].sum(axis=1), 1.0, atol=1e-9)
    low, high = forecast.quantile(0.05), forecast.quantile(0.95)
    assert (low <= high)[covered].all()


def check_variance_shrinks_with_data_and_grows_with_silence(expert: str) -> None:
    """More days make the price response surer, silence makes it and the level vaguer.

    No expert's forecast is surer after a silence, and those that believe levels to wander are
    less sure.
    """
    models = registered(expert)
    rows = np.arange(OFFERS)
    models.learn(joined(ordinary_days(20)))
    early = models.curves(rows, context(20))
    models.learn(joined(ordinary_days(100, first=20)))
    late = models.curves(rows, context(120))
    silent = models.curves(rows, context(480))
    assert (late.elasticity_variance < early.elasticity_variance).all()
    assert (silent.elasticity_variance > late.elasticity_variance).all()
    assert (silent.log_rate_variance > late.log_rate_variance).all()
    soon, after = (_relative_variance(models, expert, day) for day in (120, 120 + 364))
    known = ~np.isnan(after / soon)
    assert known.any(), "says nothing that could be judged"
    grown = float(np.median((after / soon)[known]))
    assert grown > (1.1 if expert in WANDERING else 0.95), f"{grown:.2f} times the variance"


def _spoken(forecast: UnitsForecast) -> Flags:
    """Rows that an expert says something of, (n,): of some, or there is nothing to be checked."""
    said: Flags = forecast.weights.max(axis=1) > 0.0
    assert said.any(), "says nothing that could be judged"
    return said


def _relative_variance(models: DemandModels, expert: str, day: int) -> Floats:
    """Variance of an expert's forecast over its squared mean, NaN where it says nothing."""
    report = models.predict(joined(ordinary_days(1, first=day)))
    forecast = checked(report, expert)
    mean, square = forecast.mean, forecast.means * forecast.means
    spread = square * (1.0 + 1.0 / forecast.sizes) + forecast.means
    variance = (forecast.weights * spread).sum(axis=1) - mean * mean
    said = forecast.weights.max(axis=1) > 0.0
    return np.where(said, variance / np.where(said, mean * mean, 1.0), np.nan)


CHECKS: tuple[Callable[[str], None], ...] = (
    check_many_windows_at_once_equal_one_by_one,
    check_order_of_rows_is_irrelevant,
    check_order_of_offers_is_irrelevant,
    check_a_restored_model_goes_on_alike,
    check_hostile_data_leave_no_nan,
    check_forecasts_are_distributions,
    check_variance_shrinks_with_data_and_grows_with_silence,
)


def _assert_same_state(first: DemandModels, second: DemandModels) -> None:
    for (name, one), (_, other) in zip(leaves(save(first)), leaves(save(second)), strict=True):
        np.testing.assert_array_equal(one, other, err_msg=name)
