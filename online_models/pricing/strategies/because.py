"""Why a raw price is not simply what its strategy is for: the causes that moved it, offer by offer.

They stand in the detail `because` of the strategy's step, and there is none where nothing else
moved the price. It is one flat object, without objects inside.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from schemas.values.money import texts

Ints = NDArray[np.int64]
Flags = NDArray[np.bool_]

#: The name of the detail.
BECAUSE = "because"


class Because:
    """Causes of n offers by name; each holds for some of them, and says money (minor units), a
    number or a text.

    >>> because = Because(2, digits=2)
    >>> because.money("unlimited", np.array([True, False]), np.array([1790, 0]))
    >>> because.applies.tolist(), because.records(np.array([0]))
    ([True, False], [{'unlimited': '17.90'}])
    """

    def __init__(self, n: int, digits: int) -> None:
        self.applies: Flags = np.zeros(n, dtype=np.bool_)
        self._digits = digits
        self._said: list[tuple[str, Flags, Ints | str, bool]] = []

    def money(self, name: str, where: Flags, amounts: Ints) -> None:
        """An amount in minor units, (n,)."""
        self._say(name, where, amounts, True)

    def number(self, name: str, where: Flags, numbers: Ints) -> None:
        """A whole number, (n,)."""
        self._say(name, where, numbers, False)

    def text(self, name: str, where: Flags, text: str) -> None:
        """The same text for all of them."""
        self._say(name, where, text, False)

    def _say(self, name: str, where: Flags, what: Ints | str, money: bool) -> None:
        if where.any():
            self.applies = self.applies | where
            self._said.append((name, where, what, money))

    def widened(self, rows: NDArray[np.intp], n: int) -> Because:
        """The same of n offers, of which these were `rows`."""
        wide = Because(n, self._digits)
        for name, where, what, money in self._said:
            everywhere = np.zeros(n, dtype=np.bool_)
            everywhere[rows] = where
            if not isinstance(what, str):
                column = np.zeros(n, dtype=np.int64)
                column[rows] = what
                what = column
            wide._say(name, everywhere, what, money)
        return wide

    def records(self, rows: Ints) -> list[dict[str, Any]]:
        """The causes of some offers, as JSON values."""
        return [self._record(row) for row in rows.tolist()]

    def _record(self, row: int) -> dict[str, Any]:
        record: dict[str, Any] = {}
        for name, where, what, money in self._said:
            if where[row]:
                value = what if isinstance(what, str) else int(what[row])
                record[name] = texts([int(value)], self._digits)[0] if money else value
        return record
