"""Many Avro values of one schema at once, as JSON, without a Python object for each field.

A loop in machine code runs the steps of the schema over all values. It reads no byte behind the end
of a value, and leaves what it cannot read, or not write exactly, to whoever reads one by one. So
what a value says, or what is wrong with it, never depends on its neighbours.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from online_models.numerics.compiled import compiled
from streams.formats.avro_program import (
    BOOLEAN,
    CHOICE,
    DOUBLE,
    JUMP,
    LONG,
    NEXT,
    OPEN,
    STRING,
    WRITE,
    Program,
)

#: Values → the JSON of each, None for one that has to be read alone.
ReadBatch = Callable[[Sequence[bytes]], list[bytes | None]]
Bytes = NDArray[np.uint8]
Integers = NDArray[np.int64]

#: Bytes of JSON for one of Avro: room that is made at first, and each time that it is too little.
GROWTH = 8
#: Bytes of JSON that are held at once; values that have more are read one by one.
MOST_BYTES = 1 << 26

_NO_ROOM = -1
_UNREAD = -2
#: The most that a step writes beside a text.
_WIDEST = 48
_SMALLEST = -(2**63)
_ALL_BUT_SIGN = 2**63 - 1
#: Up to it a double holds every whole number.
_EXACT = 2.0**53
#: Ten to the power of the index, exactly.
_TENS = tuple(float(10**k) for k in range(18))
_QUOTE, _BACKSLASH, _COMMA, _DOT, _MINUS, _ZERO, _LETTER, _U = map(ord, '"\\,.-0au')
_OPENING, _CLOSING = map(ord, "[]")


def batch_reader(program: Program, head: int) -> ReadBatch:
    """Reads values behind `head` bytes each; the first that is ever made compiles the loop."""
    steps, text, depth = program

    def read(values: Sequence[bytes]) -> list[bytes | None]:
        source = np.frombuffer(b"".join(values), dtype=np.uint8)
        ends = np.cumsum(np.fromiter(map(len, values), np.int64, len(values)))
        written = np.zeros(len(values) + 1, np.int64)
        room = len(source) + len(text) + _WIDEST
        while (room := room * GROWTH) <= MOST_BYTES:
            target = np.empty(room, np.uint8)
            if _transcribe(source, ends, head, steps, text, depth, target, written):
                return _pieces(target[: written[-1]].tobytes(), written.tolist())
        return [None] * len(values)

    read([b""])
    return read


def _pieces(whole: bytes, ends: list[int]) -> list[bytes | None]:
    found = [whole[start:end] or None for start, end in pairwise(ends)]
    # JSON ends with ASCII: no character reaches from one value into the next
    return found if whole.isascii() else [each if _is_text(each) else None for each in found]


def _is_text(value: bytes | None) -> bool:
    try:
        return value is not None and value.decode() is not None
    except UnicodeDecodeError:
        return False


@compiled
def _transcribe(
    source: Bytes,
    ends: Integers,
    head: int,
    steps: Integers,
    text: Bytes,
    depth: int,
    target: Bytes,
    written: Integers,
) -> bool:
    """Write the JSON of all values; whether there was room. That of value i lies between i and
    i + 1 of `written`: nothing does where it is to be read alone.
    """
    counts = np.empty(depth + 1, np.int64)
    eight = np.empty(8, np.uint8)
    start, to = 0, 0
    for i in range(len(ends)):
        reached = _value(source, start + head, ends[i], steps, text, counts, eight, target, to)
        if reached == _NO_ROOM:
            return False
        if reached != _UNREAD:
            to = reached
        start = ends[i]
        written[i + 1] = to
    return True


@compiled
def _value(
    source: Bytes,
    at: int,
    end: int,
    steps: Integers,
    text: Bytes,
    counts: Integers,
    eight: Bytes,
    target: Bytes,
    to: int,
) -> int:
    """Write the JSON of one value; where it ends, or why there is none. `counts` are the items left
    of each list that is open, `eight` the bytes of a double.
    """
    step, lists = 0, 0
    while True:
        kind, first, second = steps[step, 0], steps[step, 1], steps[step, 2]
        step += 1
        if to + _WIDEST > len(target):
            return _NO_ROOM
        if kind == WRITE:
            if to + second > len(target):
                return _NO_ROOM
            for i in range(first, first + second):
                target[to] = text[i]
                to += 1
        elif kind == JUMP:
            step = first
        elif kind == CHOICE:
            branch, at = _long(source, at, end)
            if at < 0 or branch < 0 or branch >= first:
                return _UNREAD
            step += branch
        elif kind == STRING:
            length, at = _long(source, at, end)
            if at < 0 or length < 0 or length > end - at:
                return _UNREAD
            if to + 6 * length + _WIDEST > len(target):
                return _NO_ROOM
            to = _string(source, at, at + length, target, to)
            at += length
        elif kind == LONG:
            number, at = _long(source, at, end)
            if at < 0 or number == _SMALLEST:
                return _UNREAD
            to = _whole(number, target, to)
        elif kind == BOOLEAN:
            if at >= end or source[at] > 1:
                return _UNREAD
            step += source[at]
            at += 1
        elif kind == DOUBLE:
            if end - at < 8:
                return _UNREAD
            for i in range(8):
                eight[i] = source[at + i]
            at += 8
            to = _double(eight.view(np.float64)[0], eight[7] > 127, target, to)
            if to < 0:
                return _UNREAD
        elif kind == OPEN:
            target[to] = _OPENING
            to += 1
            counts[lists], at = _count(source, at, end)
            lists += 1
            if at < 0:
                return _UNREAD
            if counts[lists - 1] == 0:
                lists -= 1
                step = first
                target[to] = _CLOSING
                to += 1
        elif kind == NEXT:
            counts[lists - 1] -= 1
            if counts[lists - 1] == 0:
                counts[lists - 1], at = _count(source, at, end)
                if at < 0:
                    return _UNREAD
            if counts[lists - 1] == 0:
                lists -= 1
                target[to] = _CLOSING
            else:
                step = first
                target[to] = _COMMA
            to += 1
        else:
            return to if at == end else _UNREAD


@compiled
def _long(source: Bytes, at: int, end: int) -> tuple[int, int]:
    """A number of variable length, and where it ends: −1 where it does not."""
    number, shift = np.int64(0), 0
    while at < end and shift <= 63:
        part = np.int64(source[at])
        at += 1
        if shift == 63:
            if part > 1:
                break
            number += part * _SMALLEST
        else:
            number |= (part & 127) << shift
        if part < 128:
            return int(((number >> 1) & _ALL_BUT_SIGN) ^ -(number & 1)), at
        shift += 7
    return 0, -1


@compiled
def _count(source: Bytes, at: int, end: int) -> tuple[int, int]:
    """How many items follow in a list, and where they begin."""
    count, at = _long(source, at, end)
    if at < 0 or count == _SMALLEST:
        return 0, -1
    if count < 0:
        count = -count
        _, at = _long(source, at, end)  # their bytes
    return count, at


@compiled
def _string(source: Bytes, at: int, end: int, target: Bytes, to: int) -> int:
    target[to] = _QUOTE
    to += 1
    for i in range(at, end):
        byte = source[i]
        if byte in (_QUOTE, _BACKSLASH):
            target[to] = _BACKSLASH
            to += 1
        elif byte < 32:
            target[to] = _BACKSLASH
            target[to + 1] = _U
            target[to + 2] = _ZERO
            target[to + 3] = _ZERO
            target[to + 4] = _ZERO + (byte >> 4)
            to += 5
            byte &= 15
            byte += _ZERO if byte < 10 else _LETTER - 10
        target[to] = byte
        to += 1
    target[to] = _QUOTE
    return to + 1


@compiled
def _whole(number: int, target: Bytes, to: int) -> int:
    if number < 0:
        target[to] = _MINUS
        to += 1
        number = -number
    digits, rest = 1, number // 10
    while rest > 0:
        digits += 1
        rest //= 10
    return _digits(number, digits, target, to)


@compiled
def _digits(number: int, digits: int, target: Bytes, to: int) -> int:
    for i in range(to + digits - 1, to - 1, -1):
        target[i] = _ZERO + number % 10
        number //= 10
    return to + digits


@compiled
def _double(number: float, negative: bool, target: Bytes, to: int) -> int:
    """The shortest decimal whose nearest double is the number; what needs more than `_EXACT` units
    of its last digit is unread.
    """
    if negative:
        target[to] = _MINUS
        to += 1
        number = -number
    for decimals in range(len(_TENS)):
        ten = _TENS[decimals]
        if not number * ten < _EXACT:
            break
        units = np.rint(number * ten)
        if units / ten == number:
            to = _whole(int(units) // int(ten), target, to)
            target[to] = _DOT
            return _digits(int(units) % int(ten), max(decimals, 1), target, to + 1)
    return _UNREAD
