"""`pricetide segments`."""

from __future__ import annotations

import argparse
import sys
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import msgspec
import numpy as np
from rich.console import Console
from rich.table import Table

from online_models.studies.segments import choice
from online_models.studies.segments.clusters import Clusters, Floats
from online_models.studies.segments.customers import CUSTOMER_FEATURES
from online_models.studies.segments.hierarchical import hierarchical
from online_models.studies.segments.items import ITEM_FEATURES, item_features
from online_models.studies.segments.k_means import k_means
from streams.configuration.settings import Settings
from streams.recording import RecordingError
from streams.studies.segments.buyers import buyers
from streams.trainer import source

DESCRIPTION = """\
Groups of items, by how they sell (from demand-observations and products of a recording), or of
customers, by how they buy (from orders).

Each group shows as its members' means. With --json every member is named with its group: write an
item's group into the `tags` of its product, and a policy can select by it; write a customer's into
the `segment` of his orders, and policies' `segments` give him their terms.

Example:
  pricetide segments recordings/autumn --by item
  pricetide segments recordings/autumn --by customer --method hierarchical --json
"""

METHODS = {"k-means": k_means, "hierarchical": hierarchical}
NEEDS = "clustering needs scikit-learn; install it with: pip install 'pricetide[deep]'"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the command's flags."""
    parser.add_argument(
        "recordings", nargs="+", type=Path, metavar="RECORDING", help="a recording's folder or file"
    )
    parser.add_argument("--by", choices=("item", "customer"), default="item")
    parser.add_argument("--method", choices=tuple(METHODS), default="k-means")
    parser.add_argument(
        "--most", type=_groups, default=8, metavar="N", help="groups at most (default 8)"
    )
    parser.add_argument("--json", action="store_true", help="print groups and members as JSON")


def _groups(text: str) -> int:
    number = int(text)
    if number < 2:
        raise argparse.ArgumentTypeError(f"{number} groups are no groups; 2 are the least")
    return number


def main(args: argparse.Namespace, settings: Settings) -> int:
    """Find the groups; returns the exit status."""
    del settings
    if find_spec("sklearn") is None:
        print(f"pricetide segments: {NEEDS}", file=sys.stderr)
        return 2
    try:
        names, features, table = _items(args) if args.by == "item" else _customers(args)
        told = np.flatnonzero(np.isfinite(table).all(axis=1))
        names, table = [names[row] for row in told.tolist()], table[told]
        clusters, separation = choice.best(METHODS[args.method], features, table, args.most)
    except (RecordingError, ValueError) as error:
        print(f"pricetide segments: {error}", file=sys.stderr)
        return 2
    found = _document(clusters, separation, names, table)
    if args.json:
        print(msgspec.json.encode(found).decode())
    else:
        _show(found, features)
    return 0


def _items(args: argparse.Namespace) -> tuple[list[str], tuple[str, ...], Floats]:
    panel = source.panel(args.recordings)
    if not len(panel):
        raise ValueError(f"there are no records of {source.OBSERVATIONS}")
    names = panel.names.names
    return list(names), ITEM_FEATURES, item_features(panel.observations(), len(names))


def _customers(args: argparse.Namespace) -> tuple[list[str], tuple[str, ...], Floats]:
    names, table = buyers(args.recordings)
    return names, CUSTOMER_FEATURES, table


def _document(
    clusters: Clusters, separation: dict[int, float], names: list[str], table: Floats
) -> dict[str, Any]:
    groups = clusters.assign(table)
    return {
        "silhouettes": {str(number): score for number, score in separation.items()},
        "groups": [
            {
                "group": group,
                "members": int((groups == group).sum()),
                "means": dict(
                    zip(clusters.features, table[groups == group].mean(0).tolist(), strict=True)
                ),
            }
            for group in np.unique(groups).tolist()
        ],
        "members": dict(zip(names, groups.tolist(), strict=True)),
    }


def _show(found: dict[str, Any], features: tuple[str, ...]) -> None:
    # a group a column: names of features would not fit beside each other into 80
    table = Table(title="groups, as the means of their members", title_justify="left")
    table.add_column("group", no_wrap=True)
    for group in found["groups"]:
        table.add_column(str(group["group"]), justify="right", no_wrap=True)
    table.add_row("members", *(str(group["members"]) for group in found["groups"]))
    for name in features:
        table.add_row(name, *(f"{group['means'][name]:.3g}" for group in found["groups"]))
    Console().print(table)
