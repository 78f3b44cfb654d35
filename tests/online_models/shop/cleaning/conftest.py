"""One stage per kind of evidence: what is ordinary there, what is gross, and who objected."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

from online_models.persistence.saved import restore, save
from online_models.shop.cleaning.cleaning import (
    CLICK_DETECTORS,
    COMPETITOR_DETECTORS,
    LINE_DETECTORS,
    Cleaning,
)
from online_models.shop.competitors import CompetitorPrices
from streams.pricer.snapshots import codec

Ints = NDArray[np.int64]
OFFERS = 20
HOUR = 3_600_000
BASE = 1000
EVERY = [
    build for group in (LINE_DETECTORS, CLICK_DETECTORS, COMPETITOR_DETECTORS) for build in group
]


class Stage:
    """A cleaning of 20 offers at 10.00 each, fed rounds of (offer, size, price, person)."""

    def __init__(self) -> None:
        self.cleaning = Cleaning()
        self.cleaning.grow(OFFERS)
        self.competitors = CompetitorPrices()
        self.prices = np.full(OFFERS, BASE)
        self.now = 0
        self.tick()

    def tick(self) -> None:
        self.now += HOUR
        self.cleaning.settle(self.now, self.prices)

    def lines(self, offer: Ints, size: Ints, price: Ints) -> tuple[Ints, NDArray[np.bool_]]:
        lines = self.cleaning.judge_lines(offer, size, price)
        return lines.excess, lines.priced

    def clicks(
        self, offer: Ints, size: Ints, price: Ints, person: Ints
    ) -> tuple[Ints, NDArray[np.bool_]]:
        clicks = self.cleaning.judge_clicks(
            offer, size, person, price, np.full(len(offer), self.now)
        )
        return clicks.ignored, clicks.priced

    def competitor(self, price: int, competitor: str = "x", sku: int = 0) -> bool:
        """One sighting; True where it is held back."""
        row = self.competitors.entry(sku, competitor, -1)
        one = np.array([row]), np.array([price]), np.array([BASE])
        held = bool(self.cleaning.held_back(self.competitors, *one, lambda sku: [BASE])[0])
        self.competitors.entries.time[row] = self.now
        return held

    def everything(self, draw: Round) -> list[Any]:
        """One round of each kind of evidence; returns the verdicts."""
        verdicts: list[Any] = [*self.lines(draw.offer, draw.size, draw.price)]
        verdicts += self.clicks(draw.offer, draw.size, draw.price, draw.person)
        rows = zip(draw.offer.tolist(), draw.price.tolist(), strict=True)
        verdicts.append(np.array([self.competitor(price, "x", sku) for sku, price in rows]))
        return verdicts

    def found(self) -> dict[str, int]:
        """Findings not told yet, by detector."""
        found = ((d.name, int(d.findings.number.sum())) for d in self.cleaning.detectors)
        return {name: number for name, number in found if number}

    def warnings(self) -> list[Any]:
        return list(self.cleaning.warnings(self.now, lambda by_sku, row: lambda minor: str(minor)))

    def snapshot(self) -> bytes:
        return b"".join(codec.encode({"cleaning": save(self.cleaning)}, 0))

    def restarted(self) -> None:
        parts = [codec.decode_part(p) for p in codec.encode(save(self.cleaning), 0)]
        self.cleaning = restore(Cleaning(), codec.decode(parts))


class Round:
    """n pieces of evidence in their order."""

    def __init__(self, offer: Ints, size: Ints, price: Ints, person: Ints) -> None:
        self.offer, self.size, self.price, self.person = offer, size, price, person

    def cut(self, place: int) -> tuple[Round, Round]:
        columns = (self.offer, self.size, self.price, self.person)
        return Round(*(c[:place] for c in columns)), Round(*(c[place:] for c in columns))


def ordinary(rng: np.random.Generator, n: int = 200) -> Round:
    """Ones, twos and threes at about 10.00, by many people."""
    return Round(
        rng.integers(0, OFFERS, n),
        rng.choice([1, 1, 1, 2, 3], n),
        np.rint(BASE * np.exp(0.15 * rng.standard_normal(n))).astype(np.int64),
        rng.integers(1, 1 << 60, n),
    )


def gross(rng: np.random.Generator, n: int = 40) -> Round:
    """What no shop sees: pallets, cents for euros, one person's hundreds of clicks."""
    factor = rng.choice([0.001, 0.01, 0.08, 9.0, 100.0, 5000.0], n)
    return Round(
        rng.integers(0, OFFERS, n),
        rng.integers(300, 3000, n),
        np.maximum(np.rint(BASE * factor), 1).astype(np.int64),
        np.full(n, 12345),
    )


@pytest.fixture
def stage() -> Stage:
    return Stage()


@pytest.fixture(params=EVERY, ids=lambda build: build.name)
def name(request: pytest.FixtureRequest) -> str:
    """Every registered detector."""
    found: str = request.param.name
    return found


@pytest.fixture
def used(stage: Stage) -> Stage:
    """A stage after ten days of ordinary evidence."""
    rng = np.random.default_rng(5)
    for _ in range(10):
        stage.everything(ordinary(rng))
        stage.tick()
    return stage


@pytest.fixture
def draws() -> dict[str, Callable[..., Round]]:
    """Ordinary and gross evidence."""
    return {"ordinary": ordinary, "gross": gross}
