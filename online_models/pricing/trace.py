"""The path of the prices through the rules, as columns; written out only where it is published."""

from __future__ import annotations

from collections.abc import Callable, Mapping
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
        told: list[str] = [""] * len(rows)
        before = ["null"] * len(rows)
        for step in self.steps:
            inside = None if step.applies is None else step.applies[rows]
            if inside is None or inside.all():
                outputs = [money[amount] for amount in step.output[rows].tolist()]
                details = _details(step, rows, money)
                told = _appended(step.rule, told, before, outputs, details, ruled)
                before = outputs
            elif inside.any():
                chosen = rows[inside]
                places = np.flatnonzero(inside).tolist()
                outputs = [money[amount] for amount in step.output[chosen].tolist()]
                some = ([column[place] for place in places] for column in (told, before, ruled))
                texts, inputs, why = some
                details = _details(step, chosen, money)
                longer = _appended(step.rule, texts, inputs, outputs, details, why)
                for place, text, output in zip(places, longer, outputs, strict=True):
                    told[place], before[place] = text, output
        return [f"[{text}]" for text in told]


def _appended(
    rule: str,
    told: list[str],
    inputs: list[str],
    outputs: list[str],
    details: list[str],
    ruled: list[str],
) -> list[str]:
    """The texts of some offers with one more step; where it is the first, with why it is ruled."""
    head = f'{{"rule":"{rule}","input":'
    columns = zip(told, inputs, outputs, details, ruled, strict=True)
    return [
        f'{text},{head}{before},"output":{output},"detail":{{{detail}}}}}'
        if text
        else f'{head}{before},"output":{output},"detail":'
        f'{{"ruled":{why}{"," if detail else ""}{detail}}}}}'
        for text, before, output, detail, why in columns
    ]


def _details(step: Step, chosen: Ints, money: MoneyTexts) -> list[str]:
    """The fields of a step's details, without their braces."""
    facts = msgspec.json.encode(step.facts).decode()[1:-1]
    if not step.details:
        return [facts] * len(chosen)
    fields, columns = [], []
    for name, values in step.details.items():
        fields.append(f'"{name}":')
        if callable(values):
            columns.append(values(chosen))
        else:
            columns.append([money[amount] for amount in values[chosen].tolist()])
    tail = f",{facts}" if facts else ""
    if len(columns) == 1:
        return [f"{fields[0]}{text}{tail}" for text in columns[0]]
    if len(columns) == 2:
        first, second = fields
        return [f"{first}{a},{second}{b}{tail}" for a, b in zip(*columns, strict=True)]
    pattern = ",".join(f"{field}%s" for field in fields) + tail.replace("%", "%%")
    return [pattern % texts for texts in zip(*columns, strict=True)]
