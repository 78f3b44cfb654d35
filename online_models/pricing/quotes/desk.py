"""The desk that answers requests for quotes: one for the whole shop, so that each outcome teaches
all quotes.

It is in the first partition of the journal. Where the lines of a request belong to other
partitions, they say what they know of them on `quote-lines`, which reaches the desk by the journal.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from hashlib import blake2b
from typing import Any, NamedTuple

import msgspec

from online_models.journal.outputs import Output
from online_models.journal.partitioning import DESK_ADDRESS
from online_models.numerics.elementary import log_one
from online_models.persistence.kinds import Part
from online_models.persistence.saved import Saved
from online_models.pricing.quotes.best_discount import best_discount, price_feature
from online_models.pricing.quotes.bid_response import Bid, BidResponse
from online_models.pricing.quotes.objections import needs_approval, outdated, problem, unknown
from online_models.pricing.quotes.quote_records import declined, output, quoted
from online_models.shop.catalogue import NEVER
from schemas.records.wholesale.quote_lines import LineTerms, QuoteLines
from schemas.records.wholesale.quote_outcomes import QuoteOutcome
from schemas.records.wholesale.quote_requests import QuoteRequest
from schemas.values.instants import DAY, HOUR, to_ms, to_text
from schemas.values.money import minor_digits, scaled

#: ms for which lines of other partitions are waited for.
PATIENCE = HOUR
#: ms for which an outcome is waited for; what nobody reports teaches nothing.
MEMORY = 90 * DAY
#: Quotes remembered; beyond, the oldest are forgotten.
MOST_OPEN = 100_000
OFFERED, PROPOSED, CLOSED = "offered", "proposed", "closed"


class OpenQuote(NamedTuple):
    """A quote whose outcome is waited for; money in minor units, `expires` of a proposal in ms.

    `record` is what a proposal says once it is approved.
    """

    number: int
    status: str
    customer: str | None
    currency: str
    group: str
    shares: dict[str, float]
    size: float
    public: int
    total: int
    time: int
    expires: int
    record: str


class Waiting(NamedTuple):
    """A request (JSON), since when it waits (ms), and the terms of its lines (JSON) by place."""

    request: str
    since: int
    lines: dict[int, str]


class QuoteDesk:
    """Requests that wait for lines, quotes that wait for outcomes, and what was learnt of them."""

    SAVED = Saved(
        response=Part(),
        waiting=dict[str, Waiting],
        quotes=dict[str, OpenQuote],
        due=int,
    )

    def __init__(self) -> None:
        self.response = BidResponse()
        self.waiting: dict[str, Waiting] = {}
        self.quotes: dict[str, OpenQuote] = {}
        #: When the next proposal expires, request is given up, or quote forgotten, ms.
        self.due = NEVER

    def answer_alone(
        self, request: QuoteRequest, lines: Sequence[LineTerms], now: int
    ) -> list[Output]:
        """Answer a request where no other partition could know more of its lines."""
        known = {line.place: line for line in lines}
        others = [line.sku for i, line in enumerate(request.lines) if i not in known]
        terms = [*lines, *(LineTerms(place=0, problem=unknown(others)) for _ in others[:1])]
        return self.answer(request, terms, now, now)

    def collect(self, said: QuoteLines, now: int) -> list[Output]:
        """Take in what a partition knows of a request; answered once all lines are known.

        Another request under the same id begins anew: its lines are other products.
        """
        request, text = said.request, said.request.model_dump_json()
        before = self.waiting.pop(request.quote_id, None)
        if before is not None and before.request != text:
            before = None
        lines = {} if before is None else dict(before.lines)
        lines |= {line.place: line.model_dump_json() for line in said.lines}
        if len(lines) == len(request.lines):
            terms = [LineTerms.model_validate_json(lines[i]) for i in range(len(lines))]
            return self.answer(request, terms, said.time, now)
        since = now if before is None else before.since
        self.waiting[request.quote_id] = Waiting(text, since, lines)
        self.due = min(self.due, since + PATIENCE)
        return []

    def answer(
        self, request: QuoteRequest, lines: Sequence[LineTerms], asked: int, now: int
    ) -> list[Output]:
        """Answer a request that was met at `asked` (ms), given the terms of all its lines."""
        before = self.quotes.pop(request.quote_id, None)
        number = 1 if before is None else before.number + 1
        decision_id = self.decision_id(request.quote_id, number)
        against = problem(request, lines, asked)
        if against is not None:
            if before is not None:
                self.quotes[request.quote_id] = before._replace(number=number)
            return [output(declined(request, decision_id, against, now), now)]
        quantities = [line.quantity for line in request.lines]
        bid, public = self._bid(request, lines, quantities)
        words = (min(line.seed for line in lines), _hash(request.quote_id), number)
        chosen = best_discount(lines, quantities, self.response.odds(bid), words)
        waits = needs_approval(lines, quantities, chosen)
        value = quoted(request, decision_id, lines, chosen, self.response.outcomes, waits, now)
        expires = now + min(line.approval_expires for line in lines) if waits else NEVER
        self._remember(
            request.quote_id,
            OpenQuote(
                number,
                PROPOSED if waits else OFFERED,
                request.customer_id,
                request.currency,
                bid.group,
                dict(bid.shares),
                bid.size,
                public,
                chosen.total,
                now,
                expires,
                msgspec.json.encode(value).decode() if waits else "",
            ),
        )
        return [output(value, now)]

    def learn(self, outcome: QuoteOutcome, imagined: bool) -> str | None:
        """Take in what became of a quote; returns what to count where it is of no use.

        Of `imagined` quotes, beside a past in which others were made, an outcome is about the price
        that it names alone.
        """
        quote = self.quotes.get(outcome.quote_id)
        if quote is None or quote.status == CLOSED:
            return "unknown_quote"
        self.quotes[outcome.quote_id] = quote._replace(status=CLOSED, record="", customer=None)
        total = quote.total
        if outcome.price is not None:
            total = scaled(outcome.price, minor_digits(quote.currency))
        elif imagined or quote.status == PROPOSED:
            return "unpriced_outcome"
        if not 0 < total <= 2 * quote.public:
            return "unpriced_outcome"
        bid = Bid(quote.group, quote.shares, quote.size)
        self.response.learn(bid, price_feature(total, quote.public), outcome.status == "won")
        return None

    def judge(self, decision_id: str, approved: bool, actor: str, now: int) -> list[Output] | None:
        """Approve or reject a proposal; None where the id is none of an open one."""
        for quote_id, quote in self.quotes.items():
            if quote.status != PROPOSED or now >= quote.expires:
                continue
            if self.decision_id(quote_id, quote.number) == decision_id:
                return [self._conclude(quote_id, quote, approved, f"by {actor}", now)]
        return None

    def check(self, said: QuoteLines, now: int) -> list[Output]:
        """Give up a proposal that a partition says cannot be offered any more."""
        quote_id = said.request.quote_id
        quote = self.quotes.get(quote_id)
        if quote is None or quote.status != PROPOSED:
            return []
        against = outdated(msgspec.json.decode(quote.record), said)
        return [] if against is None else [self._conclude(quote_id, quote, None, against, now)]

    def settle(self, now: int) -> list[Output]:
        """Let proposals expire, give up requests whose lines nobody knows, forget old quotes."""
        if now < self.due:
            return []
        outputs: list[Output] = []
        for quote_id, waiting in list(self.waiting.items()):
            if now >= waiting.since + PATIENCE:
                del self.waiting[quote_id]
                request = QuoteRequest.model_validate_json(waiting.request)
                reason = unknown(
                    [line.sku for i, line in enumerate(request.lines) if i not in waiting.lines]
                )
                decision_id = self.decision_id(quote_id, 1)
                outputs.append(output(declined(request, decision_id, reason, now), now))
        for quote_id, quote in list(self.quotes.items()):
            if quote.status == PROPOSED and now >= quote.expires:
                outputs.append(self._conclude(quote_id, quote, None, "nobody approved it", now))
            elif now >= quote.time + MEMORY:
                del self.quotes[quote_id]
        self._schedule()
        return outputs

    def forget(self, customer: str) -> None:
        """Nobody's quotes are remembered of this customer (keyed hash)."""
        self.quotes = {name: q for name, q in self.quotes.items() if q.customer != customer}
        self.waiting = {
            name: w
            for name, w in self.waiting.items()
            if QuoteRequest.model_validate_json(w.request).customer_id != customer
        }

    def set_back(self, now: int) -> None:
        """Nothing is from later than `now`, ms."""
        self.quotes = {k: q._replace(time=min(q.time, now)) for k, q in self.quotes.items()}
        self.waiting = {k: w._replace(since=min(w.since, now)) for k, w in self.waiting.items()}
        self._schedule()

    @staticmethod
    def decision_id(quote_id: str, number: int) -> str:
        """The id of the `number`-th answer to a request: it leads to the desk's partition."""
        return f"{DESK_ADDRESS:08x}{_hash(quote_id):016x}-{number}"

    def _conclude(
        self, quote_id: str, quote: OpenQuote, approved: bool | None, why: str, now: int
    ) -> Output:
        value: dict[str, Any] = msgspec.json.decode(quote.record)
        status = {True: "offered", False: "rejected", None: "expired"}[approved]
        value |= {"status": status, "time": to_text(now)}
        value["reason"] = why if approved is None else f"{status} {why}"
        if approved:
            valid = _valid_for(value)
            value |= {"valid_from": to_text(now), "valid_until": to_text(now + valid)}
            state = quote._replace(status=OFFERED, expires=NEVER, record="", time=now)
        else:
            value["valid_until"] = None
            state = quote._replace(status=CLOSED, expires=NEVER, record="", customer=None)
        self.quotes[quote_id] = state
        return output(value, now)

    def _bid(
        self, request: QuoteRequest, lines: Sequence[LineTerms], quantities: Sequence[int]
    ) -> tuple[Bid, int]:
        """The quote as the bid response sees it, and what it costs at public prices."""
        values = [line.public * n for line, n in zip(lines, quantities, strict=True)]
        public = sum(values)
        shares: dict[str, float] = {}
        for line, value in zip(lines, values, strict=True):
            shares[line.category] = shares.get(line.category, 0.0) + value / public
        size = self.response.size(request.currency, log_one(float(public)))
        return Bid(request.segment, shares, size), public

    def _remember(self, quote_id: str, quote: OpenQuote) -> None:
        self.quotes[quote_id] = quote
        while len(self.quotes) > MOST_OPEN:
            del self.quotes[next(iter(self.quotes))]
        self.due = min(self.due, quote.expires, quote.time + MEMORY)

    def _schedule(self) -> None:
        ends = [waiting.since + PATIENCE for waiting in self.waiting.values()]
        ends += [min(quote.expires, quote.time + MEMORY) for quote in self.quotes.values()]
        self.due = min(ends, default=NEVER)


def _valid_for(value: Mapping[str, Any]) -> int:
    return to_ms(value["valid_until"]) - to_ms(value["valid_from"])


def _hash(quote_id: str) -> int:
    return int.from_bytes(blake2b(b"quote\0" + quote_id.encode(), digest_size=8).digest(), "big")
