"""Demand, learnt online from every window: sold, unsold or sold out."""

from online_models.demand.curves import DemandContext, DemandCurves
from online_models.demand.ensemble.models import DemandModels
from online_models.demand.ensemble.report import LearnReport
from online_models.demand.forecast import UnitsForecast
from online_models.demand.inputs.observations import Observations
from online_models.demand.settings import DemandSettings

__all__ = [
    "DemandContext",
    "DemandCurves",
    "DemandModels",
    "DemandSettings",
    "LearnReport",
    "Observations",
    "UnitsForecast",
]
