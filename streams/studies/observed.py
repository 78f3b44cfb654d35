"""A recording's demand as the models see it: windows closed, nothing decided."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from itertools import islice
from pathlib import Path

import msgspec
from pydantic import ValidationError

from online_models.demand.ensemble.models import DemandModels
from online_models.demand.ensemble.report import LearnReport
from online_models.demand.inputs.observations import Observations
from online_models.fold.alerts import MESSAGES, message
from online_models.fold.fold import Fold
from online_models.fold.state import State
from online_models.journal.outputs import Output
from online_models.shop.catalogue import Catalogue
from online_models.windows.tumbling import midnight
from schemas.records.shop.promotions import Promotion
from schemas.values.instants import DAY
from streams.configuration.policy_file import TOPIC as POLICIES
from streams.configuration.policy_file import PolicyRecord
from streams.configuration.settings import Settings
from streams.ingest.decoder import INPUTS, Decoder
from streams.ingest.order import as_given
from streams.kafka.kafka_record import DeadLetter
from streams.recording.entry import RecordingError
from streams.recording.reader import Recording
from streams.replay.pricers import opening
from streams.replay.tick_inserter import TickInserter
from streams.terminal.progress import progress

#: Fewer promotions, or a smaller share of them that begin together, show no weekday.
LEAST, SHARE = 3, 0.5


def first_day(paths: list[Path], length: int, utc_offset_ms: int) -> int | None:
    """An instant (ms) at which windows of `length` ms begin, None where promotions show none.

    Sales of a week may be booked on any of its days, so they do not show it.
    """
    if length <= DAY:
        return None
    phases: Counter[int] = Counter()
    for entry in Recording(paths, {"promotions"}):
        if entry.value is None:
            continue
        try:
            starts_at = Promotion.model_validate_json(entry.value).starts_at
        except ValidationError:
            continue  # the run itself says what it refuses
        phases[midnight(starts_at, utc_offset_ms) % length] += 1
    if phases.total() < LEAST:
        return None
    phase, times = min(phases.items(), key=lambda item: (-item[1], item[0]))
    return phase if times >= SHARE * phases.total() else None


class Ignored:
    """Records that were refused, by reason, and what the fold counted as not learnt from."""

    def __init__(self) -> None:
        self._refused: Counter[str] = Counter()
        self._counted: Counter[str] = Counter()

    @property
    def refused(self) -> int:
        """How many records were no valid ones of their topic."""
        return self._refused.total()

    def add(self, dead: Iterable[tuple[int, DeadLetter]], outputs: Iterable[Output]) -> None:
        """Take one round: its dead letters, and the fold's outputs, whose alerts have counts."""
        self._refused.update(f"{letter.record.topic}: {letter.error}" for _, letter in dead)
        for output in outputs:
            if output.topic == "pricing-alerts":
                alert = msgspec.json.decode(output.value)
                if alert["kind"] in MESSAGES:
                    self._counted[alert["kind"]] += alert["details"]["count"]

    def lines(self, records: int) -> list[str]:
        """A line about the refused of so many records, and one per kind that was counted."""
        lines = []
        if self._refused:
            (reason, most), *others = self._refused.most_common()
            share = f", {most:,} of them" if others else ""
            lines.append(f"{self.refused:,} of {records:,} records were refused{share}: {reason}")
        return lines + [message(kind, n) for kind, n in self._counted.items()]


#: Input records taken at once.
ROUND = 4000
OnLearnt = Callable[[Observations, LearnReport], None]


class ObservedRecording:
    """Runs recorded input topics through one fold that only learns.

    Prices are history here: what was paid or acknowledged counts, and nothing is decided. All
    partitions are one, so that everything is pooled. Given policies replace those of the recording.
    `parts` holds the closed windows in order; `on_learnt` also gets the models' report of each.
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
        """Run; yields how many records are done. RecordingError where no window came about."""
        entries = iter(self.recording)
        done = 0
        while records := list(islice(entries, ROUND)):
            decoded = self._decoder.decode(as_given(records))
            self.ignored.add(decoded.dead, self._fold.step(self._ticks.insert(decoded.batch)))
            done += len(records)
            yield done
        settings, latest = self._fold.state.settings, self._ticks.latest
        # the last window counts, however little of it was recorded
        end = latest + settings.window_ms + settings.allowed_lateness_ms + 1
        self.ignored.add([], self._fold.step(self._ticks.end(end)))
        if not any(map(len, self.parts)):
            reasons = "; ".join([self._lacking(), *self.not_taken()])
            raise RecordingError(f"no window came about: {reasons}")

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
