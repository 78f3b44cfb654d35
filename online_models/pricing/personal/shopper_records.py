"""What is remembered of one customer: habits, what is bought again, and what is offered now."""

from __future__ import annotations

from typing import NamedTuple

from online_models.pricing.personal.sensitivity import Sensitivity
from online_models.pricing.personal.usual_prices import LowTime
from schemas.values.instants import DAY

#: A customer's own pace of buying an offer again outweighs so many units at everybody's pace; that
#: outweighs so many units in so many ms.
_PACE_WEIGHT, PACE_UNITS, PACE_TIME = 2.0, 10.0, 200.0 * DAY


class PersonalCustomer(NamedTuple):
    """Segment of the last order, its instant (ms), how sensitive to prices, and when the customer
    is looked at next, and was last (ms).
    """

    segment: str
    time: int
    sensitivity: Sensitivity
    review: int
    looked: int


class Repeats(NamedTuple):
    """Of an offer: first and last bought (ms), units after the first time, and the time (ms) in
    which they could be, each stretch as many times as is usual at the price then. `low` is how long
    the price had been low at the last look.
    """

    since: int
    last: int
    units: float
    time: float
    low: LowTime

    def expected(self, length: int, pace: float) -> float:
        """Units in `length` ms, as a multiple of 1; everybody's `pace` is units a ms."""
        return length * (self.units + _PACE_WEIGHT) / (self.time + _PACE_WEIGHT / pace)


class PersonalTrial(NamedTuple):
    """What a customer is offered in [since, until) (ms), or is not: `discount` and `off` (ppm) are
    0 then; `off` is what of the discount the guardrails left. `usual` units are bought at the usual
    price; `given` is what the offer is expected to give away, minor units. `units` were bought.
    """

    row: int
    since: int
    until: int
    price: int
    public: int
    discount: int
    off: int
    usual: float
    cluster: int
    category: int
    given: float
    purse: str
    units: int = 0
