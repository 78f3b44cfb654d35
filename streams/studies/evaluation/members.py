"""Who counted in the curves that prices are decided by: figures, and a table."""

from __future__ import annotations

from typing import Any

import numpy as np
from rich.box import SIMPLE
from rich.table import Table

from online_models.demand.ensemble.report import LearnReport
from online_models.demand.evaluation.members import (
    TOGETHER,
    MemberHistory,
    UnitProfit,
)
from online_models.demand.inputs.observations import Observations
from online_models.shop.catalogue import PPM
from schemas.values.instants import to_text
from streams.studies.observed import ObservedRecording
from streams.terminal.output import figures_table

#: Parts of the time that the table shows.
PARTS = 3
#: A weight below is none.
LEAST_WEIGHT = 5e-4


class MemberWatch:
    """Watches the members while a recording is learnt."""

    def __init__(self) -> None:
        self.observed: ObservedRecording | None = None
        self._history = MemberHistory()

    def add(self, seen: Observations, report: LearnReport) -> None:
        """Take one window."""
        del report
        assert self.observed is not None
        catalogue = self.observed.catalogue
        offers, sku = catalogue.offers, catalogue.offers.sku[seen.offer]
        tax = PPM / (PPM + catalogue.skus.tax_ppm[sku])
        profit = UnitProfit(
            tax - offers.fee_ppm[seen.offer] / PPM,
            (offers.fee_fixed[seen.offer] + offers.cost[seen.offer]).astype(np.float64),
        )
        self._history.add(self.observed.demand, seen, profit)

    def figures(self) -> dict[str, Any]:
        """What `--json` says of the members: a list each over the windows that began at `starts`.

        The champion is whose price response counts for most in the last third; challengers are the
        others that count for something then.
        """
        windows = self._history.windows
        late = {
            name: sum(window.response for window in each[-(-2 * len(each) // PARTS) :])
            for name, each in windows.items()
            if name != TOGETHER
        }
        best = max(late, key=late.__getitem__)
        return {
            "starts": [to_text(start) for start in self._history.starts],
            "members": [
                {
                    "name": name,
                    "standing": _standing(late.get(name), late[best]),
                    "level": [round(window.level, 4) for window in each],
                    "response": [round(window.response, 4) for window in each],
                    "price_ratio": [
                        None if np.isnan(window.price_ratio) else round(window.price_ratio, 4)
                        for window in each
                    ],
                }
                for name, each in windows.items()
            ],
        }


def _standing(weight: float | None, most: float) -> str | None:
    if weight is None:
        return None
    if weight == most:
        return "champion"
    return "challenger" if weight >= LEAST_WEIGHT else "no weight"


def table(figures: dict[str, Any]) -> Table | None:
    """Weights over the time, and the price that each would ask; None where nobody published."""
    members = figures["members"]
    if len(members) <= 2:
        return None
    headings = ["standing", "price\nresponse", "", "", "level", "price\nalone"]
    title = "who counts in the curves that prices rest on (response: first, second, last third)"
    found = figures_table(["model"], headings, title=title, box=SIMPLE, padding=0, pad_edge=False)
    for member in members:
        thirds = [_mean(part) for part in np.array_split(member["response"], PARTS)]
        level = _mean(np.array_split(member["level"], PARTS)[-1])
        ratios = [ratio for ratio in member["price_ratio"] if ratio is not None]
        price = f"{100.0 * (ratios[-1] - 1.0):+.1f}%" if ratios else "–"
        found.add_row(member["name"], member["standing"] or "", *thirds, level, price)
    return found


def _mean(weights: Any) -> str:
    return f"{np.mean(weights):.0%}" if len(weights) else "–"
