"""Which offers were in which arm of which experiment, as `price-decisions` tell it."""

from __future__ import annotations

from dataclasses import dataclass, field

import msgspec

from schemas.values.instants import to_ms
from streams.recording.entry import Entry
from streams.replay.course import Offer

HOLDOUT = "holdout"


class Arm(msgspec.Struct):
    """What a decision says of its experiment."""

    name: str
    arm: str


class Decision(msgspec.Struct):
    """What is needed of a decision."""

    sku: str
    channel: str
    effective_at: str | int
    experiment: Arm | None = None


@dataclass
class Trial:
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

        An offer that another policy takes over meanwhile stays in its arm: leaving may be the
        fruit of its prices, and what is compared must be what chance told apart.
        """
        return max(self.left.values()) if len(self.left) == len(self.held_out) else None

    def by_sku(self) -> bool:
        """Whether all offers of every SKU share an arm, so that SKUs are what was drawn."""
        arms: dict[str, bool] = {}
        return all(arms.setdefault(sku, held) == held for (sku, _), held in self.held_out.items())


_DECODER = msgspec.json.Decoder(Decision)


class Arms:
    """The experiments of a recording by name."""

    def __init__(self) -> None:
        self.trials: dict[str, Trial] = {}
        self._now: dict[Offer, str] = {}

    def add(self, entry: Entry) -> None:
        """Take a record of `price-decisions`; an offer's come in the order of their time."""
        if entry.value is None:
            return
        told = _DECODER.decode(entry.value)
        offer, time = (told.sku, told.channel), to_ms(told.effective_at)
        name = None if told.experiment is None else told.experiment.name
        before = self._now.pop(offer, None)
        if before is not None and before != name:
            self.trials[before].left[offer] = time
        if told.experiment is None or name is None:
            return
        trial = self.trials.setdefault(name, Trial(time))
        trial.begins = min(trial.begins, time)
        trial.left.pop(offer, None)
        trial.held_out.setdefault(offer, told.experiment.arm == HOLDOUT)
        self._now[offer] = name
