"""One-week-ahead log units of a simulated store panel: our experts beside what else one would do.

python -m tests.benchmarks.demand_panel [seed] [logit]

`logit`: shoppers who choose among the products (`panel_logit`), instead of `panel_market`.
"""

from __future__ import annotations

import sys
import time
from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray
from river import linear_model
from sklearn.ensemble import HistGradientBoostingRegressor

from online_models.demand import DemandModels, UnitsForecast
from tests.benchmarks import panel_logit, panel_market
from tests.benchmarks.panel_market import Panel

FIRST_SCORED = 8
Floats = NDArray[np.float64]


def features(panel: Panel) -> Floats:
    """Log prices, competitors, promotion, lags, ids: (weeks, products, channels, features)."""
    log_price, log_units = np.log(panel.price), np.log(panel.units + 1.0)
    week_before = np.concatenate([log_units[:1], log_units[:-1]])
    price_before = np.concatenate([log_price[:1], log_price[:-1]])
    competitors = (log_price.sum(1, keepdims=True) - log_price) / (log_price.shape[1] - 1)
    average = np.stack(
        [log_units[max(0, t - 8) : max(t, 1)].mean(0) for t in range(len(log_units))]
    )
    product = np.broadcast_to(np.arange(log_units.shape[1])[:, None], log_units.shape[1:])
    channel = np.broadcast_to(np.arange(log_units.shape[2]), log_units.shape[1:])
    fixed = [np.broadcast_to(a, log_units.shape) for a in (product, channel)]
    columns = [
        log_price,
        competitors,
        panel.deal,
        panel.feature,
        week_before,
        price_before,
        average,
    ]
    return np.stack([*columns, *fixed], -1)


def trees(panel: Panel) -> Floats:
    """Boosted trees, retrained every four weeks on all weeks before."""
    x, y = features(panel), np.log(panel.units + 1.0)
    told = np.zeros_like(y)
    model = HistGradientBoostingRegressor(max_iter=200, learning_rate=0.06, random_state=0)
    for t in range(FIRST_SCORED, len(y)):
        if (t - FIRST_SCORED) % 4 == 0:
            model.fit(x[1:t].reshape(-1, x.shape[-1]), y[1:t].ravel())
        told[t] = model.predict(x[t].reshape(-1, x.shape[-1])).reshape(y.shape[1:])
    return told


def river_per_offer(panel: Panel) -> Floats:
    """River's Bayesian linear regression per product and channel, on prices and promotions.

    Lags are left out: with them it forecasts worse.
    """
    x, y = features(panel)[..., :4], np.log(panel.units + 1.0)
    told = np.zeros_like(y)
    for p in range(y.shape[1]):
        for s in range(y.shape[2]):
            model = linear_model.BayesianLinearRegression(alpha=1.0, beta=4.0)
            first = x[0, p, s]
            for t in range(len(y)):
                row = {"constant": 1.0, **dict(enumerate((x[t, p, s] - first).tolist()))}
                told[t, p, s] = y[0, p, s] + model.predict_one(row)
                model.learn_one(row, float(y[t, p, s] - y[0, p, s]))
    return told


def last_week(panel: Panel) -> Floats:
    y = np.log(panel.units + 1.0)
    return np.concatenate([y[:1], y[:-1]])


def line(name: str, error: Floats, coverage: float, seconds: float) -> None:
    rmse = np.sqrt(np.mean(error * error))
    print(f"{name:34s} {rmse:8.4f} {coverage:9.3f} {seconds:9.2f}", flush=True)


def main(panel: Panel) -> None:
    sold = panel.units[FIRST_SCORED:] > 0
    truth = np.log(np.maximum(panel.units[FIRST_SCORED:], 1.0))[sold]
    print(f"{'model':34s} {'RMSE log':>8s} {'cover 90':>9s} {'CPU s':>9s}")
    others: dict[str, Callable[[Panel], Floats]] = {
        "last week": last_week,
        "River Bayesian regression, per offer": river_per_offer,
        "boosted trees, every 4 weeks": trees,
    }
    for name, forecast in others.items():
        started = time.process_time()
        told = forecast(panel)[FIRST_SCORED:][sold]
        line(name, truth - told, float("nan"), time.process_time() - started)
    weeks, products, channels = panel.units.shape
    models = DemandModels()
    offer = np.arange(products * channels)
    models.register(offer, offer // channels, offer % channels, np.zeros(len(offer), np.int64))
    observations = [panel.week(t) for t in range(weeks)]
    started = time.process_time()
    reports = [models.learn(seen) for seen in observations]
    seconds = time.process_time() - started
    rng = np.random.default_rng(0)
    for name in (*[n for n in models.experts if n != "deep"], "mixture"):  # no network is trained
        error, inside = [], []
        for report in reports[FIRST_SCORED:]:
            told = report.forecast if name == "mixture" else report.member(name)
            units = report.observations.units
            kept = (units > 0) & (told.weights.max(1) > 0)
            told = UnitsForecast(told.means[kept], told.sizes[kept], told.weights[kept])
            error.append(np.log(units[kept]) - told.log_location())
            low, high = told.pit(units[kept])
            pit = low + rng.random(len(low)) * (high - low)
            inside.append((pit > 0.05) & (pit < 0.95))
        line(name, np.concatenate(error), float(np.concatenate(inside).mean()), seconds)


if __name__ == "__main__":
    market = panel_logit if "logit" in sys.argv else panel_market
    main(market.draw(int(sys.argv[1]) if len(sys.argv) > 1 else 0))
