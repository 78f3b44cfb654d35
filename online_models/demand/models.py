"""All demand models of one journal partition behind one interface."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Self

import numpy as np
from numpy.typing import NDArray

from online_models.columns import Columns
from online_models.demand import drift
from online_models.demand.calendar import Calendar
from online_models.demand.curves import DecisionContext, DemandCurves
from online_models.demand.filter_state import LEVEL, packed
from online_models.demand.forecast import Forecast
from online_models.demand.hierarchical_filter import HierarchicalFilter
from online_models.demand.hierarchy import CategoryTree
from online_models.demand.observations import DAY, Observations
from online_models.demand.report import LearnReport
from online_models.demand.settings import DemandSettings
from online_models.demand.shock import channel_shock

Floats = NDArray[np.float64]
Integers = NDArray[np.int64]

#: Variance that a drift alarm adds to an offer's log level.
ALARM_WIDENING = 0.25


class Registry(Columns):
    """What an offer is: its product, its channel, its category's row in the tree."""

    FIELDS = {
        "sku": (np.int64, -1),
        "channel": (np.int64, 0),
        "category_row": (np.int64, 0),
    }
    sku: Integers
    channel: Integers
    category_row: Integers


class DemandModels:
    """Learns from closed buckets, forecasts them, and gives demand as a function of price.

    >>> import numpy as np
    >>> models = DemandModels()
    >>> models.register([0], [0], [0], [0])
    >>> for day in range(60):
    ...     seen = Observations.of([0], day * DAY, [6.0], price=[1000.0])
    ...     report = models.learn(seen)
    >>> 5.5 < float(report.forecast.mean[0]) < 6.5
    True
    """

    def __init__(self, settings: DemandSettings | None = None) -> None:
        self.settings = settings or DemandSettings()
        self.tree = CategoryTree()
        self.registry = Registry()
        self.calendar = Calendar(self.settings.calendar_forgetting, self.settings.utc_offset)
        self.filter = HierarchicalFilter(self.settings, self.calendar, self.tree)
        self.alarm_height = drift.threshold(self.settings.drift_days_between_false_alarms)

    def register_categories(self, category: NDArray[Any], parent: NDArray[Any]) -> None:
        """Hang categories (ids ≥ 0) below their parents (−1: the catalogue)."""
        self.tree.register(np.asarray(category, np.int64), np.asarray(parent, np.int64))
        self._include_categories()

    def register(
        self,
        offer: NDArray[Any] | list[int],
        sku: NDArray[Any] | list[int],
        channel: NDArray[Any] | list[int],
        category: NDArray[Any] | list[int],
    ) -> None:
        """Make offers known, or move them to another category: integer ids, one row each.

        `offer` is the dense row in the partition, `category` −1 where there is none.
        """
        rows, categories = np.asarray(offer, np.int64), np.asarray(category, np.int64)
        if len(rows) == 0:
            return
        self.tree.include(categories)
        self._include_categories()
        size = int(rows.max()) + 1
        self.registry.grow(size)
        self.filter.grow(size)
        self.registry.sku[rows] = np.asarray(sku, np.int64)
        self.registry.channel[rows] = np.asarray(channel, np.int64)
        self.registry.category_row[rows] = categories + 1

    def learn(self, observations: Observations) -> LearnReport:
        """Forecast every bucket, then learn from it; periods in order of time."""
        n = len(observations)
        mean, size = np.zeros(n), np.ones(n)
        skipped, drifted = np.zeros(n, np.bool_), np.zeros(n, np.bool_)
        for rows in observations.periods():
            forecast, skip, alarm = self._learn_period(observations.take(rows))
            mean[rows], size[rows] = forecast.mean, forecast.size
            skipped[rows], drifted[rows] = skip, alarm
        return LearnReport(observations, Forecast(mean, size), skipped, drifted)

    def forecast(self, offer: Integers, context: DecisionContext, length: int = DAY) -> Forecast:
        """Units of the bucket of `length` ms that begins at `context.now`, in stock throughout."""
        n = len(offer)
        bucket = Observations.of(
            offer,
            context.now,
            np.zeros(n),
            length=length,
            price=context.price,
            rival_price=context.rival_price,
            promotion=context.promotion,
            promoted=context.promoted,
        )
        row = self.registry.category_row[offer]
        posterior = self.filter.posterior(offer, row, context.now)
        return self.filter.predict(bucket, row, posterior)[0]

    def curves(self, offer: Integers, context: DecisionContext) -> DemandCurves:
        """Posterior of log demand per day against price, around the price in force."""
        return self.filter.curves(offer, self.registry.category_row[offer], context)

    def snapshot(self) -> dict[str, NDArray[Any]]:
        """All state as arrays with flat names; the same state gives the same bytes."""
        parts = {
            "registry": self.registry.snapshot(),
            "tree": {"parent": self.tree.parent.copy(), "depth": self.tree.depth.copy()},
            "calendar": self.calendar.snapshot(),
            "filter": self.filter.snapshot(),
        }
        return {f"{part}.{name}": a for part, arrays in parts.items() for name, a in arrays.items()}

    @classmethod
    def restore(
        cls, arrays: Mapping[str, NDArray[Any]], settings: DemandSettings | None = None
    ) -> Self:
        """The inverse of `snapshot`, under the same settings."""
        models = cls(settings)

        def part(prefix: str) -> dict[str, NDArray[Any]]:
            start = prefix + "."
            return {n.removeprefix(start): a for n, a in arrays.items() if n.startswith(start)}

        models.registry = Registry.restore(part("registry"))
        tree = part("tree")
        models.tree.parent = np.array(tree["parent"], np.int64)
        models.tree.depth = np.array(tree["depth"], np.int64)
        models.calendar.load(part("calendar"))
        models.filter.load(part("filter"))
        return models

    def _include_categories(self) -> None:
        rows = len(self.tree)
        self.calendar.include(rows)
        for pool in self.filter.pools:
            pool.include(rows)
        missing = rows - len(self.filter.inverse_size)
        if missing > 0:
            fill = np.full(missing, self.filter.inverse_size[0])
            self.filter.inverse_size = np.append(self.filter.inverse_size, fill)

    def _learn_period(
        self, seen: Observations
    ) -> tuple[Forecast, NDArray[np.bool_], NDArray[np.bool_]]:
        row = self.registry.category_row[seen.offer]
        posterior = self.filter.posterior(seen.offer, row, seen.end)
        prediction = self.filter.predict(seen, row, posterior)
        forecast = prediction[0]
        shock, missing = channel_shock(
            self.registry.channel[seen.offer], seen.units, forecast, prediction[1]
        )
        skipped = missing | (seen.available <= 0.0)
        alarm = self._watch(seen, forecast, skipped)
        if skipped.any():
            kept = np.flatnonzero(~skipped)
            seen, row, shock = seen.take(kept), row[kept], shock[kept]
            posterior = self.filter.posterior(seen.offer, row, seen.end)
            prediction = self.filter.predict(seen, row, posterior)
        if len(seen):
            self.filter.learn(seen, posterior, prediction, shock)
            units = np.minimum(np.maximum(seen.units, 0.0), 20.0 * (prediction[0].mean + 1.0))
            length = seen.end - seen.start
            self.calendar.learn(row, seen.start, length, units, prediction[0].mean)
            self.filter.pool(self.registry.category_row)
        return forecast, skipped, alarm

    def _watch(
        self, seen: Observations, forecast: Forecast, skipped: NDArray[np.bool_]
    ) -> NDArray[np.bool_]:
        """Run the drift alarms; an alarm widens the level's variance."""
        state, offer = self.filter.state, seen.offer
        score = drift.residual_score(*forecast.pit(np.maximum(seen.units, 0.0)))
        score = np.where(skipped, 0.0, score)
        up, down, alarm = drift.accumulate(
            state.alarm_up[offer], state.alarm_down[offer], score, self.alarm_height
        )
        state.alarm_up[offer], state.alarm_down[offer] = up, down
        state.covariance[offer, packed(LEVEL, LEVEL)] += ALARM_WIDENING * alarm
        return alarm
