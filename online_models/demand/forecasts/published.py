"""All models that publish forecasts, and what has become of what they published."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, NamedTuple

import numpy as np

from online_models.demand.curves import DemandCurves, MemberCurves
from online_models.demand.filter.update import RatePrediction
from online_models.demand.forecasts.curve import fitted
from online_models.demand.forecasts.member import Member
from online_models.demand.forecasts.response import ResponseJudge
from online_models.demand.forecasts.seat import LATEST_SHARE, ForecastSpan
from online_models.demand.inputs.calendar import Calendar
from online_models.demand.inputs.observations import WindowRows
from online_models.numerics.arrays import Floats, Ints
from online_models.numerics.special import log
from online_models.persistence.kinds import Part, Parts
from online_models.persistence.saved import Saved
from schemas.values.instants import DAY

#: Before the names of models among those of the experts.
PREFIX = "published:"
#: Models at a time: each is mixed into every decision, and judged at every window.
MOST_MODELS = 8
#: A model that was silent for so long is forgotten, and leaves its place to a new one, ms.
SILENCE = 28 * DAY


class ForecastPoints(NamedTuple):
    """One forecast: prices in minor units, units of one window, their standard deviations (NaN:
    unknown), (k,) each.
    """

    model: str
    version: str
    offer: int
    span: ForecastSpan
    price: Floats
    units: Floats
    spread: Floats


class PublishedForecasts:
    """Forecasts by model, in the order in which the models came."""

    SAVED = Saved(members=Parts(Member), judge=Part())

    def __init__(self) -> None:
        self.members: dict[str, Member] = {}
        self.judge = ResponseJudge()

    @property
    def models(self) -> tuple[str, ...]:
        """Their names."""
        return tuple(self.members)

    def named(self) -> dict[str, Member]:
        """The members as the mixture's reports name them."""
        return {PREFIX + model: member for model, member in self.members.items()}

    def join(self, model: str) -> bool:
        """Give a model a place that it keeps; False where it has one, or none is left."""
        if model in self.members or len(self.members) >= MOST_MODELS:
            return False
        self.members[model] = Member()
        self.judge.join()
        return True

    def leave(self, now: int) -> list[int]:
        """Forget the models that were silent for long; returns the places that they had."""
        arrived = [member.seat.arrived for member in self.members.values()]
        gone = [place for place, at in enumerate(arrived) if at < now - SILENCE]
        for model in [self.models[place] for place in gone]:
            del self.members[model]
        self.judge.leave(gone)
        return gone

    def put(self, forecast: ForecastPoints, now: int) -> str | None:
        """Keep a forecast of a model that has a place; the kind of what is wrong, if anything."""
        span = forecast.span
        last = span.end - span.length
        if span.until <= now or last + span.length // LATEST_SHARE < now:
            return "late_forecast"
        if not (forecast.price > 0.0).all():
            return "unusable_forecast"
        member = self.members[forecast.model]
        versions = member.seat.versions
        if versions and forecast.version not in versions:
            self.judge.doubt(self.models.index(forecast.model))
        days = span.length / DAY
        curve = fitted(forecast.price, forecast.units, forecast.spread, days)
        member.seat.put(forecast.offer, span, forecast.version, curve, now)
        return None if curve.slope == curve.slope or len(forecast.price) == 1 else "flat_forecast"

    def learn(self, window: WindowRows, predictions: Mapping[str, Any]) -> None:
        """Let prices that moved tell whose price response is the best, of what the pricer's filter
        and the members have predicted of a window.
        """
        if not self.members:
            return
        own: RatePrediction = predictions["filter"]
        said = [predictions[name] for name in self.named()]
        self.judge.learn(window, own.mean, own.size, own.variance, own.elasticity, said)

    def curves(
        self, own: DemandCurves, offer: Ints, row: Ints, now: Ints, calendar: Calendar
    ) -> MemberCurves | None:
        """What the models say of offers of category rows at the pricer's anchor prices, weighed by
        their responses and not yet by their levels; None where nobody says anything.

        A level is for any day, as our own is: the calendar's factor of its window is taken out.
        """
        said = [member.seat.in_force(offer, now) for member in self.members.values()]
        if not any(each.found.any() for each in said):
            return None
        at = log(np.maximum(own.anchor_price, 1.0))
        elasticity = np.stack([each.elasticity(at) for each in said], axis=1)
        factors = [calendar.log_factor(row, each.start, each.length) for each in said]
        rates = [each.log_rate(at) - factor for each, factor in zip(said, factors, strict=True)]
        return MemberCurves(
            self.models,
            tuple(member.seat.versions for member in self.members.values()),
            np.stack([each.version for each in said], axis=1),
            np.stack([each.found for each in said], axis=1).astype(np.float64),
            self.judge.weights(offer, row, elasticity),
            np.stack(rates, axis=1),
            np.where(elasticity == elasticity, elasticity, 0.0),
            np.stack([np.where(each.responds, each.bend, 0.0) for each in said], axis=1),
        )
