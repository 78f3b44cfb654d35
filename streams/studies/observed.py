"""A recording's demand as the models see it: buckets closed, nothing decided."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from itertools import islice
from pathlib import Path

from online_models.demand.ensemble.models import DemandModels
from online_models.demand.ensemble.report import LearnReport
from online_models.demand.inputs.observations import Observations
from online_models.fold.fold import Fold
from online_models.fold.state import State
from online_models.shop.catalogue import Catalogue
from schemas.values.instants import DAY
from streams.configuration.policy_file import TOPIC as POLICIES
from streams.configuration.policy_file import PolicyRecord
from streams.configuration.settings import Settings
from streams.ingest.decoder import INPUTS, Decoder
from streams.ingest.order import as_given
from streams.recording.entry import RecordingError
from streams.recording.reader import Recording
from streams.replay.pricers import opening
from streams.replay.tick_inserter import TickInserter
from streams.studies.anchor import first_day
from streams.studies.ignored import Ignored
from streams.terminal.progress import progress

#: Input records taken at once.
ROUND = 4000
OnLearnt = Callable[[Observations, LearnReport], None]


class Observed:
    """Runs recorded input topics through one fold that only learns.

    Prices are history here: what was paid or acknowledged counts, and nothing is decided. All
    partitions are one, so that everything is pooled. Given policies replace those of the recording.
    `parts` holds the closed buckets in order; `on_learnt` also gets the models' report of each.
    """

    def __init__(
        self,
        settings: Settings,
        paths: list[Path],
        on_learnt: OnLearnt = lambda _observations, _report: None,
        policies: list[PolicyRecord] | None = None,
    ) -> None:
        self.recording = Recording(paths, INPUTS if policies is None else INPUTS - {POLICIES})
        if "orders" not in self.recording.topics:
            named = ", ".join(str(path) for path in paths)
            raise RecordingError(f"no orders in {named}: demand cannot be evaluated without")
        self.ignored = Ignored()
        self.parts: list[Observations] = []
        self._decoder = Decoder.of(settings)
        fold, begins = settings.fold, None
        if "promotions" in self.recording.topics:
            begins = first_day(paths, fold.window_ms, fold.demand.utc_offset_ms)
        self._fold = Fold(replace(fold, observe_only=True, partitions=1, windows_from_ms=begins))
        self._fold.state.on_learnt = self._learnt
        if policies:
            self._fold.step(opening(policies))
        self._on_learnt = on_learnt
        self._ticks = TickInserter(min(settings.fold.window_ms, DAY))

    @property
    def catalogue(self) -> Catalogue:
        """The offers, by the rows that observations name."""
        return self._fold.state.catalogue

    @property
    def state(self) -> State:
        """All that the fold has come to know."""
        return self._fold.state

    @property
    def demand(self) -> DemandModels:
        """The models."""
        return self._fold.state.demand

    def run(self) -> Iterator[int]:
        """Run; yields how many records are done. RecordingError where no bucket came about."""
        entries = iter(self.recording)
        done = 0
        while records := list(islice(entries, ROUND)):
            decoded = self._decoder.decode(as_given(records))
            self.ignored.add(decoded.dead, self._fold.step(self._ticks.insert(decoded.batch)))
            done += len(records)
            yield done
        settings, latest = self._fold.state.settings, self._ticks.latest
        # the last bucket counts, however little of it was recorded
        end = latest + settings.window_ms + settings.allowed_lateness_ms + 1
        self.ignored.add([], self._fold.step(self._ticks.end(end)))
        if not any(map(len, self.parts)):
            reasons = "; ".join([self._lacking(), *self.not_taken()])
            raise RecordingError(f"no bucket came about: {reasons}")

    @contextmanager
    def progress(self, doing: str = "reading") -> Iterator[Callable[[str], None]]:
        """Run beneath a progress bar; what is yielded names the work that follows."""
        with progress(doing, len(self.recording)) as show:
            for done in self.run():
                show(done)
            yield lambda next_one: show(text=next_one)

    def not_taken(self) -> list[str]:
        """What of the recording was not taken, a line for each kind."""
        return self.ignored.lines(len(self.recording))

    def _learnt(self, observations: Observations, report: LearnReport) -> None:
        self.parts.append(observations)
        self._on_learnt(observations, report)

    def _lacking(self) -> str:
        if not self.catalogue.skus.known.any():
            return "no product is known, records of `products` are missing"
        if not self._ticks.latest:
            return "no order, click or competitor's price gives the time"
        return "no order falls into the time after its product's record"
