"""How long each model took."""

from __future__ import annotations

import time
from collections.abc import Callable, MutableMapping
from typing import Any

#: What models do for every bucket.
WORK = ("predict", "forecast", "learn")


class Timed:
    """A model with a stop-watch around its work."""

    def __init__(self, model: Any) -> None:
        self._model = model
        self.seconds = 0.0

    def __getattr__(self, name: str) -> Any:
        found = getattr(self._model, name)
        return self._timed(found) if name in WORK else found

    def _timed(self, work: Callable[..., Any]) -> Callable[..., Any]:
        def run(*args: Any) -> Any:
            begun = time.perf_counter()
            done = work(*args)
            self.seconds += time.perf_counter() - begun
            return done

        return run


def timed(models: MutableMapping[str, Any]) -> dict[str, Timed]:
    """Put a stop-watch on every model, in place."""
    watches = {name: Timed(model) for name, model in models.items()}
    models.update(watches)
    return watches
