"""What a training run shows in the terminal."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from typing import Any

from rich.box import SIMPLE_HEAD
from rich.console import Console

from online_models.training.model_card import against_naive
from online_models.training.search import OBJECTIVE
from streams.terminal.output import figures_table
from streams.terminal.progress import progress
from streams.trainer.run import TrainedVersion

SHOWN = ("mase", "wape", "mse", "pinball", "log_loss")


@contextmanager
def trials_progress(trials: int) -> Iterator[Callable[[Mapping[str, Any]], None]]:
    """A bar over the trials, with the best so far."""
    best: dict[str, float] = {}
    with progress("trials", trials) as show:

        def done(result: Mapping[str, Any]) -> None:
            best[result["key"]] = result["mean"][OBJECTIVE]
            leader = min(best, key=best.__getitem__)
            show(len(best), text=f"trials, best {leader} {best[leader]:.4f}")

        yield done


def summary(console: Console, results: list[Mapping[str, Any]], outcome: TrainedVersion) -> None:
    """The table of trials, and what the chosen version does on held-out time."""
    # 80 columns wide: terminals are, and a trial whose name is cut off can't be found
    title = "time-series cross-validation, best first; s of CPU"
    table = figures_table(
        ["trial"], [*SHOWN, "s", "MB"], title=title, box=SIMPLE_HEAD, pad_edge=False
    )
    table.columns[0].no_wrap = True
    for result in sorted(results, key=lambda r: float(r["mean"][OBJECTIVE])):
        measures = [f"{result['mean'][name]:.4g}" for name in SHOWN]
        cost = [f"{result['seconds']:.0f}", str(result["megabytes"])]
        table.add_row(result["key"], *measures, *cost)
    console.print(table)
    version, held = outcome.card.version, outcome.card.holdout
    own = held[version]
    console.print(
        f"{version} on held-out time: {against_naive(own['mase'])}, "
        f"log loss {own['log_loss']:.4f} (running level {held['level']['log_loss']:.4f})"
    )
