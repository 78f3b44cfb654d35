"""`quote-outcomes`: what became of a quote."""

from __future__ import annotations

from pydantic import TypeAdapter

from online_models.fold.facts.fact import NOTHING, FactEffect, Handler, Reach
from online_models.fold.state import State
from online_models.journal.batch import Fact
from schemas.records.record import decode
from schemas.records.wholesale.quote_outcomes import QuoteOutcome

_OUTCOME = TypeAdapter(QuoteOutcome)


def apply(state: State, fact: Fact, now: int) -> FactEffect:
    """Learn from it, won or lost, or count why it is of no use."""
    del now
    outcome: QuoteOutcome = decode(_OUTCOME, fact.value or b"")
    kind = state.desk.learn(outcome, state.settings.pricing.imagined)
    if kind is not None and not state.settings.observe_only:
        state.count(kind)
    return NOTHING


HANDLER = Handler("quote-outcomes", Reach.ALL, apply, moves_clock=True)
