"""Do size classes tell what their orders answer to a price? Real orders, judged out of sample.

Size classes of products are learnt day by day as quantity breaks learn them. Each day of the last
third is forecast before it is learnt, from its price, and, for comparison, by the same classes when
they are told of no price. The units sold are set beside both forecasts, on days of low prices, and
on all. Prices further off than breaks go are left out. Intervals are 95 %, by product.

    make panels
    python -m tests.benchmarks.real_breaks
"""

from __future__ import annotations

from collections.abc import Iterator
from math import exp
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from online_models.pricing.trade.class_demand import ELASTICITIES, ClassDemand
from online_models.pricing.trade.volumes import ENOUGH, QUANTITIES
from tests.benchmarks.real_customers import DRAWS, LEARNT, Purchases, journey, ratio, tafeng

#: A log price so far below the first one is low; one further from it is no matter of breaks.
LOW, FARTHEST = -0.05, 0.3
#: Products of a size class from which on it is worth a line.
LEAST_PRODUCTS = 20
Floats = NDArray[np.float64]


class Later(NamedTuple):
    """A later day of a size class: its log price against the first, and units: sold, forecast from
    the price, and forecast without it.
    """

    product: int
    size: int
    log_price: float
    sold: float
    told: float
    untold: float


def expected(demand: ClassDemand, log_price: float) -> float:
    """Units of a day at a log price."""
    lot = demand.squares / demand.units
    rates = zip(demand.weights(), demand.beta, ELASTICITIES, strict=True)
    return lot * sum(
        weight * demand.alpha / beta * exp(-elasticity * log_price)
        for weight, beta, elasticity in rates
    )


def products(bought: Purchases) -> Iterator[tuple[Floats, Floats]]:
    """Of each product its log prices by day against the first, (days,), NaN before it was sold, and
    without a sale that of the day before; orders, units and squares of quantities by size class and
    day, (3, classes, days).
    """
    days = int(bought.day[-1]) + 1
    size = np.searchsorted(QUANTITIES, bought.units, side="right") - 1
    order = np.argsort(bought.product, kind="stable")
    for lines in np.split(order, np.cumsum(np.bincount(bought.product))[:-1]):
        day, units = bought.day[lines], bought.units[lines].astype(np.float64)
        price = np.full(days, np.nan)
        for each in np.unique(day).tolist():
            price[each] = np.median(bought.price[lines][day == each])
        last_sold = np.maximum.accumulate(np.where(np.isnan(price), 0, np.arange(days)))
        seen = np.zeros((3, len(QUANTITIES), days))
        for row, values in enumerate((np.ones_like(units), units, units * units)):
            np.add.at(seen[row], (size[lines], day), values)
        price = np.log(price[last_sold])
        yield price - price[day.min()], seen


def forecast(bought: Purchases) -> Iterator[Later]:
    """Later days of all size classes that would have a price of their own."""
    for product, (log_price, seen) in enumerate(products(bought)):
        first = int(np.argmax(~np.isnan(log_price)))
        for size in np.flatnonzero(seen[0].sum(axis=1)).tolist():
            told, untold = ClassDemand(), ClassDemand()
            for day in range(first, len(log_price)):
                price = float(log_price[day])
                orders, units, squares = seen[:, size, day].tolist()
                judged = day >= LEARNT * len(log_price) and abs(price) <= FARTHEST
                if judged and told.orders >= ENOUGH:
                    yield Later(
                        *(product, size, price, units),
                        *(expected(told, price), expected(untold, 0.0)),
                    )
                told = told.learn(price, int(orders), int(units), squares)
                untold = untold.learn(0.0, int(orders), int(units), squares)


def report(bought: Purchases) -> None:
    """Print units sold beside both forecasts, by size class."""
    found = np.array(list(forecast(bought)))
    product, size, price = found[:, 0].astype(int), found[:, 1], found[:, 2]
    rng = np.random.default_rng(7)
    print(bought.name)
    for at, least in enumerate(QUANTITIES):
        for words, chosen in (
            ("at low prices", (size == at) & (price <= LOW)),
            ("on all days", size == at),
        ):
            names, place = np.unique(product[chosen], return_inverse=True)
            if len(names) < LEAST_PRODUCTS:
                continue
            sold, told, untold = (np.bincount(place, found[chosen, column]) for column in (3, 4, 5))
            draws = rng.integers(0, len(names), (DRAWS, len(names)))
            by_price = "{:.2f} ({:.2f} to {:.2f})".format(*ratio(sold, told, draws))
            without = "{:.2f} ({:.2f} to {:.2f})".format(*ratio(sold, untold, draws))
            print(
                f"  from {least} units, {words}: {len(names)} products, {sold.sum():.0f} sold;"
                f" {by_price} of the forecast, {without} of that without a price"
            )


def main() -> None:
    """Print both."""
    for read in (tafeng, journey):
        report(read().often_bought())


if __name__ == "__main__":
    main()
