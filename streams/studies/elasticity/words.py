"""What a pricing manager may take from the figures, in plain words."""

from __future__ import annotations

import math
from typing import Any

from streams.studies.elasticity.report import ElasticityReport

#: Two answers differ where their gap is beyond what chance leaves of both.
DIFFERENT = 1.96


def in_words(report: ElasticityReport) -> list[str]:
    """What is known, what is not, and what to do next: a sentence each."""
    rows, by = report.rows, report.by
    return [_known(rows, by), *_flags(report), *_conflict(rows, by), *_unknown(rows, by)]


def _known(rows: list[dict[str, Any]], by: str) -> str:
    best = [found for row in rows if (found := _best(row)) is not None]
    if not best:
        return "Known: nothing yet. This recording does not show what a price does to sales."
    means = sorted(found["mean"] for found in best)
    middle = means[len(means) // 2]
    surely = sum(found["upper"] < -1.0 for found in best)
    return (
        f"Known: what a price does to sales, for {len(best)} of {_count(len(rows), by)}. In the "
        f"middle, a price 1 % higher sells {abs(middle):.1f} % {'less' if middle < 0 else 'more'}; "
        f"for {surely} of them it surely loses more in units than it gains in price."
    )


def _flags(report: ElasticityReport) -> list[str]:
    sentences = []
    for name, mean, half in report.flags:
        if abs(mean) <= half:
            continue
        if name.startswith("competitors"):
            way = "more" if mean > 0.0 else "fewer"
            sentences.append(
                f"where competitors' mean price is 1 % higher, {abs(mean):.1f} % {way} units sell"
            )
        else:
            gain = math.expm1(mean)
            way = "more" if gain > 0.0 else "less"
            sentences.append(f"{name} sells {abs(gain):.0%} {way} at the same price")
    return [f"Apart from the price itself: {'; '.join(sentences)}."] if sentences else []


def _conflict(rows: list[dict[str, Any]], by: str) -> list[str]:
    apart = [row["key"] for row in rows if _differ(row["as_sold"], _trusted(row))]
    if not apart:
        return []
    return [
        f"For {_count(len(apart), by)} ({_some(apart)}) the figure as sold and the stricter one "
        "differ by more than chance: prices there probably followed demand, so believe the "
        "stricter one (drawn by lot, else robust)."
    ]


def _unknown(rows: list[dict[str, Any]], by: str) -> list[str]:
    blind = [row["key"] for row in rows if _best(row) is None]
    undrawn = sum(row["drawn"] is None for row in rows)
    lines = []
    if blind:
        lines.append(
            f"Not known: {_count(len(blind), by)} ({_some(blind)}), whose prices hardly moved, "
            "or whose sales or windows are too few."
        )
    if undrawn:
        lines.append(
            "Next: let the pricer draw some prices at random (a policy's `explore` with a small "
            f"budget); for {_count(undrawn, by)} nothing was drawn by lot so far, and only that is "
            "right whatever moved the other prices."
        )
    else:
        lines.append("Next: nothing is missing; the figures drawn by lot need no assumption.")
    return lines


def _trusted(row: dict[str, Any]) -> dict[str, Any] | None:
    found: dict[str, Any] | None = row["drawn"] or row["robust"]
    return found


def _best(row: dict[str, Any]) -> dict[str, Any] | None:
    """The answer of history that assumes least."""
    return _trusted(row) or row["as_sold"]


def _differ(one: dict[str, Any] | None, other: dict[str, Any] | None) -> bool:
    if one is None or other is None:
        return False
    spread = math.hypot(*(found["upper"] - found["mean"] for found in (one, other))) / DIFFERENT
    return bool(abs(one["mean"] - other["mean"]) > DIFFERENT * spread)


_MANY = {"offer": "offers", "product": "products", "category": "categories", "brand": "brands"}


def _count(number: int, by: str) -> str:
    return f"{number} {by if number == 1 else _MANY[by]}"


def _some(keys: list[str]) -> str:
    return ", ".join(keys[:3]) + (", …" if len(keys) > 3 else "")
