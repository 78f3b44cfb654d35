"""Requests whose quote may wait for approval: what their lines may cost is said again as it moves.

Each partition remembers those of its own lines. A quote that was legal when it was proposed may be
below a cost that has risen since, and nobody is to offer it then.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np

from online_models.persistence.saved import Saved
from online_models.pricing.pricing import Pricing
from online_models.pricing.quotes.line_terms import line_terms
from online_models.pricing.quotes.standing import Standing, standings
from schemas.records.wholesale.quote_lines import LineTerms, QuoteLines
from schemas.records.wholesale.quote_requests import QuoteRequest

#: Requests remembered; beyond, the oldest are forgotten.
MOST = 10_000


class _Remembered(NamedTuple):
    """A request (JSON), until when its quote may wait (ms), and what bounded its lines last."""

    request: str
    until: int
    said: str


class _LineOffers(NamedTuple):
    """The SKUs of a request's lines, and the rows of their offers (−1: none) in a catalogue of that
    version.
    """

    skus: tuple[str, ...]
    rows: tuple[int, ...]
    version: int


class OpenRequests:
    """Requests by the id of their quote."""

    SAVED = Saved(requests=dict[str, _Remembered])
    TRANSIENT = ("_asked", "_stood")

    def __init__(self) -> None:
        self.requests: dict[str, _Remembered] = {}
        self._asked: dict[str, _LineOffers] = {}
        #: How the lines of each request stood when they were last said.
        self._stood: dict[str, tuple[Standing, ...]] = {}

    def remember(self, request: QuoteRequest, lines: Sequence[LineTerms], now: int) -> None:
        """Take down a request whose quote may wait for approval by what its lines say."""
        for known in (self.requests, self._asked, self._stood):
            known.pop(request.quote_id, None)
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
        self.requests = {k: asked for k, asked in self.requests.items() if now < asked.until}
        if not self.requests:
            return []
        found = []
        stand = self._standings(pricing, now)
        contracts = pricing.state.trade.contracts
        for name, asked in self.requests.items():
            if contracts and any(map(contracts.has, self._asked[name].skus)):
                # a promise depends on the customer and the hour, too
                del stand[name]
            elif self._stood.get(name) == stand[name]:
                continue
            request = QuoteRequest.model_validate_json(asked.request)
            lines = line_terms(pricing, request, now, partitions)
            if (said := _text(lines)) != asked.said:
                self.requests[name] = asked._replace(said=said)
                found.append(QuoteLines(request=request, time=now, lines=tuple(lines), again=True))
        self._stood = stand
        return found

    def _standings(self, pricing: Pricing, now: int) -> dict[str, tuple[Standing, ...]]:
        """How the lines of each request stand."""
        version = pricing.state.catalogue.version
        old = [
            name
            for name in self.requests
            if name not in self._asked or self._asked[name].version != version
        ]
        self._asked |= {name: self._look_up(pricing, name, version) for name in old}
        self._asked = {name: self._asked[name] for name in self.requests}
        rows = {row for asked in self._asked.values() for row in asked.rows}
        stand = standings(pricing, np.array(sorted(rows), np.int64), now)
        return {
            name: tuple(stand[row] for row in asked.rows) for name, asked in self._asked.items()
        }

    def _look_up(self, pricing: Pricing, name: str, version: int) -> _LineOffers:
        """The offers that a request is about."""
        catalogue = pricing.state.catalogue
        request = QuoteRequest.model_validate_json(self.requests[name].request)
        skus = tuple(line.sku for line in request.lines)
        channel = catalogue.channel_names.index.get(request.channel, -1)
        of = [catalogue.sku_names.index.get(sku, -1) for sku in skus]
        return _LineOffers(skus, tuple(catalogue.offer(sku, channel) for sku in of), version)


def _text(lines: Sequence[LineTerms]) -> str:
    """What decides whether a price may be offered."""
    return repr(
        [
            (line.problem, line.public, [(bound.floor, bound.ceiling) for bound in line.bounds])
            for line in lines
        ]
    )
