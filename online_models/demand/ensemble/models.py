"""All demand models of one journal partition behind one interface."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, cast

import numpy as np
from numpy.typing import NDArray

from online_models.demand.curves import DemandContext, DemandCurves
from online_models.demand.ensemble import drift
from online_models.demand.ensemble.calibration import SpreadCalibration
from online_models.demand.ensemble.cohorts import Cohorts
from online_models.demand.ensemble.drift import DriftWatch
from online_models.demand.ensemble.experts import EXPERTS, Expert, OfferRegistry, Prediction
from online_models.demand.ensemble.member_levels import weighed
from online_models.demand.ensemble.mixture import FORGETTING, Mixture
from online_models.demand.ensemble.report import LearnReport, WindowReport
from online_models.demand.filter.hierarchy import CategoryTree
from online_models.demand.filter.model import HierarchicalFilter
from online_models.demand.filter.shock import missing_day
from online_models.demand.forecast import UnitsForecast
from online_models.demand.forecasts.mixing import mixed
from online_models.demand.forecasts.published import ForecastPoints, PublishedForecasts
from online_models.demand.inputs.calendar import Calendar
from online_models.demand.inputs.markups import Markups, implied_elasticity
from online_models.demand.inputs.observations import DAY, Observations, WindowRows
from online_models.demand.networks.chunks import ChunkVerdict
from online_models.demand.settings import DemandSettings
from online_models.numerics.arrays import Flags, Floats, Ints
from online_models.persistence.kinds import Array, Members, Part
from online_models.persistence.saved import Saved, attribute
from schemas.records.demand.model_updates import ModelUpdate

if TYPE_CHECKING:
    from online_models.demand.networks.expert import DeepExpert


class DemandModels:
    """Learns from closed windows, forecasts them, and gives demand as a function of price.

    Forecasts are a mixture of all experts; price response comes from the hierarchical filter,
    which keeps it apart from the level.

    >>> models = DemandModels()
    >>> models.register([0], [0], [0], [0])
    >>> for day in range(60):
    ...     seen = Observations.of([0], day * DAY, [6.0], price=[1000.0])
    ...     report = models.learn(seen)
    >>> 5.5 < float(report.mean[0]) < 6.5
    True
    """

    SAVED = Saved(
        registry=Part(),
        tree=Part(),
        calendar=Part(),
        mixture=Part(),
        calibration=attribute("calibration", Part(), optional=True),
        channels=Array(np.int64, 1),
        watch=Part(),
        markups=Part(),
        cohorts=Part(),
        experts=Members(),
        forecasts=Part(),
    )

    def __init__(self, settings: DemandSettings | None = None) -> None:
        self.settings = settings or DemandSettings()
        self.tree = CategoryTree()
        self.registry = OfferRegistry()
        self.calendar = Calendar(self.settings.calendar_forgetting, self.settings.utc_offset_ms)
        self.filter = HierarchicalFilter(self.settings, self.calendar, self.tree)
        self.experts: dict[str, Expert] = {
            name: EXPERTS[name](self.settings, self.calendar, self.tree)
            for name in self.settings.experts
        }
        self.experts["filter"] = self.filter
        if "deep" not in self.experts:
            self.experts["deep"] = EXPERTS["deep"](self.settings, self.calendar, self.tree)
        self.deep = cast("DeepExpert", self.experts["deep"])
        for name in self.settings.river:
            # imported where it is asked for: most shops run no such model, and River takes a second
            from online_models.demand.river.expert import RiverExpert

            self.experts[name] = RiverExpert(name, self.settings.river_by)
        self.lead = next(iter(self.experts))
        self.mixture = Mixture(len(self.experts))
        self.calibration = SpreadCalibration()
        #: Models that publish forecasts are members of the mixture, too.
        self.forecasts = PublishedForecasts()
        self.markups = Markups()
        self.cohorts = Cohorts()
        self.channels = np.zeros(1, np.int64)
        self.watch = DriftWatch()
        self.alarm_height = drift.threshold(self.settings.drift_days_between_false_alarms)

    def restored(self) -> None:
        """Hand the filter what the margins imply, and seat the models that publish."""
        if self.markups.believed[0]:
            self.filter.pools.expect(float(self.markups.believed[0]))

    @property
    def members(self) -> dict[str, Expert]:
        """All whose forecasts are mixed: the experts, and the models that publish theirs."""
        return {**self.experts, **self.forecasts.named()}

    def accept_forecast(self, forecast: ForecastPoints, now: int) -> str | None:
        """Keep a published forecast; the kind of what is wrong with it, if anything."""
        if forecast.model not in self.forecasts.members:
            return "surplus_forecast"
        return self.forecasts.put(forecast, now)

    def join(self, model: str) -> None:
        """Let a model that publishes forecasts be mixed, as far as there is room; in the order of
        the journal, however it is cut.
        """
        if self.forecasts.join(model):
            self.mixture.join()
            self._grow()

    def leave(self, now: int) -> None:
        """Forget the models that have published nothing for long."""
        if gone := self.forecasts.leave(now):
            self.mixture.leave(gone)

    def register_categories(
        self, category: NDArray[Any] | list[int], parent: NDArray[Any] | list[int]
    ) -> None:
        """Hang categories (ids ≥ 0) below their parents (−1: the catalogue)."""
        if not len(category):
            return
        self.tree.register(np.asarray(category, np.int64), np.asarray(parent, np.int64))
        self._grow()

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
        self.registry.grow(int(rows.max()) + 1)
        self.registry.sku[rows] = np.asarray(sku, np.int64)
        self.registry.channel[rows], self.registry.category_row[rows] = channel, categories + 1
        self.channels[0] = max(int(self.channels[0]), int(np.max(channel)) + 1)
        self._grow()

    def accept_update(self, update: ModelUpdate) -> ChunkVerdict:
        """Let a version of the deep model forecast, or stand for election, from now on."""
        before = self.deep.version
        verdict = self.deep.accept(update)
        self._reenter(before)
        return verdict

    @property
    def version(self) -> str:
        """Which models speak: the online ones, and the version of the deep one, if any."""
        deep = self.deep.version
        return "online" if deep is None else f"online+{deep}"

    def expect(self, offer: Ints, price: Ints, now: int) -> None:
        """Start new offers (n,) where the deep model expects them, or else like their cohort."""
        self.filter.state.cold_start_level[offer] = self.cohorts.cold_start_level(offer)
        if self.deep.version is None:
            return
        length = self.deep.history.window_ms
        window = Observations.of(
            offer, now - now % length, np.zeros(len(offer)), length=length, price=price
        )
        log_rate, covered = self.deep.prior(window)
        row = self.registry.category_row[offer]
        level = log_rate - self.calendar.log_factor(row, window.start, window.end - window.start)
        self.filter.state.cold_start_level[offer[covered]] = 0.0
        self.filter.expect(offer[covered], level[covered])

    def priced(self, offer: Ints, net: Floats, cost: Floats) -> None:
        """First prices of offers, net of tax and fees, and their unit costs, (n,).

        What margins the merchant has found right says what elasticities to start from; and offers
        of like price and margin are forecast alike.
        """
        self.markups.add(net, cost)
        self.filter.state.implied_elasticity[offer] = implied_elasticity(net, cost)
        self.cohorts.describe(offer, net, cost)

    def learn(self, observations: Observations) -> LearnReport:
        """Forecast every window, then learn from it; windows in order of time."""
        believed = self.markups.settle(self.settings.elasticity_mean, self.settings.scatter)
        self.filter.pools.believe(believed)
        windows = [
            self._learn_window(self._window(observations.take(rows)), rows)
            for rows in observations.windows()
        ]
        return LearnReport(observations, windows, tuple(self.members))

    def predict(self, observations: Observations) -> LearnReport:
        """Forecast windows without learning them; their units are not looked at."""
        windows = []
        for rows in observations.windows():
            window = self._window(observations.take(rows))
            predictions = self._predictions(window)
            weights, _, scale = self._weights(window, predictions)
            nothing = np.zeros(len(rows), np.bool_)
            windows.append(WindowReport(rows, predictions, weights, scale, nothing, nothing))
        return LearnReport(observations, windows, tuple(self.members))

    def forecast(self, offer: Ints, context: DemandContext, length: int = DAY) -> UnitsForecast:
        """Units of the window of `length` ms that begins at `context.now`, in stock throughout."""
        window = Observations.of(
            offer,
            context.now,
            np.zeros(len(offer)),
            length=length,
            price=context.price,
            competitor_price=context.competitor_price,
            promotion=context.promotion,
            promoted=context.promoted,
        )
        return self.predict(window).forecast

    def curves(self, offer: Ints, context: DemandContext) -> DemandCurves:
        """Posterior of log demand per day against price, around the price in force."""
        row = self.registry.category_row[offer]
        own = self.filter.curves(offer, row, context)
        said = self.forecasts.curves(own, offer, row, context.now, self.calendar)
        if said is None:
            return own
        known = [name != "deep" or self.deep.version is not None for name in self.experts]
        return mixed(own, weighed(said, own, row, known, self.mixture))

    def _grow(self) -> None:
        rows = len(self.tree)
        self.calendar.include(rows)
        self.mixture.grow(rows)
        self.cohorts.grow(len(self.registry))
        self.forecasts.judge.grow(len(self.registry), rows)
        for expert in self.experts.values():
            expert.grow(len(self.registry), rows, int(self.channels[0]))

    def _window(self, seen: Observations) -> WindowRows:
        offer, known = seen.offer, self.registry
        return WindowRows(
            seen.cleaned(), known.sku[offer], known.channel[offer], known.category_row[offer]
        )

    def _predictions(self, window: WindowRows) -> dict[str, Prediction]:
        return {name: expert.predict(window) for name, expert in self.members.items()}

    def _weights(
        self, window: WindowRows, predictions: dict[str, Prediction]
    ) -> tuple[Floats, Flags, Floats]:
        covered = np.stack([p.covered for p in predictions.values()], axis=1)
        mean = predictions[self.lead].mean
        weights = self.mixture.weights(window.row, mean, covered)
        return weights, covered, self.calibration.scale(mean)

    def _learn_window(self, window: WindowRows, rows: Ints) -> WindowReport:
        seen = window.seen
        predictions = self._predictions(window)
        weights, covered, scale = self._weights(window, predictions)
        missing = missing_day(window.channel, seen.units, predictions[self.lead].mean)
        skipped = missing | (seen.available <= 0.0)
        drifted = self._watch(window, predictions["filter"].forecast(), skipped)
        report = WindowReport(rows, predictions, weights, scale, skipped, drifted)
        if skipped.any():
            kept = np.flatnonzero(~skipped)
            window, covered, weights = window.take(kept), covered[kept], weights[kept]
            predictions = self._predictions(window)
        if len(window):
            before = self.deep.version
            self.forecasts.learn(window, predictions)
            scores = [e.learn(window, predictions[name]) for name, e in self.members.items()]
            mean = predictions[self.lead].mean
            self.calibration.follow(window, predictions, weights, mean)
            memory = window.kept(FORGETTING)
            self.mixture.learn(window.row, mean, covered, np.stack(scores, axis=1), memory)
            if self.cohorts.due(day := int(window.seen.end[0]) // DAY):
                known = self.filter.pools.levels_in_category(self.filter.state, self.filter.row)
                self.cohorts.learn(day, *known)
            self._reenter(before)
        return report

    def _reenter(self, before: str | None) -> None:
        """Let the deep model, which forecasts again, start with a small weight."""
        if before is None and self.deep.version is not None:
            self.mixture.enter(list(self.experts).index("deep"))

    def _watch(self, window: WindowRows, forecast: UnitsForecast, skipped: Flags) -> Flags:
        """Run the drift alarms; where one is raised, the filter doubts what it has learnt."""
        known, seen, offer = self.registry, window.seen, window.seen.offer
        residual = drift.residual_score(seen.units, forecast.means[:, 0], forecast.sizes[:, 0])
        score = np.where(skipped, 0.0, residual)
        up, down, alarm = drift.accumulate(
            known.alarm_up[offer], known.alarm_down[offer], score, self.alarm_height
        )
        known.alarm_up[offer], known.alarm_down[offer] = up, down
        drifting = self.watch.update(window.row, score, ~skipped)
        doubted = alarm | np.isin(window.row, drifting)
        self.filter.widen(offer[doubted], seen.days[doubted])
        return alarm
