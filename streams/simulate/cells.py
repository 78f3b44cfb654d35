"""The cells of an experiment: one contender in one market with one seed."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import product

from online_models.market import compose
from online_models.market.closed_loop import Track, compete
from online_models.market.contenders import CONTENDERS

#: Every experiment holds these two: what all are measured by, and what all are compared with.
CLAIRVOYANT, STATIC = "clairvoyant", "fixed"


@dataclass(frozen=True)
class Setting:
    """A market in which contenders meet; `sales` are units a day per offer on average."""

    market: str
    sales: float
    offers: int
    days: int

    def __str__(self) -> str:
        return f"{self.market}, {self.sales:g} a day × {self.days} days"


@dataclass(frozen=True)
class Cell:
    """One run; its `name` is unique and fit for a file."""

    setting: Setting
    contender: str
    seed: int

    @property
    def name(self) -> str:
        """Everything that the run depends on but the code."""
        where = self.setting
        return (
            f"{where.market}-{where.sales:g}x{where.days}x{where.offers}"
            f"-{self.contender}-{self.seed}"
        )


def cells(
    markets: Sequence[str],
    sales: Sequence[float],
    contenders: Sequence[str],
    seeds: int,
    offers: int,
    days: int,
) -> list[Cell]:
    """All cells of an experiment, static pricing first and the clairvoyant last."""
    chosen = [name for name in dict.fromkeys(contenders) if name not in (STATIC, CLAIRVOYANT)]
    settings = [Setting(m, s, offers, days) for m, s in product(markets, sales)]
    names = [STATIC, *chosen, CLAIRVOYANT]
    return [Cell(*which) for which in product(settings, names, range(seeds))]


def run(cell: Cell) -> Track:
    """Play one cell from its first day to its last."""
    where = cell.setting
    market = compose(where.market, cell.seed, where.offers, where.sales)
    return compete(market, CONTENDERS[cell.contender](market, cell.seed), where.days)
