"""The real world has the fold at hand, for whoever prices."""

from __future__ import annotations

from online_models.fold.fold import Fold
from streams.kafka.surroundings import Surroundings


def test_what_prices_is_the_fold() -> None:
    assert Surroundings().fold is Fold
