"""How sensitive to prices the customers are who agreed to personal ones."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from online_models.persistence.saved import Saved, attribute
from schemas.values.instants import DAY

Ints = NDArray[np.int64]

#: The segment of a customer whose orders name none.
USUAL_SEGMENT = "b2c"
#: A unit for at most this percentage of the regular price was a bargain.
BARGAIN = 95
#: Units that tell how a customer buys; with fewer nothing is said of them.
ENOUGH = 5
#: Buyers remembered per offer: a personal offer is a record each.
MOST_BUYERS = 200
#: ms after which a purchase is forgotten.
MEMORY = 180 * DAY


def name(customer: int) -> str:
    """A customer's keyed hash as text.

    >>> name(-2)
    'fffffffffffffffe'
    """
    return f"{customer % 2**64:016x}"


def named(text: str) -> int:
    """The inverse of `name`.

    >>> named("fffffffffffffffe"), named(name(7))
    (-2, 7)
    """
    value = int(text, 16)
    return value - 2**64 if value >= 2**63 else value


class Line(NamedTuple):
    """Units that a customer (keyed hash) bought of an offer, at a price in minor units."""

    row: int
    customer: int
    segment: str
    units: int
    price: int
    time: int


class Habit(NamedTuple):
    """What a customer bought: units, how many of them were bargains, and when last (ms)."""

    segment: str
    units: int
    bargains: int
    time: int


class Shoppers:
    """Two groups of customers, those who mostly buy bargains and all others, and who bought what.

    Only customers whose orders say that they agree to personal prices are known here, by their
    keyed hashes; the last order counts. Purchases are compared with the regular price at the next
    tick, so that the groups do not depend on how the journal was cut into batches.
    """

    SAVED = Saved(
        lines=attribute("_lines", list[Line]),
        habits=attribute("_habits", dict[int, Habit]),
        buyers=attribute("_buyers", dict[int, dict[int, int]]),
        pruned=attribute("_pruned", int),
    )

    def __init__(self) -> None:
        self._lines: list[Line] = []
        self._habits: dict[int, Habit] = {}
        #: Offer row → customer → instant of the last purchase, the latest buyer last.
        self._buyers: dict[int, dict[int, int]] = {}
        self._pruned = 0

    def bought(self, lines: list[Line]) -> None:
        """Remember purchases until the next tick."""
        self._lines += lines

    @property
    def waiting(self) -> Sequence[Line]:
        """Purchases since the last tick."""
        return self._lines

    def set_back(self, now: int) -> None:
        """Nothing was forgotten later than `now`, ms."""
        self._pruned = min(self._pruned, now)

    def settle(self, regular: Ints, now: int) -> None:
        """Learn from the purchases since the last tick; `regular` prices by offer row."""
        for line in self._lines:
            before = self._habits.get(line.customer)
            units, bargains = (0, 0) if before is None else (before.units, before.bargains)
            if 100 * line.price <= BARGAIN * int(regular[line.row]):
                bargains += line.units
            habit = Habit(line.segment, units + line.units, bargains, line.time)
            self._habits[line.customer] = habit
            buyers = self._buyers.setdefault(line.row, {})
            buyers.pop(line.customer, None)
            buyers[line.customer] = line.time
            if len(buyers) > MOST_BUYERS:
                del buyers[next(iter(buyers))]
        self._lines = []
        if now - self._pruned >= DAY:
            self._prune(now)

    def forget(self, customer: int) -> None:
        """Drop what is known of a customer, who withdraws or wants to be forgotten."""
        self._lines = [line for line in self._lines if line.customer != customer]
        self._habits.pop(customer, None)
        for buyers in self._buyers.values():
            buyers.pop(customer, None)
        self._buyers = {row: buyers for row, buyers in self._buyers.items() if buyers}

    def offers_of(self, customer: int) -> list[int]:
        """The rows of the offers that a customer bought."""
        return [row for row, buyers in self._buyers.items() if customer in buyers]

    def keen(self, row: int, segment: str) -> list[int]:
        """The customers of a segment who bought this offer and mostly buy bargains."""
        found = []
        for customer in self._buyers.get(row, ()):
            habit = self._habits.get(customer)
            if habit is None or habit.segment != segment or habit.units < ENOUGH:
                continue
            if 2 * habit.bargains >= habit.units:
                found.append(customer)
        return found

    def _prune(self, now: int) -> None:
        self._pruned, since = now, now - MEMORY
        self._habits = {who: habit for who, habit in self._habits.items() if habit.time >= since}
        recent = {
            row: {who: time for who, time in buyers.items() if time >= since}
            for row, buyers in self._buyers.items()
        }
        self._buyers = {row: buyers for row, buyers in recent.items() if buyers}
