"""`pricetide elasticities`."""

from __future__ import annotations

import argparse
import math
import sys
from pathlib import Path
from typing import Any

import msgspec
import numpy as np
from rich.console import Console
from rich.table import Table

from online_models.demand.ensemble.report import LearnReport
from online_models.demand.inputs.observations import Observations
from online_models.shop.catalogue import Catalogue
from online_models.studies.elasticity.online import online_rows
from online_models.studies.elasticity.panel import Offers
from online_models.studies.elasticity.rows import By, Rows, double_ml_rows
from streams.configuration.settings import Settings
from streams.studies.observed import Observed, shown

DESCRIPTION = """\
Own-price elasticities of a recording, with 95 % intervals: by how many per cent units change when
the price rises by one, all else equal.

double-ml (the default) explains both units and price by promotions, rivals, past sales, past
prices, weekday, season and what a category shares at a time, by regressions fitted on other
product-buckets than they are used for, and relates what is left of the one to what is left of the
other. Products borrow from their category as far as their own data are thin.
online is what the pricer itself believes at the end of the recording.

What identifies it: price moves that none of these controls predict. A merchant who cuts prices
because he knows of weak demand, from a source that is not in the recording, biases every estimate
of this kind towards zero or beyond; moves drawn by chance (a policy's `explore`) are free of it.
Prices that hardly move tell hardly anything: the interval says so. Where no price feed and no
clicks tell the price of a bucket without a sale, the last one known is taken.

Example:
  pricetide elasticities recordings/monday --by category --bucket P7D
"""

SETTINGS = ("bucket", "lateness", "timezone")
METHODS = ("double-ml", "online")
#: A product or offer that names no brand or category.
UNNAMED = "(none)"
NORMAL_95 = 1.959964


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the command's flags."""
    parser.add_argument(
        "recordings", nargs="+", type=Path, metavar="RECORDING", help="a folder or file"
    )
    parser.add_argument("--by", choices=("offer", "category", "brand"), default="offer")
    parser.add_argument("--method", choices=METHODS, default=METHODS[0])
    parser.add_argument("--json", action="store_true", help="print the rows as JSON")


def main(args: argparse.Namespace, settings: Settings) -> int:
    """Estimate; returns the exit status."""
    rows = elasticities(settings, args.recordings, args.by, args.method, not args.json)
    if args.json:
        plain = [{k: v for k, v in row.items() if k != "cross"} for row in rows]
        print(msgspec.json.encode({"rows": plain}).decode())
    else:
        _show(rows, args.by, args.method)
    return 0


def elasticities(
    settings: Settings, recordings: list[Path], by: By, method: str, cross: bool = False
) -> list[dict[str, Any]]:
    """The rows of `--json`; with `cross` also the elasticity to the category's other prices, and
    half the width of its 95 % interval.
    """
    parts: list[Observations] = []

    def learnt(observations: Observations, _report: LearnReport) -> None:
        parts.append(observations)

    observed = Observed(settings, recordings, learnt)
    with shown(observed, "reading") as then:
        then("estimating")
        offers = Offers.of(observed.catalogue)
        if method == "online":
            found = online_rows(observed.demand, parts, offers, by)
        else:
            found = double_ml_rows(parts, offers, by, cross)
    for line in observed.ignored.lines(len(observed.recording)):
        print(f"pricetide elasticities: {line}", file=sys.stderr)
    return _rows(found, observed.catalogue, by, method)


def _rows(found: Rows, catalogue: Catalogue, by: By, method: str) -> list[dict[str, Any]]:
    rows = []
    columns = zip(
        found.ids.tolist(),
        found.mean.tolist(),
        np.sqrt(found.variance).tolist(),
        found.cross.tolist(),
        np.sqrt(found.cross_variance).tolist(),
        strict=True,
    )
    for identity, mean, deviation, cross, doubt in columns:
        margin = NORMAL_95 * deviation
        row: dict[str, Any] = _key(catalogue, by, identity)
        row |= {"own": round(mean, 4), "lower": round(mean - margin, 4)}
        row |= {"upper": round(mean + margin, 4), "method": method}
        row["cross"] = None if math.isnan(cross) else (cross, NORMAL_95 * doubt)
        rows.append(row)
    return sorted(rows, key=lambda row: str(row["key"]))


def _key(catalogue: Catalogue, by: By, identity: int) -> dict[str, Any]:
    if by == "offer":
        sku, channel = catalogue.offer_name(identity)
        alone = len(catalogue.sku_offers[int(catalogue.offers.sku[identity])]) == 1
        return {"key": sku if alone else f"{sku}@{channel}", "sku": sku, "channel": channel}
    names = catalogue.category_names if by == "category" else catalogue.brand_names
    return {"key": names[identity] if identity >= 0 else UNNAMED}


def _show(rows: list[dict[str, Any]], by: By, method: str) -> None:
    table = Table(title=f"own-price elasticity by {by}, {method}")
    table.add_column(by)
    for name in ("own", "95 % interval", "to the category's others"):
        table.add_column(name, justify="right")
    for row in rows:
        cross = "–" if row["cross"] is None else "{:+.2f} ± {:.2f}".format(*row["cross"])
        interval = f"{row['lower']:.2f} … {row['upper']:.2f}"
        table.add_row(row["key"], f"{row['own']:.2f}", interval, cross)
    console = Console()
    console.print(table)
    console.print("own: by how many per cent sales change where the price is 1 % higher; where the")
    console.print("interval reaches 0, this recording does not tell")
    console.print("what identifies these figures, and what does not: pricetide elasticities --help")
