"""What one call of `learn` tells: forecasts made before learning, and what was noticed."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from online_models.demand.forecast import Forecast
from online_models.demand.observations import Observations

Floats = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class LearnReport:
    """Prequential record of one `learn`; rows follow the observations given."""

    observations: Observations
    #: Forecast of each row from what was known before it, its own price and promotion included.
    forecast: Forecast
    #: Rows not learnt: no stock, or a channel's missing day.
    skipped: NDArray[np.bool_]
    #: Rows whose offer's residuals raised a drift alarm at this bucket.
    drifted: NDArray[np.bool_]

    def log_score(self) -> Floats:
        """Log probability of the units under the forecast, shape (n,)."""
        return self.forecast.log_score(self.observations.units)

    def pit(self) -> tuple[Floats, Floats]:
        """Ends of the probability integral transform, each (n,)."""
        return self.forecast.pit(self.observations.units)

    def interval(self, coverage: float = 0.9) -> tuple[Floats, Floats]:
        """Central interval of the forecast, units, each (n,)."""
        tail = 0.5 * (1.0 - coverage)
        return self.forecast.quantile(tail), self.forecast.quantile(1.0 - tail)
