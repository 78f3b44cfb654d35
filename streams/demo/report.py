"""What the demo did, in the merchant's words."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sized
from types import MappingProxyType

from rich.box import SIMPLE_HEAD
from rich.console import Group, RenderableType
from rich.table import Table
from rich.text import Text

from schemas.values.instants import DAY
from schemas.values.instants import to_text as instant_text
from streams.demo.closed_loop import LoopProgress
from streams.demo.code_texts import ALERTS, REASONS, code_in_words, price_in_words
from streams.demo.data.days import Days
from streams.demo.output_counts import OutputCounts

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
