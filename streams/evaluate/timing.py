"""How long each model took."""

from __future__ import annotations

import time
from typing import Any

from online_models.demand.models import DemandModels


class Timed:
    """An expert with a stop-watch around what it does for every bucket."""

    def __init__(self, expert: Any) -> None:
        self._expert = expert
        self.seconds = 0.0

    def __getattr__(self, name: str) -> Any:
        return getattr(self._expert, name)

    def predict(self, period: Any) -> Any:
        """The expert's forecast."""
        begun = time.perf_counter()
        prediction = self._expert.predict(period)
        self.seconds += time.perf_counter() - begun
        return prediction

    def learn(self, period: Any, prediction: Any) -> Any:
        """Let the expert learn."""
        begun = time.perf_counter()
        score = self._expert.learn(period, prediction)
        self.seconds += time.perf_counter() - begun
        return score


def timed(models: DemandModels) -> dict[str, Timed]:
    """Put a stop-watch on every expert."""
    watches = {name: Timed(expert) for name, expert in models.experts.items()}
    models.experts.update(watches)
    return watches
