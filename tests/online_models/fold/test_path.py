"""A batch goes through the rooms in order: the fold hardly ever returns to one that it has left.

A visit begins with a call from one room (a folder of `online_models`) into another. Calls that only
read, themselves and in all that they call, are no visits, nor are loops: each pair of caller and
called counts once, where it first comes. `numerics` belongs to no room.
"""

from __future__ import annotations

import ast
import dis
import inspect
import sys
from functools import cache
from pathlib import Path
from textwrap import dedent
from types import CodeType
from typing import Any

import online_models
from online_models.fold.fold import Fold
from online_models.fold.state import FoldSettings
from online_models.journal.batch import Action, Batch, Status

HOUR = 3_600_000
DAY = 24 * HOUR
START = 1_700_006_400_000 // DAY * DAY
SKUS = "abcdefgh"
ROOT = Path(online_models.__file__).parent
WRITES = {"STORE_ATTR", "STORE_SUBSCR", "DELETE_SUBSCR"}
NEW_ARRAYS = ("np.full(", "np.empty(", "np.zeros(", "filled(")


def a_shop(journal: Any) -> Fold:
    """Nine days of eight products, some of which follow competitors."""
    follow = [{"kind": "match_competitor", "offset": "-0.01"}, {"kind": "optimise"}]
    journal.policy("p", START, version=1, strategy=follow, guardrails={"max_step_up": "5%"})
    for sku in SKUS:
        journal.product(sku, category="food/coffee" if sku < "e" else "food/tea")
    journal.tick(START)
    for day in range(9):
        at = START + day * DAY
        for i, sku in enumerate(SKUS):
            journal.order(at + HOUR, sku, 1 + (day + i) % 3, order=f"{sku}{day}")
            journal.click(at + HOUR, sku, 5)
            journal.competitor(at + 2 * HOUR, sku, 950 - 10 * ((day + i) % 4))
        journal.tick(at + DAY)
    fold = Fold(FoldSettings())
    fold.step(journal.batch())
    return fold


def a_busy_batch(journal: Any) -> Batch:
    """Some of all: a product, orders, a correction, clicks, prices, stock, an answer, a tick."""
    at = START + 9 * DAY
    journal.product("a", at, price="10.50")
    journal.order(at + HOUR, "a", 2, order="x1")
    journal.order(at + HOUR, "b", 1, order="x2")
    journal.order(at + HOUR, "a", 2, order="x1", status=Status.CANCELLED)
    journal.click(at + HOUR, "c", 3)
    journal.click(at + HOUR, "b", 1, Action.CART)
    journal.competitor(at + 2 * HOUR, "a", 900)
    journal.competitor(at + 2 * HOUR, "b", 910)
    journal.competitor(at + 2 * HOUR, "c", 890, "y")
    journal.stock(at + 3 * HOUR, "d", 40)
    journal.ack(at + 3 * HOUR, "e", 1, "9.90")
    journal.order(at + 4 * HOUR, "d", 1, order="x3")
    journal.tick(at + 2 * DAY)
    batch: Batch = journal.batch()
    return batch


class Call:
    """A call of a function, and the calls that it makes."""

    def __init__(self, code: CodeType | None) -> None:
        self.code, self.calls = code, list[Call]()
        self.room = None if code is None else room(code)

    @property
    def reads(self) -> bool:
        own = self.room is None or self.code is None or not writes(self.code)
        return own and all(call.reads for call in self.calls)


@cache
def room(code: CodeType) -> str | None:
    inner = code.co_name.startswith("<")  # a comprehension belongs to its function
    path = Path(code.co_filename)
    if inner or not path.is_relative_to(ROOT) or path.parent == ROOT:
        return None
    name = path.relative_to(ROOT).parts[0]
    return None if name == "numerics" else name


@cache
def writes(code: CodeType) -> bool:
    """Whether a function writes into what it did not make itself: a compiled rule fills the array
    that it returns.
    """
    if not any(instruction.opname in WRITES for instruction in dis.get_instructions(code)):
        return False
    tree = ast.parse(dedent(inspect.getsource(code)))
    made = {
        target.id
        for node in ast.walk(tree)
        if isinstance(node, ast.Assign) and ast.unparse(node.value).startswith(NEW_ARRAYS)
        for target in node.targets
        if isinstance(target, ast.Name)
    }
    for node in ast.walk(tree):
        if isinstance(node, ast.Attribute | ast.Subscript) and not isinstance(node.ctx, ast.Load):
            into = node.value
            if isinstance(node, ast.Attribute) or not isinstance(into, ast.Name):
                return True
            if into.id not in made:
                return True
    return False


def calls_of(fold: Fold, batch: Batch) -> Call:
    stack = [Call(None)]

    def profile(frame: Any, event: str, _: Any) -> None:
        if event == "call":
            stack[-1].calls.append(Call(frame.f_code))
            stack.append(stack[-1].calls[-1])
        elif event == "return" and len(stack) > 1:
            stack.pop()

    sys.setprofile(profile)
    try:
        fold.step(batch)
    finally:
        sys.setprofile(None)
    return stack[0]


def visits(call: Call, caller: Call | None, met: set[tuple[Any, Any]]) -> list[str]:
    found = []
    for inner in call.calls:
        if inner.room is None:
            found += visits(inner, caller, met)
            continue
        if caller is not None and inner.room != caller.room and not inner.reads:
            pair = caller.code, inner.code
            if pair not in met:
                met.add(pair)
                found.append(inner.room)
        found += visits(inner, inner, met)
    return found


def test_a_busy_batch_returns_to_hardly_any_room_that_it_has_left(new_journal: Any) -> None:
    journal = new_journal()
    fold = a_shop(journal)
    later = new_journal()
    later.offsets = journal.offsets
    found = visits(calls_of(fold, a_busy_batch(later)), None, set())
    path = [here for here, before in zip(found, [None, *found], strict=False) if here != before]
    assert set(path) == {"journal", "shop", "demand", "pricing", "windows", "recommendations"}
    assert len(path) - len(set(path)) <= 7, " → ".join(path)
