"""Whose price response to believe: judged only by what prices that moved have sold.

Of a window, every model is asked by what factor sales at this price differ from those at the
offer's usual price. The factor replaces that of the pricer's own model in its forecast, so that all
are judged at the same level: where a price did not move, all say 1, and nothing is learnt. What a
whole channel shares in a window is taken out under each model's own forecast: where all prices of a
channel move together, nobody can tell a response from a busy day, and nothing is learnt either. A
model is believed for as much as it has explained better than that one: one that never did has no
weight. It is believed for what it said meanwhile: a response that jumps must earn its weight again.

References: Kass and Raftery, "Bayes factors", JASA 90 (1995); that an even bet of no skill seldom
gains much: Ville, "Étude critique de la notion de collectif", 1939.
"""

from __future__ import annotations

import numpy as np

from online_models.demand.filter.shock import channel_shock
from online_models.demand.forecasts.member import PublishedForecast
from online_models.demand.inputs.observations import WindowRows
from online_models.demand.negative_binomial import log_probability
from online_models.numerics.arrays import Flags, Floats, Ints
from online_models.numerics.special import exp
from online_models.persistence.kinds import Array
from online_models.persistence.saved import Saved

#: Nats that a model must explain better before it counts for as much as the pricer's own.
DOUBT = 3.0
#: Most nats that are held for or against a model: so many days of bad forecasts undo its merits.
MOST_FOR, MOST_AGAINST = 8.0, 24.0
#: One window of one offer counts for at most this.
LARGEST_GAIN = 0.5
#: Memory of a day: demand drifts, and models are trained anew.
FORGETTING = 0.995
#: Memory of an offer's usual price, and of the elasticity that a model states of it, per day.
USUAL_MEMORY = 0.93
#: An elasticity this far from what the model has stated of late, relative and in itself, is the
#: same one; beyond, its nats fall by the square.
SAME_RELATIVE, SAME_ABSOLUTE = 0.1, 0.1
#: Price moves beyond are no steps of a pricer, and no curve is good so far.
LARGEST_MOVE = 0.5


class ResponseJudge:
    """Evidence for the responses of models, by category row: row 0 is of all offers.

    `evidence` is (rows, models), nats over our own; `usual` is each offer's usual log price;
    `stated` (offers, models) are the elasticities that were judged, smoothed, NaN before any.
    """

    SAVED = Saved(
        evidence=Array(np.float64, None, None),
        usual=Array(np.float64, None),
        stated=Array(np.float64, None, None),
    )

    def __init__(self) -> None:
        self.evidence: Floats = np.zeros((1, 0))
        self.usual: Floats = np.zeros(0)
        self.stated: Floats = np.zeros((0, 0))

    def grow(self, offers: int, categories: int) -> None:
        """Make room for offers and category rows."""
        rows, models = self.evidence.shape
        if categories > rows:
            more = np.zeros((categories - rows, models))
            self.evidence = np.concatenate([self.evidence, more])
        if offers > len(self.usual):
            missing = offers - len(self.usual)
            self.usual = np.append(self.usual, np.full(missing, np.nan))
            self.stated = np.append(self.stated, np.full((missing, models), np.nan), axis=0)

    def join(self) -> None:
        """Let another model be judged from now on."""
        self.evidence = np.append(self.evidence, np.zeros((len(self.evidence), 1)), axis=1)
        self.stated = np.append(self.stated, np.full((len(self.stated), 1), np.nan), axis=1)

    def leave(self, models: list[int]) -> None:
        """Forget some models."""
        self.evidence = np.delete(self.evidence, models, axis=1)
        self.stated = np.delete(self.stated, models, axis=1)

    def doubt(self, model: int) -> None:
        """Believe a model half as much for good: it has a new version."""
        self.evidence[:, model] = np.minimum(self.evidence[:, model], 0.5 * self.evidence[:, model])

    def weights(self, offer: Ints, row: Ints, elasticity: Floats) -> Floats:
        """Weights of the models, (n, models): what they leave is our own. `elasticity` is what
        they say now, (n, models), NaN where they say nothing of the price.
        """
        responds = elasticity == elasticity
        whole, own = self.evidence[:1], self.evidence[row]
        nats = whole + np.where((row > 0)[:, None], own, 0.0)
        nats = np.minimum(nats, MOST_FOR) - self._jump(offer, elasticity)
        odds = exp(nats - DOUBT) - exp(-DOUBT)
        odds = np.where(responds, np.maximum(odds, 0.0), 0.0)
        whole_odds = 1.0 + np.add.accumulate(odds, axis=1)[:, -1:] if odds.shape[1] else 1.0
        weights: Floats = odds / whole_odds
        return weights

    def _jump(self, offer: Ints, elasticity: Floats) -> Floats:
        """Nats that a response has not earned, as another was stated so far, (n, models)."""
        stated = self.stated[offer]
        known = (stated == stated) & (elasticity == elasticity)
        gap = np.where(known, np.abs(elasticity - stated), 0.0)
        scale = np.where(known, SAME_RELATIVE * np.abs(stated) + SAME_ABSOLUTE, 1.0)
        beyond = np.maximum(gap / scale - 1.0, 0.0)
        nats: Floats = np.minimum(beyond * beyond, MOST_AGAINST)
        return nats

    def learn(
        self,
        window: WindowRows,
        mean: Floats,
        size: Floats,
        variance: Floats,
        elasticity: Floats,
        said: list[PublishedForecast],
    ) -> None:
        """Judge one window: `mean` are the pricer's own units at its prices, `size` those of their
        negative binomials, `variance` that of their log rates; `elasticity` is its own, (n,).
        """
        seen, offer = window.seen, window.seen.offer
        price, usual = seen.log_price, self.usual[offer]
        units = np.maximum(seen.units, 0.0)
        moved = (price == price) & (usual == usual)
        move = np.where(moved, price - usual, 0.0)
        moved &= (np.abs(move) <= LARGEST_MOVE) & (move != 0.0)
        self.evidence *= window.kept(FORGETTING)

        def score(expected: Floats) -> Floats:
            shock = channel_shock(window.channel, units, expected, size, variance)
            return log_probability(units, expected * exp(shock.log), size)

        base = score(mean)
        for model, each in enumerate(said):
            states = each.covered & each.curves.responds & (price == price)
            self._remember(window, model, states, each.curves.elasticity(price))
            rows = moved & states
            if not rows.any():
                continue
            at, before = np.where(rows, price, 0.0), np.where(rows, usual, 0.0)
            claimed = each.curves.log_rate(at) - each.curves.log_rate(before)
            ratio = np.where(rows, claimed - elasticity * move, 0.0)
            ratio = np.minimum(np.maximum(ratio, -3.0), 3.0)
            gain = score(mean * exp(ratio)) - base
            gain = np.minimum(np.maximum(gain, -LARGEST_GAIN), LARGEST_GAIN)
            gain = np.where(rows, gain, 0.0)
            self.evidence[0, model] += float(np.add.accumulate(gain)[-1])
            own = np.bincount(window.row, gain, len(self.evidence))
            self.evidence[1:, model] += own[1:]
        self.evidence = np.minimum(np.maximum(self.evidence, -MOST_AGAINST), MOST_FOR)
        kept = window.kept(USUAL_MEMORY)
        follows = kept * usual + (1.0 - kept) * price
        self.usual[offer] = np.where(
            price == price, np.where(usual == usual, follows, price), usual
        )

    def _remember(self, window: WindowRows, model: int, states: Flags, said: Floats) -> None:
        """Smooth the elasticities that a model states of some rows."""
        offer, kept = window.seen.offer[states], window.kept(USUAL_MEMORY)
        before, now = self.stated[offer, model], said[states]
        follows = kept * before + (1.0 - kept) * now
        self.stated[offer, model] = np.where(before == before, follows, now)
