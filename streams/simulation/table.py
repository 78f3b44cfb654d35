"""The outcome in the terminal; its first line is static against dynamic pricing."""

from __future__ import annotations

from math import isnan

from rich.box import SIMPLE_HEAD
from rich.table import Table

from online_models.studies.experiments.lift import Interval
from streams.simulation.cells import STATIC
from streams.simulation.outcome import MarketOutcome


def headline(outcome: MarketOutcome) -> str:
    """Static against dynamic pricing in one sentence."""
    static = outcome.scores[STATIC].share.mean
    name = outcome.best_dynamic
    if name is None:
        return f"static pricing earns {static:.1%} of what a clairvoyant would"
    dynamic = outcome.scores[name]
    return (
        f"static pricing earns {static:.1%} of what a clairvoyant would, "
        f"{name} {dynamic.share.mean:.1%}: {percent(dynamic.lift)} profit"
    )


def percent(value: Interval) -> str:
    """A relative change with its 95 % interval, `+3.2 % ± 0.3`."""
    text = f"{100 * value.mean:+.1f} %"
    return text if isnan(value.lower) else f"{text} ± {100 * (value.upper - value.mean):.1f}"


def fraction(value: Interval) -> str:
    """A share with its 95 % interval, `.969 ± .002`."""
    text = _bare(value.mean)
    return text if isnan(value.lower) else f"{text} ± {_bare(value.upper - value.mean)}"


def number(value: float, digits: int = 2) -> str:
    """A plain number, or a dash where there is none."""
    return "–" if isnan(value) else f"{value:.{digits}f}"


#: Heading of each column, short enough for a terminal of 80; `MEANINGS` says what they stand for.
HEADINGS = ("contender", "share", "over static", "tenth", "regret", "error", "out")
MEANINGS = (
    "share: of the clairvoyant's profit. over static: profit over fixed prices. tenth: tenth "
    "percentile of the offers' own shares. regret: it grows with this power of time. error: of the "
    "elasticities, root mean square at the end. out: prices outside the guardrails."
)


def audited(outcome: MarketOutcome) -> str:
    """What was found in the decisions of contenders under policies; empty where there are none."""
    return "; ".join(
        f"{name}: {found.decisions:,} decisions, {found.breaches:,} outside a guardrail, "
        f"{found.unexplained:,} not explained"
        for name, found in outcome.scores.items()
        if found.decisions
    )


def rows(outcome: MarketOutcome) -> list[tuple[str, ...]]:
    """The table's cells as text, by contender."""
    return [
        (
            name,
            fraction(found.share),
            percent(found.lift),
            _bare(found.tenth),
            number(found.exponent),
            number(found.elasticity_error),
            str(found.breaches),
        )
        for name, found in outcome.scores.items()
    ]


def table(outcome: MarketOutcome) -> Table:
    """The outcome as a table for the terminal."""
    title = f"{outcome.setting}, {outcome.seeds} seeds"
    found = Table(
        title=title, title_justify="left", box=SIMPLE_HEAD, pad_edge=False, padding=(0, 1)
    )
    for place, heading in enumerate(HEADINGS):
        found.add_column(heading, justify="left" if place == 0 else "right", no_wrap=True)
    for row in rows(outcome):
        found.add_row(*row)
    return found


def _bare(value: float) -> str:
    """Three digits, without the zero before the point: `.969`."""
    return f"{value:.3f}".replace("0.", ".", 1) if abs(value) < 1 else f"{value:.3f}"
