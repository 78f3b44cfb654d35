"""What the orders of a segment say of each offer, size class by size class."""

from __future__ import annotations

from bisect import bisect_right
from typing import NamedTuple

import numpy as np

from online_models.numerics.elementary import log_one
from online_models.numerics.special import exp, log, uniforms
from online_models.persistence.saved import Saved, attribute
from online_models.pricing.trade.class_demand import ClassDemand
from online_models.shop.catalogue import PPM

#: Quantities at which a tier may begin. The first are close, as a tier may take no more off than
#: one unit of it is worth: see `schedule`.
QUANTITIES = (1, 5, 10, 20, 40, 80, 160, 320, 640)
#: Discounted orders of a class from which on it has a price of its own, for good.
ENOUGH = 5.0
#: Discounts lie a per cent of the public price apart, and move by so many of these a day at most.
STEP_PPM = 10_000
STEPS_A_DAY = 3


class SizeClass(NamedTuple):
    """Orders of one size: their demand, the discount in force in steps, whether they have a price
    of their own, and the day so far.
    """

    demand: ClassDemand
    steps: int = 0
    priced: bool = False
    orders: int = 0
    units: int = 0
    squares: float = 0.0


class Volumes:
    """Size classes by segment, SKU and channel, and the log of the price that theirs are against.

    A day's orders count once the day is over, so that tiers do not depend on how the journal was
    cut into batches.
    """

    SAVED = Saved(
        classes=attribute("_classes", dict[str, dict[int, SizeClass]]),
        references=attribute("_references", dict[str, float]),
    )

    def __init__(self) -> None:
        self._classes: dict[str, dict[int, SizeClass]] = {}
        self._references: dict[str, float] = {}

    @staticmethod
    def key(segment: str, sku: str, channel: str) -> str:
        """What the classes of an offer in a segment are kept under."""
        return f"{segment}\0{sku}\0{channel}"

    def ordered(self, key: str, quantity: int) -> None:
        """An order line of the day."""
        quantity = min(quantity, 1_000_000)
        at = bisect_right(QUANTITIES, quantity) - 1
        classes = self._classes.setdefault(key, {})
        size = classes.get(at) or SizeClass(ClassDemand())
        classes[at] = size._replace(
            orders=size.orders + 1,
            units=size.units + quantity,
            squares=size.squares + float(quantity) * quantity,
        )

    def close(self, key: str, prices: list[int], public: int) -> None:
        """The day is over: learn what was ordered at the prices by class, minor units."""
        classes = self._classes.get(key)
        if classes is None:
            return
        reference = self._references.setdefault(key, log_one(float(public)))
        for at in sorted(classes):
            size = classes[at]
            price = log_one(float(prices[at])) - reference
            demand = size.demand.learn(price, size.orders, size.units, size.squares)
            priced = size.priced or demand.orders >= ENOUGH
            classes[at] = SizeClass(demand, size.steps, priced)

    def choose(
        self,
        key: str,
        public: int,
        share: float,
        fixed: float,
        largest_ppm: int,
        words: tuple[int, ...] | None,
    ) -> None:
        """Choose every class's discount for the day to come.

        A unit at price p earns p × share − fixed. By `words` an elasticity is drawn from its
        posterior, so that what is not known is tried; None: the mean is used.
        """
        steps = np.arange(largest_ppm // STEP_PPM + 1, dtype=np.int64)
        prices = np.maximum(public * (PPM - steps * STEP_PPM) // PPM, 1).astype(np.float64)
        against = log(prices / float(public))
        for at, size in self._classes.get(key, {}).items():
            if not size.priced:
                continue
            draw = None if words is None else float(uniforms(*words, at)[0, 0])
            elasticity = size.demand.elasticity(draw)
            worth = exp(-elasticity * against) * (prices * share - fixed)
            best = int(np.argmax(worth))
            move = min(max(best - size.steps, -STEPS_A_DAY), STEPS_A_DAY)
            self._classes[key][at] = size._replace(steps=size.steps + move)

    def wanted(self, key: str) -> tuple[list[int], list[int]]:
        """Quantities of the tiers, and the discounts wanted there, parts per million."""
        found = sorted(
            (at, size.steps) for at, size in self._classes.get(key, {}).items() if size.priced
        )
        return [QUANTITIES[at] for at, _ in found], [steps * STEP_PPM for _, steps in found]

    def elasticity(self, key: str, quantity: int) -> float:
        """The mean elasticity of the class that begins at a quantity."""
        return self._classes[key][QUANTITIES.index(quantity)].demand.elasticity(None)

    def known(self, key: str) -> bool:
        """Whether anything was ordered."""
        return key in self._classes
