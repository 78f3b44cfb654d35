"""What is looked at once a day: at the first tick of a UTC day."""

from __future__ import annotations

from online_models.fold import elasticities
from online_models.fold.state import State
from online_models.journal.outputs import Output
from schemas.values.instants import DAY


def daily(state: State, now: int) -> list[Output]:
    """Outputs of the day's first tick, at `now` (ms); none at any other."""
    if now // DAY == state.day:
        return []
    state.day = now // DAY
    state.pace.choose(state.buckets, state.pricing, now)
    if state.settings.observe_only:
        return []
    outputs = elasticities.tell(state, now)
    state.notices += state.drifting.tell(state.demand, state.catalogue, now)
    if state.settings.partitions > 1:
        outputs += state.sharing.tell(state.catalogue, state.demand, now)
    return outputs
