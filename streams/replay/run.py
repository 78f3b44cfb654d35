"""What of a run is compared with another's."""

from __future__ import annotations

from pathlib import Path

import msgspec

from streams.recording.entry import Entry, RecordingError
from streams.recording.reader import Recording
from streams.replay.price_history import PublishedPrices
from streams.replay.summary import ReplaySummary
from streams.replay.window_sales import SalesByWindow

COMPARED = frozenset({"price-changes", "price-decisions", "demand-observations"})


class PricingRun:
    """A summary, the prices over time, and the windows since `drawn_by` (this run, if not given)
    first drew a price at random: those before it show nothing.
    """

    def __init__(self, drawn_by: PublishedPrices | None = None) -> None:
        self.summary = ReplaySummary()
        self.prices = PublishedPrices()
        self.windows = SalesByWindow()
        self._drawn_by = self.prices if drawn_by is None else drawn_by

    def add(self, entry: Entry) -> None:
        """Take the next output."""
        self.summary.add(entry)
        if entry.topic == "price-decisions":
            self.prices.add(entry)
        elif entry.topic == "demand-observations" and self._drawn_by.drawn:
            self.windows.add(entry)


def recorded_run(folder: Path) -> PricingRun:
    """The run whose outputs a recording holds; RecordingError where they are not a pricer's."""
    run = PricingRun()
    for entry in Recording([folder], COMPARED):
        try:
            run.add(entry)
        except (msgspec.DecodeError, KeyError, ArithmeticError) as error:
            where = f"{entry.topic}-{entry.partition} offset {entry.offset}"
            raise RecordingError(f"--compare: {where}: {error}") from error
    return run
