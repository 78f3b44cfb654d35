"""`demand-observations`: what closed windows held, for the models of others."""

from __future__ import annotations

from typing import Any

import msgspec
import numpy as np
from numpy.typing import NDArray

from online_models.demand.ensemble.report import LearnReport
from online_models.demand.inputs.observations import Observations
from online_models.journal.outputs import Output
from online_models.shop.catalogue import Catalogue
from online_models.shop.stock import Stock
from online_models.windows.signals import WindowSums
from schemas.values.instants import to_text as instant_text
from schemas.values.money import texts as money_texts

Floats = NDArray[np.float64]


def observation_records(
    observations: Observations,
    report: LearnReport,
    sums: WindowSums,
    catalogue: Catalogue,
    stock: Stock,
    promotions: list[str],
    attributes: list[str],
) -> list[Output]:
    """The `demand-observations` of one window, a record per offer.

    `promotions` names promotions by index, `attributes` the places of the promotions' attributes:
    each record's features name them all in that order, from which training learns it. Units and
    views are all that were counted; where bulk orders or bots made some of them, features say how
    many.
    """
    rows = observations.offer
    if not len(rows):
        return []
    digits = catalogue.skus.digits[catalogue.offers.sku[rows]]
    start = instant_text(int(observations.start[0]))
    end_ms = int(observations.end[0])
    end = instant_text(end_ms)
    columns = zip(
        rows.tolist(),
        sums.units[rows].tolist(),
        sums.views[rows].tolist(),
        sums.carts[rows].tolist(),
        sums.lines[rows].tolist(),
        _money(observations.price, digits),
        _money(observations.competitor_price, digits),
        stock.on_hand[rows].tolist(),
        observations.stocked_out.tolist(),
        sums.promotion[rows].tolist(),
        np.rint(observations.promotion * 10_000).astype(np.int64).tolist(),
        np.rint(observations.available * 10_000).astype(np.int64).tolist(),
        np.rint(observations.attributes[:, : len(attributes)] * 10_000).astype(np.int64).tolist(),
        np.maximum(sums.excess[rows], 0).tolist(),
        sums.ignored[rows].tolist(),
        strict=True,
    )
    forecast = np.round(report.mean, 4).tolist()
    weights = np.round(report.weights, 3).tolist()
    encode = msgspec.json.encode
    outputs = []
    for i, (
        row, units, views, carts, lines, price, competitor, left, out, promotion, depth, part,
        numbers, bulk, bots,
    ) in enumerate(columns):  # fmt: skip
        sku, channel = catalogue.offer_name(row)
        value: dict[str, Any] = {
            "sku": sku,
            "channel": channel,
            "bucket_start": start,
            "bucket_end": end,
            "units": units,
            "views": views,
            "price": price,
            "competitor_price": competitor,
            "on_hand": left if left >= 0 else None,
            "stocked_out": out,
            "promotion_id": promotions[promotion] if promotion >= 0 else None,
            "features": {
                **{n: v / 10_000 for n, v in zip(attributes, numbers, strict=True)},
                "carts": carts,
                "orders": lines,
                "promotion_depth": depth / 10_000,
                "available": part / 10_000,
                **({"bulk_units": bulk} if bulk else {}),
                **({"bot_views": bots} if bots else {}),
            },
            "forecast": {
                "units": forecast[i],
                "weights": {
                    n: w for n, w in zip(report.experts, weights[i], strict=True) if w > 0.0
                },
            },
        }
        outputs.append(Output("demand-observations", sku.encode(), encode(value), end_ms))
    return outputs


def _money(prices: Floats, digits: NDArray[np.int8]) -> list[str | None]:
    texts: list[str | None] = [None] * len(prices)
    for places in np.unique(digits).tolist():
        rows = np.flatnonzero((digits == places) & ~np.isnan(prices))
        minor = np.rint(prices[rows]).astype(np.int64).tolist()
        for row, text in zip(rows.tolist(), money_texts(minor, places), strict=True):
            texts[row] = text
    return texts
