"""A comparison in the terminal and as `comparison.json`."""

from __future__ import annotations

from dataclasses import asdict
from math import isfinite
from pathlib import Path
from typing import Any

import msgspec
from rich.console import Console
from rich.table import Table

from online_models.studies.experiments.lift import Interval
from online_models.studies.experiments.off_policy import Judgement
from streams.replay.comparison import Comparison
from streams.replay.counterfactual import Counterfactual

FILE = "comparison.json"
#: What a run's expectation of its own prices rests on.
IMAGINED = (
    "Each run says what it expects of its own prices. The new one learnt from the prices that were"
    " shown or paid."
)
OWN = (
    "Each run says what it expects of its own prices. The new one takes the recorded sales to be"
    " made at them, but where the recording says what the shop showed."
)
#: Differences shown; all of them are in the file.
SHOWN = 10


def show(console: Console, found: Comparison, *, imagined: bool) -> None:
    """Print the comparison; `imagined`: the new prices stand beside those that were shown or paid,
    from which the models learnt.
    """
    if found.identical:
        console.print("Compared: the price changes are identical, byte for byte.")
        if found.compacted:
            console.print(
                f"Of {found.compacted:,} older ones nothing is left to compare: the topic keeps "
                "the newest of each offer (compaction)."
            )
        return
    if not found.decided:
        console.print(
            "Compared: the price changes differ. That is all that can be said: the recording that "
            "was given with --compare holds no price-decisions."
        )
        return
    prices = found.price_differences
    console.print(
        f"Compared: {found.same:,} offers end at the same price, {len(found.different):,} at "
        f"another, {found.missing:,} are in one run only."
    )
    largest = "" if prices.largest_of is None else f" ({' on '.join(prices.largest_of)})"
    console.print(
        f"The prices in force differ after {prices.apart:,} of {prices.decisions:,} decisions, for "
        f"{prices.offers_apart:,} of {prices.offers:,} offers: {prices.higher:,} higher, "
        f"{prices.lower:,} lower, {prices.mean:+.1%} on average, {prices.largest:+.1%} at most"
        f"{largest}."
    )
    if found.expected:
        console.print(_expected(found, imagined=imagined))
    if found.estimate is None:
        console.print(f"No estimate from sales: {found.why}.")
    else:
        _show_estimate(console, found.estimate)
    if found.different:
        console.print(_largest(found))


def write(found: Comparison, folder: Path) -> None:
    """Write all of it."""
    apart = asdict(found.price_differences) | {"apart": found.price_differences.apart}
    document = {
        "identical": found.identical,
        "compacted": found.compacted,
        "offers": {"same": found.same, "missing": found.missing} if found.decided else None,
        "prices": apart if found.decided else None,
        "expected": found.expected,
        "was_expected": found.was_expected,
        "estimate": None if found.estimate is None else _plain(asdict(found.estimate)),
        "why": found.why,
        "different": [
            {"sku": sku, "channel": channel, "price": new.price, "was": old.price}
            for (sku, channel), new, old in found.different
        ],
    }
    text = msgspec.json.format(msgspec.json.encode(document), indent=1)
    (folder / FILE).write_bytes(text + b"\n")


def _plain(value: Any) -> Any:
    """The same without numbers that JSON does not have."""
    if isinstance(value, dict):
        return {key: _plain(each) for key, each in value.items()}
    return value if not isinstance(value, float) or isfinite(value) else None


def _expected(found: Comparison, *, imagined: bool) -> Table:
    table = Table(
        title="Expected by each run over its policies' horizons, at the last prices",
        caption=IMAGINED if imagined else OWN,
    )
    for column in ("", "units", "revenue", "profit"):
        table.add_column(column, justify="right" if column else "left")
    for currency, new in found.expected.items():
        old = found.was_expected[currency]
        for name, each in ((currency, new), ("was", old)):
            table.add_row(name, f"{each.units:,.1f}", f"{each.revenue:,}", f"{each.profit:,}")
        pairs = [(getattr(new, n), getattr(old, n)) for n in ("units", "revenue", "profit")]
        changes = [f"{float(a) / float(b) - 1.0:+.1%}" if b else "" for a, b in pairs]
        table.add_row("change", *changes, end_section=True)
    return table


def _show_estimate(console: Console, found: Counterfactual) -> None:
    estimated = {c: j for c, j in found.judgements.items() if j.estimate is not None}
    if estimated:
        console.print(_estimates(estimated))
    for currency, judged in found.judgements.items():
        about = (
            f"{judged.decisions:,} windows of {judged.clusters:,} products were sold at drawn "
            f"prices ({currency})"
        )
        if judged.estimate is None:
            console.print(f"No estimate from sales: {about}; {judged.why}.")
        else:
            console.print(
                f"{about}; {judged.matches:,} drew the new price, which count for "
                f"{judged.estimate.effective_decisions:,.0f}. About "
                f"{min(judged.coverage.mean, 1.0):.0%} of the new prices could have been drawn."
            )
    if not found.judgements:
        console.print("No estimate from sales: no window was sold at a drawn price to be judged.")
    left = {
        "the new policies draw prices at random themselves (replay them without "
        "`explore`)": found.drawing,
        "the old price was certain and is another": found.apart,
        "the old price was certain and is the same": found.alike,
        "the price changed meanwhile, or is not known": found.mixed,
    }
    said = "; ".join(f"{number:,}: {what}" for what, number in left.items() if number)
    if said:
        console.print(f"Windows left out: {said}.")


def _estimates(estimated: dict[str, Judgement]) -> Table:
    table = Table(title="Profit per offer and window, from the sales at drawn prices (95 %)")
    for column in ("", "estimated", "was", "gain"):
        table.add_column(column, justify="right" if column else "left")
    for currency, judged in estimated.items():
        found = judged.estimate
        if found is not None:
            was = found.value.mean - found.gain.mean
            table.add_row(
                currency, _interval(found.value), f"{was:,.4g}", _interval(found.gain, "+")
            )
    return table


def _interval(value: Interval, sign: str = "") -> str:
    numbers = (format(v, f"{sign},.4g") for v in (value.mean, value.lower, value.upper))
    return "{} ({} … {})".format(*numbers)


def _largest(found: Comparison) -> Table:
    table = Table(title="Largest differences of the last price")
    for column in ("sku", "channel", "price", "was", "changes", "were"):
        table.add_column(column, justify="left" if column in ("sku", "channel") else "right")
    for (sku, channel), new, before in found.different[:SHOWN]:
        counts = str(new.changes), str(before.changes)
        table.add_row(sku, channel, new.price, before.price, *counts)
    return table
