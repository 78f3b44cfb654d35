"""What the worker wrote, counted from its topics."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field

import msgspec

from streams.configuration.settings import Settings
from streams.formats.reading import readable
from streams.kafka.clients import consumer

TOPICS = ("price-decisions", "pricing-alerts", "dead-letters")

#: Bytes of one partition in one fetch: decisions are a kilobyte each, and there are many.
FETCH = 4 << 20


class _CountedExpectation(msgspec.Struct, frozen=True):
    profit: str


class _CountedDecision(msgspec.Struct, frozen=True):
    sku: str
    channel: str
    outcome: str
    reason: str
    price: str
    previous_price: str | None
    expected: _CountedExpectation | None = None
    expected_kept: _CountedExpectation | None = None


class _CountedAlert(msgspec.Struct, frozen=True):
    kind: str
    sku: str | None = None


@dataclass(slots=True)
class PricePath:
    """The way of one offer's price: where it started, where it is, and why (the last decision)."""

    first: str
    last: str
    number: int
    decision: bytes

    @property
    def share(self) -> float:
        """The whole way, as a share of the first price."""
        return float(self.last) / float(self.first) - 1


@dataclass(slots=True)
class OutputCounts:
    """Counts, by outcome, reason, kind of alert, and error; SKUs that alerts of a kind name.

    kept_profit: over the policies' horizon, of the offers that changed, by what was expected of the
        price before their first change. gain: what each change was expected to add to the profit of
        the price before it, summed; following: what of that is of changes that follow a competitor.
    """

    outcomes: Counter[str] = field(default_factory=Counter)
    changes: Counter[str] = field(default_factory=Counter)
    holds: Counter[str] = field(default_factory=Counter)
    alerts: Counter[str] = field(default_factory=Counter)
    troubled: dict[str, set[str]] = field(default_factory=dict)
    dead: Counter[str] = field(default_factory=Counter)
    offers: set[tuple[str, str]] = field(default_factory=set)
    moves: dict[tuple[str, str], PricePath] = field(default_factory=dict)
    kept_profit: float = 0.0
    gain: float = 0.0
    following: float = 0.0

    def take(self, topic: str, value: bytes | None, headers: Iterable[tuple[str, bytes]]) -> None:
        """Count one record of an output topic."""
        if topic == "dead-letters":
            self.dead[dict(headers).get("error", b"unknown").decode(errors="replace")] += 1
        elif topic == "pricing-alerts":
            alert = msgspec.json.decode(value or b"", type=_CountedAlert)
            self.alerts[alert.kind] += 1
            if alert.sku is not None:
                self.troubled.setdefault(alert.kind, set()).add(alert.sku)
        else:
            self._decided(value or b"")

    def _decided(self, value: bytes) -> None:
        decision = msgspec.json.decode(value, type=_CountedDecision)
        offer = (decision.sku, decision.channel)
        self.offers.add(offer)
        self.outcomes[decision.outcome] += 1
        if decision.price == decision.previous_price or decision.previous_price is None:
            self.holds[decision.reason] += 1
            return
        if decision.outcome in ("changed", "overridden"):
            self.changes[decision.reason] += 1
            move = self.moves.get(offer)
            if decision.expected is not None and decision.expected_kept is not None:
                kept = float(decision.expected_kept.profit)
                gain = float(decision.expected.profit) - kept
                self.gain += gain
                self.following += gain if decision.reason == "match_competitor" else 0.0
                self.kept_profit += kept if move is None else 0.0
            if move is None:
                start = decision.previous_price
                move = self.moves[offer] = PricePath(start, decision.price, 0, value)
            move.last, move.number, move.decision = decision.price, move.number + 1, value

    def largest(self, number: int) -> list[tuple[str, PricePath]]:
        """(SKU, move) of the offers that are farthest from where they started."""
        ranked = sorted(self.moves.items(), key=lambda pair: (-abs(pair[1].share), pair[0]))
        return [(sku, move) for (sku, _), move in ranked[:number]]


async def read(settings: Settings, tally: OutputCounts) -> None:
    """Count everything that is committed in the output topics now."""
    reader = consumer(
        settings,
        *TOPICS,
        group_id=None,
        isolation_level="read_committed",
        auto_offset_reset="earliest",
        max_partition_fetch_bytes=FETCH,
        check_crcs=False,
    )
    async with readable(settings, reader):
        ends = await reader.end_offsets(reader.assignment())
        left = {partition for partition, end in ends.items() if end}
        while left:
            for records in (await reader.getmany(timeout_ms=200)).values():
                for record in records:
                    tally.take(record.topic, record.value, record.headers)
            positions = {each: await reader.position(each) for each in ends}
            left = {each for each in left if positions[each] < ends[each]}
