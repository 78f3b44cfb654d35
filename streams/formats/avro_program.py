"""An Avro schema as a list of steps that turn its values into JSON.

The steps name what comes next in a value's bytes, and what to write for it. A schema is translated
once; `avro_batches` then runs its steps over thousands of values.

What has no form of its own in JSON, or has to be looked at in Python, is left out: decimals, dates,
bytes, maps, JSON as text. Values of a schema that has such a thing are read one by one.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from functools import partial
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

#: A step, and what its two arguments are.
WRITE = 0  # where a text begins, and its length
STRING = 1
LONG = 2
DOUBLE = 3
CHOICE = 4  # the number of branches: as many steps follow, which say where each begins
BOOLEAN = 5  # likewise, of two branches; what is chosen is a byte
JUMP = 6  # the step to go on with
OPEN = 7  # the step behind the list
NEXT = 8  # the first step of the list's items
END = 9

#: A schema with more is none that people write: what is named is spelled out wherever it is named.
MOST_STEPS = 20_000

_PLAIN = {"string": STRING, "int": LONG, "long": LONG, "double": DOUBLE}


class Program(NamedTuple):
    """`steps`: shape (steps, 3). `text`: UTF-8 of all that they write. `depth`: lists in lists."""

    steps: NDArray[np.int64]
    text: NDArray[np.uint8]
    depth: int


class UntranslatableError(Exception):
    """Values of this schema have to be read one by one; the message says what stands against it."""


def translated(schema: Any, named: dict[str, Any]) -> Program:
    """The program of a schema as fastavro has parsed it, `named` being all that it may refer to;
    UntranslatableError.
    """
    translation = _Translation(named)
    try:
        translation.value(schema)
    except RecursionError:
        raise UntranslatableError("it is too deep") from None
    translation.step(END)
    steps = np.array(translation.steps, dtype=np.int64)
    text = np.frombuffer(bytes(translation.text), dtype=np.uint8)
    return Program(steps, text, translation.deepest)


class _Translation:
    def __init__(self, named: dict[str, Any]) -> None:
        self.steps: list[tuple[int, int, int]] = []
        self.text = bytearray()
        self.deepest = 0
        self._named = named
        self._within: list[str] = []
        self._depth = 0

    def step(self, step: int, first: int = 0, second: int = 0) -> int:
        """Append a step; its place."""
        if len(self.steps) >= MOST_STEPS:
            raise UntranslatableError("it is too long")
        self.steps.append((step, first, second))
        return len(self.steps) - 1

    def value(self, schema: Any) -> None:
        """Append the steps of a value."""
        if isinstance(schema, list):
            self._choice(CHOICE, [partial(self.value, branch) for branch in schema])
        elif isinstance(schema, str):
            self._named_value(schema)
        elif "logicalType" in schema:
            raise UntranslatableError(str(schema["logicalType"]))
        elif schema["type"] == "record":
            self._record(schema)
        elif schema["type"] == "array":
            self._list(schema["items"])
        elif schema["type"] == "enum":
            names = map(json.dumps, schema["symbols"])
            self._choice(CHOICE, [partial(self._write, name) for name in names])
        else:
            self.value(schema["type"])

    def _named_value(self, name: str) -> None:
        if name == "null":
            self._write("null")
        elif name == "boolean":
            self._choice(BOOLEAN, [partial(self._write, word) for word in ("false", "true")])
        elif name in _PLAIN:
            self.step(_PLAIN[name])
        elif name in self._named:
            self.value(self._named[name])
        else:
            raise UntranslatableError(name)

    def _record(self, schema: Any) -> None:
        name, fields = schema["name"], schema["fields"]
        if name in self._within:
            raise UntranslatableError("it contains itself")
        self._within.append(name)
        self._write("{")
        for i, field in enumerate(fields):
            self._write(f"{',' if i else ''}{json.dumps(field['name'])}:")
            self.value(field["type"])
        self._write("}")
        self._within.pop()

    def _choice(self, kind: int, branches: list[Callable[[], None]]) -> None:
        self.step(kind, len(branches))
        starts = [self.step(JUMP) for _ in branches]
        ends = []
        for start, branch in zip(starts, branches, strict=True):
            self.steps[start] = (JUMP, len(self.steps), 0)
            branch()
            ends.append(self.step(JUMP))
        for end in ends:
            self.steps[end] = (JUMP, len(self.steps), 0)

    def _list(self, items: Any) -> None:
        opened = self.step(OPEN)
        self._depth += 1
        self.deepest = max(self.deepest, self._depth)
        self.value(items)
        self._depth -= 1
        self.step(NEXT, opened + 1)
        self.steps[opened] = (OPEN, len(self.steps), 0)

    def _write(self, text: str) -> None:
        """Append a text, to the one before where nothing jumps between them: what jumps lands
        behind a jump, or at the beginning or the end of a list.
        """
        written = text.encode()
        if self.steps and self.steps[-1][0] == WRITE:
            _, begin, length = self.steps.pop()
            self.steps.append((WRITE, begin, length + len(written)))
        else:
            self.step(WRITE, len(self.text), len(written))
        self.text += written
