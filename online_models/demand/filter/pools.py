"""What the offers of a category share in the hierarchical filter: priors and dispersion."""

from __future__ import annotations

import numpy as np

from online_models.demand.filter.confounding import freed
from online_models.demand.filter.hierarchy import SUMS, CategoryTree, Pools
from online_models.demand.filter.posterior import Shared
from online_models.demand.filter.state import (
    COEFFICIENTS,
    CONFOUNDING,
    DIAGONAL,
    ELASTICITY,
    LEVEL,
    FilterState,
    packed,
)
from online_models.demand.inputs.observations import DAY
from online_models.demand.settings import DemandSettings
from online_models.numerics.arrays import Floats, Ints
from online_models.numerics.special import sum_by, total
from online_models.persistence.kinds import Array, Part
from online_models.persistence.saved import Saved, attribute

#: An offer's own prior is this many times wider than the pools: it carries next to no information.
OWN_PRIOR_WIDTH = 4.0
#: The first window alone must set a level, or all offers would err alike at the start.
OWN_LEVEL_VARIANCE = 400.0
#: So wide an own prior leaves it to the data whether prices are confounded.
OWN_CONFOUNDING_VARIANCE = 36.0
#: Prior 1 / size, and the windows' worth of belief in the category's.
PRIOR_INVERSE_SIZE = 0.05
INVERSE_SIZE_WEIGHT = 20.0
#: Share of what an offer's margin implies that is believed before its like have sold, and how
#: firmly, as a precision. A merchant's margins may be learnt over years, or one markup with noise.
MARGIN_WEIGHT, MARGIN_PRECISION = 0.3, 25.0
#: Numbers per category that partitions exchange.
EVIDENCE = COEFFICIENTS * SUMS + 2


class FilterPools:
    """Pools of every coefficient, and 1 / size per category row."""

    SAVED = Saved(
        shared=Part(),
        lean=attribute("margin_weight", Array(np.float64, 1)),
        inverse_size=Array(np.float64, None),
        own=Array(np.float64, None, EVIDENCE),
        others=Array(np.float64, None, EVIDENCE),
        members=Array(np.float64, None),
        confounding=Array(np.float64, 1),
    )
    DERIVED = ("drift",)

    def __init__(self, settings: DemandSettings) -> None:
        s = settings
        cross = s.cross_between_categories
        priors = (  # mean, between categories, between offers, doubt
            (-1.0, 1.5, 1.5, 0.0),
            (
                s.elasticity_mean,
                s.elasticity_between_categories,
                s.elasticity_between_offers,
                0.0,
            ),
            (0.0, s.confounding, 0.5 * s.confounding, 0.0),
            (0.3, 0.4, 0.4, 0.0),
            (0.2, 0.5, 0.5, 0.0),
            (s.cross_mean, cross, 0.5 * cross, s.cross_between_shops),
        )
        self.shared = Pools(*zip(*priors, strict=True))
        self.prior_mean = self.shared.prior_mean.copy()
        self.prior_variance = OWN_PRIOR_WIDTH * (
            self.shared.category_variance + self.shared.doubt + self.shared.prior_scatter
        )
        self.prior_variance[LEVEL] = OWN_LEVEL_VARIANCE
        self.prior_variance[CONFOUNDING] = OWN_CONFOUNDING_VARIANCE
        self.least_confounding = s.confounding * s.confounding
        #: Variance of the coefficient of predicted prices between categories.
        self.confounding: Floats = np.full(1, self.least_confounding)
        #: Variance per day of each coefficient's random walk.
        self.drift: Floats = np.full(COEFFICIENTS, s.elasticity_drift * s.elasticity_drift)
        self.drift[LEVEL] = s.level_drift * s.level_drift
        #: Share of an offer's implied elasticity, less its category's, that is believed.
        self.margin_weight: Floats = np.full(1, MARGIN_WEIGHT)
        self.inverse_size: Floats = np.full(1, PRIOR_INVERSE_SIZE)
        #: What the offers here, and those of other partitions, sum up of each category, (rows,
        #: EVIDENCE): sums of every coefficient, then of the dispersion.
        self.own: Floats = np.zeros((1, EVIDENCE))
        self.others: Floats = np.zeros((1, EVIDENCE))
        #: Offers that have learnt, by category row.
        self.members: Floats = np.zeros(1)

    def include(self, rows: int) -> None:
        """New category rows start at the catalogue's values."""
        self.shared.include(rows)
        self.own, self.others = _grown(self.own, rows), _grown(self.others, rows)
        missing = rows - len(self.inverse_size)
        if missing > 0:
            fill = np.full(missing, self.inverse_size[0])
            self.inverse_size = np.append(self.inverse_size, fill)
            self.members = np.append(self.members, np.zeros(missing))

    def believe(self, elasticity: float) -> None:
        """Set the elasticity that is believed in before any evidence, and where there is none."""
        self.expect(elasticity)
        if not self.members.any() and not self.others.any():
            self.shared.mean[ELASTICITY] = elasticity

    def expect(self, elasticity: float) -> None:
        """Set the elasticity that is believed in before any evidence."""
        self.shared.prior_mean[ELASTICITY] = elasticity

    def restored(self) -> None:
        """Hand the pools what was learnt of confounding."""
        self.shared.category_variance[CONFOUNDING] = self.confounding[0]

    def margin_offset(self, implied_elasticity: Floats) -> Floats:
        """Elasticity that offers are expected to have more than their categories, from that which
        their margins imply (NaN: unknown), (n,).
        """
        offset: Floats = self.margin_weight[0] * self._from_prior(implied_elasticity)
        return offset

    def _from_prior(self, implied_elasticity: Floats) -> Floats:
        gap = implied_elasticity - self.shared.prior_mean[ELASTICITY]
        return np.where(np.isnan(gap), 0.0, gap)

    def posterior_shared(self) -> Shared:
        """What the rules of one offer's posterior read."""
        shared = self.shared
        starts = self.prior_mean, self.prior_variance, self.drift
        return Shared(shared.mean, shared.variance, shared.scatter, *starts)

    def levels_in_category(
        self, state: FilterState, row: Ints
    ) -> tuple[Ints, Floats, Floats, Floats]:
        """Offers that have sold: their rows, log levels less their categories', the variances of
        these, and how far the offers of each's category scatter, (n,) each.
        """
        offer = np.flatnonzero(state.last_end >= 0)
        shared, row = self.shared, row[offer]
        level, variance = state.mean[offer, LEVEL], state.covariance[offer, packed(LEVEL, LEVEL)]
        return offer, level - shared.mean[LEVEL, row], variance, shared.scatter[LEVEL, row]

    def renew(self, tree: CategoryTree, state: FilterState, row: Ints) -> None:
        """Estimate all pools anew from what every offer's data say; `row` is each offer's."""
        age = (state.last_end - state.first_end) / DAY
        learnt = state.last_end >= 0
        variances = state.covariance.T[DIAGONAL]
        prior = self.prior_variance[:, None] + self.drift[:, None] * age
        means = state.mean.T.copy()
        means[LEVEL] -= state.cold_start_level
        precisions = 1.0 / variances - 1.0 / prior
        evidences = means / variances - self.prior_mean[:, None] / prior
        # Below this the data carry no information on a coefficient, and rounding would count.
        known = learnt & (precisions * prior > 1e-6)
        precisions, evidences = np.where(known, precisions, 0.0), np.where(known, evidences, 0.0)
        offsets = self._margin_offsets(state, row, precisions[ELASTICITY], evidences[ELASTICITY])
        evidences[ELASTICITY] -= precisions[ELASTICITY] * offsets
        rows, sums_here = len(tree), self.own[:, :-2].reshape(-1, COEFFICIENTS, SUMS)
        sums_elsewhere = self.others[:, :-2].reshape(-1, COEFFICIENTS, SUMS)
        of_predicted = (sums_here + sums_elsewhere)[:, CONFOUNDING]
        self.confounding[0] = freed(of_predicted[:, 0], of_predicted[:, 1], self.least_confounding)
        self.shared.category_variance[CONFOUNDING] = self.confounding[0]
        others = sums_elsewhere.swapaxes(0, 1)
        own = self.shared.estimate(tree, row, precisions, evidences, others)
        self.own[:, :-2] = own.swapaxes(0, 1).reshape(rows, -1)
        self.members = sum_by(row, learnt.astype(np.float64), rows)
        self.own[:, -2] = sum_by(row, state.variance_sum, rows)
        self.own[:, -1] = sum_by(row, state.square_sum, rows)
        excess, square = (self.own[:, k] + self.others[:, k] for k in (-2, -1))
        whole = (excess.cumsum()[-1] + INVERSE_SIZE_WEIGHT * PRIOR_INVERSE_SIZE) / (
            square.cumsum()[-1] + INVERSE_SIZE_WEIGHT
        )
        ratio = (excess + INVERSE_SIZE_WEIGHT * whole) / (square + INVERSE_SIZE_WEIGHT)
        ratio[0] = whole
        self.inverse_size = np.minimum(np.maximum(ratio, 1e-3), 20.0)

    def _margin_offsets(
        self, state: FilterState, row: Ints, precision: Floats, evidence: Floats
    ) -> Floats:
        """Learn how far the offers' own margins predict their elasticities; returns the offsets."""
        gap = self._from_prior(state.implied_elasticity)
        damping = 1.0 / (1.0 + self.shared.scatter[ELASTICITY, row] * precision)
        known = evidence - precision * self.shared.mean[ELASTICITY, row]
        moment = total(known * damping * gap)
        weight = total(precision * damping * gap * gap)
        weight_found = (moment + MARGIN_WEIGHT * MARGIN_PRECISION) / (weight + MARGIN_PRECISION)
        self.margin_weight[0] = min(max(weight_found, 0.0), 1.0)
        return self.margin_offset(state.implied_elasticity)


def _grown(rows: Floats, size: int) -> Floats:
    missing = np.zeros((max(size - len(rows), 0), rows.shape[1]))
    return np.concatenate([rows, missing])
