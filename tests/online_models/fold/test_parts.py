"""Of a shop of several partitions what all meet is said once, and else each says which it is."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

from online_models.fold.state import FoldSettings

DAY = 86_400_000
START = 1_700_006_400_000 // DAY * DAY


def alerts(new_fold: Callable[..., Any], journal: Any, partition: int) -> list[str]:
    fold = new_fold(FoldSettings(partitions=2).of_partition(partition))
    outputs = fold.step(journal.batch())
    return [json.loads(o.value)["message"] for o in outputs if o.topic == "pricing-alerts"]


def test_no_two_partitions_say_the_same(new_fold: Callable[..., Any], journal: Any) -> None:
    journal.control(START, kind="set_time", to=START, actor="a", reason="r")
    journal.policy("p", START, strategy=[{"kind": "keep"}])
    journal.product("a", START)
    journal.competitor(START, price=900)
    for day in range(4):
        journal.order(START + day * DAY + 1, order=f"o{day}")
        journal.tick(START + (day + 1) * DAY)
    first, second = (alerts(new_fold, journal, partition) for partition in range(2))
    assert len(first) == len(second) + 1
    assert not set(first) & set(second)
    assert all(text.endswith(" (partition 1)") for text in second)
