"""Every metric of a worker, by its Prometheus name."""

from __future__ import annotations

import time
from collections import Counter as Tally
from collections.abc import Sequence
from contextlib import suppress
from functools import cache

import msgspec
from prometheus_client import Counter, Gauge, Histogram, disable_created_metrics

from online_models.journal.outputs import Output
from schemas.records.prices.pricing_alerts import KINDS

disable_created_metrics()  # type: ignore[no-untyped-call]

ALERT_TOPIC = "pricing-alerts"
#: Seconds that a price waits for: from a transaction's least to a shop that has come to a halt.
SECONDS = (0.005, 0.01, 0.02, 0.035, 0.05, 0.075, 0.1, 0.2, 0.5, 1.0, 2.0, 5.0, 10.0, 60.0)
#: Seconds of one stage of the way to a price, from the cost of a single event on.
STAGE_SECONDS = (0.001, 0.002, 0.004, 0.008, 0.015, 0.03, 0.06, 0.12, 0.25, 0.5, 1.0, 5.0, 60.0)

INPUT_RECORDS = Counter(
    "pricetide_input_records", "Records read from an input topic, refused ones too.", ["topic"]
)
DEAD_LETTERS = Counter(
    "pricetide_dead_letters", "Records of an input topic that were refused.", ["topic"]
)
FLOODING = Gauge(
    "pricetide_flooding_sources",
    "Input partitions that are read slowly, as too many of their records are refused.",
)
INPUT_LAG = Gauge(
    "pricetide_input_lag_records",
    "Records of an input topic that this worker has yet to read.",
    ["topic"],
)
EVENT_TIME = Gauge(
    "pricetide_event_time_seconds",
    "Event time that ingest has written to the journal, since the epoch.",
)
CLOCK_SKEW = Gauge(
    "pricetide_clock_skew_seconds",
    "How far this machine's clock is ahead of the broker's; beyond 300 it moves no time on.",
)
JOURNAL_PARTITIONS = Gauge(
    "pricetide_journal_partitions", "Partitions that the journal has: workers share them all."
)
PARTITIONS = Gauge("pricetide_partitions", "Partitions of the journal that this worker prices.")
JOURNAL_LAG = Gauge(
    "pricetide_journal_lag_records",
    "Records of the journal that are not folded yet, as far as the worker knows.",
    ["partition"],
)
FOLDED_EVENTS = Counter("pricetide_folded_events", "Events that the pricer has taken in.")
WAITING_EVENTS = Gauge(
    "pricetide_waiting_events", "Events that have come and are not folded yet.", ["partition"]
)
POSITION = Gauge(
    "pricetide_journal_position", "First journal offset that is not folded yet.", ["partition"]
)
SNAPSHOT_TIME = Gauge(
    "pricetide_last_snapshot_timestamp_seconds",
    "When the partition's state was last saved or found saved, since the epoch.",
    ["partition"],
)
HANGING = Gauge(
    "pricetide_hanging_partitions",
    "Partitions of our topics whose readers wait for a transaction that never ends.",
)
OUTPUT_RECORDS = Counter("pricetide_output_records", "Records published.", ["topic"])
ALERTS = Counter("pricetide_alerts", "Alerts published.", ["kind"])
JOURNAL_DELAY = Histogram(
    "pricetide_journal_delay_seconds",
    "From the writing of a transaction's oldest journal record to its commit.",
    buckets=SECONDS,
)
STAGE = Histogram(
    "pricetide_stage_seconds",
    "Where events wait, in the order of their way: `read`, from the oldest record's own timestamp"
    " to its worker; `ingest`, to check and route what was read; `journal`, until the broker has"
    " written a record of the journal; `wait`, until the fold takes what leads to something at"
    " once; `fold`, to fold it; `gather`, until a transaction takes what it led to; `transaction`,"
    " until that is committed.",
    ["stage"],
    buckets=STAGE_SECONDS,
)
QUARANTINED = Counter(
    "pricetide_quarantined_records", "Records whose effect failed and is skipped.", ["partition"]
)
TRAININGS = Counter("pricetide_trainings", "Training runs that have ended.", ["outcome"])


# An increase from nothing to one is seen only where the nothing was shown before.
for _kind in KINDS:
    ALERTS.labels(_kind)
for _outcome in ("done", "failed"):
    TRAININGS.labels(_outcome)


@cache
def announce(topic: str) -> None:
    """Show an input topic before its first record."""
    INPUT_RECORDS.labels(topic)
    DEAD_LETTERS.labels(topic)


class _AlertKind(msgspec.Struct):
    kind: str


_decode = msgspec.json.Decoder(_AlertKind).decode


def _count_alerts(outputs: Sequence[Output]) -> None:
    for output in outputs:
        if output.topic == ALERT_TOPIC:
            ALERTS.labels(_decode(output.value).kind).inc()


_FOLDING = STAGE.labels("fold")


class PartitionMetrics:
    """The metrics of one partition of the journal while this worker has it."""

    def __init__(self, number: int) -> None:
        self._label = str(number)
        self._counted = False

    def recovered(self) -> None:
        """The partition is ready."""
        PARTITIONS.inc()
        self._counted = True
        self._position = POSITION.labels(self._label)
        self._waiting = WAITING_EVENTS.labels(self._label)
        self.saved()

    def lost(self) -> None:
        """It is to be recovered before it goes on."""
        if self._counted:
            PARTITIONS.dec()
            self._counted = False

    def saved(self) -> None:
        """Its state is safe as of now."""
        SNAPSHOT_TIME.labels(self._label).set_to_current_time()

    def folded(self, events: int, outputs: Sequence[Output], seconds: float) -> None:
        """The fold has taken events within seconds, and handed outputs to the publisher."""
        _FOLDING.observe(seconds)
        FOLDED_EVENTS.inc(events)
        for topic, number in Tally(output.topic for output in outputs).items():
            OUTPUT_RECORDS.labels(topic).inc(number)
            if topic == ALERT_TOPIC:
                _count_alerts(outputs)

    def quarantined(self, records: int) -> None:
        """Records whose effect failed were undone, and are skipped from now on."""
        QUARANTINED.labels(self._label).inc(records)

    def committed(self, oldest: int | None) -> None:
        """A transaction is done whose oldest journal record was written at ms, if it had any."""
        if oldest is not None:
            JOURNAL_DELAY.observe(max(time.time() - oldest / 1000, 0.0))

    def stands(self, position: int, waiting: int) -> None:
        """So far is the fold, and so many events wait for it."""
        self._position.set(position)
        self._waiting.set(waiting)

    def released(self) -> None:
        """Another worker reports it from now on."""
        self.lost()
        for gauge in (JOURNAL_LAG, WAITING_EVENTS, POSITION, SNAPSHOT_TIME):
            with suppress(KeyError):
                gauge.remove(self._label)
