"""What an offer gains when its category's other products become dearer.

The others' common move is shared by a whole category at a time, so no effect of times can be taken
out here: demand that rises with the category's prices for another reason passes for substitution.
Hence the strong shrinkage to zero, and the place beside the table instead of in the contract.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from online_models.studies.elasticity.controls import controls, others_price
from online_models.studies.elasticity.effects import crossed
from online_models.studies.elasticity.orthogonal import estimate
from online_models.studies.elasticity.panel import Panel

Floats = NDArray[np.float64]

FOLDS = 5
#: Cross elasticities are believed to be within this of zero, beforehand.
PRIOR_DEVIATION = 0.3
SEED = 20_181


def cross_elasticities(panel: Panel) -> tuple[Floats, Floats]:
    """Posterior means and variances by the panel's categories, to the mean log price of others."""
    others = others_price(panel)
    design = np.column_stack([controls(panel), panel.log_price - panel.log_price.mean()])
    times = np.random.default_rng(SEED).permutation(np.arange(int(panel.time.max()) + 1) % FOLDS)
    held, none = times[panel.time], np.zeros(len(panel))
    move = others - crossed(panel, design, others, none, held, counts=False, shared=False).value
    units = np.maximum(panel.seen.units, 0.0)
    offset = np.log(np.maximum(panel.exposure, 1e-3))
    found = crossed(panel, design, units, offset, held, counts=True, shared=False)
    # hardly anything but the market's common move is left: weighed as if rows were alone, and
    # the interval by markets
    variances = (0.0, found.cell_variance + found.row_variance)
    said = estimate(units, found.value, move, panel.market, panel.category, variances)
    prior = 1.0 / (PRIOR_DEVIATION * PRIOR_DEVIATION)
    with np.errstate(divide="ignore"):
        precision = np.where(said.variance > 0.0, 1.0 / said.variance, 0.0)
    return said.theta * precision / (precision + prior), 1.0 / (precision + prior)
