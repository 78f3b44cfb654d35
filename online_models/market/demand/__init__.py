"""Demand curves by name; a new one is a file and a line here."""

from __future__ import annotations

from online_models.market.demand.choke import Choke
from online_models.market.demand.crossed import Crossed
from online_models.market.demand.curve import Demand
from online_models.market.demand.log_linear import LogLinear
from online_models.market.demand.mixed_logit import MixedLogit
from online_models.market.demand.nested_logit import NestedLogit
from online_models.market.demand.valuation import Valuation

DEMANDS: dict[str, type[Demand]] = {
    "log_linear": LogLinear,
    "choke": Choke,
    "valuation": Valuation,
    "crossed": Crossed,
    "nested_logit": NestedLogit,
    "mixed_logit": MixedLogit,
}
