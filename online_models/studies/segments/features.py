"""How an item sells and how a customer buys, as features to cluster by."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from online_models.demand.inputs.observations import DAY, Observations
from online_models.numerics.arrays import Floats, Ints
from online_models.numerics.special import log, log1p, sum_by

ITEM_FEATURES = (
    "log_rate",
    "variation",
    "zero_share",
    "weekend_share",
    "log_price",
    "price_variation",
    "promotion_share",
    "price_response",
)
#: Prior evidence of no price response, in units of squared log-price deviation.
RESPONSE_RIDGE = 0.5


def item_features(seen: Observations, offers: int) -> Floats:
    """Features of offers 0 … offers − 1, shape (offers, 8); NaN where they are unknown.

    Log units a day; coefficient of variation; share of windows without a sale; share of units sold
    on Saturday and Sunday (UTC); mean and deviation of the log price; share of windows promoted;
    and the slope of log(1 + units) on the log price about its mean, shrunk to 0.
    """
    offer = seen.offer
    units = np.maximum(seen.units, 0.0)

    def mean(values: Floats, weight: Floats | None = None) -> Floats:
        weights = np.ones(len(seen)) if weight is None else weight
        totals = sum_by(offer, weights, offers)
        with np.errstate(invalid="ignore", divide="ignore"):
            averages: Floats = sum_by(offer, values * weights, offers) / totals
        return averages

    rate = mean(units / np.maximum(seen.days, 1e-3))
    count = mean(units)
    variance = np.maximum(mean(units * units) - count * count, 0.0)
    weekend = ((seen.start // DAY + 3) % 7 >= 5).astype(np.float64)
    known = ((seen.price == seen.price) & (seen.price > 0.0)).astype(np.float64)
    log_price = np.where(known > 0.0, log(np.maximum(seen.price, 1e-9)), 0.0)
    centre = mean(log_price, known)
    deviation = np.where(known > 0.0, log_price - np.nan_to_num(centre)[offer], 0.0)
    response = log(1.0 + units)
    response = response - mean(response, known)[offer]
    response = np.where(known > 0.0, response, 0.0)
    covariance = sum_by(offer, deviation * response, offers)
    spread = sum_by(offer, deviation * deviation, offers)
    with np.errstate(invalid="ignore", divide="ignore"):
        features = [
            log(rate + 0.01),
            np.sqrt(variance) / count,
            mean((units <= 0.0).astype(np.float64)),
            mean(weekend, units),
            centre,
            np.sqrt(mean(deviation * deviation, known)),
            mean(seen.promoted),
            np.where(np.isnan(centre), np.nan, covariance / (spread + RESPONSE_RIDGE)),
        ]
    return np.stack(features, axis=1)


CUSTOMER_FEATURES = (
    "log_orders",
    "log_spend",
    "units_per_order",
    "recency_days",
    "price_index",
    "bargain_share",
    "variety",
)
#: A unit bought this far (log) below the item's usual price was a bargain.
BARGAIN = 0.05


@dataclass(frozen=True, slots=True)
class PurchaseLines:
    """Order lines, n rows: customer (0 … customers − 1), order, item, instant (ms), units, and the
    unit price in minor units.
    """

    customer: Ints
    order: Ints
    item: Ints
    time: Ints
    units: Floats
    price: Floats


def customer_features(lines: PurchaseLines, customers: int, now: int) -> Floats:
    """Features of customers 0 … customers − 1 at `now`, shape (customers, 7).

    Log number of orders; log spend; units an order; days since the last order; log of the price
    paid over the item's mean price; share of units bought below it; distinct items a line. NaN
    where the customer has no line before `now`.
    """
    past = (lines.time < now) & (lines.units > 0.0) & (lines.price > 0.0)
    customer, item, order = lines.customer[past], lines.item[past], lines.order[past]
    units, price, time = lines.units[past], lines.price[past], lines.time[past]
    number = sum_by(customer, np.ones(len(customer)), customers)
    bought = sum_by(customer, units, customers)
    orders = _distinct(customer, order, customers)
    last = np.full(customers, -1, np.int64)
    np.maximum.at(last, customer, time)
    items = int(item.max()) + 1 if len(item) else 1
    usual = sum_by(item, log(price) * units, items) / np.maximum(sum_by(item, units, items), 1e-9)
    index = log(price) - usual[item]
    with np.errstate(invalid="ignore", divide="ignore"):
        features = [
            log1p(orders),
            log1p(sum_by(customer, units * price, customers)),
            bought / orders,
            (now - last) / DAY,
            sum_by(customer, index * units, customers) / bought,
            sum_by(customer, units * (index < -BARGAIN), customers) / bought,
            _distinct(customer, item, customers) / number,
        ]
    table = np.stack(features, axis=1)
    table[number == 0.0] = np.nan
    return table


def _distinct(customer: Ints, thing: Ints, customers: int) -> Floats:
    """Number of distinct things per customer."""
    pairs = np.unique(np.stack([customer, thing], axis=1), axis=0)
    return np.bincount(pairs[:, 0], minlength=customers).astype(np.float64)
