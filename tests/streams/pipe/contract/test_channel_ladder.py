"""Rules between channels hold at every instant, whoever moves first."""

from __future__ import annotations

import json
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

HOUR = 3_600_000
DAY = 24 * HOUR
MATCH = {"kind": "match_competitor", "which": "lowest"}
CHANNELS = {"web": {}, "market": {"price": "11.00"}, "outlet": {"price": "7.00"}}
LADDER = [
    {"channel": "market", "of": "web", "lowest": "100%"},
    {"channel": "outlet", "of": "web", "highest": "80%", "lowest": "50%"},
]


def prices(shop: Any, now: dict[str, Decimal], start: int) -> list[dict[str, Decimal]]:
    """The prices in force after each change since `start`, one record at a time."""
    found = []
    for change in shop.changes[start:]:
        now[change["channel"]] = Decimal(change["price"])
        found.append(dict(now))
    return found


def holds(now: dict[str, Decimal]) -> bool:
    return now["market"] >= now["web"] and (
        now["web"] / 2 <= now["outlet"] <= now["web"] * Decimal("0.8")
    )


MOVES = st.lists(
    st.one_of(
        st.tuples(
            st.just("competitor"), st.sampled_from(["web", "market", "outlet"]), st.integers(4, 20)
        ),
        st.tuples(st.just("tick"), st.just(""), st.integers(1, 30)),
    ),
    min_size=1,
    max_size=12,
)


@settings(max_examples=30, deadline=None)
@given(moves=MOVES, step=st.sampled_from([None, "10%"]))
def test_no_order_of_moves_breaks_a_ladder(
    new_shop: Any, moves: list[tuple[str, str, int]], step: str | None
) -> None:
    rails = {"channel_ladder": LADDER, "max_step_up": step, "max_step_down": step}
    shop = new_shop({"policy_id": "p", "strategy": [MATCH, {"kind": "keep"}], "guardrails": rails})
    shop.product(channels=CHANNELS)
    now = {"web": Decimal("10.00"), "market": Decimal("11.00"), "outlet": Decimal("7.00")}
    for kind, channel, number in moves:
        start = len(shop.changes)
        if kind == "tick":
            shop.tick(number * HOUR)
        else:
            shop.competitor(f"{number}.00", channel=channel)
        after = prices(shop, now, start)
        assert not after or holds(after[-1]), json.dumps(shop.changes[start:])


def test_a_channel_makes_room_for_the_one_that_presses(new_shop: Any) -> None:
    rails = {"channel_ladder": LADDER[:1], "max_step_up": "5%"}
    shop = new_shop({"policy_id": "p", "strategy": [MATCH, {"kind": "keep"}], "guardrails": rails})
    shop.product(channels={"web": {}, "market": {}})
    for _ in range(12):
        shop.competitor("13.00", channel="web")
        shop.tick(DAY)
    web, market = (Decimal(shop.prices(channel=name)[-1]) for name in ("web", "market"))
    assert web == Decimal("13.00")
    assert market >= web


def test_the_ladder_is_explained_and_recomputed(new_shop: Any) -> None:
    rails = {"channel_ladder": LADDER[:1]}
    shop = new_shop({"policy_id": "p", "strategy": [MATCH, {"kind": "keep"}], "guardrails": rails})
    shop.product(channels={"web": {}, "market": {}})
    shop.competitor("8.00", channel="market")
    decision = [d for d in shop.decisions if d["channel"] == "market"][-1]
    (step,) = [s for s in decision["explanation"] if s["rule"] == "channel_ladder"]
    assert (step["input"], step["output"]) == ("8.00", "10.00")
    assert step["detail"]["minimum"] == "10.00"
    assert step["detail"]["rules"][0]["of"] == "web"


def test_what_comes_back_is_paid_for_by_what_is_kept(new_shop: Any) -> None:
    shop = new_shop(
        {
            "policy_id": "p",
            "strategy": [MATCH, {"kind": "keep"}],
            "guardrails": {"minimum_margin": "20%"},
        }
    )
    returns = {"rate": "20%", "cost": "2.00"}
    shop.product(channels={"web": {}, "market": {"returns": returns}})
    for channel in ("web", "market"):
        shop.competitor("3.00", channel=channel)
    # 4.00 / (1 − 20 %), and (4.00 + 2.00 × 0.2 / 0.8) / (1 − 20 %)
    assert shop.prices(channel="web")[-1] == "5.00"
    assert shop.prices(channel="market")[-1] == "5.63"


@pytest.mark.parametrize(
    "rule",
    [
        {"channel": "a", "of": "web"},
        {"channel": "web", "of": "web", "lowest": "100%"},
        {"channel": "a", "of": "web", "lowest": "100%", "highest": "90%"},
    ],
)
def test_a_rule_that_leaves_no_price_is_refused(new_shop: Any, rule: dict[str, Any]) -> None:
    shop = new_shop()
    shop.policy(guardrails={"channel_ladder": [rule]})
    assert [out for out in shop.said if out["topic"] == "dead-letters"]
