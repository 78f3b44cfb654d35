"""What goes to the desk that quotes, and what it says."""

from __future__ import annotations

from online_models.fold.state import State
from online_models.journal.outputs import Output
from schemas.records.wholesale.quote_lines import QuoteLines


def take_lines(state: State, said: QuoteLines, now: int) -> list[Output]:
    """Let the desk take in what a partition says of a request's lines."""
    return state.desk.check(said, now) if said.again else state.desk.collect(said, now)


def tell_moved(state: State, now: int) -> list[Output]:
    """Say again what lines of quotes that may wait for approval may cost, where it has moved."""
    outputs: list[Output] = []
    for said in state.open_requests.moved(state.pricing, state.settings.partitions, now):
        outputs += tell(state, said, now)
    return outputs


def tell(state: State, said: QuoteLines, now: int) -> list[Output]:
    """Tell the desk, which is in another partition unless there is none."""
    if state.settings.partitions == 1:
        return take_lines(state, said, now)
    key, value = said.request.quote_id.encode(), said.model_dump_json().encode()
    return [Output("quote-lines", key, value, now)]
