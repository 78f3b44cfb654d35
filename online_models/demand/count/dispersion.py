"""How widely units scatter around their mean: a mixture over shapes, learnt online.

A shape is a pair (scale, size): units ~ NegativeBinomial(scale · mean, size). Every offer keeps
discounted log likelihoods of all shapes, and so does every cell of a table over mean, units per
order and last surprise, which cold and slow offers fall back on. Bulk buyers and dying items
make the tails; no single size fits both.
"""

from __future__ import annotations

import numpy as np

from online_models.numerics.arrays import Floats, Ints
from online_models.numerics.columns import Columns, column
from online_models.numerics.linear import row_largest, softmax
from online_models.numerics.special import exp, gammaln, log
from online_models.persistence.kinds import Array, Part
from online_models.persistence.saved import Saved

SIZES = np.array([0.05, 0.2, 0.6, 1.5, 4.0, 20.0])
SCALES = np.array([0.5, 1.0, 2.0])
_LOG_SCALES = log(SCALES).tolist()
SHAPE_SCALE = np.repeat(SCALES, len(SIZES))
SHAPE_SIZE = np.tile(SIZES, len(SCALES))
SHAPES = len(SHAPE_SCALE)
#: Before evidence: size around 1.5 within a factor of e^1.5, scale 1 within 35 %.
_PRIOR = -0.5 * (log(SHAPE_SIZE / 1.5) / 1.5) ** 2 - 0.5 * (log(SHAPE_SCALE) / 0.3) ** 2
#: Memory of an offer's likelihoods per window, of a cell's per window.
OFFER_FORGETTING = 0.97
CELL_FORGETTING = 0.99
#: Weights of the offer's and the cell's log likelihoods, tempered for what the model leaves out.
OFFER_WEIGHT = 0.2
CELL_WEIGHT = 0.02
TEMPERATURE = 0.6
#: One window counts against a shape by at most this many nats.
LARGEST_LOSS = 4.0

MEAN_BINS, BASKET_BINS, SURPRISE_BINS = 10, 6, 5
_BASKET_EDGES = np.array([0.1, 0.3, 0.6, 1.0, 1.5])
_SURPRISE_EDGES = np.array([-1.2, -0.4, 0.4, 1.2])

_TABLED = 256
_COUNTS = np.arange(float(_TABLED))
_RISING = (
    gammaln(_COUNTS[:, None] + SIZES) - gammaln(SIZES) - gammaln(_COUNTS[:, None] + 1.0)
) + SIZES * log(SIZES)


class ShapeState(Columns):
    """Discounted log likelihood per offer and shape, relative to the best of each window."""

    log_likelihood: Floats = column(np.float64, 0.0, SHAPES)


class Dispersion:
    """Weights of the shapes for every offer of a partition."""

    SAVED = Saved(state=Part(), cells=Array(np.float64, None, SHAPES))

    def __init__(self) -> None:
        self.state = ShapeState()
        self.cells: Floats = np.zeros((MEAN_BINS * BASKET_BINS * SURPRISE_BINS, SHAPES))

    def cell(self, log_mean: Floats, basket: Floats, surprise: Floats) -> Ints:
        """Cell per row from log mean, log units per order and log last surprise."""
        by_mean = np.floor((log_mean + 2.5) * 1.4)
        by_mean = np.minimum(np.maximum(by_mean, 0.0), MEAN_BINS - 1.0).astype(np.int64)
        by_basket = np.searchsorted(_BASKET_EDGES, basket)
        by_surprise = np.searchsorted(_SURPRISE_EDGES, surprise)
        return (by_mean * BASKET_BINS + by_basket) * SURPRISE_BINS + by_surprise

    def weights(self, offer: Ints, cell: Ints) -> Floats:
        """Weight of each shape, shape (n, SHAPES)."""
        score = self.state.log_likelihood.take(offer, axis=0)
        score *= OFFER_WEIGHT
        score += self.cells.take(cell, axis=0) * CELL_WEIGHT
        score += _PRIOR
        score *= TEMPERATURE
        return softmax(score)

    def learn(
        self, offer: Ints, cell: Ints, relative: Floats, kept: float = CELL_FORGETTING
    ) -> None:
        """Add log likelihoods, (n, SHAPES), of one window; each offer occurs once.

        `kept` is what the window leaves of the cells' past.
        """
        loss = np.maximum(relative - row_largest(relative)[:, None], -LARGEST_LOSS)
        kept_likelihood = self.state.log_likelihood.take(offer, axis=0)
        kept_likelihood *= OFFER_FORGETTING
        kept_likelihood += loss
        self.state.log_likelihood[offer] = kept_likelihood
        self.cells *= kept
        flat = (cell[:, None] * SHAPES + np.arange(SHAPES)).ravel()
        seen = np.bincount(flat, weights=loss.ravel(), minlength=self.cells.size)
        self.cells += seen.reshape(self.cells.shape)


def shape_log_likelihood(units: Floats, mean: Floats) -> Floats:
    """Log probability of each row's units under every shape, shape (n, SHAPES)."""
    whole = (units < _TABLED) & (units == np.floor(units))
    rising = _RISING[np.where(whole, units, 0.0).astype(np.int64)]
    other = np.flatnonzero(~whole)
    if len(other):
        y = units[other, None]
        rising[other] = gammaln(y + SIZES) - gammaln(SIZES) - gammaln(y + 1.0)
        rising[other] += SIZES * log(SIZES)
    log_mean = log(mean)
    n, sizes = len(units), len(SIZES)
    value = np.empty((n, SHAPES))
    for s, scale in enumerate(SCALES):
        block = value[:, s * sizes : (s + 1) * sizes]
        spread = log(mean[:, None] * scale + SIZES)
        np.multiply(units[:, None] + SIZES, spread, out=block)
        np.subtract(rising, block, out=block)
        block += (units * (log_mean + _LOG_SCALES[s]))[:, None]
    return value


def mixed_log_probability(relative: Floats, weights: Floats) -> Floats:
    """log Σ_k weights · exp(relative) along the last axis, summed in order, shape (n,)."""
    best = row_largest(relative)
    terms = weights * exp(relative - best[:, None])
    whole = terms[:, 0].copy()
    for k in range(1, terms.shape[1]):
        whole += terms[:, k]
    value: Floats = best + log(np.maximum(whole, 1e-300))
    return value
