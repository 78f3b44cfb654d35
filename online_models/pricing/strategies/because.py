"""Why a raw price is not simply what its strategy is for: the causes that moved it, offer by offer.

They stand in the detail `because` of the strategy's step, and there is none where nothing else
moved the price. It is one flat object, without objects inside.
"""

from __future__ import annotations

from collections.abc import Iterator

import msgspec
import numpy as np
from numpy.typing import NDArray

from online_models.numerics.masks import anywhere
from schemas.values.money import texts

Ints = NDArray[np.int64]
Flags = NDArray[np.bool_]

#: The name of the detail.
BECAUSE = "because"
#: No amount or number of a cause.
_NOTHING = np.iinfo(np.int64).min


class Because:
    """Causes of n offers by name; each holds for some of them, of one name no two for the same, and
    says money (minor units), a number or a text.

    >>> because = Because(2, digits=2)
    >>> because.money("unlimited", np.array([True, False]), np.array([1790, 0]))
    >>> because.applies.tolist(), list(because.members(np.array([0, 1])))
    ([True, False], [[b',"unlimited":"17.90"', b'']])
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
        if anywhere(where):
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

    def members(self, rows: Ints) -> Iterator[list[bytes]]:
        """The causes of some offers as members of a JSON object, each behind a comma: one column a
        cause, empty where it does not hold.
        """
        for name, where, what, money in self._said:
            head = b',"%b":' % name.encode()
            if isinstance(what, str):
                text = head + msgspec.json.encode(what)
                yield [text if applies else b"" for applies in where[rows].tolist()]
                continue
            amounts = np.where(where[rows], what[rows], _NOTHING).tolist()
            distinct = list(dict.fromkeys(amounts))
            said = texts(distinct, self._digits) if money else map(str, distinct)
            form = b'%b"%b"' if money else b"%b%b"
            known = {
                amount: form % (head, text.encode())
                for amount, text in zip(distinct, said, strict=True)
            }
            known[_NOTHING] = b""
            yield list(map(known.__getitem__, amounts))
