"""The path of the prices through the rules, as columns; written out only where it is published."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import msgspec
import numpy as np
from numpy.typing import NDArray

from online_models.pricing.sheet import Sheet
from online_models.pricing.situation import NO_CEILING
from schemas.money import texts

Ints = NDArray[np.int64]

#: Distinct amounts remembered per currency precision.
_REMEMBERED = 1 << 16


@dataclass(frozen=True, slots=True)
class Numbers:
    """A column of numbers, shape (n,), and the printf form in which they are told."""

    values: NDArray[Any]
    form: bytes

    def of(self, rows: Ints) -> list[bytes]:
        """The texts of some rows."""
        return list(map(self.form.__mod__, self.values[rows].tolist()))


#: A detail of a step: money (minor units, shape (n,)), numbers, or JSON texts of chosen rows.
Values = Ints | Numbers | Callable[[Ints], list[bytes]]


class MoneyTexts(dict[int, bytes]):
    """Minor units → the JSON of that money, remembered; NO_CEILING is null.

    >>> MoneyTexts(2).of(np.array([1299, -5, NO_CEILING]))
    [b'"12.99"', b'"-0.05"', b'null']
    """

    def __init__(self, digits: int) -> None:
        super().__init__({NO_CEILING: b"null"})
        self._digits = digits

    def __missing__(self, amount: int) -> bytes:
        if len(self) >= _REMEMBERED:
            self.clear()
            self[NO_CEILING] = b"null"
        text = self[amount] = b'"%b"' % texts([amount], self._digits)[0].encode()
        return text

    def of(self, amounts: Ints) -> list[bytes]:
        """The texts of a column, shape (n,)."""
        return list(map(self.__getitem__, amounts.tolist()))


@dataclass(frozen=True, slots=True)
class Step:
    """One rule: its output for every row (its input where it does not apply), and its details."""

    rule: str
    output: Ints
    details: Mapping[str, Values]
    facts: Mapping[str, Any]
    applies: NDArray[np.bool_] | None = None


class Trace:
    """Steps of the offers of one policy, in order. `price` is the last output, shape (n,)."""

    def __init__(self, price: Ints) -> None:
        self.price = price
        self.steps: list[Step] = []

    def add(
        self,
        rule: str,
        output: Ints,
        details: Mapping[str, Values] | None = None,
        facts: Mapping[str, Any] | None = None,
        applies: NDArray[np.bool_] | None = None,
    ) -> None:
        """Append a rule; where `applies` is False the price stays and the step is not told."""
        if applies is not None:
            output = np.where(applies, output, self.price)
        self.price = output
        self.steps.append(Step(rule, output, details or {}, facts or {}, applies))

    def alike(self, rows: Ints) -> Iterator[tuple[NDArray[np.intp], list[Step]]]:
        """Places among `rows` that are told the same steps, and those steps."""
        partly = [step for step in self.steps if step.applies is not None]
        told = np.zeros(len(rows), dtype=np.int64)
        for bit, step in enumerate(partly):
            if step.applies is not None:
                told |= step.applies[rows].astype(np.int64) << bit
        for code in sorted(set(told.tolist())):
            places = np.flatnonzero(told == code)
            silent = {id(step) for bit, step in enumerate(partly) if not code >> bit & 1}
            yield places, [step for step in self.steps if id(step) not in silent]


def explain(
    sheet: Sheet, steps: Sequence[Step], rows: Ints, money: MoneyTexts, ruled: Sequence[bytes]
) -> None:
    """Put the explanation of rows that are told the same steps on a sheet, JSON; the first step
    also says why the policy `ruled` (JSON by row).
    """
    before, inputs = None, [b"null"] * len(rows)
    sheet.say(b"[")
    for place, step in enumerate(steps):
        sheet.say(f'{"," if place else ""}{{"rule":"{step.rule}","input":'.encode())
        sheet.put(inputs)
        sheet.say(b',"output":')
        output = step.output[rows]
        if before is None or not np.array_equal(output, before):
            before, inputs = output, money.of(output)
        sheet.put(inputs)
        sheet.say(b',"detail":{' if place else b',"detail":{"ruled":')
        if not place:
            sheet.put(ruled)
        _detail(sheet, step, rows, money, "" if place else ",")
        sheet.say(b"}}")
    sheet.say(b"]")


def _detail(sheet: Sheet, step: Step, rows: Ints, money: MoneyTexts, comma: str) -> None:
    for name, values in step.details.items():
        sheet.say(f'{comma}"{name}":'.encode())
        comma = ","
        if isinstance(values, Numbers):
            sheet.put(values.of(rows))
        elif callable(values):
            sheet.put(values(rows))
        else:
            sheet.put(money.of(values[rows]))
    if step.facts:
        sheet.say(comma.encode() + msgspec.json.encode(step.facts)[1:-1])
