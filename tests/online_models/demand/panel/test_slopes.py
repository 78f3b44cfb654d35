"""Slopes of a channel over what happens in all of them."""

from __future__ import annotations

import numpy as np

from online_models.demand.panel.slopes import SLOPES, ChannelSlopes
from online_models.persistence.saved import restore, save


def test_a_channel_that_answers_prices_more_is_told_from_one_that_answers_less() -> None:
    rng = np.random.default_rng(3)
    slopes = ChannelSlopes()
    slopes.grow(3)
    channel = np.repeat(np.arange(3), 10)
    truth = np.array([-0.15, 0.0, 0.15])
    for _ in range(80):
        design = np.zeros((SLOPES, 30))
        design[0] = np.tile(rng.standard_normal(10), 3)
        rest = truth[channel] * design[0] + 0.3 * rng.standard_normal(30)
        slopes.learn(channel, design, rest, np.full(30, 1.0 / 0.09))
    np.testing.assert_allclose(slopes.coefficients[:, 0], truth, atol=0.05)
    again = restore(ChannelSlopes(), save(slopes))
    np.testing.assert_array_equal(again.coefficients, slopes.coefficients)
