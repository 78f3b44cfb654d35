"""What is looked at once a day: at the first tick of a UTC day."""

from __future__ import annotations

from online_models.demand.elasticities.records import elasticity_records
from online_models.fold.state import State
from online_models.journal.outputs import Output
from schemas.values.instants import DAY


def daily(state: State, now: int) -> list[Output]:
    """Outputs of the day's first tick, at `now` (ms); none at any other."""
    if now // DAY == state.day:
        return []
    state.day = now // DAY
    state.sales_speed.choose(state.windows, state.pricing, now)
    if state.settings.observe_only:
        return []
    outputs = elasticity_records(
        state.elasticities, state.demand, state.catalogue, state.evidence, now
    )
    state.notices += state.drift_reports.due(state.demand, state.catalogue, now)
    if state.settings.partitions > 1:
        outputs += state.evidence.announce(state.catalogue, state.demand, now)
    return outputs
