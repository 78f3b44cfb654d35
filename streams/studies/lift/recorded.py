"""The profit lift of every experiment in recordings."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from itertools import islice
from pathlib import Path

import msgspec

from online_models.fold.fold import Fold
from streams.configuration.settings import Settings
from streams.ingest.decoder import Decoder
from streams.ingest.order import as_given
from streams.recording.entry import Entry, RecordingError
from streams.recording.reader import Recording
from streams.replay.offer_margins import OfferMargins
from streams.replay.window_sales import SalesByWindow
from streams.studies.lift.arms import Arms
from streams.studies.lift.measure import Measured, measure

#: Product records taken at once.
ROUND = 4000
NEEDED = ("products", "price-decisions", "demand-observations")


def measured_experiments(paths: list[Path], settings: Settings) -> list[Measured]:
    """Every experiment of the recordings, by currency.

    RecordingError where a topic is missing, a record is malformed, or no experiment is there.
    """
    recording = Recording(paths, NEEDED)
    for topic in NEEDED:
        if not recording.topics.get(topic):
            raise RecordingError(f"no {topic} in {', '.join(str(path) for path in paths)}")
    arms, windows = Arms(), SalesByWindow()
    fold = Fold(replace(settings.fold, observe_only=True, partitions=1))
    decoder = Decoder.of(settings)
    products = _products(recording, arms, windows)
    while records := list(islice(products, ROUND)):
        fold.step(decoder.decode(as_given(records)).batch)
    if not arms.experiments:
        raise RecordingError("no decision was made under an experiment")
    margins = OfferMargins([fold.state.catalogue])
    found = [
        each
        for n, t in sorted(arms.experiments.items())
        for each in measure(n, t, windows, margins)
    ]
    if not found:
        raise RecordingError("no product of an experiment is known: records of them are missing")
    return found


def _products(recording: Recording, arms: Arms, windows: SalesByWindow) -> Iterator[Entry]:
    """The inputs, in order; what the pricer wrote goes to `arms` and `buckets`."""
    for entry in recording:
        try:
            if entry.topic == "price-decisions":
                arms.add(entry)
            elif entry.topic == "demand-observations":
                windows.add(entry)
            else:
                yield entry
        except (msgspec.DecodeError, ValueError) as error:
            where = f"{entry.topic}-{entry.partition} offset {entry.offset}"
            raise RecordingError(f"{where}: {error}") from error
