"""A shop that has written no policy is priced by the built-in one."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

DAY = 86_400_000
START = 1_700_006_400_000 // DAY * DAY


def test_days_pass_in_a_shop_without_a_policy(journal: Any, run: Callable[..., Any]) -> None:
    journal.product("a", START)
    for day in range(3):
        journal.order(START + day * DAY + 1, order=f"o{day}")
        journal.tick(START + (day + 1) * DAY)
    topics = {output.topic for output in run(journal).outputs}
    assert {"price-offers", "price-decisions"} & topics
    assert "demand-observations" in topics
