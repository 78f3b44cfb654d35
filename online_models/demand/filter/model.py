"""The hierarchical filter: a dynamic regression of counts per offer, pooled over categories.

log E[units per day] = level + ε·(s(log p − anchor) − ρ·remembered) + κ·(predictable part of it)
                       + γ·(log competitor price − its anchor) + π·promoted + χ·(mean of the
                       siblings' log p − anchor) + calendar,

the coefficients random walks, the units negative binomial. Every offer keeps the posterior under
a wide prior of its own, which is what its data say; the pools of its category are applied when
it is read. So one offer's data count once, and all offers of a category inform a cold one.

What identifies the elasticity ε: price moves within an offer around its drifting level, the
competitor's price, promotion, weekday and the channel's shared shock held fixed. Where the pricer
explored, the part of the price that its own rule predicts has the coefficient ε + κ. κ is about 0
until that part and the randomised one disagree (`confounding`); then ε rests on the randomised part
alone, and κ absorbs a merchant who prices on what he expects to sell. ρ is the share of a price's
effect that fades while it is in force (`price_memory`).

References: West, Harrison, Migon, "Dynamic generalized linear models and Bayesian forecasting",
JASA 80 (1985); the control function as in Wooldridge, J. Human Resources 50 (2015).
"""

from __future__ import annotations

import numpy as np

from online_models.demand.curves import DemandContext, DemandCurves
from online_models.demand.filter.dispersion import dispersion, learn_dispersion
from online_models.demand.filter.hierarchy import CategoryTree
from online_models.demand.filter.level_drift import LevelDrift
from online_models.demand.filter.pools import INVERSE_SIZE_WEIGHT, FilterPools
from online_models.demand.filter.posterior import Beliefs, Shared, apply_all, curves, deflate
from online_models.demand.filter.price_memory import PriceMemory, levels_unpooled, remembered_after
from online_models.demand.filter.price_scale import scaled, steepness
from online_models.demand.filter.shock import ChannelShock, channel_shock
from online_models.demand.filter.siblings import SiblingPrices
from online_models.demand.filter.state import (
    COEFFICIENTS,
    DIAGONAL,
    ELASTICITY,
    LEVEL,
    FilterState,
    along,
    deviation_of,
    packed,
    times,
)
from online_models.demand.filter.update import (
    Posterior,
    RateLikelihood,
    RatePrediction,
    bounded_units,
    posterior_step,
)
from online_models.demand.inputs.calendar import Calendar
from online_models.demand.inputs.observations import DAY, WindowRows
from online_models.demand.negative_binomial import log_probability
from online_models.demand.settings import DemandSettings
from online_models.numerics.arrays import Floats, Ints
from online_models.numerics.special import exp
from online_models.persistence.kinds import Array, Part
from online_models.persistence.saved import Saved, attribute

#: Variance that a drift alarm adds to a log level, and to an elasticity: what moves a level so far
#: rarely leaves the customers the same, and exploration looks only for what is not known.
ALARM_VARIANCE = 0.25
ALARM_ELASTICITY_VARIANCE = 0.3
#: Variance with which the deep model's forecast of a cold offer's log level is believed: what an
#: offer is leaves a factor of e open. Held-out TaFeng items forecast worse with less.
EXPECTED_VARIANCE = 1.0
#: While a log rate is vaguer than this, a residual says nothing of dispersion or drift.
KNOWN_VARIANCE = 0.5


class HierarchicalFilter:
    """Coefficients of all offers of a partition; rows are the partition's offers."""

    SAVED = Saved(
        state=Part(),
        pools=Part(),
        level_drift=Part(),
        price_memory=attribute("price_memory", Part(), optional=True),
        siblings=Part(),
        unpooled=Array(np.int64, 1),
        row=Array(np.int64, None),
        channel=Array(np.int64, None),
    )

    def __init__(self, settings: DemandSettings, calendar: Calendar, tree: CategoryTree) -> None:
        self.calendar = calendar
        self.tree = tree
        self.state = FilterState()
        self.pools = FilterPools(settings)
        self.unpooled = np.zeros(1, np.int64)
        self.siblings = SiblingPrices()
        self.level_drift = LevelDrift(settings.level_drift)
        self.price_memory = PriceMemory()
        #: Category row and channel of each offer when last learnt.
        self.row = np.zeros(0, np.int64)
        self.channel = np.zeros(0, np.int64)

    def restored(self) -> None:
        """Hand the pools what was learnt of the levels' walk."""
        self.pools.drift[LEVEL] = self.level_drift.variance

    def grow(self, offers: int, categories: int, channels: int) -> None:
        """Make offers and category rows known, each offer at its own wide prior."""
        before = len(self.state)
        self.state.grow(offers)
        self.state.mean[before:] = self.pools.prior_mean
        for k in range(COEFFICIENTS):
            self.state.covariance[before:, packed(k, k)] = self.pools.prior_variance[k]
        self.pools.include(categories)
        self.siblings.grow(categories, channels)
        unknown = np.zeros(offers - before, np.int64)
        self.row = np.append(self.row, unknown)
        self.channel = np.append(self.channel, unknown)

    def posterior(self, offer: Ints, row: Ints, now: Ints) -> Posterior:
        """Coefficients as known at `now`, the pools of the category rows applied."""
        mean, covariance = self._advanced(offer, now)
        mean[LEVEL] -= self.state.cold_start_level[offer]
        apply_all(mean, covariance, *self._pooled_by(offer, row, now))
        mean[LEVEL] += self.state.cold_start_level[offer]
        return Posterior(mean, covariance)

    def _pooled_by(self, offer: Ints, row: Ints, now: Ints) -> tuple[Ints, Floats, Floats, Shared]:
        """What `apply_all` needs to know of offers beside their own coefficients."""
        # So long has the own prior itself been a random walk.
        age = np.maximum(self.state.ages(offer, now), 0.0)
        margin_offset = self.pools.margin_offset(self.state.implied_elasticity[offer])
        return row, age, margin_offset, self.pools.posterior_shared()

    def predict(self, window: WindowRows) -> RatePrediction:
        """Expected units and their dispersion, and what they were predicted from."""
        seen, row = window.seen, window.row
        posterior = self.posterior(seen.offer, row, seen.end)
        deviation = self._deviation(window)
        h = self._regressors(window, deviation)
        direction = times(posterior.covariance, h)
        variance = np.maximum(along(direction, h), 1e-12)
        rate = along(posterior.mean, h)
        rate += self.calendar.log_factor(row, seen.start, seen.end - seen.start)
        mean = np.maximum(exp(np.minimum(rate, 30.0)) * seen.days, 1e-9)
        scatter = dispersion(self.state, seen.offer, self.pools.inverse_size[row])
        size = 1.0 / (scatter + variance)
        return RatePrediction(mean, size, scatter, variance, deviation, h, posterior)

    def learn(self, window: WindowRows, prediction: RatePrediction) -> Floats:
        """Update by one window; returns the prediction's log score, (n,)."""
        seen = window.seen
        self.row[seen.offer], self.channel[seen.offer] = window.row, window.channel
        size, offer, posterior = prediction.size, seen.offer, prediction.posterior
        shock = channel_shock(
            window.channel, seen.units, prediction.mean, size, prediction.variance
        )
        level, *others = prediction.regressors
        h = level, *map(shock.removed_from, others)
        variance = np.maximum(along(times(posterior.covariance, h), h), 1e-12)
        mean = prediction.mean * exp(shock.log)
        units = bounded_units(seen.units, mean, size, variance)

        score, information = posterior_step(units, mean, 1.0 / prediction.scatter, variance)
        spread, known = mean + mean * mean / size, variance < KNOWN_VARIANCE
        self.level_drift.follow(self.state, window, units - mean, spread, known)
        self.pools.drift[LEVEL] = self.level_drift.variance
        own_mean, own_covariance = self._advanced(offer, seen.end)
        direction = times(own_covariance, h)
        own_variance = np.maximum(along(direction, h), 1e-12)
        said = RateLikelihood(along(posterior.mean, h) + variance * score, score, information)
        gain, part = said.after(along(own_mean, h), own_variance)
        own = Posterior(own_mean, own_covariance)
        self._learn_memory(window, prediction, shock, h, said, own, direction * part)
        own_mean += direction * gain
        deflate(own_covariance, direction, part)

        state = self.state
        state.mean[offer] = own_mean.T
        state.covariance[offer] = own_covariance.T
        self.state.remember(offer, seen.log_price, seen.log_competitor_price, seen.exploration)
        everyone = np.arange(len(state))
        self.siblings.remember(self.row, self.channel, self._gaps(everyone))
        first = state.first_end[offer]
        state.first_end[offer] = np.where(first < 0, seen.end, np.minimum(first, seen.end))
        state.last_end[offer] = np.maximum(state.last_end[offer], seen.end)
        state.days[offer] += seen.days
        learn_dispersion(state, offer, units, mean, variance, known)
        self.unpooled[0] += len(offer)
        if self.unpooled[0] >= len(self.state):
            self.unpooled[0] = 0
            self.pools.renew(self.tree, self.state, self.row)
            state.mean += self.price_memory.settle() * state.by_memory
        return log_probability(np.maximum(seen.units, 0.0), prediction.mean, size)

    def expect(self, offer: Ints, level: Floats) -> None:
        """Start offers (n,) that have never sold at log units a day that were forecast."""
        state, entry = self.state, packed(LEVEL, LEVEL)
        own = state.covariance[offer, entry]
        precision = 1.0 / own + 1.0 / EXPECTED_VARIANCE
        evidence = state.mean[offer, LEVEL] / own + level / EXPECTED_VARIANCE
        state.mean[offer, LEVEL] = evidence / precision
        state.covariance[offer, entry] = 1.0 / precision

    def widen(self, offer: Ints, days: Floats) -> None:
        """Doubt the levels and elasticities of these offers: a window of so many days raised an
        alarm. The hours of a day raise more of them, so each says less of the customers.
        """
        self.state.covariance[offer, packed(LEVEL, LEVEL)] += ALARM_VARIANCE
        doubt = ALARM_ELASTICITY_VARIANCE * np.minimum(days, 1.0)
        self.state.covariance[offer, packed(ELASTICITY, ELASTICITY)] += doubt

    def steepness(self, offer: Ints) -> Floats:
        """Elasticities at the last prices known, relative to the coefficients, (n,)."""
        return steepness(deviation_of(self.state.log_price[offer], self.state.anchor[offer]))

    def curves(self, offer: Ints, row: Ints, context: DemandContext) -> DemandCurves:
        """Log rate per day at the price in force, elasticity, and their joint covariance."""
        state, pools, siblings = self.state, self.pools, self.siblings
        beliefs = Beliefs(*[getattr(state, name) for name in Beliefs._fields])
        found = curves(
            offer,
            row,
            context.now,
            context.price,
            context.competitor_price,
            context.promoted,
            pools.margin_offset(state.implied_elasticity[offer]),
            row * siblings.channels + self.channel[offer],
            beliefs,
            pools.posterior_shared(),
            float(self.price_memory.share[0]),
            siblings.total,
            siblings.count,
            pools.members,
            pools.inverse_size,
            INVERSE_SIZE_WEIGHT,
        )
        return DemandCurves(context.price, *found)

    def _learn_memory(
        self,
        window: WindowRows,
        prediction: RatePrediction,
        shock: ChannelShock,
        h: tuple[Floats | float, ...],
        said: RateLikelihood,
        own: Posterior,
        gain: Floats,
    ) -> None:
        """Learn what the prices of the past do from what a window's units have `said` of the log
        rates; `gain` (COEFFICIENTS, n) is how far an error of these moves the `own` means.
        """
        state, offer = self.state, window.seen.offer
        price = scaled(prediction.deviation)
        remembered = state.remembered_or(offer, price)
        by_memory = np.ascontiguousarray(state.by_memory[offer].T)
        directly = shock.removed_from(-prediction.posterior.mean[ELASTICITY] * remembered)
        pooling = self._pooled_by(offer, window.row, window.seen.end)
        pooled, moved = levels_unpooled(own, by_memory, *pooling)
        variance = np.maximum(along(times(pooled.covariance, h), h), 1e-12)
        score, information = said.after(along(pooled.mean, h), variance)
        known, gradient = variance < KNOWN_VARIANCE, directly + along(moved, h)
        self.price_memory.learn(gradient[known], score[known], information[known])
        state.by_memory[offer] = (by_memory - gain * (directly + along(by_memory, h))).T
        state.remembered[offer] = remembered_after(remembered, price, window.seen.days)

    def _advanced(self, offer: Ints, now: Ints) -> tuple[Floats, Floats]:
        """Own mean (COEFFICIENTS, n) and covariance (PACKED, n), the random walks run on."""
        state = self.state
        last = state.last_end[offer]
        elapsed = np.where(last >= 0, np.maximum(now - last, 0) / DAY, 0.0)
        covariance = np.ascontiguousarray(state.covariance.take(offer, axis=0).T)
        covariance[DIAGONAL] += self.pools.drift[:, None] * elapsed
        return np.ascontiguousarray(state.mean.take(offer, axis=0).T), covariance

    def _gaps(self, offer: Ints) -> Floats:
        """Last known log prices against their anchors, NaN where none is known."""
        gap: Floats = self.state.log_price[offer] - self.state.anchor[offer]
        return np.minimum(np.maximum(gap, -2.0), 2.0)

    def _regressors(self, window: WindowRows, deviation: Floats) -> tuple[Floats | float, ...]:
        state, seen = self.state, window.seen
        price = scaled(deviation)
        remembered = state.remembered_or(seen.offer, price)
        response = price - self.price_memory.share[0] * remembered
        policy = np.where(np.isnan(seen.exploration), 0.0, scaled(deviation - seen.exploration))
        competitor = deviation_of(seen.log_competitor_price, state.competitor_anchor[seen.offer])
        others = self.siblings.together(window.row, window.channel, deviation)
        return (1.0, response, policy, competitor, seen.promoted, others)

    def _deviation(self, window: WindowRows) -> Floats:
        """Log prices of a window against their anchors; the last one known where it has none."""
        state, seen = self.state, window.seen
        price = seen.log_price
        price = np.where(np.isnan(price), state.log_price[seen.offer], price)
        return deviation_of(price, state.anchor[seen.offer])
