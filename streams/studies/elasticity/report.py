"""Own-price elasticities of a recording: four answers side by side."""

from __future__ import annotations

import math
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from online_models.demand.inputs.observations import ATTRIBUTES
from online_models.numerics.special import NINETY_FIVE_PERCENT
from online_models.shop.catalogue import Catalogue
from online_models.studies.elasticity.panel import OfferGroups
from online_models.studies.elasticity.rows import By, Column, ElasticityTable, elasticity_table
from streams.configuration.settings import Settings
from streams.studies.elasticity.curves import OfferCurve, best_sellers
from streams.studies.observed import ObservedRecording

#: Each answer, as JSON and tables name it, and what it assumes.
ASSUMES = {
    "as_sold": "prices did not follow demand. Fixed effects of product × channel and of weeks; "
    "promotions' flags and competitors' prices held fixed",
    "robust": "prices did not follow demand beyond what past sales and prices, season and "
    "competitors show; or, where channels' prices differ within a week, beyond what all channels "
    "share in that week. The fewer data a product has, the more its category counts",
    "drawn": "nothing: only what chance drew of a price counts. The fewer data a product has, "
    "the more its category counts",
    "online": "what the pricer believes at the end of the recording, and prices with: moves of its "
    "own rule and of chance, products leaning on their category",
}
#: A product or offer that names no brand or category.
UNNAMED = "(none)"


@dataclass(frozen=True, slots=True)
class ElasticityReport:
    """`rows` as `--json` prints them; `flags`: what a promotion's flag and competitors' prices did,
    (name, mean, half the width of its 95 % interval) in log units; `curves` of the best sellers.
    """

    by: By
    rows: list[dict[str, Any]]
    flags: list[tuple[str, float, float]]
    curves: list[OfferCurve]
    not_taken: list[str]


def elasticities(settings: Settings, recordings: list[Path], by: By) -> ElasticityReport:
    """Run the recording through the models, and estimate."""
    observed = ObservedRecording(settings, recordings)
    with observed.progress() as then:
        then("estimating")
        catalogue = observed.catalogue
        offers = OfferGroups.of(catalogue)
        table = elasticity_table(observed.demand, observed.parts, offers, by)
        curves = best_sellers(observed.demand, observed.parts, catalogue)
    names = observed.state.pricing.attribute_names
    rows = _rows(table, catalogue, by)
    return ElasticityReport(by, rows, _flags(table.flags, names), curves, observed.not_taken())


def _rows(table: ElasticityTable, catalogue: Catalogue, by: By) -> list[dict[str, Any]]:
    columns = {name: _intervals(getattr(table, name)) for name in ASSUMES}
    rows = []
    for place, identity in enumerate(table.ids.tolist()):
        row = _key(catalogue, by, identity) | {n: found[place] for n, found in columns.items()}
        if row["robust"] is not None and by in ("offer", "product"):
            between = bool(table.between_channels[place])
            row["robust"]["from"] = "channels" if between else "past"
        rows.append(row)
    return sorted(rows, key=lambda row: str(row["key"]))


def _intervals(column: Column) -> list[dict[str, Any] | None]:
    found: list[dict[str, Any] | None] = []
    for mean, deviation in zip(column.mean.tolist(), column.deviation.tolist(), strict=True):
        if math.isnan(mean):
            found.append(None)
            continue
        half = NINETY_FIVE_PERCENT * deviation
        ends = {"mean": mean, "lower": mean - half, "upper": mean + half}
        found.append({name: round(end, 4) for name, end in ends.items()})
    return found


def _flags(column: Column, names: list[str]) -> list[tuple[str, float, float]]:
    unnamed = [f"attribute {place}" for place in range(len(names), ATTRIBUTES)]
    labels = ["promotion", *names, *unnamed, "competitors' mean price"]
    half = NINETY_FIVE_PERCENT * column.deviation
    return [
        (label, float(column.mean[k]), float(half[k]))
        for k, label in enumerate(labels)
        if np.isfinite(column.mean[k])
    ]


def _key(catalogue: Catalogue, by: By, identity: int) -> dict[str, Any]:
    if by == "offer":
        sku, channel = catalogue.offer_name(identity)
        alone = len(catalogue.sku_offers[int(catalogue.offers.sku[identity])]) == 1
        return {"key": sku if alone else f"{sku}@{channel}", "sku": sku, "channel": channel}
    if by == "product":
        sku, _ = catalogue.offer_name(catalogue.sku_offers[identity][0])
        return {"key": sku, "sku": sku}
    names = catalogue.category_names if by == "category" else catalogue.brand_names
    return {"key": names[identity] if identity >= 0 else UNNAMED}
