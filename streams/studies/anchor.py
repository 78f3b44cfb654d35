"""Where a merchant's week begins: on the day on which most of its promotions do."""

from __future__ import annotations

from collections import Counter
from pathlib import Path

from pydantic import ValidationError

from online_models.windows.tumbling import midnight
from schemas.records.promotions import Promotion
from schemas.values.instants import DAY
from streams.recording.reader import Recording

#: Fewer promotions, or a smaller share of them that begin together, show no weekday.
LEAST, SHARE = 3, 0.5


def first_day(paths: list[Path], length: int, utc_offset_ms: int) -> int | None:
    """An instant (ms) at which buckets of `length` ms begin, None where promotions show none.

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
