"""`quote-requests`: a customer asks for one price for several lines."""

from __future__ import annotations

from pydantic import TypeAdapter

from online_models.fold.facts.fact import NOBODY, NOTHING, FactEffect, Handler, Reach
from online_models.fold.quoting import tell
from online_models.fold.state import State
from online_models.journal.batch import Fact
from online_models.pricing.quotes.line_terms import line_terms
from schemas.records.record import decode
from schemas.records.wholesale.quote_lines import QuoteLines
from schemas.records.wholesale.quote_requests import QuoteRequest

_REQUEST = TypeAdapter(QuoteRequest)


def apply(state: State, fact: Fact, now: int) -> FactEffect:
    """Say what the lines of this partition may cost, and answer where it is the only one."""
    if state.settings.observe_only:
        return NOTHING
    request: QuoteRequest = decode(_REQUEST, fact.value or b"")
    state.pricing.grow()
    lines = line_terms(state.pricing, request, now, state.settings.partitions)
    state.open_requests.remember(request, lines, now)
    if state.settings.partitions == 1:
        return FactEffect(NOBODY, state.desk.answer_alone(request, lines, now))
    if not lines:
        return NOTHING
    said = QuoteLines(request=request, time=now, lines=tuple(lines))
    return FactEffect(NOBODY, tell(state, said, now))


HANDLER = Handler("quote-requests", Reach.ALL, apply, moves_clock=True)
