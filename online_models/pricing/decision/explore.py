"""Thompson sampling over legal prices around the best one, with the exact probability of each."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from online_models.demand.curves import within_reach
from online_models.numerics.special import exp, log, normal_cdf, uniforms
from online_models.pricing.context.decision_context import DecisionContext, Floats, Ints
from online_models.pricing.guardrails.price_endings import nearest_ending
from online_models.pricing.profit.economics import net_share, unit_profit
from online_models.pricing.profit.objective import outlook, span, value
from online_models.pricing.profit.search import spread
from online_models.pricing.profit.substitutes import recaptured
from online_models.shop.catalogue import PPM
from schemas.values.instants import DAY

#: Prices tried on either side of the best one. Within a budget of 1 % they lie about 1.5 % apart.
SIDE = 5
ARMS = 2 * SIDE + 1
#: Log price at which the curvature of the value is measured, and beyond which nothing is drawn.
PROBE = 0.1
FARTHEST = 0.35
#: An elasticity below is taken for this where the worth of knowing it is asked.
LEAST_ELASTICITY = 1.3
#: The posterior is widened to this many times its variance where much is to be learnt, so that
#: most draws reach as far as the budget does. What a draw costs and what it tells both grow with
#: the square of its distance: the same knowledge costs the same at any pace, and the sooner it is
#: there, the more days it serves.
LARGEST_EXPLORATION_SCALE = 30.0
#: What is left of a sale whose end is known counts so many times: the worth of knowing an
#: elasticity is reckoned as if the curve had the form that is believed, and its posterior were
#: right. What is drawn also tells where they are not.
WORTH_OF_THE_REST = 4.0


@dataclass(frozen=True, slots=True)
class Draw:
    """Drawn prices in minor units and the probability with which each was drawn, shape (n,).

    `deviation` is the log price less its mean over what might have been drawn: the part of the
    price that no expectation of demand can have caused.
    """

    price: Ints
    propensity: Floats
    deviation: Floats


def draw(context: DecisionContext, greedy: Ints) -> Draw:
    """Sample each offer's elasticity about its posterior and take the price that suits it best.

    The arms are legal prices within reach. The rate's level is common to all arms, so the best arm
    depends on the elasticity e alone: with unit values m and x = log price, arm k + 1 beats arm k
    where e > −log(m[k+1] / m[k]) / (x[k+1] − x[k]), and these thresholds rise with k since log m is
    concave in x. So the probability of each arm is a difference of normal tails. Draws that would
    cost more than the budget (a share of the best expected value) fall to the nearest arm that
    does not. A price drawn today stays: what re-decides it does not draw anew.
    """
    arms = _arms(context, greedy)
    prices = arms.astype(np.float64)
    over = span(context)
    tried = np.concatenate([prices, greedy[:, None].astype(np.float64)], axis=1)
    worth = value(context, tried, outlook(context, tried, over, False).units)
    first, last = _affordable(worth, context.terms.exploration_budget / PPM)
    logs = log(np.maximum(prices, 1.0))
    tails = _tails(context, prices, logs)
    index = np.arange(ARMS - 1)
    # Below the first affordable arm the draw is surely beyond, from the last on surely not.
    beyond = np.where(index < first[:, None], 1.0, np.where(index >= last[:, None], 0.0, tails))
    day = context.day
    u = _uniforms(context)
    place = np.count_nonzero(u[:, None] < beyond, axis=1)
    rows = np.arange(len(context))
    edges = np.concatenate([np.ones((len(rows), 1)), beyond, np.zeros((len(rows), 1))], axis=1)
    chance = edges[:, :-1] - edges[:, 1:]
    price = arms[rows, place]
    # Arms may coincide after rounding: the price's probability is that of all of them.
    same = arms == price[:, None]
    # each sum in the order of the arms
    propensity = np.add.accumulate(np.where(same, chance, 0.0), axis=1)[:, -1]
    mean = np.add.accumulate(chance * logs, axis=1)[:, -1]
    deviation = logs[rows, place] - mean
    ledger = context.state.ledger
    stays = (ledger.drawn_day[context.rows] == day) & (
        ledger.drawn_price[context.rows] == context.price
    )
    return Draw(
        np.where(stays, context.price, price),
        np.where(stays, ledger.propensity[context.rows], np.minimum(propensity, 1.0)),
        np.where(stays, ledger.deviation[context.rows], deviation),
    )


def _arms(context: DecisionContext, greedy: Ints) -> Ints:
    """Legal prices about the best one, as far as the budget may reach, ascending, (n, ARMS).

    Around its top a value falls like a parabola of log price: its curvature says how far.
    """
    low, high = np.maximum(context.legal.reach_low, 1), context.legal.reach_high
    high = np.minimum(high, np.maximum(2 * context.regular_price, low))
    low = np.minimum(low, high)
    centre = np.minimum(np.maximum(greedy, low), high)
    at = centre.astype(np.float64)[:, None] * exp(np.array([-PROBE, 0.0, PROBE]))
    worth = value(context, at, outlook(context, at, span(context), False).units)
    top = worth[:, 1]
    bend = np.maximum(2.0 * top - worth[:, 0] - worth[:, 2], 0.0) / (PROBE * PROBE)
    allowed = 2.0 * context.terms.exploration_budget / PPM * np.abs(top)
    enough = allowed < FARTHEST * FARTHEST * bend
    width = np.where(enough, np.sqrt(allowed / np.where(enough, bend, 1.0)), FARTHEST)
    # a little further, for the parabola is not exact: what is too dear is cut off afterwards
    width = np.minimum(1.15 * width, FARTHEST)
    reach = np.rint(at[:, 1:2] * exp(width[:, None] * np.array([-1.0, 1.0]))).astype(np.int64)
    bottom = np.minimum(np.maximum(reach[:, 0], low), centre)
    ceiling = np.maximum(np.minimum(reach[:, 1], high), centre)
    arms = np.concatenate(
        [spread(bottom, centre, SIDE + 1), spread(centre, ceiling, SIDE + 1)[:, 1:]], axis=1
    )
    endings = context.terms.endings
    if endings:
        flat = nearest_ending(
            endings, arms.reshape(-1), np.repeat(low, ARMS), np.repeat(high, ARMS)
        ).reshape(arms.shape)
        arms = np.where(flat < 0, greedy[:, None], flat)
    return arms


def _uniforms(context: DecisionContext) -> Floats:
    """The day's uniform draw of each offer, (n,): its own, or on some days its category's."""
    state, seed = context.state, context.terms.policy.seed
    own = uniforms(seed, state.identities.words(context.rows), context.day)[:, 0]
    category = state.catalogue.skus.category[context.sku]
    placed = np.flatnonzero(category >= 0)
    if len(placed):
        named = state.identities.category_words(category[placed], context.channel[placed])
        shared = uniforms(seed, *named, context.day[placed], count=2)
        together = shared[:, 1] < state.settings.drawn_together
        own[placed] = np.where(together, shared[:, 0], own[placed])
    return own


def _affordable(worth: Floats, budget: float) -> tuple[NDArray[np.intp], NDArray[np.intp]]:
    """First and last arm of the run around the best whose value costs no more than the budget.

    The last column of `worth` is the best legal price, which may be out of reach: then the arm that
    comes closest is the only one.
    """
    arms = worth[:, :-1]
    best = np.argmax(arms, axis=1)
    top = np.maximum(arms[np.arange(len(arms)), best], worth[:, -1])[:, None]
    enough = arms >= top - budget * np.abs(top)
    columns = np.arange(ARMS)
    below = np.where(~enough & (columns < best[:, None]), columns, -1).max(axis=1)
    above = np.where(~enough & (columns > best[:, None]), columns, ARMS).min(axis=1)
    return below + 1, above - 1


def _tails(context: DecisionContext, prices: Floats, logs: Floats) -> Floats:
    """P(the best arm for the sampled elasticity lies beyond arm k), shape (n, ARMS − 1)."""
    maximise = context.terms.policy.objective.maximise
    if maximise == "profit":
        unit = unit_profit(context, prices) - recaptured(context)[:, None]
    elif maximise == "revenue":
        unit = prices * net_share(context)[:, None]
    else:
        unit = np.ones_like(prices)
    m = log(np.maximum(unit, 1e-9))
    gap = logs[:, 1:] - logs[:, :-1]
    apart = gap > 0.0
    curves = context.curves
    threshold = np.where(apart, -(m[:, 1:] - m[:, :-1]) / np.where(apart, gap, 1.0), -np.inf)
    # where the elasticity changes with the price, so does what an arm further on needs
    x = within_reach(logs - context.log_anchor[:, None])
    threshold -= 0.5 * curves.bend[:, None] * (x[:, 1:] + x[:, :-1])
    threshold = np.maximum.accumulate(threshold, axis=1)
    variance = np.maximum(curves.elasticity_variance, 0.0) * _exploration_scale(context)
    deviation = np.maximum(np.sqrt(variance), 1e-9)
    return normal_cdf((curves.elasticity[:, None] - threshold) / deviation[:, None])


def _exploration_scale(context: DecisionContext) -> Floats:
    """Factor on the elasticities' variance: 0 where learning more is not worth its cost, (n,).

    With b = ε (ε − 1), a log price s off its best costs b s² / 2 of the profit, an elasticity with
    variance v costs v / 2b, and a day's units n tell n s² of information (a Poisson likelihood). So
    a draw pays over a horizon of H days where n H Σ cov² > b², the sum over all elasticities
    that it informs. n is the mean of what is believed: nobody knows yet what a new offer sells.
    What has lasted is expected to last as long again (Gott, "Implications of the Copernican
    principle for our future prospects", Nature 363, 1993), but elasticities wander, and what is
    learnt of them today fades. H is the geometric mean of that age and the setting: with a fixed H
    learning would nearly end, and with the age itself draws would cost more every month. Of a sale
    whose end is known no more than the rest can repay a draw: near its end nothing is drawn.
    """
    curves = context.curves
    e = np.maximum(-curves.elasticity, LEAST_ELASTICITY)
    bend = e * (e - 1.0)
    rate = exp(np.minimum(curves.log_rate + 0.5 * curves.log_rate_variance, 30.0))
    least = context.state.settings.learning_horizon_ms / DAY
    days = np.sqrt(least * np.maximum(least, curves.age))
    left: Floats = np.maximum(_end_of_sale(context) - context.now, 0) / DAY
    days = np.minimum(days, WORTH_OF_THE_REST * left)
    ratio: Floats = rate * days * curves.informs / (bend * bend)
    return np.minimum(np.maximum(ratio - 1.0, 0.0), LARGEST_EXPLORATION_SCALE)


def _end_of_sale(context: DecisionContext) -> Ints:
    """When the offers will be sold no more, as far as product and objective say, ms, (n,)."""
    ends = context.state.catalogue.skus.ends_at[context.sku]
    sell_by = context.terms.policy.objective.sell_by
    # a date that has passed binds nothing any more, as in `span`
    return (
        ends
        if sell_by is None
        else np.where(context.now < sell_by, np.minimum(ends, sell_by), ends)
    )
