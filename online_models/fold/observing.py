"""A closed interval as observations: what the models learn from, and what is published."""

from __future__ import annotations

from typing import Any

import msgspec
import numpy as np
from numpy.typing import NDArray

from online_models.demand.ensemble.report import LearnReport
from online_models.demand.inputs.observations import Observations
from online_models.fold.state import Listing
from online_models.journal.outputs import Output
from online_models.shop.catalogue import Catalogue
from online_models.shop.stock import Stock
from online_models.windows.buckets import Closed, averages
from online_models.windows.signals import ATTRIBUTES, OpenBucket, Signal
from schemas.values.instants import to_text as instant_text
from schemas.values.money import texts as money_texts

Floats = NDArray[np.float64]


def observe(closed: Closed, listing: Listing, fed: NDArray[np.bool_]) -> Observations:
    """Observations of every priced offer that was on sale or seen in the interval.

    The price is what was shown, averaged over time, where the price feed tells it (`fed`: it was
    published or acknowledged); else what was paid, else what clicks saw, else what either of them
    last told, else what the product record says.
    """
    bucket, length = closed.bucket, closed.length
    # more was returned than the log knows to have been sold: orders from before it began
    np.maximum(bucket.units, 0, out=bucket.units)
    on_sale = bucket.area[:, Signal.ON_SALE]
    seen = (on_sale > 0) | (bucket.units != 0) | (bucket.views != 0)
    rows = np.flatnonzero(seen & listing.priced & closed.counted)
    mean, present = averages(bucket, rows)
    told = _ratio(bucket.revenue[rows], bucket.paid[rows])
    told = np.where(np.isnan(told), _ratio(bucket.quoted[rows], bucket.quotes[rows]), told)
    carried = listing.seen_price[rows]
    told = np.where(np.isnan(told), carried, told)
    listing.seen_price[rows] = told
    shown = np.where(present, mean[:, Signal.PRICE], np.nan)
    on_sale = on_sale[rows]
    available = bucket.area[rows, Signal.AVAILABLE] / length
    # what a bulk order or a bot adds is a fact, and no demand
    units = (bucket.units[rows] - np.maximum(bucket.excess[rows], 0)).astype(np.float64)
    # sold although the stock record said none: the record was late, the units are real
    available = np.where((units > 0) & (available <= 0), on_sale / length, available)
    return Observations.of(
        rows,
        closed.start,
        units,
        length=length,
        views=bucket.views[rows] - bucket.ignored[rows],
        price=np.where((fed[rows] & present) | np.isnan(told), shown, told),
        rival_price=mean[:, Signal.RIVAL_LOWEST],
        rival_mean=mean[:, Signal.RIVAL_MEAN],
        promotion=mean[:, Signal.DEPTH],
        promoted=mean[:, Signal.PROMOTED],
        attributes=mean[:, Signal.ATTRIBUTE : Signal.ATTRIBUTE + ATTRIBUTES].copy(),
        available=available,
        stocked_out=bucket.area[rows, Signal.AVAILABLE] < on_sale,
        orders=bucket.lines[rows],
        # a bucket in which the pricer drew for part of the time only tells of that part
        exploration=np.where(mean[:, Signal.DRAWN] > 0.5, mean[:, Signal.DEVIATION], np.nan),
    )


def publish(
    observations: Observations,
    report: LearnReport,
    bucket: OpenBucket,
    catalogue: Catalogue,
    stock: Stock,
    promotions: list[str],
    attributes: list[str],
) -> list[Output]:
    """The `demand-observations` of one interval, a record per offer.

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
        bucket.units[rows].tolist(),
        bucket.views[rows].tolist(),
        bucket.carts[rows].tolist(),
        bucket.lines[rows].tolist(),
        _money(observations.price, digits),
        _money(observations.rival_price, digits),
        stock.on_hand[rows].tolist(),
        observations.stocked_out.tolist(),
        bucket.promotion[rows].tolist(),
        np.rint(observations.promotion * 10_000).astype(np.int64).tolist(),
        np.rint(observations.available * 10_000).astype(np.int64).tolist(),
        np.rint(observations.attributes[:, : len(attributes)] * 10_000).astype(np.int64).tolist(),
        np.maximum(bucket.excess[rows], 0).tolist(),
        bucket.ignored[rows].tolist(),
        strict=True,
    )
    forecast = np.round(report.mean, 4).tolist()
    weights = np.round(report.weights, 3).tolist()
    encode = msgspec.json.encode
    outputs = []
    for i, (
        row, units, views, carts, lines, price, rival, left, out, promotion, depth, part, numbers,
        bulk, bots,
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
            "competitor_price": rival,
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


def _ratio(total: NDArray[Any], number: NDArray[np.int64]) -> Floats:
    return np.where(number > 0, total / np.maximum(number, 1), np.nan)


def _money(prices: Floats, digits: NDArray[np.int8]) -> list[str | None]:
    texts: list[str | None] = [None] * len(prices)
    for places in np.unique(digits).tolist():
        rows = np.flatnonzero((digits == places) & ~np.isnan(prices))
        minor = np.rint(prices[rows]).astype(np.int64).tolist()
        for row, text in zip(rows.tolist(), money_texts(minor, places), strict=True):
            texts[row] = text
    return texts
