"""What earlier promotions did: to their own offer, to the weeks after, and to other offers.

Every day of the past is a usual one times the effects of promotions. A price taken down by the log
step s multiplies sales by e^{βs}, less where that is much. Shoppers who stocked up stay away: the
promotion's log lift fills a store that empties by a share a day, and sales fall by κ times it, so
that κ of the log lift is paid back in all. What it sells more is in part lost by others: e^{−χq}
where q is what the promoted ones sell more, over what all usually sell; so for the category on the
channel, and for the same goods on other channels. What is bought along with the promoted ones, and
less with those that lose, moves by θ times what baskets let expect (`along`): all of it for θ = 1,
nothing where people would have come and bought that anyway. It is found in what such offers sell
beyond the others of the channel, so that what all gain alike is not in it. β is an offer's, shrunk
to its category's, and that to what is known elsewhere; κ and χ a category's; θ the shop's.

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
from online_models.studies.promotions.along import NOTHING, BoughtAlong
from online_models.studies.promotions.cells import Cells
from online_models.studies.promotions.past import PastSales, UsualSales, usual_sales
from online_models.studies.promotions.shrinkage import EffectPrior, ShrunkEffects, pool
from online_models.studies.promotions.whole_shop import Groups

#: Beliefs before any promotion was seen.
LIFT = EffectPrior(2.6, 1.0, 0.7, 0.5)
PAID_BACK = EffectPrior(0.4, 0.25, 0.15)
TAKEN = EffectPrior(0.15, 0.15, 0.1)
#: Members are months: what they tell of it differs by more than chance.
ALONG = EffectPrior(0.0, 0.3, 0.001, 0.15)
#: Nothing is bought along so often that it sells more than twice as much.
MOST_ALONG = 1.0
#: It counts once it is above nothing by this many deviations: the 90 % interval's lower end.
CERTAIN = 1.645
#: Shares of the store that are left after a day; the past says how likely each is.
KEPT = (0.85, 0.92, 0.96)
#: Rounds of scoring: each effect in turn, given the others.
ROUNDS = 8
#: Misfits of neighbouring weeks go together: as many are worth one.
CORRELATED = 2.0


#: No promotion lifts log sales by more than this.
SATURATED = 5.0


class SoldAlong(NamedTuple):
    """Posterior of θ, the share of what baskets let expect that promotions sell along."""

    mean: float = 0.0
    deviation: float = 0.0

    @property
    def known(self) -> bool:
        """Whether promotions have shown that there is any."""
        return self.mean > CERTAIN * self.deviation

    def draw(self, normal: float) -> float:
        """The share, so many deviations off; none where it is not known."""
        return max(self.mean + self.deviation * normal, 0.0) if self.known else 0.0


@dataclass(frozen=True)
class PromotionResponse:
    """Posteriors by offer of `lift` β, and by category of what is `paid_back` (κ) at the rate
    `kept`, and of what others lose, in the `category` and on `other_channels` (χ); and of what is
    sold `along`.
    """

    lift: ShrunkEffects
    paid_back: ShrunkEffects
    category: ShrunkEffects
    other_channels: ShrunkEffects
    along: SoldAlong
    kept: float

    def take(self, offers: Ints) -> PromotionResponse:
        """Of some of the offers."""
        return PromotionResponse(
            self.lift.take(offers),
            self.paid_back.take(offers),
            self.category.take(offers),
            self.other_channels.take(offers),
            self.along,
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


def respond(
    past: PastSales, groups: Groups, categories: int, company: BoughtAlong = NOTHING
) -> LearntResponses:
    """The responses in the past; `categories` is the number of rows of the category tree."""
    found = [_fit(past, groups, categories, company, kept) for kept in KEPT]
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


def _fit(
    past: PastSales, groups: Groups, categories: int, company: BoughtAlong, kept: float
) -> _Fit:
    offers = len(past.units)
    step, promoted = past.step, past.promoted
    cells = Cells(past)
    category, sku = groups.category, groups.sku
    local = category * (int(groups.channel.max(initial=0)) + 1) + groups.channel
    nobody = np.zeros(offers)
    everyone = np.zeros(offers, np.int64)
    lift = pool(nobody, nobody, category, categories, LIFT)
    back = pool(nobody, nobody, category, categories, PAID_BACK)
    taken = pool(nobody, nobody, category, categories, TAKEN)
    elsewhere = pool(nobody, nobody, everyone, 1, TAKEN)
    along, misfit, scatter = SoldAlong(), 0.0, 0.0
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
        # an offer's own lift holds what else moved its weeks, which moved its company, too: by that
        # of all, the company's sales are explained by depths alone
        alike = curve(np.full((offers, 1), lift.mean[category].sum() / offers), step)
        with_them = _with_company(company, usual.units, (alike - lost) * promoted - shared)
        shared = shared - along.mean * with_them
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
        if len(company.offer):
            beyond = _beyond_others(with_them, usual, groups.channel)
            a = cells.mean(beyond - usual.around(beyond), whole)
            along = _along(along, y, variance, a, cells, quiet)
    found = PromotionResponse(lift, back, taken, elsewhere, along, kept)
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
    cells: Cells,
    chosen: Flags,
    prior: EffectPrior,
    groups: int,
) -> ShrunkEffects:
    """One step of scoring: log residuals `y` on the regressor `x`, by offer."""
    information = sum_by(cells.offer, np.where(chosen, x * x / variance, 0.0), cells.offers)
    score = sum_by(cells.offer, np.where(chosen, x * y / variance, 0.0), cells.offers)
    estimate = now.member + score / np.maximum(information, 1e-12)
    return pool(estimate, information, now.group, groups, prior)


def _with_company(company: BoughtAlong, usual: Floats, moved: Floats) -> Floats:
    """What baskets let expect that offers sell more, over what they usually sell, where promotions
    have `moved` the log sales of their company; all (offers, days).
    """
    if not len(company.offer):
        return np.zeros_like(usual)
    more = company.expected(usual * (exp(moved) - 1.0)) / np.maximum(usual, 1e-9)
    return np.minimum(np.maximum(more, -MOST_ALONG), MOST_ALONG)


def _beyond_others(values: Floats, usual: UsualSales, channel: Ints) -> Floats:
    """`values` (offers, days) less their mean over what sells on the channel on a day: as much is
    in what the day is taken to be like for all (Frisch and Waugh, Econometrica 1, 1933).
    """
    weight = np.where(usual.quiet > 0.0, usual.units, 0.0)
    beyond = values.copy()
    for each in np.unique(channel).tolist():
        rows = channel == each
        whole = np.maximum(weight[rows].sum(axis=0), 1e-9)
        beyond[rows] -= (weight[rows] * values[rows]).sum(axis=0) / whole
    return beyond


def _along(
    now: SoldAlong, y: Floats, variance: Floats, x: Floats, cells: Cells, chosen: Flags
) -> SoldAlong:
    """The same step by months, for one effect of all."""
    months = int(cells.month.max(initial=0)) + 1
    information = sum_by(cells.month, np.where(chosen, x * x / variance, 0.0), months)
    score = sum_by(cells.month, np.where(chosen, x * y / variance, 0.0), months)
    estimate = now.mean + score / np.maximum(information, 1e-12)
    found = pool(estimate, information, np.zeros(months, np.int64), 1, ALONG)
    return SoldAlong(float(found.mean[0]), float(found.deviation[0]))
