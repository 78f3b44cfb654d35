"""Which offers were in which arm of which experiment, as `price-decisions` record it."""

from __future__ import annotations

from dataclasses import dataclass, field

import msgspec

from schemas.values.instants import to_ms
from streams.recording.entry import Entry
from streams.replay.price_history import Offer

HOLDOUT = "holdout"


class RecordedArm(msgspec.Struct):
    """What a decision says of its experiment."""

    name: str
    arm: str


class ExperimentDecision(msgspec.Struct):
    """What is needed of a decision."""

    sku: str
    channel: str
    effective_at: str | int
    experiment: RecordedArm | None = None


@dataclass
class RecordedExperiment:
    """One experiment: its offers, each with whether it is held out, and when it ran.

    begins: ms of the first decision under it. left: when each offer that is decided about outside
    it now was first so.
    """

    begins: int
    held_out: dict[Offer, bool] = field(default_factory=dict)
    left: dict[Offer, int] = field(default_factory=dict)

    @property
    def ends(self) -> int | None:
        """When the last of its offers had left it, ms; None while it runs.

        An offer that another policy takes over meanwhile stays in its arm: leaving may be a
        result of its prices, and the arms that are compared must be those that were drawn.
        """
        return max(self.left.values()) if len(self.left) == len(self.held_out) else None

    def by_sku(self) -> bool:
        """Whether all offers of every SKU share an arm, so that SKUs are what was drawn."""
        arms: dict[str, bool] = {}
        return all(arms.setdefault(sku, held) == held for (sku, _), held in self.held_out.items())


_DECODER = msgspec.json.Decoder(ExperimentDecision)


class Arms:
    """The experiments of a recording by name."""

    def __init__(self) -> None:
        self.experiments: dict[str, RecordedExperiment] = {}
        self._now: dict[Offer, str] = {}

    def add(self, entry: Entry) -> None:
        """Take a record of `price-decisions`; an offer's come in the order of their time."""
        if entry.value is None:
            return
        decision = _DECODER.decode(entry.value)
        offer, time = (decision.sku, decision.channel), to_ms(decision.effective_at)
        name = None if decision.experiment is None else decision.experiment.name
        before = self._now.pop(offer, None)
        if before is not None and before != name:
            self.experiments[before].left[offer] = time
        if decision.experiment is None or name is None:
            return
        experiment = self.experiments.setdefault(name, RecordedExperiment(time))
        experiment.begins = min(experiment.begins, time)
        experiment.left.pop(offer, None)
        experiment.held_out.setdefault(offer, decision.experiment.arm == HOLDOUT)
        self._now[offer] = name
