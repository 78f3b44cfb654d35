"""Trials: what is shown of their figures, and what is refused."""

from __future__ import annotations

import pytest
from rich.console import Console

from streams import cli
from streams.simulation.trials import trial_table


def test_each_figure_is_shown_over_the_seeds() -> None:
    console = Console(record=True, width=80)
    console.print(trial_table("second-hand", [{"error": 0.05}, {"error": 0.07}]))
    (row,) = (line.split() for line in console.export_text().splitlines() if "error" in line)
    assert row == ["error", "0.060", "0.050", "0.070"]


def test_a_trial_that_does_not_exist_is_named(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit):
        cli.main(["simulate", "--trial", "nothing"])
    assert "nothing" in capsys.readouterr().err
