"""How an item sells, as features to cluster by."""

from __future__ import annotations

import numpy as np

from online_models.demand.inputs.observations import DAY, Observations
from online_models.numerics.arrays import Floats
from online_models.numerics.special import log, sum_by

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

    Log units a day; coefficient of variation; share of buckets without a sale; share of units sold
    on Saturday and Sunday (UTC); mean and deviation of the log price; share of buckets promoted;
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
