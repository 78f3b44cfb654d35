"""A shop as its products make it, before any sale."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from online_models.fold.fold import Fold
from online_models.fold.state import State
from online_models.journal.batch import FORCED, BatchBuilder, Kind
from streams.configuration.settings import Settings
from streams.ingest.decoder import Decoder
from streams.ingest.order import as_given
from streams.recording.reader import Recording


def shop_of_products(settings: Settings, recording: Path | None) -> State:
    """What a pricer knows of a recording's products; of none without a recording."""
    fold = Fold(replace(settings.fold, observe_only=True))
    if recording is not None:
        decoder = Decoder.of(settings)
        records = list(Recording([recording], {"products"}))
        fold.step(decoder.decode(as_given(records)).batch)
        # products come on sale when time begins
        opening = BatchBuilder()
        opening.add(Kind.TICK, max((r.timestamp for r in records), default=0), flag=FORCED)
        fold.step(opening.batch())
    return fold.state
