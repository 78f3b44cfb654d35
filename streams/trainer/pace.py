"""How often a trainer speaks: known to its service, and to the child that it starts."""

from __future__ import annotations

from schemas.values import durations
from schemas.values.instants import DAY
from streams.configuration.settings import Settings


def pause_ms(settings: Settings) -> int:
    """How long it is from one round of forecasts to the next: a day, or until the next training."""
    return min(DAY, durations.to_ms(settings.train_every))
