"""The demand models behind River's interface, for pipelines and comparisons outside the fold."""

from __future__ import annotations

from collections.abc import Hashable, Iterable
from typing import TYPE_CHECKING, Any

import numpy as np
from river import base

from online_models.demand.ensemble.experts import EXPERTS
from online_models.demand.ensemble.models import DemandModels
from online_models.demand.inputs.observations import DAY, Observations
from online_models.persistence.saved import restore, save

if TYPE_CHECKING:
    import pandas as pd

#: Columns of a row beside its offer and time, and what an absent one means.
_ABSENT = {
    "price": np.nan,
    "competitor_price": np.nan,
    "competitor_mean": np.nan,
    "promotion": 0.0,
    "promoted": 0.0,
    "available": 1.0,
    "exploration": np.nan,
    "orders": np.nan,
    "views": 0.0,
}


class DemandRegressor(base.MiniBatchRegressor):  # type: ignore[misc]
    """Units of a window, by the mixture of all demand experts or by one of them.

    A row is a window of an offer: `sku`, `channel`, `category` (anything hashable) say of which,
    `time` (ms since the epoch) when it began, `length` (ms) how long it is, and `price`,
    `competitor_price`, `competitor_mean`, `promotion`, `promoted`, `available`, `orders`, `views`
    what was so in it. All are optional, others are ignored; without `time` every row is the next
    window.

    Rows of one window are learnt together, once a row of another window or a forecast beyond
    it arrives. So one by one and many at once are the same to the last bit.

    Parameters
    ----------
    expert
        `mixture`, or the name of one expert.

    Examples
    --------
    >>> model = DemandRegressor()
    >>> for day in range(40):
    ...     model.learn_one({"sku": "tea", "time": day * DAY, "price": 499.0}, 7)
    >>> 6.0 < model.predict_one({"sku": "tea", "time": 40 * DAY, "price": 499.0}) < 8.0
    True

    """

    def __init__(self, expert: str = "mixture") -> None:
        self.expert = expert
        self._models = DemandModels()
        if expert != "mixture" and expert not in self._models.experts:
            raise ValueError(f"expert: {expert!r} is none of {sorted(self._models.experts)}")
        self._ids: dict[str, dict[Hashable, int]] = {
            "offer": {},
            "sku": {},
            "channel": {},
            "category": {},
        }
        self._clock = 0
        self._pending: list[tuple[int, dict[str, Any], float]] = []

    @classmethod
    def _unit_test_params(cls) -> Iterable[dict[str, Any]]:
        yield from ({"expert": name} for name in ("mixture", *EXPERTS))

    def learn_one(self, x: dict[base.typing.FeatureName, Any], y: base.typing.RegTarget) -> None:
        """Learn the row `x` that sold `y` units, together with the others of its window."""
        row = self._row(x)
        if self._pending and self._window(self._pending[0][1]) != self._window(row):
            self._learn_pending()
        self._pending.append((self._offer(x), row, _finite(y, 0.0)))
        self._clock = max(self._clock, row["time"] + row["length"])

    def predict_one(self, x: dict[base.typing.FeatureName, Any]) -> base.typing.RegTarget:
        """Expected units of the row `x`."""
        row = self._row(x)
        if self._pending and row["time"] >= sum(self._window(self._pending[0][1])):
            self._learn_pending()
        window = self._observations([(self._offer(x), row, 0.0)])
        report = self._models.predict(window)
        if self.expert == "mixture":
            return float(report.mean[0])
        member = report.member(self.expert)
        # An expert that does not cover an offer leaves it to the mixture.
        return float(member.mean[0]) if member.weights.any() else float(report.mean[0])

    def learn_many(self, X: pd.DataFrame, y: pd.Series) -> None:
        """Learn the rows `X` that sold `y` units."""
        for x, target in zip(X.to_dict("records"), y, strict=True):
            self.learn_one(x, target)

    def predict_many(self, X: pd.DataFrame) -> pd.Series:
        """Expected units of the rows `X`."""
        import pandas as pd

        return pd.Series([self.predict_one(x) for x in X.to_dict("records")], index=X.index)

    def __getstate__(self) -> dict[str, Any]:
        state = dict(self.__dict__)
        state["_models"] = save(self._models)
        return state

    def __setstate__(self, state: dict[str, Any]) -> None:
        self.__dict__.update(state)
        self._models = restore(DemandModels(), state["_models"])

    def _learn_pending(self) -> None:
        pending, self._pending = self._pending, []
        self._models.learn(self._observations(pending))

    def _observations(self, rows: list[tuple[int, dict[str, Any], float]]) -> Observations:
        first = rows[0][1]
        columns = {name: np.array([row[name] for _, row, _ in rows]) for name in _ABSENT}
        return Observations.of(
            np.array([offer for offer, _, _ in rows]),
            first["time"],
            np.array([units for _, _, units in rows]),
            length=first["length"],
            **columns,
        )

    def _row(self, x: dict[base.typing.FeatureName, Any]) -> dict[str, Any]:
        row: dict[str, Any] = {n: _finite(x.get(n), absent) for n, absent in _ABSENT.items()}
        for name in ("price", "competitor_price", "competitor_mean"):
            row[name] = row[name] if row[name] > 0.0 else np.nan
        row["time"] = int(_finite(x.get("time"), self._clock))
        row["length"] = max(int(_finite(x.get("length"), DAY)), 1)
        return row

    @staticmethod
    def _window(row: dict[str, Any]) -> tuple[int, int]:
        return row["time"], row["length"]

    def _offer(self, x: dict[base.typing.FeatureName, Any]) -> int:
        """Dense row of the offer; a new one is registered."""
        key = (x.get("sku"), x.get("channel"))
        offers = self._ids["offer"]
        found = offers.get(key)
        if found is None:
            found = offers[key] = len(offers)
            ids = [self._id(name, x.get(name)) for name in ("sku", "channel", "category")]
            category = -1 if x.get("category") is None else ids[2]
            self._models.register([found], [ids[0]], [ids[1]], [category])
        return found

    def _id(self, kind: str, name: Hashable) -> int:
        return self._ids[kind].setdefault(name, len(self._ids[kind]))


def _finite(value: Any, absent: float) -> float:
    """A finite number, or `absent` for what is none."""
    if isinstance(value, (int, float, np.number)) and np.isfinite(value):
        return float(value)
    return absent
