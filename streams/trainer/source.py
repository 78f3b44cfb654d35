"""Where the observations come from: recordings, or the topics themselves."""

from __future__ import annotations

import asyncio
import shutil
from collections.abc import AsyncIterator, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

import msgspec
import numpy as np
from aiokafka import TopicPartition

from online_models.demand.inputs.observations import Observations
from online_models.demand.networks.spec import Spec
from online_models.training.dataset import Dataset, build
from online_models.training.recorded_observations import RecordedObservations
from schemas.records.record import RecordError
from schemas.values.instants import DAY
from streams.configuration.settings import Settings
from streams.errors import InputError
from streams.kafka.consumer import Consumer
from streams.kafka.topic_end import stretches
from streams.recording import Recording, RecordingError, RecordingWriter
from streams.recording.observing import observing
from streams.recording.recorder import Recorder

#: Offsets of a partition that are read back at first: some records, beside marks of transactions.
FIRST_LOOK = 100


async def newest(settings: Settings, topic: str) -> int | None:
    """The highest timestamp (ms) among the last committed records of the partitions.

    None where there are no records. RecordingError where there is no such topic, KafkaError.
    """
    async with observing(settings, topic) as (consumer, places):
        times = [time for place in places async for time in _latest(consumer, place)]
    return max(times, default=None)


async def _latest(consumer: Consumer, place: TopicPartition) -> AsyncIterator[int]:
    """The highest timestamp in the partition's part that holds a record."""
    async for records in stretches(consumer, place, FIRST_LOOK):
        if times := [record.timestamp async for record in records]:
            yield max(times)
            return


OBSERVATIONS = "demand-observations"
PRODUCTS = "products"
#: Periods at the start that only fill the windows.
WARM_UP = 14


class NothingToLearn(InputError):  # noqa: N818
    """The source holds too little; the message says what."""


def recorded(settings: Settings, days: int | None, folder: Path) -> list[Path]:
    """Record both topics, up to their present end, into `folder`; of the last `days` only.

    An observation bears the end of its window as its timestamp. So what is left out is no part of
    the window, and a topic of years is not read for a window of months.
    """

    async def run() -> None:
        latest = None if days is None else await newest(settings, OBSERVATIONS)
        since = {} if days is None or latest is None else {OBSERVATIONS: latest - days * DAY + 1}
        with RecordingWriter(folder) as writer:
            topics = [OBSERVATIONS, PRODUCTS]
            recorder = Recorder(settings, topics, writer, lambda _done, _total: None, since)
            await recorder.run(follow=False, stop=asyncio.Event())

    asyncio.run(run())
    return [folder]


@contextmanager
def _emptied(folder: Path) -> Iterator[Path]:
    """Empty before and after: a killed run leaves months of records."""
    shutil.rmtree(folder, ignore_errors=True)
    try:
        yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def panel(paths: Sequence[Path]) -> RecordedObservations:
    """Products and windows of recordings.

    Raises
    ------
    RecordingError
        Where a recording can't be read, or a record is malformed.
    """
    found = RecordedObservations()
    for entry in Recording(paths, [PRODUCTS]):
        if entry.value is not None:
            found.product(msgspec.json.decode(entry.value))
        elif entry.key is not None:
            found.retire(entry.key.decode(errors="replace"))
    for entry in Recording(paths, [OBSERVATIONS]):
        if entry.value is None:
            continue
        try:
            found.observe(msgspec.json.decode(entry.value))
        except RecordError as error:
            where = f"{OBSERVATIONS}, partition {entry.partition}, offset {entry.offset}"
            raise RecordingError(f"{where}: {error}") from None
    return found


def panel_of(
    paths: Sequence[Path], settings: Settings, days: int | None, folder: Path
) -> RecordedObservations:
    """Recordings, or (without any) what the topics hold of the last `days`, which lies in `folder`
    meanwhile.
    """
    if paths:
        return panel(paths)
    with _emptied(folder / "recorded") as own:
        return panel(recorded(settings, days, own))


def observed(found: RecordedObservations, days: int | None) -> tuple[Observations, Spec]:
    """Observations of the last `days`, and what reads them: the window length is the one that most
    offers have, of several the longest: an offer by the hour has as many as 24 by the day.

    Raises
    ------
    NothingToLearn
        Where the source holds too few windows.
    """
    seen = found.observations()
    if not len(seen):
        raise NothingToLearn(f"there are no records of {OBSERVATIONS}")
    if days is not None:
        seen = seen.take(seen.end > int(seen.end.max()) - days * DAY)
    of_offers = np.unique(np.stack([seen.end - seen.start, seen.offer]), axis=1)
    lengths, counts = np.unique(of_offers[0], return_counts=True)
    window = int(lengths[counts == counts.max()].max())
    span = int(seen.end.max() - seen.start.min())
    if span // window < 3 * WARM_UP:
        raise NothingToLearn(
            f"{span // window} windows in time are too few; {3 * WARM_UP} are the least"
        )
    return seen, Spec.for_span(window, span)


def dataset(found: RecordedObservations, days: int | None) -> Dataset:
    """The data set of what was recorded; raises as `observed`."""
    seen, spec = observed(found, days)
    season = 7 if spec.window_ms >= DAY else DAY // spec.window_ms
    return build(seen, found.offers(), spec, skip=WARM_UP, season=season)
