"""The policies of `deploy/policies` earn more than unchanged prices in markets like their shops."""

from __future__ import annotations

from importlib import metadata
from pathlib import Path
from typing import NamedTuple

import msgspec
import numpy as np
import pytest

from online_models.market.likeness import Likeness
from online_models.studies.experiments.lift import Interval, student
from schemas.topics import decode
from streams.cli import main
from streams.configuration.policy_file import load
from streams.configuration.settings import Settings
from streams.demo.data import tafeng
from streams.simulation.cells import STATIC, Cell, Entrant, Setting, run
from streams.simulation.like import read

ROOT = Path(__file__).parents[3]
FOLDER = ROOT / "deploy/policies"
SEEDS = 5


class Shop(NamedTuple):
    """A market by its name, units a day per offer, offers and days."""

    market: str
    sales: float
    offers: int
    days: int


GROCERY = Shop("plain", 0.0, 60, 21)
SHOPS = {
    "grocery": GROCERY,
    "grocery-bolder": GROCERY,
    "fashion-outlet": Shop("outlet", 2.0, 60, 90),
    "electronics-marketplace": Shop("marketplace", 8.0, 120, 120),
    "wholesaler": Shop("wholesale", 4.0, 60, 90),
    "second-hand": Shop("second_hand", 0.5, 120, 90),
}


@pytest.fixture(scope="module")
def grocery(tmp_path_factory: pytest.TempPathFactory) -> Likeness:
    """A market like the demo's grocery."""
    if not any(metadata.distributions(name=tafeng.DISTRIBUTION)):
        pytest.skip(f"needs {tafeng.INSTALL}")
    folder = tmp_path_factory.mktemp("like") / "grocery"
    assert main(["demo", "--items", "60", "--days", "21", "--record", str(folder)]) == 0
    return read(Settings(), [folder], GROCERY.offers)


def gain(name: str, shop: Shop, seeds: range, like: Likeness | None) -> Interval:
    """Profit over that of unchanged prices, relative."""
    setting = Setting(shop.market, shop.sales, shop.offers, shop.days, like)
    policies = [msgspec.json.decode(record.value) for record in load(FOLDER / f"{name}.json")]
    entrant = Entrant(name, msgspec.json.encode(policies).decode())
    profits = [
        [run(Cell(setting, who, seed)).profit.sum() for seed in seeds]
        for who in (entrant, Entrant(STATIC))
    ]
    earned, kept = np.array(profits)
    return student(earned / kept - 1.0)


@pytest.mark.parametrize("path", sorted(FOLDER.glob("*.json")), ids=lambda path: path.stem)
def test_a_policy_to_start_from_is_valid_and_does_not_contradict_itself(path: Path) -> None:
    assert path.stem in SHOPS
    assert all(decode("pricing-policies", record.value) for record in load(path))
    assert main(["policies", "check", str(path)]) == 0


@pytest.mark.parametrize("name", [name for name in SHOPS if SHOPS[name] != GROCERY])
def test_a_policy_to_start_from_earns_more_in_a_small_market(name: str) -> None:
    shop = SHOPS[name]
    if (
        name != "fashion-outlet"
    ):  # a small outlet may earn next to nothing, of which no share is told
        shop = shop._replace(offers=30)
    assert gain(name, shop, range(1, 2), None).mean > 0.0


@pytest.mark.slow
@pytest.mark.parametrize("name", SHOPS)
def test_a_policy_to_start_from_earns_more_in_five_markets(name: str, grocery: Likeness) -> None:
    shop = SHOPS[name]
    found = gain(name, shop, range(SEEDS), grocery if shop == GROCERY else None)
    print(f"{name}: {100 * found.mean:+.1f} % [{100 * found.lower:+.1f}, {100 * found.upper:+.1f}]")
    assert found.lower > 0.0
