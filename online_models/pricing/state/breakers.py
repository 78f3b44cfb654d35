"""The circuit breakers of policies: what of each category changed in its window.

Offers of different SKUs must not depend on each other between two ticks, or how the journal is cut
would change prices. Here they do: so where a policy has a breaker, decisions are made in the order
of the journal (`online_models.fold.spans`), and what is counted apart, by version of the policy,
category, channel and digits of the currency, are offers that are always decided in that order.

A part of the journal counts its own offers. SKUs are spread over the parts by a hash, so each has
its share of a category, and of what may change of it; a part where that is less than one offer may
change one. So all parts together change the allowed share, and one offer a part more at most. No
worker needs to hear another, and how many there are makes no difference.
"""

from __future__ import annotations

from typing import NamedTuple

from online_models.persistence.saved import Saved, attribute

#: Version of the policy as it came, category, channel, and minor digits of the currency.
Key = tuple[int, int, int, int]


class ChangeCount(NamedTuple):
    """What changed since `start` (ms) of `offers`: how many, and the sum of their moves in parts
    per million of the prices before; `end` is that of the window, `tripped` whether it is too much.
    """

    start: int
    end: int
    offers: int
    changes: int = 0
    moves_ppm: int = 0
    tripped: bool = False


class Breakers:
    """Counts of the windows that are not over."""

    SAVED = Saved(counts=attribute("_counts", dict[Key, ChangeCount]))

    def __init__(self) -> None:
        self._counts: dict[Key, ChangeCount] = {}

    def at(self, key: Key, now: int) -> ChangeCount | None:
        """The count of the window that `now` (ms) is in, if one has begun."""
        found = self._counts.get(key)
        return None if found is None or now >= found.end else found

    def enter(self, counts: dict[Key, ChangeCount]) -> None:
        """Write down counts."""
        self._counts |= counts

    def settle(self, now: int) -> None:
        """Forget windows that are over."""
        if self._counts:
            self._counts = {key: each for key, each in self._counts.items() if now < each.end}
