"""The same events give the same bytes, however they are batched, snapshotted or restarted."""

from __future__ import annotations

from typing import Any

import msgspec
import numpy as np
import pytest

from online_models.persistence.saved import restore, save
from online_models.pricing.decide import decide
from online_models.pricing.pricing import Pricing
from online_models.pricing.state.causes import Causes

HOUR = 3_600_000
DAY = 24 * HOUR


def stocked(shop: Any) -> None:
    for i in range(12):
        shop.product(f"s{i}", cost=f"{3 + i % 5}.00", category=f"food/{i % 3}")
    shop.policy(
        "a",
        select={"categories": ["food/1"]},
        strategy=[
            {"kind": "match_competitor", "offset": "-0.01", "max_age": "PT6H"},
            {"kind": "keep"},
        ],
        guardrails={"max_step_down": "7%", "max_step_up": "5%", "cooldown": "PT2H"},
        approval={"required_above_step": "6%"},
    )
    shop.policy("b", select={"categories": ["food/2"]}, explore={"kind": "thompson"}, seed=4)


def events(shop: Any, start: int, end: int) -> None:
    rng = np.random.default_rng(9)
    for step in range(end):
        sku, price = f"s{int(rng.integers(12))}", f"{rng.uniform(6, 12):.2f}"
        if step < start:
            continue
        shop.tick(HOUR)
        shop.competitor(price, sku)
        if step == 10:
            shop.promotion(
                discount={"percent": "15%"},
                starts_at=shop.now + 2 * HOUR,
                ends_at=shop.now + DAY,
                select={"skus": ["s0", "s1"]},
            )
        if step == 20:
            shop.control(kind="set_price", sku="s2", price="9.00", until=shop.now + 9 * HOUR)
            shop.control(kind="pause", select={"skus": ["s3"]})
        proposals = [d for d in shop.decisions if d["outcome"] == "proposed"]
        if step % 7 == 0 and proposals:
            shop.control(kind="approve", decision_id=proposals[-1]["decision_id"])
        if step % 5 == 0 and shop.changes:
            shop.ack(shop.changes[-1], "rejected" if step % 2 else "applied")


def restarted(shop: Any) -> None:
    """Replace the pricer by one restored from a snapshot that went through plain bytes."""
    plain = _plain(save(shop.pricing))
    encoded = msgspec.msgpack.encode(plain)
    fresh = Pricing(shop.catalogue, shop.competitors, shop.stock, shop.demand, shop.settings)
    restore(fresh, _arrays(msgspec.msgpack.decode(encoded)))
    shop.pricing = fresh


def _plain(value: Any) -> Any:
    if isinstance(value, np.ndarray):
        return {"dtype": value.dtype.str, "shape": value.shape, "bytes": value.tobytes()}
    if isinstance(value, dict):
        return {key: _plain(item) for key, item in value.items()}
    return value


def _arrays(value: Any) -> Any:
    if isinstance(value, dict) and set(value) == {"dtype", "shape", "bytes"}:
        return np.frombuffer(value["bytes"], dtype=value["dtype"]).reshape(value["shape"]).copy()
    if isinstance(value, dict):
        return {key: _arrays(item) for key, item in value.items()}
    return value


def test_a_second_run_gives_the_same_bytes(new_shop: Any) -> None:
    one, other = new_shop(), new_shop()
    for shop in (one, other):
        stocked(shop)
        events(shop, 0, 60)
    assert one.published == other.published
    assert len(one.changes) > 30


@pytest.mark.parametrize("cut", [1, 15, 21, 40])
def test_a_restart_from_a_snapshot_changes_nothing(new_shop: Any, cut: int) -> None:
    whole, parts = new_shop(), new_shop()
    for shop in (whole, parts):
        stocked(shop)
    events(whole, 0, 60)
    events(parts, 0, cut)
    restarted(parts)
    events(parts, cut, 60)
    assert parts.published == whole.published


def test_decisions_do_not_depend_on_what_is_decided_together(new_shop: Any) -> None:
    together, apart = new_shop(), new_shop()
    for shop in (together, apart):
        stocked(shop)
        shop.published.clear()
    rows = np.arange(12)

    def causes(n: int) -> Causes:
        return Causes(["inventory"], np.zeros(n, int), np.zeros(n, int), np.full(n, 5))

    for day in range(1, 6):
        now = together.now + day * DAY
        joint = decide(together.pricing, rows, np.full(12, now), causes(12))
        single = [
            (row, output)
            for row in range(12)
            for _, output in decide(apart.pricing, np.array([row]), np.array([now]), causes(1))
        ]
        assert joint == single
    assert len(joint) >= 12


def test_decision_ids_count_published_decisions_per_offer(new_shop: Any) -> None:
    shop = new_shop()
    stocked(shop)
    events(shop, 0, 60)
    by_offer: dict[str, list[int]] = {}
    for decision in shop.decisions:
        prefix, _, number = decision["decision_id"].rpartition("-")
        assert len(prefix) == 24
        by_offer.setdefault(prefix, []).append(int(number))
    assert len(by_offer) == 12
    assert all(numbers == list(range(1, len(numbers) + 1)) for numbers in by_offer.values())


def test_revisions_rise_by_one_and_prices_link_up(new_shop: Any) -> None:
    shop = new_shop()
    stocked(shop)
    events(shop, 0, 60)
    for row in range(12):
        changes = [c for c in shop.changes if c["sku"] == f"s{row}"]
        assert [c["revision"] for c in changes] == list(range(1, len(changes) + 1))
