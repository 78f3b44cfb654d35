"""What deviations between the channels of a product tell of its slopes."""

from __future__ import annotations

import numpy as np

from online_models.demand.panel.channel import SLOPES, ChannelLevel
from online_models.demand.panel.features import CHANNEL_FEATURES


def test_slopes_are_told_surely_where_channels_asked_different_prices_and_not_elsewhere() -> None:
    rng = np.random.default_rng(2)
    level = ChannelLevel()
    level.grow(4)
    untold = level.slopes()[1]
    product = np.repeat(np.arange(4), 20)
    for _ in range(30):
        design = np.zeros((CHANNEL_FEATURES, 80))
        design[SLOPES[0]] = rng.standard_normal(80)
        deviation = -0.6 * design[SLOPES[0]] + 0.3 * rng.standard_normal(80)
        error = deviation - level.predict(product, design)
        level.learn(product, design, deviation, error)
    slope, doubt = level.slopes()
    assert abs(slope[0] + 0.6) < 0.05
    assert doubt[0] < 0.001
    np.testing.assert_array_less(0.2, doubt[1:])
    np.testing.assert_array_less(0.2, untold)
