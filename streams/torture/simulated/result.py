"""What came of a run; who only reads of it loads neither a pricer nor Kafka's clients."""

from __future__ import annotations

from collections import Counter
from typing import NamedTuple


class Fault(NamedTuple):
    """Something that goes wrong at a time, seconds since the run began."""

    at: float
    kind: str


class RunResult(NamedTuple):
    """What came of a run. `digest` is of all that the brokers hold: equal for equal runs."""

    seed: int
    wrong: list[str]
    faults: list[Fault]
    ends: Counter[str]
    records: int
    outputs: int
    seconds: float
    digest: str
