"""River's own checks, and what River cannot know."""

from __future__ import annotations

import pickle

import numpy as np
import pandas as pd
import pytest
from river import checks

from online_models.demand.ensemble.regressor import DemandRegressor
from online_models.demand.inputs.observations import DAY

PARAMS = list(DemandRegressor._unit_test_params())
#: Learns for seconds under a watch of the memory.
LONG = "check_bounded_memory_growth"
CHECKS = [
    pytest.param(
        params,
        check,
        id=f"{params['expert']}-{check.__name__}",
        # All experts share the interface; one of them is enough for an everyday run.
        marks=[pytest.mark.slow] if params["expert"] != "mixture" or check.__name__ == LONG else [],
    )
    for params in PARAMS
    for check in checks.yield_checks(DemandRegressor(**params))
    if check.__name__ not in DemandRegressor()._unit_test_skips()
]


@pytest.mark.parametrize(("params", "check"), CHECKS)
def test_rivers_own_checks_pass(params: dict[str, str], check) -> None:
    check(DemandRegressor(**params).clone())


def frame(days: int, offers: int = 7) -> tuple[pd.DataFrame, pd.Series]:
    rng = np.random.default_rng(4)
    rows = pd.DataFrame(
        {
            "sku": [f"sku-{i % 4}" for i in range(offers)] * days,
            "channel": [f"channel-{i // 4}" for i in range(offers)] * days,
            "category": "food",
            "time": np.repeat(np.arange(days) * DAY, offers),
            "price": rng.choice([900.0, 1000.0, 1100.0], days * offers),
        }
    )
    return rows, pd.Series(rng.poisson(5.0, len(rows)).astype(float))


@pytest.mark.parametrize("params", PARAMS)
def test_many_rows_at_once_equal_one_by_one(params: dict[str, str]) -> None:
    x, y = frame(12)
    together, alone = DemandRegressor(**params), DemandRegressor(**params)
    together.learn_many(x, y)
    for row, target in zip(x.to_dict("records"), y, strict=True):
        alone.learn_one(row, target)
    later, _ = frame(1)
    later["time"] = 12 * DAY
    np.testing.assert_array_equal(together.predict_many(later), alone.predict_many(later))


def test_a_pickled_regressor_goes_on_like_the_original() -> None:
    x, y = frame(12)
    first = DemandRegressor()
    first.learn_many(x[:40], y[:40])
    second = pickle.loads(pickle.dumps(first))  # noqa: S301
    for model in (first, second):
        model.learn_many(x[40:], y[40:])
    later, _ = frame(1)
    later["time"] = 12 * DAY
    np.testing.assert_array_equal(first.predict_many(later), second.predict_many(later))


def test_an_unknown_expert_is_named_in_the_error() -> None:
    with pytest.raises(ValueError, match="expert: 'oracle'"):
        DemandRegressor("oracle")
