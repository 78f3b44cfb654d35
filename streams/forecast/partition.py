"""The forecasters of one partition of `demand-observations`."""

from __future__ import annotations

import logging
import time
from collections.abc import Iterable, Mapping, Sequence
from itertools import groupby
from typing import Any, NamedTuple

import msgspec

from online_models.forecasting.forecaster import HORIZON, Forecaster
from online_models.forecasting.observed import ObservedWindow, read
from streams.forecast.checkpoint import Checkpoint
from streams.kafka.kafka_record import Parsed

logger = logging.getLogger(__name__)

#: Least seconds between two checkpoints, and the most of the time that they may take: what was
#: learnt since is learnt again after a kill.
CHECKPOINT_SECONDS = 2.0
CHECKPOINT_SHARE = 0.05
#: Least seconds between two lines that say how well the models forecast.
REPORT_SECONDS = 60.0
Forecast = dict[str, Any]


class _Unsaid(NamedTuple):
    """A window of history that may be forecast from: its first record's offset, and its rows."""

    first: int
    rows: list[ObservedWindow]


class ForecastPartition:
    """Learns records in their order, each once, and says curves once it is up to date.

    Records below `end` are history: of them only the last windows are forecast from, for which a
    forecast can still hold, so that a start from years of observations publishes none of the past,
    and after a kill none is missing. What is said is kept as known (`keep`) once it is published:
    a kill before says it again.
    """

    def __init__(
        self, forecasters: Mapping[str, Forecaster], checkpoint: Checkpoint, lateness_ms: int
    ) -> None:
        self._forecasters = forecasters
        self._checkpoint = checkpoint
        self._lateness_ms = lateness_ms
        self._positions, begin = checkpoint.restore(forecasters)
        self.position = min([begin, *self._positions.values()])
        self.end = 0
        self._save_at = time.monotonic() + CHECKPOINT_SECONDS
        self._report_at = 0.0
        #: Of every length the last windows, by their ends, while history is learnt; and the offset
        #: of the first record of each.
        self._latest: dict[int, dict[int, _Unsaid]] = {}

    def feed(self, records: Sequence[Parsed]) -> list[Forecast]:
        """Learn records that follow one another; what is to be published."""
        fresh = [record for record in records if record.offset >= self.position]
        seen = [(record.offset, found) for record in fresh if (found := _read(record)) is not None]
        published: list[Forecast] = []
        for _, group in groupby(seen, lambda each: (each[1].start, each[1].end)):
            for part in _each_once(group):
                self._learn(part)
                published += self._said(part)
        if fresh:
            self.position = fresh[-1].offset + 1
        if self.position >= self.end:
            published += self.end_history()
        return published

    @property
    def reads_history(self) -> bool:
        """Whether history may still come."""
        return self.position < self.end

    def end_history(self) -> list[Forecast]:
        """Nothing more of history comes; what is to be published of its last windows.

        The agent says so where `end` lies behind the marks of transactions: they have offsets of
        their own, and come as no record.
        """
        self.end = min(self.end, self.position)
        published: list[Forecast] = []
        for windows in self._latest.values():
            for end in sorted(windows):
                published += self._curves(windows[end].rows)
        self._latest.clear()
        return published

    def keep(self) -> None:
        """Save what is known, if it is time to, once all that was said is published."""
        if time.monotonic() >= self._save_at:
            self.save()

    def save(self) -> None:
        """Keep what is known, and say how well it forecasts."""
        begun = time.monotonic()
        learnt = {name: max(at, self.position) for name, at in self._positions.items()}
        unsaid = [each.first for windows in self._latest.values() for each in windows.values()]
        self._checkpoint.save(self._forecasters, learnt, min([self.position, *unsaid]))
        took = time.monotonic() - begun
        self._save_at = begun + max(CHECKPOINT_SECONDS, took / CHECKPOINT_SHARE)
        if begun < self._report_at:
            return
        self._report_at = begun + REPORT_SECONDS
        for name, each in self._forecasters.items():
            logger.info(
                "%s: mean absolute error %.4g, of the window before %.4g; begun anew %d times",
                name,
                each.mae.get(),
                each.naive_mae.get(),
                each.restarts,
            )

    def _learn(self, window: Sequence[tuple[int, ObservedWindow]]) -> None:
        for name, forecaster in self._forecasters.items():
            before = forecaster.restarts
            # one that was saved further on has learnt the first of them
            forecaster.learn([found for at, found in window if at >= self._positions[name]])
            if forecaster.restarts > before:
                logger.warning("%s made no sense and was begun anew", name)

    def _said(self, part: list[tuple[int, ObservedWindow]]) -> list[Forecast]:
        rows = [found for _, found in part]
        if part[-1][0] >= self.end:
            return self._curves(rows)
        length = rows[0].end - rows[0].start
        latest = self._latest.setdefault(length, {})
        latest.setdefault(rows[0].end, _Unsaid(part[0][0], [])).rows.extend(rows)
        while len(latest) > HORIZON:
            del latest[min(latest)]
        return []

    def _curves(self, rows: list[ObservedWindow]) -> list[Forecast]:
        found: list[Forecast] = []
        for forecaster in self._forecasters.values():
            found += forecaster.curves(rows, self._lateness_ms)
        return found


def _each_once(
    window: Iterable[tuple[int, ObservedWindow]],
) -> Iterable[list[tuple[int, ObservedWindow]]]:
    """Runs of a window in which every offer comes at most once."""
    part: list[tuple[int, ObservedWindow]] = []
    offers: set[tuple[str, str]] = set()
    for at, found in window:
        if (found.sku, found.channel) in offers:
            yield part
            part, offers = [], set()
        part.append((at, found))
        offers.add((found.sku, found.channel))
    if part:
        yield part


def _read(record: Parsed) -> ObservedWindow | None:
    """What a record tells; None, with a line in the log, where it is no observation."""
    try:
        return read(record.value or b"")
    except (msgspec.MsgspecError, ValueError) as error:
        logger.warning("record %d is no observation: %s", record.offset, error)
        return None
