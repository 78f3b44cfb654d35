"""Whether outputs are those that an undisturbed run gives: none lost, none double, same bytes."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Collection, Iterable
from typing import NamedTuple

#: All partitions write these under keys of no offer, so that their order means nothing.
SHARED = ("pricing-alerts", "category-evidence", "basket-lines", "elasticities")
#: Outputs that are shown of many.
SHOWN = 3


class OutputRecord(NamedTuple):
    """An output record, without where it lies."""

    topic: str
    key: bytes | None
    value: bytes | None
    timestamp: int


class OutputDifference(NamedTuple):
    """How many outputs are missing, and how many are there too often; in words."""

    lost: int
    double: int
    words: list[str]


def compare(
    found: Collection[OutputRecord], expected: Collection[OutputRecord]
) -> OutputDifference:
    """Hold what was published against what should have been."""
    there, wanted = Counter(found), Counter(expected)
    lost, double = wanted - there, there - wanted
    words = [f"output lost: {output}" for output in sorted(lost, key=repr)[:SHOWN]]
    words += [f"output too many: {output}" for output in sorted(double, key=repr)[:SHOWN]]
    if there == wanted and _by_key(found) != _by_key(expected):
        words.append("outputs out of order")
    return OutputDifference(lost.total(), double.total(), words)


def _by_key(outputs: Iterable[OutputRecord]) -> dict[tuple[str, bytes | None], list[OutputRecord]]:
    """Outputs of a topic and key in their order."""
    found: dict[tuple[str, bytes | None], list[OutputRecord]] = defaultdict(list)
    for output in outputs:
        if output.topic not in SHARED:
            found[output.topic, output.key].append(output)
    return dict(found)
