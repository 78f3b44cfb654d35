"""Demand curves by name; a new one is a class and a line here."""

from __future__ import annotations

from online_models.market.demand.choice import MixedLogit, NestedLogit
from online_models.market.demand.curves import Choke, Crossed, DemandCurve, LogLinear, Valuation

DEMAND_CURVES: dict[str, type[DemandCurve]] = {
    "log_linear": LogLinear,
    "choke": Choke,
    "valuation": Valuation,
    "crossed": Crossed,
    "nested_logit": NestedLogit,
    "mixed_logit": MixedLogit,
}
