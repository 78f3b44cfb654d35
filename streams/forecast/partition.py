"""The forecasters of one partition of `demand-observations`."""

from __future__ import annotations

import logging
import time
from collections.abc import Iterable, Mapping, Sequence
from itertools import groupby
from typing import Any

import msgspec

from online_models.forecasting.forecaster import Forecaster
from online_models.forecasting.observed import ObservedWindow, read
from streams.forecast.checkpoint import Checkpoint
from streams.kafka.kafka_record import Parsed

logger = logging.getLogger(__name__)

#: Least seconds between two checkpoints: what was learnt since is learnt again after a kill.
CHECKPOINT_SECONDS = 30.0
Forecast = dict[str, Any]


class ForecastPartition:
    """Learns records in their order, each once, and says curves once it is up to date.

    Records below `end` are history: of them only the last window is forecast from, so that a start
    from years of observations publishes no forecasts of the past.
    """

    def __init__(
        self, forecasters: Mapping[str, Forecaster], checkpoint: Checkpoint, lateness_ms: int
    ) -> None:
        self._forecasters = forecasters
        self._checkpoint = checkpoint
        self._lateness_ms = lateness_ms
        self._positions = checkpoint.restore(forecasters)
        self.position = min(self._positions.values(), default=0)
        self.end = 0
        self._saved_at = time.monotonic()
        #: The last window of every length while history is learnt.
        self._latest: dict[int, list[ObservedWindow]] = {}

    def feed(self, records: Sequence[Parsed]) -> list[Forecast]:
        """Learn records that follow one another; what is to be published."""
        fresh = [record for record in records if record.offset >= self.position]
        seen = [(record.offset, found) for record in fresh if (found := _read(record)) is not None]
        published: list[Forecast] = []
        for _, group in groupby(seen, lambda each: (each[1].start, each[1].end)):
            for part in _each_once(group):
                self._learn(part)
                published += self._said([found for _, found in part], part[-1][0])
        if fresh:
            self.position = fresh[-1].offset + 1
        if self.position >= self.end:
            for rows in self._latest.values():
                published += self._curves(rows)
            self._latest.clear()
        if time.monotonic() - self._saved_at >= CHECKPOINT_SECONDS:
            self.save()
        return published

    def save(self) -> None:
        """Keep what is known, and say how well it forecasts."""
        self._checkpoint.save(self._forecasters, self.position)
        self._saved_at = time.monotonic()
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

    def _said(self, rows: list[ObservedWindow], last: int) -> list[Forecast]:
        if last >= self.end:
            return self._curves(rows)
        length = rows[0].end - rows[0].start
        latest = self._latest.get(length)
        if latest and latest[0].end == rows[0].end:
            latest += rows
        elif not latest or latest[0].end < rows[0].end:
            self._latest[length] = rows
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
