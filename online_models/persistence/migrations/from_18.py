"""Version 18 → 19: the judge of price responses knows what models have stated: so far nothing."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np


def migrate(state: Mapping[str, Any]) -> dict[str, Any]:
    """The whole state."""
    demand = state["demand"]
    forecasts = demand["forecasts"]
    judge = forecasts["judge"]
    models = judge["evidence"].shape[1]
    stated = np.full((len(judge["usual"]), models), np.nan)
    judge = {**judge, "stated": stated}
    return {**state, "demand": {**demand, "forecasts": {**forecasts, "judge": judge}}}
