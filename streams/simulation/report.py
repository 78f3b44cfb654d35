"""The report: one HTML file that needs nothing else, with a section per market."""

from __future__ import annotations

from collections.abc import Sequence
from html import escape
from math import isnan

import numpy as np
from rich.box import SIMPLE_HEAD
from rich.table import Table

from online_models.market.closed_loop import Track
from online_models.market.score import regret
from online_models.numerics.arrays import Floats, Ints
from online_models.studies.experiments.lift import Interval
from streams.charts.svg import Curve, dots, lines, page
from streams.simulation.cells import CLAIRVOYANT, STATIC
from streams.simulation.like import fitted
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


#: Days over which the daily share is averaged, and the points of a curve.
WINDOW = 14
POINTS = 240
MINOR = 100.0
#: Regret below this share of the largest is not drawn: it would squeeze the others together.
NEGLIGIBLE = 1e-3


def report(outcomes: Sequence[MarketOutcome]) -> str:
    """The whole page as text; the same outcomes give the same bytes."""
    sections = "".join(_section(outcome) for outcome in outcomes)
    return page(
        "simulated markets",
        f"<h1>Static against dynamic pricing</h1>{_likeness(outcomes)}{sections}",
        f"{escape(MEANINGS)} Profit is the exact expectation of each day, free of the noise of "
        "sales. "
        "Intervals are 95 % by seed. An offer's share can exceed 1 where prices move tomorrow's "
        "demand, competitors or stock: there the clairvoyant is a lower bound of the best plan.",
    )


def _likeness(outcomes: Sequence[MarketOutcome]) -> str:
    """What was fitted to a recording; all markets of an experiment are like the same one."""
    like = outcomes[0].setting.like
    if like is None:
        return ""
    lines = "".join(
        f"<dt>{escape(name)}</dt><dd>{escape(text)}</dd>" for name, text in fitted(like).items()
    )
    return f"<h2>Fitted to your recording</h2><dl>{lines}</dl>"


def styles(outcome: MarketOutcome) -> dict[str, str]:
    """A class of the page for each contender: static and clairvoyant have their own."""
    others = [name for name in outcome.scores if name not in (STATIC, CLAIRVOYANT)]
    found = {name: f"c{place % 8}" for place, name in enumerate(others)}
    return {STATIC: "static", **found, CLAIRVOYANT: "best"}


def _section(outcome: MarketOutcome) -> str:
    style = styles(outcome)
    shares = {
        name: (found.share.mean, found.share.lower, found.share.upper, style[name])
        for name, found in outcome.scores.items()
    }
    plots = [
        dots("share of the clairvoyant's profit", shares),
        lines("daily share", _shares(outcome, style), y_label=f"mean of {WINDOW} days"),
        lines("regret", _regrets(outcome, style), log=True, y_label="cumulated"),
        lines("error of the elasticities", _errors(outcome, style), y_label="root mean square"),
        *_paths(outcome, style),
    ]
    key = "".join(
        f'<span><i class="{style[name]}"></i>{escape(name)}</span>' for name in outcome.scores
    )
    heading = "".join(f"<th>{escape(text)}</th>" for text in HEADINGS)
    body = "".join(
        f"<tr>{''.join(f'<td>{escape(text)}</td>' for text in row)}</tr>" for row in rows(outcome)
    )
    return (
        f"<section><h2>{escape(str(outcome.setting))}</h2>"
        f'<p class="headline">{escape(headline(outcome).capitalize())}.</p>'
        f'<div class="scroll"><table><thead><tr>{heading}</tr></thead><tbody>{body}</tbody>'
        f'</table></div><div class="key">{key}</div><div class="plots">{"".join(plots)}</div>'
        f"<p>{' '.join(_counts(outcome))}</p></section>"
    )


def _counts(outcome: MarketOutcome) -> list[str]:
    found = [f"{outcome.setting.offers} offers, {outcome.seeds} seeds."]
    looked = audited(outcome)
    return [*found, f"{escape(looked)}."] if looked else found


def _shares(outcome: MarketOutcome, style: dict[str, str]) -> dict[str, Curve]:
    best = _mean(outcome.tracks[CLAIRVOYANT])
    width = min(WINDOW, len(best))
    window = np.ones(width) / width
    level = np.convolve(best, window, "valid")
    found = {}
    for name, tracks in outcome.tracks.items():
        share = np.convolve(_mean(tracks), window, "valid") / level
        found[name] = _line(np.arange(len(share)) + width, share, style[name])
    return found


def _regrets(outcome: MarketOutcome, style: dict[str, str]) -> dict[str, Curve]:
    best = outcome.tracks[CLAIRVOYANT]
    lost = {name: regret(tracks, best) / MINOR for name, tracks in outcome.tracks.items()}
    largest = max(curve[-1] for curve in lost.values())
    return {
        name: _line(np.arange(1, len(curve) + 1), curve, style[name])
        for name, curve in lost.items()
        if curve[-1] > NEGLIGIBLE * largest
    }


def _errors(outcome: MarketOutcome, style: dict[str, str]) -> dict[str, Curve]:
    return {
        name: _line(
            tracks[0].look_days,
            np.mean([track.elasticity_error for track in tracks], axis=0),
            style[name],
        )
        for name, tracks in outcome.tracks.items()
        if np.isfinite(tracks[0].elasticity_error[-1])
    }


def _paths(outcome: MarketOutcome, style: dict[str, str]) -> list[str]:
    offers = outcome.tracks[STATIC][0].prices.shape[1]
    return [
        lines(
            f"prices of offer {offer + 1}, first seed",
            {
                name: _line(
                    np.arange(len(tracks[0].prices)),
                    tracks[0].prices[:, offer] / MINOR,
                    style[name],
                )
                for name, tracks in outcome.tracks.items()
            },
        )
        for offer in range(offers)
    ]


def _mean(tracks: Sequence[Track]) -> Floats:
    average: Floats = np.mean([track.profit for track in tracks], axis=0)
    return average


def _line(x: Floats | Ints, y: Floats, style: str) -> Curve:
    """A curve thinned to `POINTS` points, ends kept."""
    kept = np.unique(np.linspace(0, len(x) - 1, min(POINTS, len(x))).round().astype(np.int64))
    return Curve(x[kept].tolist(), y[kept].tolist(), style)
