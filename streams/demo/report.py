"""What the demo did, in the merchant's words."""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sized
from contextlib import contextmanager
from types import MappingProxyType
from typing import Any

import msgspec
from rich.box import SIMPLE_HEAD
from rich.console import Console, Group, RenderableType
from rich.table import Table
from rich.text import Text

from online_models.pricing.explanation.narrate import sentence
from schemas.values.instants import DAY
from schemas.values.instants import to_text as instant_text
from streams.demo.closed_loop import LoopProgress
from streams.demo.data.days import Days
from streams.demo.output_counts import OutputCounts
from streams.terminal.progress import progress

#: Reason of a decision → why the price changed, or stayed.
REASONS = {
    "optimise": "a better price by what demand has shown",
    "match_competitor": "a competitor's price",
    "no_change": "the price is right as it is",
    "keep": "no strategy asks for another price",
    "bounds_conflict": "bounds contradict each other: no price is allowed",
    "cooldown": "the last change was too recent",
    "max_changes_per_day": "enough changes for one day",
    "max_step_up": "as far up as one step may go",
    "max_step_down": "as far down as one step may go",
    "minimum_margin": "less would be below the margin",
    "reference_band": "as far as it may go from its first price",
    "price_endings": "rounded to an allowed ending, it is the price in force",
    "regular_price": "back to its regular price",
}

#: Kind of an alert → what it says.
ALERTS = {
    "bounds_conflict": "the margin asked for cannot be reached within the other bounds",
    "selling_below_cost": "sold below cost",
    "stale_competitors": "no competitor price is fresh enough to be followed",
    "price_feed_silent": "no competitor prices arrive any more",
    "ack_missing": "not acknowledged in time",
    "prices_not_applied": "the shop does not apply the prices",
    "anomalous_order": "an order far beyond the usual",
    "demand_drift": "demand no longer fits its forecasts, and is learnt anew",
    "model_degraded": "demand is not what the models expect",
    "stockout_ahead": "stock will run out",
    "late_event": "an event came after its day had closed",
}


def code_in_words(code: str, words: dict[str, str]) -> str:
    """What a code says; the code itself, spaced, where there are no words for it."""
    return words.get(code) or code.replace("_", " ")


def price_in_words(decision: bytes) -> str:
    """Where the price of a `price-decisions` record comes from: what asked, and what changed it."""
    steps: list[dict[str, Any]] = msgspec.json.decode(decision)["explanation"]
    return " ".join(sentence(step) for step in steps if step["input"] != step["output"])


#: Seconds between lines where the output is no terminal, and a bar would be noise.
PLAIN_SECONDS = 10.0


@contextmanager
def progress_bar(console: Console, days: Days) -> Iterator[Callable[[LoopProgress], None]]:
    """A bar over the days, with what has come in and out so far."""
    last_line = time.monotonic()

    def show_stage(stage: LoopProgress) -> None:
        nonlocal last_line
        since = stage.since_start(stage.events)
        if since is None:
            return
        events, seconds = since
        pace = f"{events / max(seconds, 1e-3):,.0f}/s"
        if stage.flat_out is not None:
            pace = "at an even pace, to measure latency"
        text = (
            f"{instant_text(stage.reached)[:10]}  {stage.events:,} events ({pace})  "
            f"{stage.applied:,} price changes"
        )
        show(min(max(stage.reached // DAY - days.first, 0), len(days)), text=text)
        if not console.is_terminal and time.monotonic() - last_line >= PLAIN_SECONDS:
            last_line = time.monotonic()
            console.print(text)

    with progress("the worker is starting; the first time takes a minute", len(days)) as show:
        show(0)
        yield show_stage


MOVES = 6
REASONS_SHOWN = 6


def report(days: Days, stage: LoopProgress, tally: OutputCounts) -> RenderableType:
    """The summary."""
    facts = Table.grid(padding=(0, 2))
    facts.add_column(style="bold", no_wrap=True)
    facts.add_column()
    for name, text in _facts(days, stage, tally):
        facts.add_row(name, text)
    return Group(
        Text("\nWhat happened", style="bold underline"),
        facts,
        _counts("Why prices changed", tally.changes, REASONS),
        _counts("Why prices stayed", tally.holds, REASONS),
        _moves(tally),
        *([_counts("Alerts", tally.alerts, ALERTS, tally.troubled)] if tally.alerts else []),
        *([_counts("Records that could not be used", tally.dead, {})] if tally.dead else []),
        Text(SYNTHETIC, style="italic"),
    )


SYNTHETIC = """\
Real: every order line, with its day, price and cost. Made up from them, and labelled `synthetic` \
in every record: clicks, the three competitors, the items' names; and the time of day of orders. \
Shoppers never saw these prices, so nothing here says what they would have earned.\
"""


def _facts(days: Days, stage: LoopProgress, tally: OutputCounts) -> Iterable[tuple[str, str]]:
    first, last = (instant_text(day * DAY)[:10] for day in (days.first, days.last))
    yield "Days", f"{len(days)}, from {first} to {last}"
    yield (
        "Events",
        f"{stage.events:,}: {len(days.sales):,} real order lines in {days.orders:,} orders; the "
        "rest is synthetic clicks and competitor prices",
    )
    if stage.flat_out is not None:
        events, seconds = stage.flat_out
        yield "Speed", f"{events / seconds:,.0f} events/s: {events:,} in {seconds:.0f} s"
    yield "Offers", f"{len(tally.offers):,} priced"
    changed, held = sum(tally.changes.values()), sum(tally.holds.values())
    decided = sum(tally.outcomes.values())
    yield "Decisions", f"{decided:,}: {changed:,} changes, {held:,} holds"
    yield "Shop", f"{stage.applied:,} changes applied and acknowledged"
    if tally.gain or tally.kept_profit:
        share = f" ({tally.gain / tally.kept_profit:+.1%})" if tally.kept_profit > 0 else ""
        yield (
            "Money",
            f"in 30 days the policy expects to earn {tally.gain:+,.0f} TWD{share} by its changes "
            f"against keeping prices, {tally.following:+,.0f} TWD of it by following competitors: "
            "its own models' forecast, not what anyone earned",
        )
    if stage.latency is None:
        yield "Latency", "no competitor's price came while it was measured"
    else:
        prices, p50, p99, moved = stage.latency
        yield (
            "Latency",
            f"p50 {p50:.0f} ms, p99 {p99:.0f} ms from a competitor's price to the decision about "
            f"it ({prices:,} prices at an even pace at the end, {moved:,} of them with a change)",
        )
    yield "Dead letters", f"{sum(tally.dead.values()):,}"


def _counts(
    title: str,
    counts: Counter[str],
    words: dict[str, str],
    troubled: Mapping[str, Sized] = MappingProxyType({}),
) -> Table:
    table = Table(
        title=title, box=SIMPLE_HEAD, title_justify="left", title_style="bold", show_header=False
    )
    table.add_column(justify="right")
    table.add_column()
    ranked = sorted(counts.items(), key=lambda pair: (-pair[1], pair[0]))
    for code, number in ranked[:REASONS_SHOWN]:
        items = len(troubled.get(code, ()))
        about = f" ({items:,} item{'s' if items > 1 else ''})" if items else ""
        table.add_row(f"{number:,}", code_in_words(code, words) + about)
    rest = sum(number for _, number in ranked[REASONS_SHOWN:])
    if rest:
        table.add_row(f"{rest:,}", "other")
    return table


def _moves(tally: OutputCounts) -> Table:
    table = Table(
        title="The largest moves", box=SIMPLE_HEAD, title_justify="left", title_style="bold"
    )
    table.add_column("item", no_wrap=True)
    table.add_column("price, TWD", no_wrap=True)
    table.add_column("", justify="right", no_wrap=True)
    table.add_column("its last step")
    for sku, move in tally.largest(MOVES):
        steps = "1 step" if move.number == 1 else f"{move.number} steps"
        table.add_row(
            sku,
            f"{move.first} → {move.last} ({steps})",
            f"{100 * move.share:+.0f} %",
            price_in_words(move.decision),
        )
    return table
