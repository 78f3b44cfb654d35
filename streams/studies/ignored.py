"""What of a recording was not taken, and why: in lines for the terminal."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable

import msgspec

from online_models.fold.alerts import MESSAGES, message
from online_models.journal.outputs import Output
from streams.kafka.kafka_record import DeadLetter


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
