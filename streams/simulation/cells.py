"""The cells of an experiment: one contender in one market with one seed."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from itertools import product

from online_models.market import compose
from online_models.market.closed_loop import Track, compete
from online_models.market.contenders import CONTENDERS, Contender
from online_models.market.contenders.pricetide import Pricetide
from online_models.market.likeness import Likeness

#: Every experiment holds these two: what all are measured by, and what all are compared with.
CLAIRVOYANT, STATIC = "clairvoyant", "fixed"


@dataclass(frozen=True)
class Setting:
    """A market in which contenders meet; `sales` are units a day per offer on average.

    like: the shop that the market is made like, if any; `sales` and `offers` are then its own.
    """

    market: str
    sales: float
    offers: int
    days: int
    like: Likeness | None = None

    def __str__(self) -> str:
        name = self.market if self.like is None else f"{self.market} like {self.like.name}"
        return f"{name}, {self.sales:g} a day × {self.days} days"


@dataclass(frozen=True)
class Entrant:
    """A contender by name; `policies` (JSON, an array) makes it Pricetide under those.

    updates: values of `model-updates` that it then has (JSON, an array).
    """

    name: str
    policies: str = ""
    updates: str = "[]"


@dataclass(frozen=True)
class Cell:
    """One run."""

    setting: Setting
    entrant: Entrant
    seed: int

    @property
    def identity(self) -> str:
        """Everything that the run depends on but the code."""
        return json.dumps(asdict(self), sort_keys=True)


def cells(
    markets: Sequence[str],
    sales: Sequence[float],
    entrants: Sequence[Entrant],
    seeds: Sequence[int],
    offers: int,
    days: int,
    like: Likeness | None = None,
) -> list[Cell]:
    """All cells of an experiment, static pricing first and the clairvoyant last."""
    chosen = [who for who in dict.fromkeys(entrants) if who.name not in (STATIC, CLAIRVOYANT)]
    settings = [Setting(m, s, offers, days, like) for m, s in product(markets, sales)]
    everyone = [Entrant(STATIC), *chosen, Entrant(CLAIRVOYANT)]
    return [Cell(*which) for which in product(settings, everyone, seeds)]


def run(cell: Cell) -> Track:
    """Play one cell from its first day to its last."""
    where, who = cell.setting, cell.entrant
    market = compose(where.market, cell.seed, where.offers, where.sales, where.like)
    contender: Contender
    if who.policies:
        contender = Pricetide(market, cell.seed, json.loads(who.policies), json.loads(who.updates))
    else:
        contender = CONTENDERS[who.name](market, cell.seed)
    return compete(market, contender, where.days)
