"""Requests whose quote may wait for approval: what their lines may cost is said again as it moves.

Each partition remembers those of its own lines. A quote that was legal when it was proposed may be
below a cost that has risen since, and nobody is to offer it then.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from online_models.persistence.saved import Saved
from online_models.pricing.pricing import Pricing
from online_models.pricing.quotes.line_terms import line_terms
from schemas.records.wholesale.quote_lines import LineTerms, QuoteLines
from schemas.records.wholesale.quote_requests import QuoteRequest

#: Requests remembered; beyond, the oldest are forgotten.
MOST = 10_000


class _Remembered(NamedTuple):
    """A request (JSON), until when its quote may wait (ms), and what bounded its lines last."""

    request: str
    until: int
    said: str


class OpenRequests:
    """Requests by the id of their quote."""

    SAVED = Saved(requests=dict[str, _Remembered])

    def __init__(self) -> None:
        self.requests: dict[str, _Remembered] = {}

    def remember(self, request: QuoteRequest, lines: Sequence[LineTerms], now: int) -> None:
        """Take down a request whose quote may wait for approval by what its lines say."""
        self.requests.pop(request.quote_id, None)
        if any(line.problem is None and line.approval >= 0 for line in lines):
            until = now + min(line.approval_expires for line in lines if line.problem is None)
            asked = _Remembered(request.model_dump_json(), until, _text(lines))
            self.requests[request.quote_id] = asked
            while len(self.requests) > MOST:
                del self.requests[next(iter(self.requests))]

    def forget(self, customer: str) -> None:
        """Drop the requests of a customer (keyed hash)."""
        self.requests = {
            name: asked
            for name, asked in self.requests.items()
            if QuoteRequest.model_validate_json(asked.request).customer_id != customer
        }

    def moved(self, pricing: Pricing, partitions: int, now: int) -> list[QuoteLines]:
        """What is to be said again at `now` (ms), as it is another than before."""
        found = []
        for name, asked in list(self.requests.items()):
            if now >= asked.until:
                del self.requests[name]
                continue
            request = QuoteRequest.model_validate_json(asked.request)
            lines = line_terms(pricing, request, now, partitions)
            if (said := _text(lines)) != asked.said:
                self.requests[name] = asked._replace(said=said)
                found.append(QuoteLines(request=request, time=now, lines=tuple(lines), again=True))
        return found


def _text(lines: Sequence[LineTerms]) -> str:
    """What decides whether a price may be offered."""
    return repr(
        [
            (line.problem, line.public, [(bound.floor, bound.ceiling) for bound in line.bounds])
            for line in lines
        ]
    )
