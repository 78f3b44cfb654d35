"""How far the store has come, and how far Kafka is ahead of it."""

from __future__ import annotations

import time
from dataclasses import dataclass, field

#: Behind by no more than this, a console counts as caught up: records keep coming.
CLOSE = 500


@dataclass
class Progress:
    """Written by the follower, read by the pages.

    lag: records that Kafka holds and the store does not, None before it is known.
    away_since: when Kafka last stopped answering (seconds since the epoch), None while it answers.
    """

    lag: int | None = None
    caught_up: bool = False
    away_since: float | None = None
    lag_of: dict[str, int] = field(default_factory=dict)
    #: Rises with every round that is in the store, so that readers know when to look again.
    rounds: int = 0

    def measured(self, lag_of: dict[str, int]) -> None:
        """Kafka has said how far its topics reach."""
        self.lag_of = lag_of
        self.lag = sum(lag_of.values())
        self.away_since = None
        self.caught_up = self.caught_up or self.lag <= CLOSE

    def lost(self) -> None:
        """Kafka does not answer."""
        if self.away_since is None:
            self.away_since = time.time()
