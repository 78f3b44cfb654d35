"""The path of the prices through the rules, as columns; written out only where it is published."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any, NamedTuple

import msgspec
import numpy as np
from numpy.typing import NDArray

from online_models.numerics.arrays import finite
from online_models.pricing.trace.sheet import Sheet
from schemas.values.limits import LARGEST_AMOUNT
from schemas.values.money import texts

Ints = NDArray[np.int64]

#: Distinct amounts remembered per currency precision.
_REMEMBERED = 1 << 16


class Thousandths(dict[int, bytes]):
    """Thousandths → that number in JSON, remembered: looking one up is several times cheaper than
    writing it.

    >>> Thousandths()[-2135]
    b'-2.135'
    """

    def __missing__(self, thousandths: int) -> bytes:
        if len(self) >= _REMEMBERED:
            self.clear()
        text = self[thousandths] = b"%.3f" % (thousandths / 1000)
        return text


_thousandths = Thousandths()


@dataclass(frozen=True, slots=True)
class Numbers:
    """A column of numbers, shape (n,), and the printf form in which they are written; None: with
    three decimals.
    """

    values: NDArray[Any]
    form: bytes | None = None

    def of(self, rows: Ints) -> list[bytes]:
        """The texts of some rows."""
        values = finite(self.values[rows])
        if self.form is None:
            rounded = np.rint(values * 1000.0).astype(np.int64)
            return list(map(_thousandths.__getitem__, rounded.tolist()))
        return list(map(self.form.__mod__, values.tolist()))


#: A detail of a step: money (minor units, shape (n,)), numbers, or JSON texts of chosen rows.
Values = Ints | Numbers | Callable[[Ints], list[bytes]]


class MoneyTexts(dict[int, bytes]):
    """Minor units → the JSON of that money, remembered; null above any amount that can be said.

    >>> MoneyTexts(2).of(np.array([1299, -5, 10**14]))
    [b'"12.99"', b'"-0.05"', b'null']
    """

    def __init__(self, digits: int) -> None:
        self._digits = digits
        self._largest = LARGEST_AMOUNT * 10**digits

    def __missing__(self, amount: int) -> bytes:
        if len(self) >= _REMEMBERED:
            self.clear()
        text = b"null"
        if amount <= self._largest:
            text = b'"%b"' % texts([amount], self._digits)[0].encode()
        self[amount] = text
        return text

    def of(self, amounts: Ints) -> list[bytes]:
        """The texts of a column, shape (n,)."""
        return list(map(self.__getitem__, amounts.tolist()))


class Step(NamedTuple):
    """One rule: its output for every row (its input where it does not apply), its details, and the
    facts behind them as JSON members.
    """

    rule: str
    output: Ints
    details: Mapping[str, Values]
    facts: bytes
    applies: NDArray[np.bool_] | None = None


def members(facts: Mapping[str, Any]) -> bytes:
    """The members of a JSON object, without the braces.

    >>> members({"step": "5%"})
    b'"step":"5%"'
    """
    return msgspec.json.encode(facts)[1:-1] if facts else b""


class Trace(NamedTuple):
    """Steps of the offers of one policy, in order. `price` is the last output, shape (n,)."""

    price: Ints
    steps: tuple[Step, ...] = ()

    def then(
        self,
        rule: str,
        output: Ints,
        details: Mapping[str, Values] | None = None,
        facts: bytes = b"",
        applies: NDArray[np.bool_] | None = None,
    ) -> Trace:
        """The trace with one more rule; where `applies` is False the price stays and the step is
        left out.
        """
        if applies is not None:
            output = np.where(applies, output, self.price)
        return Trace(output, (*self.steps, Step(rule, output, details or {}, facts, applies)))

    def alike(self, rows: Ints) -> Iterator[tuple[NDArray[np.intp], Sequence[Step]]]:
        """Places among `rows` that have the same steps, and those steps."""
        partly = [step for step in self.steps if step.applies is not None]
        if not partly:
            yield np.arange(len(rows)), self.steps
            return
        pattern = np.zeros(len(rows), dtype=np.int64)
        for bit, step in enumerate(partly):
            if step.applies is not None:
                pattern |= step.applies[rows].astype(np.int64) << bit
        for code in sorted(set(pattern.tolist())):
            places = np.flatnonzero(pattern == code)
            silent = {id(step) for bit, step in enumerate(partly) if not code >> bit & 1}
            yield places, [step for step in self.steps if id(step) not in silent]


def explain(
    sheet: Sheet, steps: Sequence[Step], rows: Ints, money: MoneyTexts, ruled: list[bytes]
) -> None:
    """Put the explanation of rows that have the same steps on a sheet, JSON; the first step
    also says why the policy `ruled` (JSON by row).
    """
    before, inputs = b"", [b"null"] * len(rows)
    for place, step in enumerate(steps):
        sheet.put(_opening(step.rule, b"," if place else b"["), inputs)
        output = step.output[rows]
        bits = output.tobytes()
        if bits != before:
            before, inputs = bits, money.of(output)
        sheet.put(b',"output":', inputs)
        if place:
            sheet.say(b',"detail":{')
        else:
            sheet.put(b',"detail":{"ruled":', ruled)
        _detail(sheet, step, rows, money, b"" if place else b",")
        sheet.say(b"}}")
    sheet.say(b"]")


@lru_cache(maxsize=256)
def _opening(rule: str, before: bytes) -> bytes:
    return b'%b{"rule":"%b","input":' % (before, rule.encode())


def _detail(sheet: Sheet, step: Step, rows: Ints, money: MoneyTexts, comma: bytes) -> None:
    for name, values in step.details.items():
        words = b'%b"%b":' % (comma, name.encode())
        comma = b","
        if isinstance(values, Numbers):
            sheet.put(words, values.of(rows))
        elif callable(values):
            sheet.put(words, values(rows))
        else:
            sheet.put(words, money.of(values[rows]))
    if step.facts:
        sheet.say(comma + step.facts)
