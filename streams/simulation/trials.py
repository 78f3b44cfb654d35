"""Trials: markets of a kind of their own, in which one part of the pricer is judged by figures."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from multiprocessing import get_context

import numpy as np
from rich.box import SIMPLE_HEAD
from rich.table import Table

from online_models.market.second_hand import trial as second_hand
from online_models.market.trade import personal_market
from streams.freed_memory import keep_freed_memory
from streams.terminal.progress import progress

Figures = Mapping[str, float]


@dataclass(frozen=True)
class Trial:
    """`run` plays the market of a seed; `meanings` says what its figures are."""

    run: Callable[[int], Figures]
    meanings: str


#: The trials by name: a file in `online_models/market`, and one line here.
TRIALS: Mapping[str, Trial] = {
    "second-hand": Trial(second_hand.run, second_hand.MEANINGS),
    "personal": Trial(personal_market.run, personal_market.MEANINGS),
}


def run_trial(name: str, seeds: range, jobs: int) -> list[Figures]:
    """The figures of every seed."""
    found: list[Figures] = []
    with progress("seeds", len(seeds)) as show:
        context = get_context("spawn")
        with ProcessPoolExecutor(jobs, context, initializer=keep_freed_memory) as pool:
            for figures in pool.map(TRIALS[name].run, seeds):
                found.append(figures)
                show(len(found))
    return found


def trial_table(name: str, found: list[Figures]) -> Table:
    """Mean, least and largest of each figure over the seeds."""
    title = f"{name}, {len(found)} seeds"
    table = Table(title=title, title_justify="left", box=SIMPLE_HEAD, pad_edge=False)
    for place, heading in enumerate(("figure", "mean", "least", "largest")):
        table.add_column(heading, justify="left" if place == 0 else "right", no_wrap=True)
    for figure in found[0]:
        values = np.array([figures[figure] for figures in found])
        cells = (values.mean(), values.min(), values.max())
        table.add_row(figure, *(f"{value:.3f}" for value in cells))
    return table
