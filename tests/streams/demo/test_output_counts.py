from __future__ import annotations

from typing import Any

import msgspec
from rich.console import Console

from streams.demo.closed_loop import LoopProgress
from streams.demo.data.days import Days
from streams.demo.data.tafeng import OrderLines
from streams.demo.latency import Latency
from streams.demo.output_counts import OutputCounts
from streams.demo.report import price_in_words, report


def decision(price: str, previous: str | None, reason: str, sku: str = "a", **more: Any) -> bytes:
    record = {
        "sku": sku,
        "channel": "web",
        "outcome": "held" if price == previous else "changed",
        "reason": reason,
        "price": price,
        "previous_price": previous,
        "explanation": [
            {"rule": "keep", "input": None, "output": "13.37", "detail": {}},
            {"rule": "cooldown", "input": "13.37", "output": "13.37", "detail": {"held": None}},
            {
                "rule": "price_endings",
                "input": "13.37",
                "output": price,
                "detail": {"endings": [".00", ".50"], "lowest": "9.00", "highest": None},
            },
        ],
    }
    return msgspec.json.encode(record | more)


def counted(*records: bytes) -> OutputCounts:
    tally = OutputCounts()
    for record in records:
        tally.take("price-decisions", record, ())
    return tally


def test_changes_and_holds_are_counted_by_their_reasons() -> None:
    tally = counted(
        decision("11.00", "10.00", "optimise"),
        decision("11.00", "11.00", "cooldown"),
        decision("11.00", "11.00", "cooldown"),
        decision("20.00", "21.00", "match_competitor", sku="b"),
    )
    assert tally.changes == {"optimise": 1, "match_competitor": 1}
    assert tally.holds == {"cooldown": 2}
    assert tally.offers == {("a", "web"), ("b", "web")}


def test_a_move_goes_from_the_first_price_to_the_last_with_the_last_reason() -> None:
    tally = counted(
        decision("11.00", "10.00", "optimise"),
        decision("12.00", "11.00", "optimise"),
        decision("12.00", "12.00", "cooldown"),
        decision("9.00", "10.00", "optimise", sku="b"),
    )
    (sku, move), (other, _) = tally.largest(5)
    assert (sku, other) == ("a", "b")
    assert (move.first, move.last, move.number) == ("10.00", "12.00", 2)
    assert msgspec.json.decode(move.decision)["price"] == "12.00"


def test_changes_add_up_to_what_they_are_expected_to_earn_against_keeping_prices() -> None:
    def profits(new: str, kept: str) -> dict[str, Any]:
        return {"expected": {"profit": new}, "expected_kept": {"profit": kept}}

    tally = counted(
        decision("11.00", "10.00", "optimise", **profits("130.00", "100.00")),
        decision("11.00", "11.00", "cooldown", **profits("140.00", "140.00")),
        decision("12.00", "11.00", "optimise", **profits("145.00", "140.00")),
        decision("9.00", "10.00", "match_competitor", sku="b", **profits("45.00", "50.00")),
        decision("8.00", "9.00", "match_competitor", sku="c"),
    )
    assert (tally.gain, tally.following, tally.kept_profit) == (30.0, -5.0, 150.0)


def test_a_proposal_is_neither_a_change_nor_a_move() -> None:
    tally = counted(decision("11.00", "10.00", "approval_required", outcome="proposed"))
    assert tally.outcomes == {"proposed": 1}
    assert not tally.changes
    assert not tally.moves


def test_alerts_and_dead_letters_are_counted_by_kind_and_error() -> None:
    tally = OutputCounts()
    tally.take("pricing-alerts", b'{"kind":"bounds_conflict","message":"no legal price"}', ())
    tally.take("dead-letters", None, [("error", b"not JSON"), ("source-topic", b"orders")])
    tally.take("dead-letters", b"\xff", [("error", b"not JSON")])
    assert tally.alerts == {"bounds_conflict": 1}
    assert tally.dead == {"not JSON": 2}


def test_an_explanation_names_what_asks_and_what_binds_and_skips_the_rest() -> None:
    text = price_in_words(decision("13.50", "12.00", "optimise"))
    assert text == (
        "The price that held before any other strategy moved it is kept: 13.37. "
        "Prices end in .00 or .50; 13.37 becomes 13.50."
    )


def test_the_summary_has_the_numbers_and_says_what_is_made_up(sales: OrderLines) -> None:
    tally = counted(
        decision("12.00", "10.00", "optimise"),
        decision("12.00", "12.00", "max_changes_per_day"),
    )
    for _ in range(2):
        tally.take("pricing-alerts", b'{"kind":"selling_below_cost","sku":"a"}', ())
    stage = LoopProgress(
        events=1234, applied=1, flat_out=(1000, 2.0), latency=Latency(17, 23.4, 56.7, 5)
    )
    console = Console(width=100)
    with console.capture() as captured:
        console.print(report(Days.of(sales, None, None), stage, tally))
    text = " ".join(captured.get().split())
    for part in (
        "3, from 2000-11-01 to 2000-11-03",
        "1,234: 8 real order lines in 5 orders",
        "500 events/s: 1,000 in 2 s",
        "2: 1 changes, 1 holds",
        "1 changes applied and acknowledged",
        "p50 23 ms, p99 57 ms",
        "(17 prices at an even pace at the end, 5 of them with a change)",
        "1 enough changes for one day",
        "10.00 → 12.00 (1 step)",
        "+20 %",
        "2 sold below cost (1 item)",
        "Made up from them, and labelled `synthetic`",
    ):
        assert part in text
