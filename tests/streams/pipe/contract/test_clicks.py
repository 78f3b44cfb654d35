"""Who clicks, and who only seems to."""

from __future__ import annotations

from typing import Any

import pytest

DAY = 86_400_000
HOUR = 3_600_000


@pytest.mark.parametrize("who", ["session_id", "customer_id"])
def test_clicks_of_one_session_or_customer_beyond_what_people_do_are_no_traffic(
    shop: Any, who: str
) -> None:
    shop.product()
    begun = shop.now
    for i in range(200):
        name = "bot" if i % 2 else f"guest-{i}"
        click = {"sku": "a", "action": "view", "time": begun + 10 * i, who: name}
        shop.send("clickstream", click)
    shop.tick(HOUR)
    (told,) = shop.alerts("click_hammering")
    assert (told["sku"], told["details"]["records"]) == ("a", 40)
    shop.tick(3 * DAY)
    first = shop.topic("demand-observations")[0]
    assert (first["views"], first["features"]["bot_views"]) == (200, 40)
