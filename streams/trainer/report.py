"""What a training run shows in the terminal."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from typing import Any

from rich.box import SIMPLE_HEAD
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn
from rich.table import Table

from online_models.training.card import against_naive
from online_models.training.search.validation import OBJECTIVE
from streams.trainer.run import Outcome

SHOWN = ("mase", "wape", "mse", "pinball", "log_loss")


@contextmanager
def progress(console: Console, trials: int) -> Iterator[Callable[[Mapping[str, Any]], None]]:
    """A bar over the trials, with the best so far; on a terminal only."""
    columns = (
        TextColumn("{task.description}"),
        BarColumn(),
        MofNCompleteColumn(),
        TimeElapsedColumn(),
        TextColumn("{task.fields[best]}"),
    )
    with Progress(*columns, console=console, disable=not console.is_terminal) as bar:
        task = bar.add_task("trials", total=trials, best="")
        best: dict[str, float] = {}

        def done(result: Mapping[str, Any]) -> None:
            best[result["key"]] = result["mean"][OBJECTIVE]
            leader = min(best, key=best.__getitem__)
            bar.update(task, advance=1, best=f"best {leader} {best[leader]:.4f}")

        yield done


def summary(console: Console, results: list[Mapping[str, Any]], outcome: Outcome) -> None:
    """The table of trials, and what the chosen version does on held-out time."""
    # 80 columns wide: terminals are, and a trial whose name is cut off can't be found
    table = Table(
        title="time-series cross-validation, best first; s of CPU", box=SIMPLE_HEAD, pad_edge=False
    )
    table.add_column("trial", no_wrap=True)
    for name in (*SHOWN, "s", "MB"):
        table.add_column(name, justify="right", no_wrap=True)
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
