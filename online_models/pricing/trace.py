"""The path of the prices through the rules, as columns; written out only where it is published."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import msgspec
import numpy as np
from numpy.typing import NDArray

from online_models.pricing.situation import NO_CEILING
from schemas.money import texts

Ints = NDArray[np.int64]

#: A detail of a step: money (minor units, shape (n,)), or JSON texts of chosen rows.
Values = Ints | Callable[[Ints], list[str]]
#: Distinct amounts remembered per currency precision.
_REMEMBERED = 1 << 16


class MoneyTexts(dict[int, str]):
    """Minor units → the JSON text of that money, remembered; NO_CEILING is null."""

    def __init__(self, digits: int) -> None:
        super().__init__({NO_CEILING: "null"})
        self._digits = digits

    def __missing__(self, amount: int) -> str:
        if len(self) >= _REMEMBERED:
            self.clear()
            self[NO_CEILING] = "null"
        text = self[amount] = f'"{texts([amount], self._digits)[0]}"'
        return text


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

    def explain(self, rows: Ints, money: MoneyTexts, ruled: list[str]) -> list[str]:
        """The JSON of the explanations of some rows; the first step also says why the policy
        `ruled` (JSON texts by row).
        """
        parts: list[list[str]] = [[] for _ in range(len(rows))]
        before = ["null"] * len(rows)
        everyone = range(len(rows))
        for step in self.steps:
            places: Sequence[int] = everyone
            chosen = rows
            if step.applies is not None:
                inside = step.applies[rows]
                if not inside.any():
                    continue
                if not inside.all():
                    places = np.flatnonzero(inside).tolist()
                    chosen = rows[inside]
            head = f'{{"rule":"{step.rule}","input":'
            outputs = [money[amount] for amount in step.output[chosen].tolist()]
            for place, output, detail in zip(
                places, outputs, _details(step, chosen, money), strict=True
            ):
                if not parts[place]:
                    comma = "" if detail == "{}" else ","
                    detail = f'{{"ruled":{ruled[place]}{comma}{detail[1:]}'
                parts[place].append(f'{head}{before[place]},"output":{output},"detail":{detail}}}')
                before[place] = output
        return ["[" + ",".join(part) + "]" for part in parts]


def _details(step: Step, chosen: Ints, money: MoneyTexts) -> list[str]:
    facts = msgspec.json.encode(step.facts).decode()[1:-1]
    columns = []
    for name, values in step.details.items():
        if callable(values):
            told = values(chosen)
        else:
            told = [money[amount] for amount in values[chosen].tolist()]
        columns.append([f'"{name}":{text}' for text in told])
    if not columns:
        return [f"{{{facts}}}"] * len(chosen)
    tail = f",{facts}}}" if facts else "}"
    if len(columns) == 1:
        return [f"{{{text}{tail}" for text in columns[0]]
    return [f"{{{','.join(texts)}{tail}" for texts in zip(*columns, strict=True)]
