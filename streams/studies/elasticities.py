"""Own-price elasticities of a recording."""

from __future__ import annotations

import math
from pathlib import Path
from typing import Any

import numpy as np

from online_models.shop.catalogue import Catalogue
from online_models.studies.elasticity.panel import OfferGroups
from online_models.studies.elasticity.rows import By, ElasticityRows, double_ml_rows, online_rows
from streams.configuration.settings import Settings
from streams.studies.observed import Observed

METHODS = ("double-ml", "online")
#: A product or offer that names no brand or category.
UNNAMED = "(none)"
NORMAL_95 = 1.959964


def elasticities(
    settings: Settings, recordings: list[Path], by: By, method: str, cross: bool = False
) -> tuple[list[dict[str, Any]], list[str]]:
    """The rows of `--json`, and what of the recording was not taken.

    With `cross` a row also has the elasticity to the category's other prices, and half the width
    of its 95 % interval.
    """
    observed = Observed(settings, recordings)
    with observed.progress() as then:
        then("estimating")
        offers = OfferGroups.of(observed.catalogue)
        if method == "online":
            found = online_rows(observed.demand, observed.parts, offers, by)
        else:
            found = double_ml_rows(observed.parts, offers, by, cross)
    return _rows(found, observed.catalogue, by, method), observed.not_taken()


def _rows(found: ElasticityRows, catalogue: Catalogue, by: By, method: str) -> list[dict[str, Any]]:
    rows = []
    columns = zip(
        found.ids.tolist(),
        found.mean.tolist(),
        np.sqrt(found.variance).tolist(),
        found.cross.tolist(),
        np.sqrt(found.cross_variance).tolist(),
        strict=True,
    )
    for identity, mean, deviation, cross, cross_deviation in columns:
        margin = NORMAL_95 * deviation
        row: dict[str, Any] = _key(catalogue, by, identity)
        row |= {"own": round(mean, 4), "lower": round(mean - margin, 4)}
        row |= {"upper": round(mean + margin, 4), "method": method}
        row["cross"] = None if math.isnan(cross) else (cross, NORMAL_95 * cross_deviation)
        rows.append(row)
    return sorted(rows, key=lambda row: str(row["key"]))


def _key(catalogue: Catalogue, by: By, identity: int) -> dict[str, Any]:
    if by == "offer":
        sku, channel = catalogue.offer_name(identity)
        alone = len(catalogue.sku_offers[int(catalogue.offers.sku[identity])]) == 1
        return {"key": sku if alone else f"{sku}@{channel}", "sku": sku, "channel": channel}
    names = catalogue.category_names if by == "category" else catalogue.brand_names
    return {"key": names[identity] if identity >= 0 else UNNAMED}
