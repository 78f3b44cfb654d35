"""`quote-lines`: what another partition knows of the lines of a request for a quote."""

from __future__ import annotations

from pydantic import TypeAdapter

from online_models.fold.facts.fact import NOBODY, FactEffect, Handler, Reach
from online_models.fold.quoting import take_lines
from online_models.fold.state import State
from online_models.journal.batch import Fact
from schemas.records.record import decode
from schemas.records.wholesale.quote_lines import QuoteLines

_LINES = TypeAdapter(QuoteLines)


def apply(state: State, fact: Fact, now: int) -> FactEffect:
    """Answer the request once all its lines are known; give up a proposal that they outdate."""
    return FactEffect(NOBODY, take_lines(state, decode(_LINES, fact.value or b""), now))


HANDLER = Handler("quote-lines", Reach.ALL, apply)
