"""A trial as a recording has it: windows of sales, and the prices decided beside them."""

from __future__ import annotations

from pathlib import Path
from typing import NamedTuple

import msgspec

from online_models.fold.state import State
from schemas.values.instants import to_ms
from streams.configuration.settings import Settings
from streams.recording.entry import Entry, RecordingError
from streams.replay.offer_margins import OfferMargins
from streams.replay.price_history import Offer, PublishedPrices
from streams.replay.replay import Replay
from streams.terminal.progress import progress


class TrialObservation(msgspec.Struct):
    """What is needed of an observation."""

    sku: str
    channel: str
    bucket_start: str | int
    bucket_end: str | int
    units: int
    price: str | None
    stocked_out: bool
    on_hand: int | None = None
    features: dict[str, float] = {}


class TrialWindow(NamedTuple):
    """Of an offer in [start, end), ms: units sold at the price that shoppers met, the price that
    was decided, and the units that stock allowed at most, None where they are not known.
    """

    offer: Offer
    start: int
    end: int
    units: int
    shown: str
    decided: str
    most: int | None


_DECODER = msgspec.json.Decoder(TrialObservation)


class RecordedTrial:
    """Windows in which a price was decided in the shadow.

    `unpriced` are windows left out since no price was known to be shown, `undecided` those in which
    no decided price stood for more than half of the time.
    """

    def __init__(self, *, all_count: bool) -> None:
        """`all_count`: every decision is one of the shadow, marked so or not."""
        self.windows: list[TrialWindow] = []
        self.unpriced = 0
        self.undecided = 0
        self._prices = PublishedPrices()
        self._all_count = all_count

    def add(self, entry: Entry) -> None:
        """Take the next output of the pricer."""
        if entry.topic == "price-decisions":
            self._prices.add(entry)
        elif entry.topic == "demand-observations" and entry.value is not None:
            self._observe(_DECODER.decode(entry.value))

    def _observe(self, seen: TrialObservation) -> None:
        offer = seen.sku, seen.channel
        start, end = to_ms(seen.bucket_start), to_ms(seen.bucket_end)
        standing = self._prices.during(offer, start, end)
        if standing is None or not (self._all_count or standing.shadow):
            self.undecided += standing is None
            return
        if seen.price is None:
            self.unpriced += 1
            return
        # what is ordered in bulk is agreed on, and no answer to a price
        units = max(seen.units - int(seen.features.get("bulk_units", 0)), 0)
        left = 0 if seen.stocked_out else seen.on_hand
        most = None if left is None else units + left
        self.windows.append(TrialWindow(offer, start, end, units, seen.price, standing.price, most))


class CollectedTrial(NamedTuple):
    """A trial, what its offers earn, and all that was known in the end, by partition."""

    trial: RecordedTrial
    margins: OfferMargins
    states: list[State]


def collected(settings: Settings, paths: list[Path]) -> CollectedTrial:
    """Run a recording; RecordingError where no price was decided in the shadow."""
    replay = Replay(settings, paths, None, None)
    trial = RecordedTrial(all_count=not replay.from_journal)
    with progress("replaying", len(replay.recording)) as show:
        for entry in replay:
            trial.add(entry)
            show(replay.done)
    if not trial.windows:
        raise RecordingError(
            'no window in which a price was decided in the shadow (a policy with "shadow": true, '
            "or the setting shadow) while the shop's own price was known"
        )
    return CollectedTrial(trial, OfferMargins(replay.catalogues()), replay.states())
