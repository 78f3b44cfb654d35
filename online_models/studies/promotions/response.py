"""What earlier promotions did: to their own offer, to the weeks after, and to other offers.

Every day of the past is a usual one times the effects of promotions. A price taken down by the log
step s multiplies sales by e^{βs}, less where that is much. Shoppers who stocked up stay away: the
promotion's log lift fills a store that empties by a share a day, and sales fall by κ times it, so
that κ of the log lift is paid back in all. What it sells more is in part lost by others: e^{−χq}
where q is what the promoted ones sell more, over what all usually sell; so for the category on the
channel, and for the same goods on other channels. β is an offer's, shrunk to its category's, and
that to what is known elsewhere; κ and χ a category's.

References: van Heerde, Leeflang, Wittink, "Decomposing the sales promotion bump with store data",
Marketing Science 23 (2004): about a third each is bought ahead, and taken from others. The same,
"Semiparametric analysis to estimate the deal effect curve", Journal of Marketing Research 38
(2001): effects saturate. Bijmolt, van Heerde, Pieters, "New empirical generalizations on the
determinants of price elasticity", Journal of Marketing Research 42 (2005): elasticities of −2.6 on
average.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple

import numpy as np

from online_models.numerics.arrays import Flags, Floats, Ints
from online_models.numerics.special import exp, log, sum_by
from online_models.studies.promotions.past import PastSales, UsualSales, usual_sales
from online_models.studies.promotions.shrinkage import EffectPrior, ShrunkEffects, pool

#: Beliefs before any promotion was seen.
LIFT = EffectPrior(2.6, 1.0, 0.7, 0.5)
PAID_BACK = EffectPrior(0.4, 0.25, 0.15)
TAKEN = EffectPrior(0.15, 0.15, 0.1)
#: Shares of the store that are left after a day; the past says how likely each is.
KEPT = (0.85, 0.92, 0.96)
#: Rounds of scoring: each effect in turn, given the others.
ROUNDS = 8
#: Days that are counted as one draw: what sells more today does so tomorrow, too.
CELL = 7
#: A draw further off than this many deviations counts as one that far off.
BOUND = 3.0
#: Misfits of neighbouring weeks go together: as many are worth one.
CORRELATED = 2.0


#: No promotion lifts log sales by more than this.
SATURATED = 5.0


@dataclass(frozen=True)
class PromotionResponse:
    """Posteriors by offer of `lift` β, and by category of what is `paid_back` (κ) at the rate
    `kept`, and of what others lose, in the `category` and on `other_channels` (χ).
    """

    lift: ShrunkEffects
    paid_back: ShrunkEffects
    category: ShrunkEffects
    other_channels: ShrunkEffects
    kept: float

    def take(self, offers: Ints) -> PromotionResponse:
        """Of some of the offers."""
        return PromotionResponse(
            self.lift.take(offers),
            self.paid_back.take(offers),
            self.category.take(offers),
            self.other_channels.take(offers),
            self.kept,
        )


class LearntResponses(NamedTuple):
    """Responses at different rates with their posterior probabilities; how many promotions each
    offer has had, (offers,); and, by the likeliest, what is usually sold, the variance of a week's
    log sales that is more than chance, and the logarithm of what promotions of others took on each
    day, (offers, days).
    """

    responses: list[PromotionResponse]
    probabilities: Floats
    runs: Ints
    usual: UsualSales
    scatter: float
    lost: Floats

    def take(self, offers: Ints) -> LearntResponses:
        """Of some of the offers."""
        some = [each.take(offers) for each in self.responses]
        return self._replace(
            responses=some,
            runs=self.runs[offers],
            usual=self.usual.take(offers),
            lost=self.lost[offers],
        )


class Groups(NamedTuple):
    """Where offers belong, all (offers,): a row of the category tree, an SKU row, a channel."""

    category: Ints
    sku: Ints
    channel: Ints


def respond(past: PastSales, groups: Groups, categories: int) -> LearntResponses:
    """The responses in the past; `categories` is the number of rows of the category tree."""
    found = [_fit(past, groups, categories, kept) for kept in KEPT]
    misfit = np.array([each.misfit for each in found])
    likely = exp(-0.5 * (misfit - misfit.min()) / CORRELATED)
    promoted = past.promoted
    before = np.concatenate([np.zeros((len(promoted), 1), np.bool_), promoted[:, :-1]], axis=1)
    runs = (promoted & ~before).sum(axis=1).astype(np.int64)
    best = found[int(misfit.argmin())]
    responses = [each.response for each in found]
    return LearntResponses(
        responses, likely / likely.sum(), runs, best.usual, best.scatter, best.lost
    )


def curve(beta: Floats, step: Floats) -> Floats:
    """The log lift of a log step: ever less for ever more."""
    more: Floats = SATURATED * (1.0 - exp(-beta * step / SATURATED))
    return more


def filled(lift: Floats, kept: float) -> Floats:
    """What is in store on each day, (offers, days), given log lifts: mornings, before the day's."""
    store = np.zeros_like(lift)
    for day in range(1, lift.shape[1]):
        store[:, day] = kept * store[:, day - 1] + (1.0 - kept) * lift[:, day - 1]
    return store


class _Fit(NamedTuple):
    """The response at one rate, what is usually sold by it and its scatter, what others take, and
    how badly the weeks after promotions fit it.
    """

    response: PromotionResponse
    usual: UsualSales
    scatter: float
    lost: Floats
    misfit: float


def _fit(past: PastSales, groups: Groups, categories: int, kept: float) -> _Fit:
    offers = len(past.units)
    step, promoted = past.step, past.promoted
    cells = _Cells(past)
    category, sku = groups.category, groups.sku
    local = category * (int(groups.channel.max(initial=0)) + 1) + groups.channel
    nobody = np.zeros(offers)
    everyone = np.zeros(offers, np.int64)
    lift = pool(nobody, nobody, category, categories, LIFT)
    back = pool(nobody, nobody, category, categories, PAID_BACK)
    taken = pool(nobody, nobody, category, categories, TAKEN)
    elsewhere = pool(nobody, nobody, everyone, 1, TAKEN)
    misfit = scatter = 0.0
    shared = np.zeros_like(step)
    for _ in range(ROUNDS):
        more = curve(lift.member[:, None], step)
        store = filled(more, kept)
        lost = back.member[:, None] * store
        effect = exp(-lost)
        usual = usual_sales(past, effect, groups.channel)
        extra = usual.units * (exp(more - lost) - 1.0) * promoted
        near = _relative(extra, usual.units, local)
        far = _relative(extra, usual.units, sku)
        near = np.where(category[:, None] > 0, near, 0.0)
        shared = taken.member[:, None] * near + elsewhere.member[:, None] * far
        effect = effect * exp(-shared)
        usual = usual_sales(past, effect, groups.channel)
        whole = usual.units * effect * exp(more)
        common = curve(lift.mean[category][:, None], step)
        y, variance, scatter = cells.residual(whole, usual.units * effect * exp(common), usual)
        s = cells.mean(step * (1.0 - more / SATURATED), whole)
        lift = _scored(lift, y, variance, s, cells, cells.ran, LIFT, categories)
        quiet = ~cells.ran
        p = cells.mean(store - usual.around(store), whole)
        back = _scored(back, y, variance, -p, cells, quiet, PAID_BACK, categories)
        known = quiet & (variance < np.inf)
        misfit = float((y[known] ** 2 / variance[known] + log(variance[known])).sum())
        q = cells.mean(near - usual.around(near), whole)
        taken = _scored(taken, y, variance, -q, cells, quiet, TAKEN, categories)
        r = cells.mean(far - usual.around(far), whole)
        elsewhere = _scored(elsewhere, y, variance, -r, cells, quiet, TAKEN, 1)
    found = PromotionResponse(lift, back, taken, elsewhere, kept)
    return _Fit(found, usual, scatter, shared, misfit)


def _relative(extra: Floats, usual: Floats, group: Ints) -> Floats:
    """What the others of a group sell more, over what the group usually sells, (offers, days)."""
    _, place = np.unique(group, return_inverse=True)
    order = np.argsort(place, kind="stable")
    starts = np.flatnonzero(np.diff(place[order], prepend=-1))
    whole = np.add.reduceat(usual[order], starts, axis=0)[place]
    more = np.add.reduceat(extra[order], starts, axis=0)[place] - extra
    return np.where(whole > 0.0, more / np.maximum(whole, 1e-9), 0.0)


def _scored(
    now: ShrunkEffects,
    y: Floats,
    variance: Floats,
    x: Floats,
    cells: _Cells,
    chosen: Flags,
    prior: EffectPrior,
    groups: int,
) -> ShrunkEffects:
    """One step of scoring: log residuals `y` on the regressor `x`, by offer."""
    information = sum_by(cells.offer, np.where(chosen, x * x / variance, 0.0), cells.offers)
    score = sum_by(cells.offer, np.where(chosen, x * y / variance, 0.0), cells.offers)
    estimate = now.member + score / np.maximum(information, 1e-12)
    return pool(estimate, information, now.group, groups, prior)


class _Cells:
    """Days of an offer in pieces of up to a week, within or outside of a promotion."""

    def __init__(self, past: PastSales) -> None:
        self._past = past
        offers, days = past.units.shape
        number = np.zeros((offers, days), np.int64)
        age = np.zeros(offers, np.int64)
        for day in range(1, days):
            age += 1
            new = (age == CELL) | (past.depth[:, day] != past.depth[:, day - 1])
            number[:, day] = number[:, day - 1] + new
            age[new] = 0
        first = np.concatenate([[0], np.add.accumulate(number[:, -1] + 1)])
        self.of = (number + first[:-1, None]).ravel()
        self.count = int(first[-1])
        self.offers = offers
        self.offer = np.repeat(np.arange(offers), number[:, -1] + 1)
        self.ran = self._sum(past.promoted.astype(np.float64)) > 0.0
        self.units = self._sum(np.where(past.stocked > 0.0, past.units, 0.0))

    def _sum(self, values: Floats) -> Floats:
        return sum_by(self.of, values.ravel(), self.count)

    def mean(self, values: Floats, weight: Floats) -> Floats:
        """Weighted means of `values` (offers, days), (cells,)."""
        return self._sum(values * weight) / np.maximum(self._sum(weight), 1e-9)

    def residual(
        self, whole: Floats, common: Floats, usual: UsualSales
    ) -> tuple[Floats, Floats, float]:
        """How far log sales are off what is expected, and its variance, (cells,); and the part of
        the variance that is more than chance.

        The variance is that at what is `common` to the category: an offer that sold much by chance
        is no better known for it.
        """
        expected, typical = self._sum(whole), self._sum(common)
        quiet = ~self.ran
        off = (self.units[quiet] - expected[quiet]) ** 2 - expected[quiet]
        scatter = max(float(off.sum()) / max(float((expected[quiet] ** 2).sum()), 1.0), 0.0)
        known = self.mean(usual.known_from, whole)
        variance = 1.0 / np.maximum(typical, 1e-9) + scatter
        variance += np.where(self.ran, 1.0 / np.maximum(known, 1e-9), 0.0)
        y = (self.units - expected) / np.maximum(expected, 1e-9)
        bound = BOUND * np.sqrt(variance)
        y = np.minimum(np.maximum(y, -bound), bound)
        nothing = typical <= 0.0
        return np.where(nothing, 0.0, y), np.where(nothing, np.inf, variance), scatter
