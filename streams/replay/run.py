"""What of a run is compared with another's."""

from __future__ import annotations

from pathlib import Path

import msgspec

from streams.recording.entry import Entry
from streams.recording.error import RecordingError
from streams.recording.reader import Recording
from streams.replay.buckets import Buckets
from streams.replay.course import Course
from streams.replay.summary import Summary

COMPARED = frozenset({"price-changes", "price-decisions", "demand-observations"})


class Run:
    """A summary, the course of the prices, and the buckets since a price was first drawn by lot in
    `lot` (in this run, if not given): those before it can tell nothing.
    """

    def __init__(self, lot: Course | None = None) -> None:
        self.summary = Summary()
        self.course = Course()
        self.buckets = Buckets()
        self._lot = self.course if lot is None else lot

    def add(self, entry: Entry) -> None:
        """Take the next output."""
        self.summary.add(entry)
        if entry.topic == "price-decisions":
            self.course.add(entry)
        elif entry.topic == "demand-observations" and self._lot.drawn:
            self.buckets.add(entry)


def recorded_run(folder: Path) -> Run:
    """The run whose outputs a recording holds; RecordingError where they are not a pricer's."""
    run = Run()
    for entry in Recording([folder], COMPARED):
        try:
            run.add(entry)
        except (msgspec.DecodeError, KeyError, ArithmeticError) as error:
            where = f"{entry.topic}-{entry.partition} offset {entry.offset}"
            raise RecordingError(f"--compare: {where}: {error}") from error
    return run
