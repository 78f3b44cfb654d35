"""Version 15 → 16: models publish forecasts, which join the mixture; before, there were none."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np


def migrate(state: Mapping[str, Any]) -> dict[str, Any]:
    """The whole state: nobody has published any forecast."""
    demand = state["demand"]
    scores = demand["mixture"]["scores"]
    rows, offers = len(demand["tree"]["parent"]), len(demand["registry"]["sku"])
    mixture = {**demand["mixture"], "joined": np.zeros((len(scores), 0))}
    judge = {"evidence": np.zeros((rows, 0)), "usual": np.full(offers, np.nan)}
    forecasts = {"members": {}, "judge": judge}
    return {**state, "demand": {**demand, "mixture": mixture, "forecasts": forecasts}}
